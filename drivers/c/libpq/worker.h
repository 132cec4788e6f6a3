/*
 * One connection, without ever waiting: a query is started, goes on whenever
 * the socket is ready, and is answered at some point.
 */
#ifndef WORKER_H
#define WORKER_H

#include "plan.h"

enum progress { FAILED = -1, WAITS, ANSWERED };

struct worker {
    PGconn *connection;
    const struct plan *plan;
    uint64_t start_ns, counted;   /* `counted`: rows so far */
    struct rows rows;             /* of a fetch that is answered */
    size_t sent;                  /* rows of a copy */
    int is_copying, wants_to_write;
    struct buffer chunk;
    struct failure *failure;
};

/* Connects and prepares, waiting for both; fails with FAIL_DRIVER. */
int worker_open(struct worker *worker, const struct plan *plan, struct failure *failure);
void worker_close(struct worker *worker);

enum progress worker_start(struct worker *worker);

/* When the socket can be read or written. */
enum progress worker_continue(struct worker *worker);

/* Forget the answer. */
void worker_forget(struct worker *worker);

/* One query from start to answer. */
int worker_answer(struct worker *worker);

/* What a batch or copy has written, as rows; waits for it. */
int worker_read_back(struct worker *worker, struct rows *rows);

#endif
