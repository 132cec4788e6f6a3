/*
 * The C runner: a job on stdin, events on stdout, as docs/runner-contract.md
 * says. Its rows are no drivers: raw-drain is what the machine can carry at
 * most, null what the loop costs, delay a known truth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drain.h"
#include "events.h"
#include "open_loop.h"
#include "synthetic.h"

struct runner {
    struct job job;
    struct window window;
    struct open_loop open_loop;
    struct drain drain;
    struct delay delay;
    struct failure failure;
};

struct row {
    const char *name, *mode;
    int (*open)(struct runner *runner);
    int (*measure)(struct runner *runner);
    int (*measure_open)(struct runner *runner);
    void (*close)(struct runner *runner);
};

static int open_drain(struct runner *runner)
{
    memset(&runner->drain, 0, sizeof runner->drain);
    runner->drain.epoll = -1;
    if (strcmp(runner->job.kind, "fetch") != 0)
        return fail(&runner->failure, FAIL_UNSUPPORTED,
                    "raw-drain discards answers, so that it has neither COPY nor batch");
    if (runner->job.ca_file)
        return fail(&runner->failure, FAIL_UNSUPPORTED, "raw-drain is no driver and speaks no TLS");
    return drain_open(&runner->drain, &runner->job, &runner->failure);
}

static int measure_drain(struct runner *runner)
{
    return drain_window(&runner->drain, &runner->window, &runner->failure);
}

static int measure_drain_open(struct runner *runner)
{
    return drain_open_window(&runner->drain, &runner->window, &runner->open_loop, &runner->failure);
}

static void close_drain(struct runner *runner)
{
    drain_close(&runner->drain);
}

static int open_null(struct runner *runner)
{
    (void)runner;
    return 0;
}

static int measure_null(struct runner *runner)
{
    null_window(&runner->job, &runner->window);
    return 0;
}

static int measure_null_open(struct runner *runner)
{
    return null_open_window(&runner->job, &runner->window, &runner->open_loop, &runner->failure);
}

static void close_null(struct runner *runner)
{
    (void)runner;
}

static int open_delay(struct runner *runner)
{
    return delay_read(&runner->delay, &runner->job, &runner->failure);
}

static int measure_delay(struct runner *runner)
{
    return delay_window(&runner->delay, &runner->job, &runner->window, &runner->failure);
}

static int measure_delay_open(struct runner *runner)
{
    return delay_open_window(&runner->delay, &runner->job, &runner->window, &runner->open_loop, &runner->failure);
}

static void close_delay(struct runner *runner)
{
    delay_free(&runner->delay);
}

static const struct row ROWS[] = {
    {"raw-drain", "extended protocol, prepared once per connection, binary results that are discarded undecoded",
     open_drain, measure_drain, measure_drain_open, close_drain},
    {"null", "returns the expected number of rows at once, without I/O",
     open_null, measure_null, measure_null_open, close_null},
    {"delay", "waits for prescribed times, without I/O",
     open_delay, measure_delay, measure_delay_open, close_delay},
};

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (strcmp(ROWS[i].name, name) == 0)
            return &ROWS[i];
    return NULL;
}

static int is_open_loop(const struct runner *runner)
{
    return runner->job.arrivals.process != PROCESS_NONE;
}

/* The schedule of an open loop stays until its result is told. */
static int run_window(struct runner *runner, const struct row *row, const char *name, double seconds, uint64_t seed)
{
    if (seconds <= 0)
        return 0;
    open_loop_free(&runner->open_loop);
    if (is_open_loop(runner) &&
        open_loop_prepare(&runner->open_loop, &runner->job, seconds, seed, &runner->failure) < 0)
        return -1;
    event_started(name);
    window_begin(&runner->window, seconds);
    if ((is_open_loop(runner) ? row->measure_open : row->measure)(runner) < 0)
        return -1;
    window_end(&runner->window);
    event_finished(name, &runner->window);
    return 0;
}

static int measure(struct runner *runner, const struct row *row)
{
    const struct job *job = &runner->job;
    if (row->open(runner) < 0)
        return -1;
    event_ready(job->connections, job->expected_rows, job->columns);
    if (run_window(runner, row, "warmup", job->warmup_seconds, job->seed + 1) < 0 ||
        run_window(runner, row, "measure", job->measure_seconds, job->seed) < 0)
        return -1;
    const struct open_loop *loop = is_open_loop(runner) ? &runner->open_loop : NULL;
    return event_result(&runner->window, loop) < 0 ? fail(&runner->failure, FAIL_DRIVER, "no memory left") : 0;
}

static int run(struct runner *runner, const char *line)
{
    if (job_read(&runner->job, line, &runner->failure) < 0)
        return -1;
    const struct row *row = find_row(runner->job.driver);
    if (!row)
        return fail(&runner->failure, FAIL_BAD_JOB, "driver: this runner has no \"%s\"", runner->job.driver);
    event_hello(row->name, row->mode);
    int status = measure(runner, row);
    row->close(runner);
    return status;
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    struct runner *runner = calloc(1, sizeof *runner);
    if (!runner)
        return 1;
    int status = run(runner, getline(&line, &capacity, stdin) < 0 ? "" : line);
    int code = status < 0 ? (int)runner->failure.kind : 0;
    if (status < 0) {
        fprintf(stderr, "%s\n", runner->failure.message);
        event_error(&runner->failure);
    }
    open_loop_free(&runner->open_loop);
    job_free(&runner->job);
    free(line);
    free(runner);
    return code;
}
