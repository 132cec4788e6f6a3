/* null and delay: windows without a server, in a closed and in an open loop. */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include "failure.h"
#include "job.h"
#include "open_loop.h"
#include "window.h"

struct delay {
    uint64_t *delays_ns;
    size_t count;
    uint64_t rows;
};

void null_window(const struct job *job, struct window *window);
int null_open_window(const struct job *job, struct window *window, struct open_loop *loop, struct failure *failure);

/* Fails with FAIL_BAD_JOB; released by delay_free whatever it returns. */
int delay_read(struct delay *delay, const struct job *job, struct failure *failure);
int delay_window(const struct delay *delay, const struct job *job, struct window *window, struct failure *failure);
int delay_open_window(const struct delay *delay, const struct job *job, struct window *window, struct open_loop *loop,
                      struct failure *failure);
void delay_free(struct delay *delay);

#endif
