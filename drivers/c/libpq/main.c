/*
 * The runner of libpq: a job on stdin, events on stdout, as
 * docs/runner-contract.md says. It shares the parts that no driver touches with
 * the C runner beside it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "loop.h"
#include "open_loop.h"

#define DRIVER "libpq"

struct runner {
    struct job job;
    struct plan plan;
    struct loop loop;
    struct window window;
    struct open_loop open_loop;
    struct failure failure;
};

static const char *const MODES[] = {
    [QUERY_FETCH] = "PQsendQueryPrepared, prepared once per connection, binary results; every field into a struct, "
                    "texts and byteas left in the PGresult",
    [QUERY_BATCH] = "pipeline mode: BEGIN, a prepared INSERT per row with binary parameters, and COMMIT",
    [QUERY_COPY] = "PQputCopyData in chunks of 64 KiB, binary rows written by the adapter",
};

static void say_hello(const struct plan *plan)
{
    int version = PQlibVersion();
    printf("{\"event\": \"hello\", \"contract\": 3, \"runner\": \"c\", \"runtime\": "
           "{\"name\": \"C\", \"version\": \"compiled by %s\"}, \"driver\": {\"name\": \"" DRIVER "\", "
           "\"version\": \"%d.%d\"}, \"components\": {}, \"mode\": \"%s\", \"synthetic\": false}\n",
           COMPILER, version / 10000, version % 10000, MODES[plan->kind]);
    fflush(stdout);
}

static void say_ready(const struct plan *plan)
{
    printf("{\"event\": \"ready\", \"connections\": %u, \"rows\": %" PRIu64 ", \"columns\": %u, "
           "\"checksum\": \"%s\"}\n",
           plan->job->connections, plan->job->expected_rows, plan->answer.count, plan->checksum);
    fflush(stdout);
}

static int is_open_loop(const struct runner *runner)
{
    return runner->job.arrivals.process != PROCESS_NONE;
}

/* The schedule of an open loop stays until its result is told. */
static int run_window(struct runner *runner, const char *name, double seconds, uint64_t seed)
{
    if (seconds <= 0)
        return 0;
    open_loop_free(&runner->open_loop);
    if (is_open_loop(runner) &&
        open_loop_prepare(&runner->open_loop, &runner->job, seconds, seed, &runner->failure) < 0)
        return -1;
    event_started(name);
    window_begin(&runner->window, seconds);
    if ((is_open_loop(runner) ? loop_open_window(&runner->loop, &runner->window, &runner->open_loop)
                              : loop_window(&runner->loop, &runner->window)) < 0)
        return -1;
    window_end(&runner->window);
    event_finished(name, &runner->window);
    return 0;
}

static int measure(struct runner *runner)
{
    const struct job *job = &runner->job;
    if (loop_open(&runner->loop, &runner->plan, &runner->failure) < 0)
        return -1;
    say_ready(&runner->plan);
    if (run_window(runner, "warmup", job->warmup_seconds, job->seed + 1) < 0 ||
        run_window(runner, "measure", job->measure_seconds, job->seed) < 0)
        return -1;
    const struct open_loop *loop = is_open_loop(runner) ? &runner->open_loop : NULL;
    return event_result(&runner->window, loop) < 0 ? fail(&runner->failure, FAIL_DRIVER, "no memory left") : 0;
}

static int run(struct runner *runner, const char *line)
{
    if (job_read(&runner->job, line, &runner->failure) < 0)
        return -1;
    if (strcmp(runner->job.driver, DRIVER) != 0)
        return fail(&runner->failure, FAIL_BAD_JOB, "driver: this runner has no \"%s\"", runner->job.driver);
    int status = plan_read(&runner->plan, &runner->job, &runner->failure);
    if (status == 0) {
        say_hello(&runner->plan);
        status = measure(runner);
        loop_close(&runner->loop);
    }
    plan_free(&runner->plan);
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
