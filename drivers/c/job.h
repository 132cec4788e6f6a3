/* The job, as far as this runner needs it; strings belong to the parsed JSON. */
#ifndef JOB_H
#define JOB_H

#include <stdint.h>

#include "failure.h"
#include "json.h"
#include "schedule.h"

struct job {
    struct json *json;
    const char *driver;
    const struct json *options;
    const char *host, *user, *password, *database; /* password: NULL if there is none */
    const char *ca_file; /* of TLS; NULL for plaintext */
    unsigned port;
    const char *kind, *sql;
    const struct json *arguments;
    uint64_t expected_rows;
    unsigned columns, connections;
    double warmup_seconds, measure_seconds;
    struct arrivals arrivals;
    uint64_t seed; /* a negative one is its two's complement */
};

/* Fails with FAIL_BAD_JOB. */
int job_read(struct job *job, const char *line, struct failure *failure);
void job_free(struct job *job);

#endif
