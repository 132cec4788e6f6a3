#include "loop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

static int verify(struct worker *worker, const struct plan *plan)
{
    char checksum[65];
    struct rows written = {0};
    const struct rows *rows = &worker->rows;
    if (worker->counted != plan->job->expected_rows)
        return fail(worker->failure, FAIL_WRONG_ANSWER, "expected %" PRIu64 " rows, got %" PRIu64,
                    plan->job->expected_rows, worker->counted);
    if (plan->kind != QUERY_FETCH) {
        rows = &written;
        if (worker_read_back(worker, &written) < 0) {
            rows_free(&written);
            return -1;
        }
    }
    rows_checksum(rows, checksum);
    rows_free(&written);
    if (strcmp(checksum, plan->checksum) != 0)
        return fail(worker->failure, FAIL_WRONG_ANSWER, "expected the checksum %s, got %s", plan->checksum, checksum);
    return 0;
}

/* Ask epoll for what the worker waits for. */
static int watch(struct loop *loop, int operation, struct worker *worker)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = worker};
    event.events |= worker->wants_to_write ? EPOLLOUT : 0;
    if (epoll_ctl(loop->epoll, operation, PQsocket(worker->connection), &event) < 0)
        return fail(loop->failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
    return 0;
}

/* A runner whose events nobody reads stops; NULL stands for that in epoll's answers. */
static void watch_stdout(const struct loop *loop)
{
    struct epoll_event event = {.events = 0, .data.ptr = NULL};
    /* Refused for a file, which nobody can close. */
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_ADD, STDOUT_FILENO, &event);
}

int loop_open(struct loop *loop, const struct plan *plan, struct failure *failure)
{
    *loop = (struct loop){.failure = failure, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (loop->epoll < 0)
        return fail(failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
    watch_stdout(loop);
    loop->workers = allocate(plan->job->connections, sizeof *loop->workers);
    while (loop->count < plan->job->connections)
        if (worker_open(&loop->workers[loop->count++], plan, failure) < 0)
            return -1;
    for (unsigned i = 0; i < loop->count; i++) {
        struct worker *worker = &loop->workers[i];
        if (worker_answer(worker) < 0 || (i == 0 && verify(worker, plan) < 0) ||
            watch(loop, EPOLL_CTL_ADD, worker) < 0)
            return -1;
        worker_forget(worker);
    }
    return 0;
}

static enum progress start(struct worker *worker, uint64_t at_ns)
{
    worker->start_ns = at_ns;
    return worker_start(worker);
}

/* The answer is there: record it, and ask again while the window is open. */
static enum progress answered(struct worker *worker, struct window *window, unsigned *running)
{
    window_record(window, worker->start_ns, now_ns(), worker->counted);
    worker_forget(worker);
    uint64_t now = now_ns();
    if (window_is_open(window, now))
        return start(worker, now);
    --*running;
    return WAITS;
}

static int turn(struct loop *loop, struct worker *worker, struct window *window, unsigned *running)
{
    if (!worker)
        return fail(loop->failure, FAIL_DRIVER, "nobody reads the events any more");
    int wanted_to_write = worker->wants_to_write;
    enum progress progress = worker_continue(worker);
    if (progress == ANSWERED)
        progress = answered(worker, window, running);
    if (progress == FAILED) {
        loop->failure->kind = FAIL_DRIVER; /* in a window everything is */
        return -1;
    }
    if (worker->wants_to_write != wanted_to_write)
        return watch(loop, EPOLL_CTL_MOD, worker);
    return 0;
}

static int start_all(struct loop *loop)
{
    for (unsigned i = 0; i < loop->count; i++) {
        struct worker *worker = &loop->workers[i];
        if (start(worker, now_ns()) == FAILED || watch(loop, EPOLL_CTL_MOD, worker) < 0)
            return -1;
    }
    return 0;
}

int loop_window(struct loop *loop, struct window *window)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    unsigned running = loop->count;
    if (start_all(loop) < 0)
        return -1;
    while (running) {
        int count = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, -1);
        if (count < 0 && errno != EINTR)
            return fail(loop->failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
        for (int i = 0; i < count; i++)
            if (turn(loop, events[i].data.ptr, window, &running) < 0)
                return -1;
    }
    return 0;
}

void loop_close(struct loop *loop)
{
    for (unsigned i = 0; i < loop->count; i++)
        worker_close(&loop->workers[i]);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop->workers);
}
