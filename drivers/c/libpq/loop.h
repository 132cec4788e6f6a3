/* All workers in a closed or an open loop, in one thread. */
#ifndef LOOP_H
#define LOOP_H

#include "open_loop.h"
#include "window.h"
#include "worker.h"

struct loop {
    struct worker *workers;
    unsigned count;
    int epoll;
    struct failure *failure;
};

/* Connect, and let every worker answer once; the first answer's rows are verified. */
int loop_open(struct loop *loop, const struct plan *plan, struct failure *failure);
int loop_window(struct loop *loop, struct window *window);
int loop_open_window(struct loop *loop, struct window *window, struct open_loop *open_loop);
void loop_close(struct loop *loop);

#endif
