#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Below this, copying costs less than one more segment. */
#define COPIED_AT_MOST 1024
/* Segments that one question may need, so that a full output is noticed before. */
#define SPARE_SEGMENTS 8

static int grow(struct output *output, size_t length)
{
    size_t capacity = output->copied_capacity ? output->copied_capacity : 4096;
    while (capacity - output->copied_length < length)
        capacity *= 2;
    if (capacity == output->copied_capacity)
        return 0;
    uint8_t *copied = realloc(output->copied, capacity);
    if (!copied) {
        output->out_of_memory = 1;
        return -1;
    }
    output->copied = copied;
    output->copied_capacity = capacity;
    return 0;
}

static void push(struct output *output, struct segment segment)
{
    if (output->first + output->count >= OUTPUT_SEGMENTS) {
        memmove(output->segments, output->segments + output->first,
                output->count * sizeof output->segments[0]);
        output->first = 0;
    }
    output->segments[output->first + output->count++] = segment;
}

uint8_t *output_reserve(struct output *output, size_t length)
{
    if (grow(output, length) < 0)
        return NULL;
    size_t offset = output->copied_length;
    output->copied_length += length;
    struct segment *last = output->count ? &output->segments[output->first + output->count - 1] : NULL;
    if (last && !last->at && last->offset + last->length == offset)
        last->length += length;
    else
        push(output, (struct segment){NULL, offset, length});
    return output->copied + offset;
}

void output_copy(struct output *output, const void *bytes, size_t length)
{
    uint8_t *room = output_reserve(output, length);
    if (room)
        memcpy(room, bytes, length);
}

void output_refer(struct output *output, struct slice bytes)
{
    if (bytes.length <= COPIED_AT_MOST) {
        if (bytes.length)
            output_copy(output, bytes.at, bytes.length);
        return;
    }
    push(output, (struct segment){bytes.at, 0, bytes.length});
}

int output_is_full(const struct output *output)
{
    return output->count >= OUTPUT_SEGMENTS - SPARE_SEGMENTS ||
           output->copied_length >= OUTPUT_COPIED_LIMIT;
}

int output_is_empty(const struct output *output)
{
    return output->count == 0;
}

static void forget(struct output *output, size_t sent)
{
    while (output->count) {
        struct segment *segment = &output->segments[output->first];
        if (sent < segment->length) {
            segment->length -= sent;
            segment->offset += sent;
            return;
        }
        sent -= segment->length;
        output->first++;
        output->count--;
    }
    output->first = 0;
    output->copied_length = 0;
}

enum sent output_send(struct output *output, int descriptor)
{
    while (output->count) {
        struct iovec vector[OUTPUT_SEGMENTS];
        for (unsigned i = 0; i < output->count; i++) {
            const struct segment *segment = &output->segments[output->first + i];
            const uint8_t *base = segment->at ? segment->at : output->copied;
            vector[i].iov_base = (void *)(base + segment->offset);
            vector[i].iov_len = segment->length;
        }
        struct msghdr message = {.msg_iov = vector, .msg_iovlen = output->count};
        ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? SENT_SOME : SENT_FAILED;
        }
        forget(output, (size_t)sent);
    }
    return SENT_ALL;
}

void output_free(struct output *output)
{
    free(output->copied);
    memset(output, 0, sizeof *output);
}
