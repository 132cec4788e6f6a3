#include "synthetic.h"

#include <stdlib.h>
#include <time.h>

#define NS_PER_MS 1e6
#define NS_PER_S 1000000000u

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
    uint64_t start_ns, due_ns;
    size_t done;
    int is_running;
};

static void set_out(struct worker *worker, const struct delay *delay, uint64_t now)
{
    worker->start_ns = now;
    worker->due_ns = now + delay->delays_ns[worker->done++ % delay->count];
    worker->is_running = 1;
}

static struct worker *next_due(struct worker *workers, unsigned count)
{
    struct worker *next = NULL;
    for (unsigned i = 0; i < count; i++)
        if (workers[i].is_running && (!next || workers[i].due_ns < next->due_ns))
            next = &workers[i];
    return next;
}

static void sleep_until(uint64_t due_ns)
{
    struct timespec due = {(time_t)(due_ns / NS_PER_S), (long)(due_ns % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0)
        ;
}

int delay_window(const struct delay *delay, const struct job *job, struct window *window, struct failure *failure)
{
    struct worker *workers = calloc(job->connections, sizeof *workers), *next;
    if (!workers)
        return fail(failure, FAIL_DRIVER, "no memory left");
    for (unsigned i = 0; i < job->connections; i++)
        set_out(&workers[i], delay, window->begun_ns);
    while ((next = next_due(workers, job->connections)) != NULL) {
        sleep_until(next->due_ns);
        uint64_t now = now_ns();
        window_record(window, next->start_ns, now, delay->rows);
        next->is_running = 0;
        if (window_is_open(window, now))
            set_out(next, delay, now);
    }
    free(workers);
    return 0;
}

void delay_free(struct delay *delay)
{
    free(delay->delays_ns);
}
