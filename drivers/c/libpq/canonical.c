#include "canonical.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "types.h"

void canonical_bool(const void *native, struct buffer *out)
{
    buffer_print(out, "b:%c;", *(const bool *)native ? 't' : 'f');
}

void canonical_int2(const void *native, struct buffer *out)
{
    buffer_print(out, "i:%d;", *(const int16_t *)native);
}

void canonical_int4(const void *native, struct buffer *out)
{
    buffer_print(out, "i:%" PRId32 ";", *(const int32_t *)native);
}

void canonical_int8(const void *native, struct buffer *out)
{
    buffer_print(out, "i:%" PRId64 ";", *(const int64_t *)native);
}

void canonical_oid(const void *native, struct buffer *out)
{
    buffer_print(out, "i:%" PRIu32 ";", *(const uint32_t *)native);
}

void canonical_float8(const void *native, struct buffer *out)
{
    uint64_t bits;
    memcpy(&bits, native, sizeof bits);
    buffer_print(out, "f:%016" PRIx64 ";", bits);
}

void canonical_float4(const void *native, struct buffer *out)
{
    double wide = *(const float *)native;
    canonical_float8(&wide, out);
}

static void sized(struct buffer *out, char mark, const void *bytes, size_t length)
{
    buffer_print(out, "%c%zu:", mark, length);
    buffer_add(out, bytes, length);
    buffer_add(out, ";", 1);
}

void canonical_text(const void *native, struct buffer *out)
{
    const struct slice *text = native;
    sized(out, 's', text->bytes, text->length);
}

void canonical_bytea(const void *native, struct buffer *out)
{
    const struct slice *content = native;
    sized(out, 'x', content->bytes, content->length);
}

/* "char"'s zero is the empty string; other bytes are the characters of Latin-1. */
void canonical_char(const void *native, struct buffer *out)
{
    uint8_t byte = *(const uint8_t *)native;
    char utf8[] = {(char)(0xC0 | byte >> 6), (char)(0x80 | (byte & 0x3F))};
    if (byte < 0x80)
        sized(out, 's', native, byte != 0);
    else
        sized(out, 's', utf8, sizeof utf8);
}

void canonical_timestamp(const void *native, struct buffer *out)
{
    const struct timeval *time = native;
    buffer_print(out, "t:%lld;", (long long)time->tv_sec * MICROSECONDS + time->tv_usec);
}

void canonical_date(const void *native, struct buffer *out)
{
    buffer_print(out, "d:%lld;", (long long)*(const time_t *)native / SECONDS_OF_DAY);
}

void canonical_numeric(const void *native, struct buffer *out)
{
    const char *text = *(char *const *)native;
    size_t length = strlen(text);
    if (strchr(text, '.')) {
        while (text[length - 1] == '0')
            length--;
        length -= text[length - 1] == '.';
    }
    int is_minus_zero = length == 2 && memcmp(text, "-0", 2) == 0;
    buffer_print(out, "m:%.*s;", (int)length - is_minus_zero, text + is_minus_zero);
}

void canonical_uuid(const void *native, struct buffer *out)
{
    const uint8_t *bytes = native;
    buffer_add(out, "u:", 2);
    for (int i = 0; i < UUID_BYTES; i++)
        buffer_print(out, "%02x", bytes[i]);
    buffer_add(out, ";", 1);
}
