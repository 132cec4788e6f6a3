#include "sha256.h"

#include <string.h>

#include "wire.h"

#define BLOCK_BYTES 64

static const uint32_t ROUND_CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int bits)
{
    return value >> bits | value << (32 - bits);
}

static void compress(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[64], v[8];
    for (int i = 0; i < 16; i++)
        words[i] = read_u32(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
                   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t first = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + choice +
                         ROUND_CONSTANTS[i] + words[i];
        uint32_t second = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + majority;
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += first;
        v[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256_start(struct sha256 *hash)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, initial, sizeof initial);
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++) {
        hash->block[hash->length++ % BLOCK_BYTES] = at[i];
        if (hash->length % BLOCK_BYTES == 0)
            compress(hash->state, hash->block);
    }
}

void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_BYTES])
{
    uint64_t bits = hash->length * 8;
    uint8_t length[8];
    write_u32(length, (uint32_t)(bits >> 32));
    write_u32(length + 4, (uint32_t)bits);
    sha256_add(hash, "\x80", 1);
    while (hash->length % BLOCK_BYTES != BLOCK_BYTES - sizeof length)
        sha256_add(hash, "", 1);
    sha256_add(hash, length, sizeof length);
    for (int i = 0; i < 8; i++)
        write_u32(digest + 4 * i, hash->state[i]);
}

void hmac_sha256(const void *key, size_t key_length, const void *text, size_t text_length,
                 uint8_t digest[SHA256_BYTES])
{
    struct sha256 hash;
    uint8_t pad[BLOCK_BYTES] = {0};
    if (key_length > sizeof pad) {
        sha256_start(&hash);
        sha256_add(&hash, key, key_length);
        sha256_end(&hash, pad);
    } else {
        memcpy(pad, key, key_length);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    sha256_start(&hash);
    sha256_add(&hash, pad, sizeof pad);
    sha256_add(&hash, text, text_length);
    sha256_end(&hash, digest);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha256_start(&hash);
    sha256_add(&hash, pad, sizeof pad);
    sha256_add(&hash, digest, SHA256_BYTES);
    sha256_end(&hash, digest);
}

void pbkdf2_sha256(const char *password, const uint8_t *salt, size_t salt_length, unsigned iterations,
                   uint8_t key[SHA256_BYTES])
{
    uint8_t first[256], last[SHA256_BYTES];
    size_t length = strlen(password);
    memcpy(first, salt, salt_length);
    write_u32(first + salt_length, 1);
    hmac_sha256(password, length, first, salt_length + 4, last);
    memcpy(key, last, SHA256_BYTES);
    for (unsigned i = 1; i < iterations; i++) {
        hmac_sha256(password, length, last, SHA256_BYTES, last);
        for (int j = 0; j < SHA256_BYTES; j++)
            key[j] ^= last[j];
    }
}
