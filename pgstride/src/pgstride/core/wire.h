/* Big-endian integers at addresses of any alignment. */
#ifndef PGSTRIDE_WIRE_H
#define PGSTRIDE_WIRE_H

#include <stdint.h>
#include <string.h>

#if defined(_MSC_VER)
#include <stdlib.h>
#define PGSTRIDE_SWAP16 _byteswap_ushort
#define PGSTRIDE_SWAP32 _byteswap_ulong
#define PGSTRIDE_SWAP64 _byteswap_uint64
#define PGSTRIDE_BIG_ENDIAN 0
#else
#define PGSTRIDE_SWAP16 __builtin_bswap16
#define PGSTRIDE_SWAP32 __builtin_bswap32
#define PGSTRIDE_SWAP64 __builtin_bswap64
#define PGSTRIDE_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#endif

#define PGSTRIDE_DEFINE(BITS)                                                  \
    static inline uint##BITS##_t wire_read_u##BITS(const char *from) {         \
        uint##BITS##_t value;                                                  \
        memcpy(&value, from, sizeof(value));                                   \
        return PGSTRIDE_BIG_ENDIAN ? value : PGSTRIDE_SWAP##BITS(value);       \
    }                                                                          \
    static inline int##BITS##_t wire_read_i##BITS(const char *from) {          \
        return (int##BITS##_t)wire_read_u##BITS(from);                         \
    }                                                                          \
    static inline void wire_write_u##BITS(char *to, uint##BITS##_t value) {    \
        uint##BITS##_t swapped =                                               \
            PGSTRIDE_BIG_ENDIAN ? value : PGSTRIDE_SWAP##BITS(value);          \
        memcpy(to, &swapped, sizeof(swapped));                                 \
    }                                                                          \
    static inline void wire_write_i##BITS(char *to, int##BITS##_t value) {     \
        wire_write_u##BITS(to, (uint##BITS##_t)value);                         \
    }

PGSTRIDE_DEFINE(16)
PGSTRIDE_DEFINE(32)
PGSTRIDE_DEFINE(64)

/* A word as it came, to compare with one that is as it is sent. */
static inline uint32_t wire_load_word(const char *from) {
    uint32_t word;
    memcpy(&word, from, sizeof(word));
    return word;
}

static inline uint32_t wire_word_as_sent(uint32_t value) {
    return PGSTRIDE_BIG_ENDIAN ? value : PGSTRIDE_SWAP32(value);
}

static inline double wire_read_f64(const char *from) {
    uint64_t bits = wire_read_u64(from);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline float wire_read_f32(const char *from) {
    uint32_t bits = wire_read_u32(from);
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline void wire_write_f64(char *to, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    wire_write_u64(to, bits);
}

static inline void wire_write_f32(char *to, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    wire_write_u32(to, bits);
}

#endif
