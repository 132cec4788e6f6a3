/* A timer in an epoll set: epoll's own time-out counts whole milliseconds. */
#ifndef WAKEUP_H
#define WAKEUP_H

#include <stdint.h>

#include "failure.h"

#define NEVER UINT64_MAX

/* Its address stands for it in epoll's answers. */
struct wakeup {
    int descriptor;
    uint64_t at_ns;
};

int wakeup_open(struct wakeup *wakeup, int epoll, struct failure *failure);

/* Wake epoll at a time of now_ns. */
int wakeup_set(struct wakeup *wakeup, uint64_t at_ns, struct failure *failure);
void wakeup_close(struct wakeup *wakeup);

#endif
