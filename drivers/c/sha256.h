/* SHA-256 (FIPS 180-4), HMAC (RFC 2104) and PBKDF2 (RFC 8018), for SCRAM. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

void hmac_sha256(const void *key, size_t key_length, const void *text, size_t text_length,
                 uint8_t digest[SHA256_BYTES]);

/* One block of the derived key, which is all that SCRAM wants. */
void pbkdf2_sha256(const char *password, const uint8_t *salt, size_t salt_length, unsigned iterations,
                   uint8_t key[SHA256_BYTES]);

#endif
