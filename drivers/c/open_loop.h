/*
 * The open loop: queries are due at times that are fixed before the window
 * begins, and each is started on the connection that has been idle longest.
 */
#ifndef OPEN_LOOP_H
#define OPEN_LOOP_H

#include "failure.h"
#include "job.h"
#include "wakeup.h"
#include "window.h"

/* Those whose connections run the queries; its functions return -1 when they fail. */
struct open_client {
    void *self;
    /* Start a query whose latency begins at `due_ns`. */
    int (*start)(void *self, void *connection, uint64_t due_ns);
    /* Wait until then (NEVER: without end) for answers, or for some of them; for each call open_loop_answered. */
    int (*wait)(void *self, uint64_t until_ns);
};

struct open_loop {
    struct schedule schedule;
    struct window *window;
    size_t next;
    uint64_t late, max_lateness_ns;
    void **idle; /* a ring */
    unsigned connections, first_idle, idle_count;
};

/* Makes the schedule; fails with FAIL_DRIVER. Released by open_loop_free whatever it returns. */
int open_loop_prepare(struct open_loop *loop, const struct job *job, double seconds, uint64_t seed,
                      struct failure *failure);

/* The connection has nothing to do: before the window, and when its answer has been recorded. */
void open_loop_answered(struct open_loop *loop, void *connection);
int open_loop_run(struct open_loop *loop, struct window *window, const struct open_client *client);
void open_loop_free(struct open_loop *loop);

#endif
