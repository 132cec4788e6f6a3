#include "numeric.h"

#include <string.h>

#include "memory.h"
#include "wire_bytes.h"

#define HEAD_BYTES 8
#define DIGITS_OF_GROUP 4

enum sign { POSITIVE = 0, NEGATIVE = 0x4000, NOT_A_NUMBER = 0xC000, INFINITE = 0xD000, MINUS_INFINITE = 0xF000 };

struct groups {
    const uint8_t *at; /* of four decimal digits each */
    int count, weight; /* the first one counts 10000 to the weight */
};

static unsigned group(const struct groups *groups, int index)
{
    return index >= 0 && index < groups->count ? get_u16(groups->at + 2 * index) : 0;
}

static void add_whole(struct buffer *out, const struct groups *groups)
{
    if (groups->weight < 0)
        buffer_add(out, "0", 1);
    for (int i = 0; i <= groups->weight; i++)
        buffer_print(out, i ? "%04u" : "%u", group(groups, i));
}

static void add_fraction(struct buffer *out, const struct groups *groups, size_t scale)
{
    buffer_add(out, ".", 1);
    size_t end = out->length + scale;
    for (int i = groups->weight + 1; out->length < end; i++)
        buffer_print(out, "%04u", group(groups, i));
    out->length = end;
}

char *numeric_text(const uint8_t *wire, size_t length)
{
    struct buffer out = {0};
    if (length < HEAD_BYTES || length != HEAD_BYTES + 2u * get_u16(wire))
        return NULL;
    struct groups groups = {wire + HEAD_BYTES, get_u16(wire), (int16_t)get_u16(wire + 2)};
    size_t scale = get_u16(wire + 6);
    switch ((enum sign)get_u16(wire + 4)) {
    case NOT_A_NUMBER:
        buffer_print(&out, "NaN");
        return out.bytes;
    case INFINITE:
        buffer_print(&out, "Infinity");
        return out.bytes;
    case MINUS_INFINITE:
        buffer_print(&out, "-Infinity");
        return out.bytes;
    case NEGATIVE:
        buffer_add(&out, "-", 1);
        break;
    case POSITIVE:
        break;
    }
    add_whole(&out, &groups);
    if (scale)
        add_fraction(&out, &groups, scale);
    buffer_room(&out, 1)[0] = '\0';
    return out.bytes;
}
