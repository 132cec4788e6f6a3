/* How a job fails: kind and exit code as the runner contract has them. */
#ifndef FAILURE_H
#define FAILURE_H

enum failure_kind { FAIL_NONE = 0, FAIL_BAD_JOB = 2, FAIL_UNSUPPORTED = 3, FAIL_WRONG_ANSWER = 4, FAIL_DRIVER = 5 };

struct failure {
    enum failure_kind kind; /* the exit code too */
    char message[1024];
};

/* Returns -1, so that callers can return it. */
int fail(struct failure *failure, enum failure_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
