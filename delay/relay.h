/*
 * Connections whose bytes are passed on later than they come, in their order.
 *
 * What is read from one end becomes a piece that is due half a round trip's
 * delay afterwards. As that time is the same for all pieces, they wait in one
 * queue, in the order of their reading; one timer serves it. A piece that is
 * due waits at its flow until the other end takes it.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdint.h>
#include <sys/socket.h>

enum kind { KIND_LISTENER, KIND_SIGNALS, KIND_TIMER, KIND_END };

struct source {
    enum kind kind;
    int descriptor;
};

struct end;
struct piece;
struct connection;

struct relay {
    int epoll;
    struct source timer;
    uint64_t delay_ns;                /* in each direction */
    struct sockaddr_storage server;
    socklen_t server_size;
    struct piece *first, *last;       /* on their way, by the time at which they are due */
    struct connection *open, *closed; /* closed: freed once no event and no piece names them */
    unsigned count;
};

/* Prints the reason and ends the program. */
void die(const char *what);

void relay_watch(struct relay *relay, int descriptor, uint32_t events, void *subject, int operation);
void relay_open(struct relay *relay);
void relay_accept(struct relay *relay, int listener);
void relay_on_end(struct relay *relay, struct end *end, uint32_t events);
void relay_on_timer(struct relay *relay);
void relay_free_closed(struct relay *relay);
void relay_free(struct relay *relay);

#endif
