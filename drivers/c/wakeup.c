#include "wakeup.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_S 1000000000u

int wakeup_open(struct wakeup *wakeup, int epoll, struct failure *failure)
{
    *wakeup = (struct wakeup){timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), NEVER};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = wakeup};
    if (wakeup->descriptor < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup->descriptor, &event) < 0)
        return fail(failure, FAIL_DRIVER, "timerfd: %s", strerror(errno));
    return 0;
}

int wakeup_set(struct wakeup *wakeup, uint64_t at_ns, struct failure *failure)
{
    if (at_ns == wakeup->at_ns)
        return 0;
    wakeup->at_ns = at_ns;
    struct itimerspec setting = {0}; /* for never */
    if (at_ns != NEVER)
        setting.it_value = (struct timespec){(time_t)(at_ns / NS_PER_S), (long)(at_ns % NS_PER_S)};
    if (timerfd_settime(wakeup->descriptor, TFD_TIMER_ABSTIME, &setting, NULL) < 0)
        return fail(failure, FAIL_DRIVER, "timerfd: %s", strerror(errno));
    return 0;
}

void wakeup_close(struct wakeup *wakeup)
{
    if (wakeup->descriptor >= 0)
        close(wakeup->descriptor);
}
