/*
 * replay-server RECORDING [--port PORT] [--unix DIRECTORY]
 *
 * Answers PostgreSQL clients from a recording, on 127.0.0.1 and on a unix
 * socket. Says on stdout, a line of JSON each, where it listens, and what it
 * served: on SIGUSR1, and when SIGTERM or SIGINT ends it.
 */
#define _GNU_SOURCE /* accept4 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "session.h"
#include "statistics.h"

#define EXIT_USAGE 2
#define MAX_CLIENTS 1024
#define FIRST_BUFFER_BYTES (64 * 1024)
#define EVENTS_AT_ONCE 64
#define BACKLOG 512

enum kind { KIND_LISTENER, KIND_SIGNALS, KIND_CLIENT };

struct source {
    enum kind kind;
    int descriptor;
    int is_tcp;
};

struct client {
    struct source source; /* first in all that epoll tells of */
    struct session session;
    uint8_t *buffer;
    size_t length, capacity;
    uint32_t interest;
    struct client *previous, *next; /* among those that are open, or dead */
};

struct server {
    int epoll;
    struct recording recording;
    struct totals totals;
    struct client *open;
    struct client *dead; /* freed once no event can name them any more */
    char socket_path[sizeof((struct sockaddr_un *)0)->sun_path];
};

static void die(const char *what)
{
    fprintf(stderr, "replay-server: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(struct server *server, int descriptor, uint32_t events, void *subject, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = subject};
    if (epoll_ctl(server->epoll, operation, descriptor, &event) < 0)
        die("epoll_ctl");
}

static void bury(struct server *server, struct client *client)
{
    server->totals.open--;
    if (client->next)
        client->next->previous = client->previous;
    if (client->previous)
        client->previous->next = client->next;
    else
        server->open = client->next;
    close(client->source.descriptor);
    session_free(&client->session);
    free(client->buffer);
    client->source.descriptor = -1;
    client->next = server->dead;
    server->dead = client;
}

static void free_the_dead(struct server *server)
{
    while (server->dead) {
        struct client *client = server->dead;
        server->dead = client->next;
        free(client);
    }
}

static void be_interested(struct server *server, struct client *client, uint32_t interest)
{
    if (client->interest != interest)
        watch(server, client->source.descriptor, interest, client, EPOLL_CTL_MOD);
    client->interest = interest;
}

/* Send, and answer what is in the buffer, until nothing is left to do, or the client is gone. */
static void serve(struct server *server, struct client *client)
{
    struct session *session = &client->session;
    for (;;) {
        enum sent sent = output_send(&session->output, client->source.descriptor);
        if (sent == SENT_FAILED || session->phase == PHASE_ENDED) {
            bury(server, client);
            return;
        }
        if (sent == SENT_SOME) {
            /* No further questions are read before the answers are gone. */
            be_interested(server, client, EPOLLOUT);
            return;
        }
        size_t used = session_consume(session, client->buffer, client->length);
        if (used == 0 && output_is_empty(&session->output) && session->phase != PHASE_ENDED) {
            be_interested(server, client, EPOLLIN);
            return;
        }
        client->length -= used;
        if (client->length && used)
            memmove(client->buffer, client->buffer + used, client->length);
    }
}

static int make_room(struct client *client)
{
    if (client->length < client->capacity)
        return 0;
    /* A message that is too long is refused by the session before this grows far. */
    size_t capacity = client->capacity ? 2 * client->capacity : FIRST_BUFFER_BYTES;
    uint8_t *buffer = realloc(client->buffer, capacity);
    if (!buffer)
        return -1;
    client->buffer = buffer;
    client->capacity = capacity;
    return 0;
}

static void read_questions(struct server *server, struct client *client)
{
    if (make_room(client) < 0) {
        bury(server, client);
        return;
    }
    ssize_t got = recv(client->source.descriptor, client->buffer + client->length, client->capacity - client->length, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        bury(server, client);
        return;
    }
    client->length += (size_t)got;
    serve(server, client);
}

static void on_client(struct server *server, struct client *client)
{
    if (client->source.descriptor < 0)
        return;
    if (client->interest == EPOLLOUT)
        serve(server, client);
    else
        read_questions(server, client);
}

static void on_connection(struct server *server, const struct source *listener)
{
    int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0)
        return;
    struct client *client = server->totals.open < MAX_CLIENTS ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        close(descriptor);
        return;
    }
    int on = 1;
    if (listener->is_tcp)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client->source = (struct source){KIND_CLIENT, descriptor, listener->is_tcp};
    client->interest = EPOLLIN;
    session_start(&client->session, &server->recording, &server->totals.refused);
    client->next = server->open;
    if (client->next)
        client->next->previous = client;
    server->open = client;
    server->totals.open++;
    server->totals.connections++;
    watch(server, descriptor, EPOLLIN, client, EPOLL_CTL_ADD);
}

/* Returns 0 when the server is to end. */
static int on_signal(struct server *server, const struct source *signals)
{
    struct signalfd_siginfo got;
    if (read(signals->descriptor, &got, sizeof got) != (ssize_t)sizeof got)
        return 1;
    print_statistics(stdout, &server->recording, &server->totals);
    return got.ssi_signo == SIGUSR1;
}

static void run(struct server *server)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    for (;;) {
        int count = epoll_wait(server->epoll, events, EVENTS_AT_ONCE, -1);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++) {
            const struct source *source = events[i].data.ptr;
            if (source->kind == KIND_CLIENT)
                on_client(server, events[i].data.ptr);
            else if (source->kind == KIND_LISTENER)
                on_connection(server, source);
            else if (!on_signal(server, source))
                return;
        }
        free_the_dead(server);
    }
}

static int listen_tcp(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int on = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        die("socket");
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, (struct sockaddr *)&address, size) < 0)
        die("cannot listen on this port");
    if (listen(descriptor, BACKLOG) < 0 || getsockname(descriptor, (struct sockaddr *)&address, &size) < 0)
        die("listen");
    *port = ntohs(address.sin_port);
    return descriptor;
}

static int listen_unix(struct server *server, const char *directory, uint16_t port)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t room = sizeof address.sun_path;
    if ((size_t)snprintf(address.sun_path, room, "%s/.s.PGSQL.%u", directory, port) >= room) {
        errno = ENAMETOOLONG;
        die(directory);
    }
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(descriptor, BACKLOG) < 0)
        die(address.sun_path);
    memcpy(server->socket_path, address.sun_path, room);
    return descriptor;
}

static struct source block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct source source = {KIND_SIGNALS, signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC), 0};
    if (source.descriptor < 0)
        die("signalfd");
    return source;
}

struct arguments {
    const char *recording;
    const char *directory;
    uint16_t port;
};

static int read_arguments(int count, char **words, struct arguments *arguments)
{
    *arguments = (struct arguments){NULL, NULL, 0};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--port") == 0 && i + 1 < count) {
            char *end;
            unsigned long port = strtoul(words[++i], &end, 10);
            if (*end || end == words[i] || port > UINT16_MAX)
                return -1;
            arguments->port = (uint16_t)port;
        } else if (strcmp(words[i], "--unix") == 0 && i + 1 < count) {
            arguments->directory = words[++i];
        } else if (words[i][0] != '-' && !arguments->recording) {
            arguments->recording = words[i];
        } else {
            return -1;
        }
    }
    return arguments->recording ? 0 : -1;
}

int main(int count, char **words)
{
    struct server server = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct arguments arguments;
    char why[512];
    if (read_arguments(count, words, &arguments) < 0) {
        fprintf(stderr, "usage: replay-server RECORDING [--port PORT] [--unix DIRECTORY]\n");
        return EXIT_USAGE;
    }
    if (recording_load(&server.recording, arguments.recording, why, sizeof why) < 0) {
        fprintf(stderr, "replay-server: %s\n", why);
        return 1;
    }
    struct source signals = block_signals();
    watch(&server, signals.descriptor, EPOLLIN, &signals, EPOLL_CTL_ADD);
    struct source tcp = {KIND_LISTENER, listen_tcp(&arguments.port), 1};
    watch(&server, tcp.descriptor, EPOLLIN, &tcp, EPOLL_CTL_ADD);
    struct source local = {KIND_LISTENER, -1, 0};
    if (arguments.directory) {
        local.descriptor = listen_unix(&server, arguments.directory, arguments.port);
        watch(&server, local.descriptor, EPOLLIN, &local, EPOLL_CTL_ADD);
    }
    printf("{\"event\": \"listening\", \"port\": %u}\n", arguments.port);
    fflush(stdout);
    run(&server);
    if (arguments.directory)
        unlink(server.socket_path);
    while (server.open)
        bury(&server, server.open);
    free_the_dead(&server);
    recording_free(&server.recording);
    return 0;
}
