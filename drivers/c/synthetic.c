#include "synthetic.h"

#include <stdlib.h>
#include <time.h>

#define NS_PER_MS 1e6
#define NS_PER_S 1000000000u

static void sleep_until(uint64_t time_ns)
{
    struct timespec time = {(time_t)(time_ns / NS_PER_S), (long)(time_ns % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
}

void null_window(const struct job *job, struct window *window)
{
    uint64_t start = window->begun_ns;
    do {
        uint64_t end = now_ns();
        window_record(window, start, end, job->expected_rows);
        start = end;
    } while (window_is_open(window, start));
}

int delay_read(struct delay *delay, const struct job *job, struct failure *failure)
{
    *delay = (struct delay){0};
    const struct json *list = json_member(job->options, "delays_ms"), *rows = json_member(job->options, "rows");
    if (!list || list->kind != JSON_ARRAY || !list->first)
        return fail(failure, FAIL_BAD_JOB, "options.delays_ms: expected a list of one delay or more");
    if (rows && rows->kind == JSON_NUMBER && rows->number > 0)
        delay->rows = (uint64_t)rows->number;
    delay->delays_ns = calloc(json_length(list), sizeof *delay->delays_ns);
    if (!delay->delays_ns)
        return fail(failure, FAIL_DRIVER, "no memory left");
    for (const struct json *at = list->first; at; at = at->next) {
        if (at->kind != JSON_NUMBER || !(at->number >= 0 && at->number < 1e9))
            return fail(failure, FAIL_BAD_JOB, "options.delays_ms: expected milliseconds, 0 or more");
        delay->delays_ns[delay->count++] = (uint64_t)(at->number * NS_PER_MS);
    }
    return 0;
}

/* One that waits: since when, until when, and how many delays it has had. */
struct worker {
    uint64_t start_ns, end_ns;
    size_t done;
    int is_running;
};

static void set_out(struct worker *worker, const struct delay *delay, uint64_t start_ns, uint64_t now)
{
    worker->start_ns = start_ns;
    worker->end_ns = now + delay->delays_ns[worker->done++ % delay->count];
    worker->is_running = 1;
}

static struct worker *next_to_end(struct worker *workers, unsigned count)
{
    struct worker *next = NULL;
    for (unsigned i = 0; i < count; i++)
        if (workers[i].is_running && (!next || workers[i].end_ns < next->end_ns))
            next = &workers[i];
    return next;
}

int delay_window(const struct delay *delay, const struct job *job, struct window *window, struct failure *failure)
{
    struct worker *workers = calloc(job->connections, sizeof *workers), *next;
    if (!workers)
        return fail(failure, FAIL_DRIVER, "no memory left");
    for (unsigned i = 0; i < job->connections; i++)
        set_out(&workers[i], delay, window->begun_ns, window->begun_ns);
    while ((next = next_to_end(workers, job->connections)) != NULL) {
        sleep_until(next->end_ns);
        uint64_t now = now_ns();
        window_record(window, next->start_ns, now, delay->rows);
        next->is_running = 0;
        if (window_is_open(window, now))
            set_out(next, delay, now, now);
    }
    free(workers);
    return 0;
}

/* null and delay as clients of an open loop. */
struct without_server {
    const struct delay *delay;
    struct worker *workers;
    unsigned count;
    uint64_t rows;
    struct window *window;
    struct open_loop *loop;
};

static int null_start(void *self, void *connection, uint64_t due_ns)
{
    struct without_server *client = self;
    window_record(client->window, due_ns, now_ns(), client->rows);
    open_loop_answered(client->loop, connection);
    return 0;
}

static int delay_start(void *self, void *connection, uint64_t due_ns)
{
    struct without_server *client = self;
    set_out(connection, client->delay, due_ns, now_ns());
    return 0;
}

static int wait_without_server(void *self, uint64_t until_ns)
{
    struct without_server *client = self;
    struct worker *next = next_to_end(client->workers, client->count);
    sleep_until(next && next->end_ns < until_ns ? next->end_ns : until_ns);
    uint64_t now = now_ns();
    if (next && next->end_ns <= now) {
        window_record(client->window, next->start_ns, now, client->rows);
        next->is_running = 0;
        open_loop_answered(client->loop, next);
    }
    return 0;
}

static int open_window(struct without_server *client, int (*start)(void *, void *, uint64_t), struct failure *failure)
{
    const struct open_client functions = {client, start, wait_without_server};
    client->workers = calloc(client->count, sizeof *client->workers);
    if (!client->workers)
        return fail(failure, FAIL_DRIVER, "no memory left");
    for (unsigned i = 0; i < client->count; i++)
        open_loop_answered(client->loop, &client->workers[i]);
    int status = open_loop_run(client->loop, client->window, &functions);
    free(client->workers);
    return status;
}

int null_open_window(const struct job *job, struct window *window, struct open_loop *loop, struct failure *failure)
{
    struct without_server client = {NULL, NULL, job->connections, job->expected_rows, window, loop};
    return open_window(&client, null_start, failure);
}

int delay_open_window(const struct delay *delay, const struct job *job, struct window *window, struct open_loop *loop,
                      struct failure *failure)
{
    struct without_server client = {delay, NULL, job->connections, delay->rows, window, loop};
    return open_window(&client, delay_start, failure);
}

void delay_free(struct delay *delay)
{
    free(delay->delays_ns);
}
