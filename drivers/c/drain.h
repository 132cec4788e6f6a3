/*
 * raw-drain: the questions of a driver without a driver. One thread; every
 * connection sends Bind, Execute and Sync for a statement that was prepared
 * once, and the answer is read and discarded.
 */
#ifndef DRAIN_H
#define DRAIN_H

#include "failure.h"
#include "job.h"
#include "message.h"
#include "open_loop.h"
#include "window.h"

struct drained;

struct drain {
    const struct job *job;
    struct drained *connections;
    unsigned count;
    int epoll, columns;
    uint8_t *buffer;
    struct message_buffer question;
};

/* Connect, prepare, and run the query once on each connection. */
int drain_open(struct drain *drain, const struct job *job, struct failure *failure);
int drain_window(struct drain *drain, struct window *window, struct failure *failure);
int drain_open_window(struct drain *drain, struct window *window, struct open_loop *loop, struct failure *failure);
void drain_close(struct drain *drain);

#endif
