/* Integers of the PostgreSQL protocol: big-endian, at any address. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A message's type byte and its length, which counts itself. */
#define HEADER_BYTES 5
#define LENGTH_BYTES 4

static inline uint16_t read_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void write_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void write_u32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* Bytes that somebody else owns. */
struct slice {
    const uint8_t *at;
    size_t length;
};

/* Reads a body from its beginning; once something does not fit, `failed` stays set. */
struct reader {
    const uint8_t *at;
    size_t left;
    int failed;
};

static inline struct reader reader_of(const uint8_t *at, size_t length)
{
    struct reader reader = {at, length, 0};
    return reader;
}

static inline struct slice take(struct reader *reader, size_t length)
{
    struct slice taken = {reader->at, length};
    if (reader->failed || length > reader->left) {
        reader->failed = 1;
        taken.length = 0;
        return taken;
    }
    reader->at += length;
    reader->left -= length;
    return taken;
}

static inline uint8_t take_u8(struct reader *reader)
{
    struct slice taken = take(reader, 1);
    return taken.length ? taken.at[0] : 0;
}

static inline uint16_t take_u16(struct reader *reader)
{
    struct slice taken = take(reader, 2);
    return taken.length ? read_u16(taken.at) : 0;
}

static inline uint32_t take_u32(struct reader *reader)
{
    struct slice taken = take(reader, 4);
    return taken.length ? read_u32(taken.at) : 0;
}

/* A string without its terminating zero. */
static inline struct slice take_string(struct reader *reader)
{
    struct slice none = {reader->at, 0};
    const uint8_t *end = reader->failed || !reader->left ? NULL : memchr(reader->at, 0, reader->left);
    if (end == NULL) {
        reader->failed = 1;
        return none;
    }
    struct slice taken = take(reader, (size_t)(end - reader->at) + 1);
    taken.length--;
    return taken;
}

#endif
