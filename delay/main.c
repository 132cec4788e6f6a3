/*
 * delay-proxy MICROSECONDS HOST PORT
 *
 * Passes connections to 127.0.0.1 on to a server, so that each round trip takes
 * so many microseconds longer, half of them in each direction. Says on stdout,
 * in a line of JSON, at which port it listens; SIGTERM and SIGINT end it.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "relay.h"

#define EXIT_USAGE 2
#define EVENTS_AT_ONCE 64
#define BACKLOG 512
#define MOST_MICROSECONDS 10000000ul
#define NS_PER_MICROSECOND 1000u

static void run(struct relay *relay)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    for (;;) {
        int count = epoll_wait(relay->epoll, events, EVENTS_AT_ONCE, -1);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++) {
            const struct source *source = events[i].data.ptr;
            if (source->kind == KIND_SIGNALS)
                return;
            if (source->kind == KIND_LISTENER)
                relay_accept(relay, source->descriptor);
            else if (source->kind == KIND_TIMER)
                relay_on_timer(relay);
            else
                relay_on_end(relay, events[i].data.ptr, events[i].events);
        }
        relay_free_closed(relay);
    }
}

static int listen_tcp(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, size) < 0 ||
        listen(descriptor, BACKLOG) < 0 || getsockname(descriptor, (struct sockaddr *)&address, &size) < 0)
        die("cannot listen");
    *port = ntohs(address.sin_port);
    return descriptor;
}

static struct source block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct source source = {KIND_SIGNALS, signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (source.descriptor < 0)
        die("signalfd");
    return source;
}

/* Every connection takes two descriptors. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int find_server(struct relay *relay, const char *host, const char *port)
{
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error) {
        fprintf(stderr, "delay-proxy: %s: %s\n", host, gai_strerror(error));
        return -1;
    }
    memcpy(&relay->server, found->ai_addr, found->ai_addrlen);
    relay->server_size = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

static int read_delay(struct relay *relay, const char *word)
{
    char *end;
    unsigned long microseconds = strtoul(word, &end, 10);
    if (*end || end == word || *word == '-' || microseconds > MOST_MICROSECONDS)
        return -1;
    relay->delay_ns = (uint64_t)microseconds * NS_PER_MICROSECOND / 2;
    return 0;
}

int main(int count, char **words)
{
    struct relay relay = {0};
    if (count != 4 || read_delay(&relay, words[1]) < 0) {
        fprintf(stderr, "usage: delay-proxy MICROSECONDS HOST PORT\n");
        return EXIT_USAGE;
    }
    if (find_server(&relay, words[2], words[3]) < 0)
        return 1;
    raise_limit();
    relay_open(&relay);
    struct source signals = block_signals();
    relay_watch(&relay, signals.descriptor, EPOLLIN, &signals, EPOLL_CTL_ADD);
    unsigned port;
    struct source listener = {KIND_LISTENER, listen_tcp(&port)};
    relay_watch(&relay, listener.descriptor, EPOLLIN, &listener, EPOLL_CTL_ADD);
    printf("{\"event\": \"listening\", \"port\": %u}\n", port);
    fflush(stdout);
    run(&relay);
    relay_free(&relay);
    return 0;
}
