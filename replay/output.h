/*
 * What a connection still has to send: pre-built memory by reference, small
 * pieces by copy, all of it handed to the kernel by one sendmsg.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "wire.h"

#define OUTPUT_SEGMENTS 128
#define OUTPUT_COPIED_LIMIT (256 * 1024)

struct segment {
    const uint8_t *at; /* NULL: in `copied`, from `offset` on */
    size_t offset;
    size_t length;
};

struct output {
    struct segment segments[OUTPUT_SEGMENTS];
    unsigned first, count;
    uint8_t *copied;
    size_t copied_length, copied_capacity;
    int out_of_memory;
};

enum sent { SENT_ALL, SENT_SOME, SENT_FAILED };

/* Room for `length` bytes that the caller fills at once; NULL: no memory. */
uint8_t *output_reserve(struct output *output, size_t length);
void output_copy(struct output *output, const void *bytes, size_t length);

/* `bytes` must stay as they are until the output is gone. */
void output_refer(struct output *output, struct slice bytes);

/* Whether so much waits that no more questions should be read. */
int output_is_full(const struct output *output);
int output_is_empty(const struct output *output);
enum sent output_send(struct output *output, int descriptor);
void output_free(struct output *output);

#endif
