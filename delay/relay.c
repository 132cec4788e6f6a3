#define _GNU_SOURCE /* accept4 */
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 4096
#define MOST_HELD_BYTES (4u << 20) /* of one direction; what is beyond stays with its sender */
#define READ_BYTES (64 * 1024)
#define NS_PER_SECOND 1000000000ull

/* What was read at once; without bytes it is the end of what its end sends. */
struct piece {
    struct piece *next;
    struct connection *connection;
    unsigned from; /* the end that it was read from */
    uint64_t due_ns;
    size_t length, written;
    uint8_t bytes[];
};

/* From one end to the other. */
struct flow {
    struct piece *first, *last; /* due, and not yet taken */
    size_t held;                /* bytes read and not yet written */
    int is_read;                /* nothing more is read */
    int is_over;                /* nothing more is written */
};

struct end {
    struct source source; /* first in all that epoll tells of */
    struct connection *connection;
    uint32_t interest;    /* none: epoll does not know it */
};

struct connection {
    struct end ends[2];   /* the client's, the server's */
    struct flow flows[2]; /* by the end that they are read from */
    unsigned on_their_way;
    int is_connecting;
    struct connection *previous, *next;
};

enum { CLIENT = 0, SERVER = 1 };

void die(const char *what)
{
    fprintf(stderr, "delay-proxy: %s: %s\n", what, strerror(errno));
    exit(1);
}

void relay_watch(struct relay *relay, int descriptor, uint32_t events, void *subject, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = subject};
    if (epoll_ctl(relay->epoll, operation, descriptor, &event) < 0)
        die("epoll_ctl");
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void set_timer(struct relay *relay)
{
    struct itimerspec when = {0};
    if (relay->first) {
        when.it_value.tv_sec = (time_t)(relay->first->due_ns / NS_PER_SECOND);
        when.it_value.tv_nsec = (long)(relay->first->due_ns % NS_PER_SECOND);
    }
    if (timerfd_settime(relay->timer.descriptor, TFD_TIMER_ABSTIME, &when, NULL) < 0)
        die("timerfd_settime");
}

static void forget_pieces(struct flow *flow)
{
    while (flow->first) {
        struct piece *piece = flow->first;
        flow->first = piece->next;
        free(piece);
    }
    flow->last = NULL;
}

static void close_connection(struct relay *relay, struct connection *connection)
{
    for (int i = 0; i < 2; i++) {
        close(connection->ends[i].source.descriptor);
        connection->ends[i].source.descriptor = -1;
        forget_pieces(&connection->flows[i]);
        connection->flows[i].is_over = 1;
    }
    if (connection->next)
        connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        relay->open = connection->next;
    connection->next = relay->closed;
    relay->closed = connection;
    relay->count--;
}

static int is_closed(const struct connection *connection)
{
    return connection->ends[CLIENT].source.descriptor < 0;
}

static uint32_t wanted(const struct connection *connection, unsigned which)
{
    const struct flow *from = &connection->flows[which], *to = &connection->flows[1 - which];
    if (which == SERVER && connection->is_connecting)
        return EPOLLOUT;
    int is_readable = !from->is_read && !from->is_over && from->held < MOST_HELD_BYTES;
    return (is_readable ? EPOLLIN : 0u) | (to->first ? EPOLLOUT : 0u);
}

/* An end without interest is not watched at all: its errors would be told again and again. */
static void be_interested(struct relay *relay, struct connection *connection)
{
    for (unsigned which = 0; which < 2; which++) {
        struct end *end = &connection->ends[which];
        uint32_t interest = wanted(connection, which);
        if (interest == end->interest)
            continue;
        int operation = !end->interest ? EPOLL_CTL_ADD : interest ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
        relay_watch(relay, end->source.descriptor, interest, end, operation);
        end->interest = interest;
    }
}

/* Nothing that the flow holds or will get can arrive. */
static void break_flow(struct flow *flow)
{
    forget_pieces(flow);
    flow->is_over = 1;
}

static void take_piece(struct flow *flow)
{
    struct piece *piece = flow->first;
    flow->first = piece->next;
    if (!flow->first)
        flow->last = NULL;
    flow->held -= piece->length;
    free(piece);
}

/* Write what is due to the other end, as far as that takes it. */
static void write_due(struct connection *connection, unsigned from)
{
    struct flow *flow = &connection->flows[from];
    int descriptor = connection->ends[1 - from].source.descriptor;
    if (from == CLIENT && connection->is_connecting)
        return;
    while (flow->first) {
        struct piece *piece = flow->first;
        if (!piece->length) {
            shutdown(descriptor, SHUT_WR);
            break_flow(flow);
            return;
        }
        ssize_t sent = send(descriptor, piece->bytes + piece->written, piece->length - piece->written, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (sent < 0) {
            break_flow(flow);
            return;
        }
        piece->written += (size_t)sent;
        if (piece->written < piece->length)
            return;
        take_piece(flow);
    }
}

/* Go on with a connection after something was read, written or has become due. */
static void settle(struct relay *relay, struct connection *connection)
{
    if (connection->flows[CLIENT].is_over && connection->flows[SERVER].is_over)
        close_connection(relay, connection);
    else
        be_interested(relay, connection);
}

static void send_on_its_way(struct relay *relay, struct connection *connection, unsigned from, const uint8_t *bytes,
                            size_t length)
{
    struct piece *piece = malloc(sizeof *piece + length);
    if (!piece)
        die("no memory left");
    *piece = (struct piece){.connection = connection, .from = from, .length = length};
    piece->due_ns = now_ns() + relay->delay_ns;
    if (length)
        memcpy(piece->bytes, bytes, length);
    connection->on_their_way++;
    connection->flows[from].held += length;
    if (relay->last) {
        relay->last->next = piece;
        relay->last = piece;
        return;
    }
    relay->first = relay->last = piece;
    set_timer(relay);
}

static void read_from(struct relay *relay, struct connection *connection, unsigned which)
{
    static uint8_t buffer[READ_BYTES]; /* one thread */
    struct flow *flow = &connection->flows[which];
    if (flow->is_read || flow->is_over)
        return;
    ssize_t got = recv(connection->ends[which].source.descriptor, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* An error is an end too: what was sent before it still arrives. */
    flow->is_read = got <= 0;
    send_on_its_way(relay, connection, which, buffer, got > 0 ? (size_t)got : 0);
}

static void on_connected(struct relay *relay, struct connection *connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection->ends[SERVER].source.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        close_connection(relay, connection);
        return;
    }
    connection->is_connecting = 0;
    write_due(connection, CLIENT);
    settle(relay, connection);
}

void relay_on_end(struct relay *relay, struct end *end, uint32_t events)
{
    struct connection *connection = end->connection;
    unsigned which = end == &connection->ends[SERVER];
    if (is_closed(connection))
        return;
    if (which == SERVER && connection->is_connecting) {
        on_connected(relay, connection);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_from(relay, connection, which);
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        write_due(connection, 1 - which);
    settle(relay, connection);
}

/* What is due now goes to its flow, and on from there. */
static void arrive(struct relay *relay, struct piece *piece)
{
    struct connection *connection = piece->connection;
    struct flow *flow = &connection->flows[piece->from];
    connection->on_their_way--;
    piece->next = NULL;
    if (flow->is_over) {
        free(piece);
        return;
    }
    if (flow->last)
        flow->last->next = piece;
    else
        flow->first = piece;
    flow->last = piece;
    write_due(connection, piece->from);
    settle(relay, connection);
}

void relay_on_timer(struct relay *relay)
{
    uint64_t expirations;
    if (read(relay->timer.descriptor, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
        die("timerfd");
    while (relay->first && relay->first->due_ns <= now_ns()) {
        struct piece *piece = relay->first;
        relay->first = piece->next;
        if (!relay->first)
            relay->last = NULL;
        arrive(relay, piece);
    }
    set_timer(relay);
}

static int connect_to_server(const struct relay *relay)
{
    int descriptor = socket(relay->server.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    if (connect(descriptor, (const struct sockaddr *)&relay->server, relay->server_size) < 0 && errno != EINPROGRESS) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static void start(struct relay *relay, struct connection *connection, int client, int server)
{
    int on = 1;
    int descriptors[2] = {client, server};
    for (int i = 0; i < 2; i++) {
        setsockopt(descriptors[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->ends[i] = (struct end){.source = {KIND_END, descriptors[i]}, .connection = connection};
    }
    connection->is_connecting = 1;
    connection->next = relay->open;
    if (connection->next)
        connection->next->previous = connection;
    relay->open = connection;
    relay->count++;
    be_interested(relay, connection);
}

void relay_accept(struct relay *relay, int listener)
{
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return;
    struct connection *connection = relay->count < MOST_CONNECTIONS ? calloc(1, sizeof *connection) : NULL;
    int server = connection ? connect_to_server(relay) : -1;
    if (server < 0) {
        free(connection);
        close(client);
        return;
    }
    start(relay, connection, client, server);
}

void relay_open(struct relay *relay)
{
    relay->epoll = epoll_create1(EPOLL_CLOEXEC);
    relay->timer = (struct source){KIND_TIMER, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    if (relay->epoll < 0 || relay->timer.descriptor < 0)
        die("epoll and timerfd");
    relay_watch(relay, relay->timer.descriptor, EPOLLIN, &relay->timer, EPOLL_CTL_ADD);
}

void relay_free_closed(struct relay *relay)
{
    struct connection **link = &relay->closed;
    while (*link) {
        struct connection *connection = *link;
        if (connection->on_their_way) {
            link = &connection->next;
            continue;
        }
        *link = connection->next;
        free(connection);
    }
}

void relay_free(struct relay *relay)
{
    while (relay->open)
        close_connection(relay, relay->open);
    while (relay->first) {
        struct piece *piece = relay->first;
        relay->first = piece->next;
        piece->connection->on_their_way--;
        free(piece);
    }
    relay_free_closed(relay);
    close(relay->timer.descriptor);
    close(relay->epoll);
}
