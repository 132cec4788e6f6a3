/*
 * The contract's types: the C type that a program has for each, read from
 * PostgreSQL's binary form, and written in it.
 *
 * bool       bool          float4  float        bytea        struct slice
 * int2       int16_t       float8  double       timestamp(tz) struct timeval, since 1970
 * int4       int32_t       text, varchar, name  date         time_t, of its midnight in UTC
 * int8       int64_t               struct slice numeric      char *, decimal text
 * oid        uint32_t      "char"  uint8_t      uuid         16 bytes
 *
 * C has no type for numeric, and libpq none either. Texts and byteas stay where
 * libpq has put them, as its documentation's programs have them.
 */
#ifndef TYPES_H
#define TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "memory.h"

#define WIRE_BYTES 16 /* of the longest value that is not a slice */
#define UUID_BYTES 16
#define MICROSECONDS 1000000
#define SECONDS_OF_DAY 86400

/* Bytes that belong to somebody else. */
struct slice {
    const char *bytes;
    size_t length;
};

/* An array: elements of their C type, one after the other. */
struct list {
    void *elements;
    size_t length;
};

struct type {
    const char *name;
    uint32_t oid, array_oid;
    int wire_length;          /* -1: of any length */
    size_t size, alignment;   /* of the C type */
    /* -1: it is not of this type. */
    int (*decode)(const uint8_t *wire, size_t length, void *native);
    void (*canonical)(const void *native, struct buffer *out);
    /* -1: it does not fit. */
    int (*from_json)(const struct json *json, void *native);
    /* The value's binary form, in `room` or where the value lies; NULL: it cannot be sent. */
    struct slice (*encode)(const void *native, uint8_t room[WIRE_BYTES]);
};

/* A type, or an array of it. */
struct column_type {
    const struct type *element;
    int is_array;
};

/* -1: the contract has no such type. */
int type_find(const char *name, struct column_type *found);

/* Whether a value of a type that the server names can be read as this one. */
int type_accepts(const struct column_type *type, uint32_t oid);
size_t type_size(const struct column_type *type);
size_t type_alignment(const struct column_type *type);
int type_decode(const struct column_type *type, const uint8_t *wire, size_t length, void *native);
void type_canonical(const struct column_type *type, const void *native, struct buffer *out);

/* Frees what a value has beyond its own bytes. */
void type_release(const struct column_type *type, void *native);

#endif
