#include "drain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

#define BUFFER_BYTES (256 * 1024)
#define EVENTS_AT_ONCE 64
#define KEPT_ERROR_BYTES 1000

/* One connection, and how far it has read the answer. */
struct drained {
    int descriptor;
    uint8_t head[HEADER_BYTES]; /* of a message that has not come whole */
    unsigned head_length;
    size_t body_left;
    uint64_t rows, start_ns;
    int is_ready;               /* ReadyForQuery has come */
    int is_error;               /* the message under way is an ErrorResponse */
    uint8_t error[KEPT_ERROR_BYTES];
    size_t error_length;
};

static void begin_message(struct drained *connection, const uint8_t *head)
{
    connection->rows += head[0] == 'D';
    connection->is_ready = head[0] == 'Z';
    connection->is_error = head[0] == 'E';
}

static void keep_error(struct drained *connection, const uint8_t *at, size_t length)
{
    size_t room = KEPT_ERROR_BYTES - connection->error_length;
    size_t kept = length < room ? length : room;
    memcpy(connection->error + connection->error_length, at, kept);
    connection->error_length += kept;
}

/* Walk over what has come; -1: it is no message. */
static int discard(struct drained *connection, const uint8_t *at, size_t length)
{
    while (length) {
        if (connection->body_left) {
            size_t here = length < connection->body_left ? length : connection->body_left;
            if (connection->is_error)
                keep_error(connection, at, here);
            connection->body_left -= here;
            at += here;
            length -= here;
            continue;
        }
        const uint8_t *head = at;
        size_t used = HEADER_BYTES;
        if (connection->head_length || length < HEADER_BYTES) {
            used = HEADER_BYTES - connection->head_length;
            used = used < length ? used : length;
            memcpy(connection->head + connection->head_length, at, used);
            connection->head_length += (unsigned)used;
            head = connection->head;
        }
        at += used;
        length -= used;
        if (head == connection->head && connection->head_length < HEADER_BYTES)
            return 0;
        connection->head_length = 0;
        if (read_u32(head + 1) < LENGTH_BYTES)
            return -1;
        connection->body_left = read_u32(head + 1) - LENGTH_BYTES;
        begin_message(connection, head);
    }
    return 0;
}

/* What has come of the answer; afterwards `is_done` tells whether that was all of it. */
static int read_some(struct drain *drain, struct drained *connection, struct failure *failure)
{
    ssize_t got = recv(connection->descriptor, drain->buffer, BUFFER_BYTES, 0);
    if (got < 0)
        return errno == EINTR ? 0 : fail(failure, FAIL_DRIVER, "cannot read from the server: %s", strerror(errno));
    if (got == 0)
        return fail(failure, FAIL_DRIVER, "the server closed the connection");
    if (discard(connection, drain->buffer, (size_t)got) < 0)
        return fail(failure, FAIL_DRIVER, "the server does not speak PostgreSQL's protocol");
    return 0;
}

static int is_done(const struct drained *connection)
{
    return connection->is_ready && connection->body_left == 0 && connection->head_length == 0;
}

static int ask(struct drain *drain, struct drained *connection, struct failure *failure)
{
    connection->rows = 0;
    connection->is_ready = 0;
    return send_all(connection->descriptor, &drain->question, failure);
}

static int check(const struct drain *drain, const struct drained *connection, enum failure_kind kind,
                 struct failure *failure)
{
    if (connection->error_length) {
        fail_with_error_response(failure, connection->error, connection->error_length);
        return -1;
    }
    if (connection->rows != drain->job->expected_rows)
        return fail(failure, kind, "the answer has %" PRIu64 " rows, expected %" PRIu64, connection->rows,
                    drain->job->expected_rows);
    return 0;
}

static int prepare(struct drain *drain, struct drained *connection, struct failure *failure)
{
    if ((connection->descriptor = connection_open(drain->job, failure)) < 0 ||
        connection_prepare(connection->descriptor, drain->job->sql, &drain->columns, failure) < 0)
        return -1;
    if (drain->columns != (int)drain->job->columns)
        return fail(failure, FAIL_WRONG_ANSWER, "the answer has %d columns, expected %u", drain->columns,
                    drain->job->columns);
    if (ask(drain, connection, failure) < 0)
        return -1;
    while (!is_done(connection))
        if (read_some(drain, connection, failure) < 0)
            return -1;
    if (check(drain, connection, FAIL_WRONG_ANSWER, failure) < 0)
        return -1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(drain->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) < 0)
        return fail(failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
    return 0;
}

/* A runner whose events nobody reads stops; NULL stands for that in epoll's answers. */
static void watch_stdout(const struct drain *drain)
{
    struct epoll_event event = {.events = 0, .data.ptr = NULL};
    /* Refused for a file, which nobody can close. */
    (void)epoll_ctl(drain->epoll, EPOLL_CTL_ADD, STDOUT_FILENO, &event);
}

int drain_open(struct drain *drain, const struct job *job, struct failure *failure)
{
    memset(drain, 0, sizeof *drain);
    drain->job = job;
    drain->epoll = epoll_create1(EPOLL_CLOEXEC);
    drain->connections = calloc(job->connections, sizeof *drain->connections);
    drain->buffer = malloc(BUFFER_BYTES);
    if (drain->epoll < 0 || !drain->connections || !drain->buffer)
        return fail(failure, FAIL_DRIVER, "no memory left");
    watch_stdout(drain);
    if (connection_question(job, &drain->question, failure) < 0)
        return -1;
    for (unsigned i = 0; i < job->connections; i++) {
        drain->connections[i].descriptor = -1;
        drain->count++;
        if (prepare(drain, &drain->connections[i], failure) < 0)
            return -1;
    }
    return 0;
}

static int start(struct drain *drain, struct drained *connection, uint64_t at_ns, struct failure *failure)
{
    connection->start_ns = at_ns;
    return ask(drain, connection, failure);
}

/* Read from one connection; 1: its answer is complete, and recorded. */
static int turn(struct drain *drain, struct drained *connection, struct window *window, struct failure *failure)
{
    if (!connection)
        return fail(failure, FAIL_DRIVER, "nobody reads the events any more");
    if (read_some(drain, connection, failure) < 0)
        return -1;
    if (!is_done(connection))
        return 0;
    uint64_t now = now_ns();
    if (check(drain, connection, FAIL_DRIVER, failure) < 0)
        return -1;
    window_record(window, connection->start_ns, now, connection->rows);
    return 1;
}

/* What follows an answer in a closed loop; `running` counts those whose answer is not complete. */
static int go_on(struct drain *drain, struct drained *connection, const struct window *window, unsigned *running,
                 struct failure *failure)
{
    uint64_t now = window->last_end_ns;
    if (window_is_open(window, now))
        return start(drain, connection, now, failure);
    --*running;
    return 0;
}

static int wait_for_events(const struct drain *drain, struct epoll_event *events, struct failure *failure)
{
    int count = epoll_wait(drain->epoll, events, EVENTS_AT_ONCE, -1);
    if (count < 0 && errno != EINTR)
        return fail(failure, FAIL_DRIVER, "epoll: %s", strerror(errno));
    return count < 0 ? 0 : count;
}

int drain_window(struct drain *drain, struct window *window, struct failure *failure)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    unsigned running = drain->count;
    for (unsigned i = 0; i < drain->count; i++)
        if (start(drain, &drain->connections[i], now_ns(), failure) < 0)
            return -1;
    while (running) {
        int count = wait_for_events(drain, events, failure);
        if (count < 0)
            return -1;
        for (int i = 0; i < count; i++) {
            struct drained *connection = events[i].data.ptr;
            int is_answered = turn(drain, connection, window, failure);
            if (is_answered < 0 || (is_answered && go_on(drain, connection, window, &running, failure) < 0))
                return -1;
        }
    }
    return 0;
}

/* What the functions of an open loop work with. */
struct open_drain {
    struct drain *drain;
    struct window *window;
    struct open_loop *loop;
    struct wakeup wakeup;
    struct failure *failure;
};

static int start_due(void *self, void *connection, uint64_t due_ns)
{
    struct open_drain *open = self;
    return start(open->drain, connection, due_ns, open->failure);
}

static int wait_for_answers(void *self, uint64_t until_ns)
{
    struct open_drain *open = self;
    struct epoll_event events[EVENTS_AT_ONCE];
    if (wakeup_set(&open->wakeup, until_ns, open->failure) < 0)
        return -1;
    int count = wait_for_events(open->drain, events, open->failure);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == &open->wakeup)
            continue;
        int is_answered = turn(open->drain, events[i].data.ptr, open->window, open->failure);
        if (is_answered < 0)
            return -1;
        if (is_answered)
            open_loop_answered(open->loop, events[i].data.ptr);
    }
    return count < 0 ? -1 : 0;
}

int drain_open_window(struct drain *drain, struct window *window, struct open_loop *loop, struct failure *failure)
{
    struct open_drain open = {.drain = drain, .window = window, .loop = loop, .failure = failure};
    const struct open_client functions = {&open, start_due, wait_for_answers};
    for (unsigned i = 0; i < drain->count; i++)
        open_loop_answered(loop, &drain->connections[i]);
    int status = wakeup_open(&open.wakeup, drain->epoll, failure);
    if (status == 0)
        status = open_loop_run(loop, window, &functions);
    wakeup_close(&open.wakeup);
    return status;
}

void drain_close(struct drain *drain)
{
    static const uint8_t terminate[] = {'X', 0, 0, 0, LENGTH_BYTES};
    for (unsigned i = 0; i < drain->count; i++) {
        if (drain->connections[i].descriptor < 0)
            continue;
        /* Whether it arrives makes no difference any more. */
        (void)!send(drain->connections[i].descriptor, terminate, sizeof terminate, MSG_NOSIGNAL);
        close(drain->connections[i].descriptor);
    }
    if (drain->epoll >= 0)
        close(drain->epoll);
    free(drain->connections);
    free(drain->buffer);
    message_free(&drain->question);
}
