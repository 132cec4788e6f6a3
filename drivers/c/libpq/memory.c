#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_TEXT 64 /* that needs no second attempt */

static void *there(void *memory)
{
    if (!memory) {
        fputs("no memory left\n", stderr);
        abort();
    }
    return memory;
}

void *allocate(size_t count, size_t bytes)
{
    return there(calloc(count ? count : 1, bytes));
}

char *buffer_room(struct buffer *buffer, size_t more)
{
    if (buffer->length + more > buffer->capacity) {
        buffer->capacity = 2 * (buffer->length + more);
        buffer->bytes = there(realloc(buffer->bytes, buffer->capacity));
    }
    return buffer->bytes + buffer->length;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    memcpy(buffer_room(buffer, length + 1), bytes, length);
    buffer->length += length;
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(buffer_room(buffer, SHORT_TEXT), SHORT_TEXT, format, arguments);
    if (length >= SHORT_TEXT)
        vsnprintf(buffer_room(buffer, (size_t)length + 1), (size_t)length + 1, format, again);
    buffer->length += (size_t)length;
    va_end(again);
    va_end(arguments);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}
