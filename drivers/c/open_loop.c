#include "open_loop.h"

#include <stdlib.h>

#define LATE_NS 1000000u

int open_loop_prepare(struct open_loop *loop, const struct job *job, double seconds, uint64_t seed,
                      struct failure *failure)
{
    *loop = (struct open_loop){.connections = job->connections};
    loop->idle = calloc(job->connections, sizeof *loop->idle);
    if (!loop->idle || schedule_make(&loop->schedule, &job->arrivals, seconds, seed) < 0)
        return fail(failure, FAIL_DRIVER, "no memory left");
    return 0;
}

void open_loop_answered(struct open_loop *loop, void *connection)
{
    loop->idle[(loop->first_idle + loop->idle_count++) % loop->connections] = connection;
}

static void *take_idle(struct open_loop *loop)
{
    void *connection = loop->idle[loop->first_idle];
    loop->first_idle = (loop->first_idle + 1) % loop->connections;
    loop->idle_count--;
    return connection;
}

static uint64_t next_due_ns(const struct open_loop *loop)
{
    return loop->window->begun_ns + loop->schedule.due_ns[loop->next];
}

static int may_start(const struct open_loop *loop)
{
    return loop->idle_count > 0 && loop->next < loop->schedule.count;
}

static int start(struct open_loop *loop, const struct open_client *client, uint64_t now)
{
    uint64_t due = next_due_ns(loop), lateness = now - due;
    loop->next++;
    loop->late += lateness > LATE_NS;
    if (lateness > loop->max_lateness_ns)
        loop->max_lateness_ns = lateness;
    return client->start(client->self, take_idle(loop), due);
}

/* Start what is due; after the window's end nothing is left to be started. */
static int start_due(struct open_loop *loop, const struct open_client *client)
{
    while (may_start(loop)) {
        uint64_t now = now_ns();
        if (!window_is_open(loop->window, now))
            loop->next = loop->schedule.count;
        else if (next_due_ns(loop) > now)
            return 0;
        else if (start(loop, client, now) < 0)
            return -1;
    }
    return 0;
}

int open_loop_run(struct open_loop *loop, struct window *window, const struct open_client *client)
{
    loop->window = window;
    for (;;) {
        if (start_due(loop, client) < 0)
            return -1;
        if (!may_start(loop) && loop->idle_count == loop->connections)
            return 0;
        if (client->wait(client->self, may_start(loop) ? next_due_ns(loop) : NEVER) < 0)
            return -1;
    }
}

void open_loop_free(struct open_loop *loop)
{
    schedule_free(&loop->schedule);
    free(loop->idle);
    *loop = (struct open_loop){0};
}
