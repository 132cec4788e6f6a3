#include "scram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base64.h"

#define NONCE_BYTES 24
#define MOST_SALT_BYTES 200
#define MOST_ITERATIONS 10000000ul

int scram_first(struct scram *scram, char message[SCRAM_MESSAGE_BYTES])
{
    uint8_t random[NONCE_BYTES];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return -1;
    base64_encode(random, sizeof random, scram->nonce);
    /* PostgreSQL takes the user from the start-up message. */
    snprintf(scram->client_first, sizeof scram->client_first, "n=,r=%s", scram->nonce);
    snprintf(message, SCRAM_MESSAGE_BYTES, "n,,%s", scram->client_first);
    return 0;
}

struct challenge {
    char nonce[256];
    uint8_t salt[MOST_SALT_BYTES];
    size_t salt_length;
    unsigned iterations;
};

/* r=nonce,s=salt,i=iterations */
static int read_challenge(const char *text, struct challenge *challenge)
{
    const char *salt = strstr(text, ",s="), *iterations = salt ? strstr(salt + 1, ",i=") : NULL;
    if (strncmp(text, "r=", 2) != 0 || !iterations || (size_t)(salt - text) >= sizeof challenge->nonce)
        return -1;
    size_t length = (size_t)(salt - text - 2);
    memcpy(challenge->nonce, text + 2, length);
    challenge->nonce[length] = 0;
    int salted = base64_decode(salt + 3, (size_t)(iterations - salt - 3), challenge->salt, MOST_SALT_BYTES);
    unsigned long count = strtoul(iterations + 3, NULL, 10);
    if (salted < 1 || count < 1 || count > MOST_ITERATIONS)
        return -1;
    challenge->salt_length = (size_t)salted;
    challenge->iterations = (unsigned)count;
    return 0;
}

/* The proof for this exchange, and the signature that the server will have to give. */
static void prove(struct scram *scram, const char *password, const struct challenge *challenge,
                  const char *exchange, uint8_t proof[SHA256_BYTES])
{
    uint8_t salted[SHA256_BYTES], client_key[SHA256_BYTES], stored_key[SHA256_BYTES], server_key[SHA256_BYTES];
    struct sha256 hash;
    pbkdf2_sha256(password, challenge->salt, challenge->salt_length, challenge->iterations, salted);
    hmac_sha256(salted, sizeof salted, "Client Key", 10, client_key);
    sha256_start(&hash);
    sha256_add(&hash, client_key, sizeof client_key);
    sha256_end(&hash, stored_key);
    hmac_sha256(stored_key, sizeof stored_key, exchange, strlen(exchange), proof);
    for (int i = 0; i < SHA256_BYTES; i++)
        proof[i] ^= client_key[i];
    hmac_sha256(salted, sizeof salted, "Server Key", 10, server_key);
    hmac_sha256(server_key, sizeof server_key, exchange, strlen(exchange), scram->server_signature);
}

int scram_final(struct scram *scram, const char *password, const char *server_first,
                char message[SCRAM_MESSAGE_BYTES])
{
    struct challenge challenge;
    char exchange[2 * SCRAM_MESSAGE_BYTES], without_proof[300], text[BASE64_ROOM(SHA256_BYTES)];
    uint8_t proof[SHA256_BYTES];
    if (strlen(server_first) >= SCRAM_MESSAGE_BYTES || read_challenge(server_first, &challenge) < 0 ||
        strncmp(challenge.nonce, scram->nonce, strlen(scram->nonce)) != 0)
        return -1;
    snprintf(without_proof, sizeof without_proof, "c=biws,r=%s", challenge.nonce);
    snprintf(exchange, sizeof exchange, "%s,%s,%s", scram->client_first, server_first, without_proof);
    prove(scram, password, &challenge, exchange, proof);
    base64_encode(proof, sizeof proof, text);
    snprintf(message, SCRAM_MESSAGE_BYTES, "%s,p=%s", without_proof, text);
    return 0;
}

int scram_is_proven(const struct scram *scram, const char *server_final)
{
    char expected[2 + BASE64_ROOM(SHA256_BYTES)] = "v=";
    base64_encode(scram->server_signature, SHA256_BYTES, expected + 2);
    return strcmp(server_final, expected) == 0;
}
