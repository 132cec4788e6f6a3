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

/* In a window every failure is the driver's. */
static int failed(struct loop *loop)
{
    loop->failure->kind = FAIL_DRIVER;
    return -1;
}

/* Ask epoll anew, where the worker waits for something else than before. */
static int watch_changed(struct loop *loop, struct worker *worker, int wanted_to_write)
{
    return worker->wants_to_write == wanted_to_write ? 0 : watch(loop, EPOLL_CTL_MOD, worker);
}

static int start(struct loop *loop, struct worker *worker, uint64_t at_ns)
{
    int wanted_to_write = worker->wants_to_write;
    worker->start_ns = at_ns;
    if (worker_start(worker) == FAILED)
        return failed(loop);
    return watch_changed(loop, worker, wanted_to_write);
}

/* Go on with one worker; 1: the answer is there, and recorded. */
static int turn(struct loop *loop, struct worker *worker, struct window *window)
{
    if (!worker)
        return fail(loop->failure, FAIL_DRIVER, "nobody reads the events any more");
    int wanted_to_write = worker->wants_to_write;
    enum progress progress = worker_continue(worker);
    if (progress == FAILED)
        return failed(loop);
    if (progress == ANSWERED) {
        window_record(window, worker->start_ns, now_ns(), worker->counted);
        worker_forget(worker);
    }
    if (watch_changed(loop, worker, wanted_to_write) < 0)
        return -1;
    return progress == ANSWERED;
}

/* What follows an answer in a closed loop; `running` counts those that wait for theirs. */
static int go_on(struct loop *loop, struct worker *worker, const struct window *window, unsigned *running)
{
    uint64_t now = now_ns();
    if (window_is_open(window, now))
        return start(loop, worker, now);
    --*running;
    return 0;
}

static int wait_for_events(const struct loop *loop, struct epoll_event *events)
{
    int count = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, -1);
    if (count < 0 && errno != EINTR)
        return fail(loop->failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
    return count < 0 ? 0 : count;
}

int loop_window(struct loop *loop, struct window *window)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    unsigned running = loop->count;
    for (unsigned i = 0; i < loop->count; i++)
        if (start(loop, &loop->workers[i], now_ns()) < 0)
            return -1;
    while (running) {
        int count = wait_for_events(loop, events);
        if (count < 0)
            return -1;
        for (int i = 0; i < count; i++) {
            struct worker *worker = events[i].data.ptr;
            int is_answered = turn(loop, worker, window);
            if (is_answered < 0 || (is_answered && go_on(loop, worker, window, &running) < 0))
                return -1;
        }
    }
    return 0;
}

/* What the functions of an open loop work with. */
struct open_window {
    struct loop *loop;
    struct window *window;
    struct open_loop *open_loop;
    struct wakeup wakeup;
};

static int start_due(void *self, void *worker, uint64_t due_ns)
{
    struct open_window *open = self;
    return start(open->loop, worker, due_ns);
}

static int wait_for_answers(void *self, uint64_t until_ns)
{
    struct open_window *open = self;
    struct epoll_event events[EVENTS_AT_ONCE];
    if (wakeup_set(&open->wakeup, until_ns, open->loop->failure) < 0)
        return -1;
    int count = wait_for_events(open->loop, events);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == &open->wakeup)
            continue;
        int is_answered = turn(open->loop, events[i].data.ptr, open->window);
        if (is_answered < 0)
            return -1;
        if (is_answered)
            open_loop_answered(open->open_loop, events[i].data.ptr);
    }
    return count < 0 ? -1 : 0;
}

int loop_open_window(struct loop *loop, struct window *window, struct open_loop *open_loop)
{
    struct open_window open = {.loop = loop, .window = window, .open_loop = open_loop};
    const struct open_client functions = {&open, start_due, wait_for_answers};
    for (unsigned i = 0; i < loop->count; i++)
        open_loop_answered(open_loop, &loop->workers[i]);
    int status = wakeup_open(&open.wakeup, loop->epoll, loop->failure);
    if (status == 0)
        status = open_loop_run(open_loop, window, &functions);
    wakeup_close(&open.wakeup);
    return status;
}

void loop_close(struct loop *loop)
{
    for (unsigned i = 0; i < loop->count; i++)
        worker_close(&loop->workers[i]);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop->workers);
}
