/* The client's side of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). */
#ifndef SCRAM_H
#define SCRAM_H

#include <stddef.h>

#include "sha256.h"

#define SCRAM_MESSAGE_BYTES 1024

struct scram {
    char nonce[33];
    char client_first[64];
    uint8_t server_signature[SHA256_BYTES];
};

/* The first message to send; -1: no random numbers. */
int scram_first(struct scram *scram, char message[SCRAM_MESSAGE_BYTES]);

/* The answer to the server's first message; -1: it is not what the RFC says. */
int scram_final(struct scram *scram, const char *password, const char *server_first,
                char message[SCRAM_MESSAGE_BYTES]);

/* Whether the server's last message proves that it knows the password. */
int scram_is_proven(const struct scram *scram, const char *server_final);

#endif
