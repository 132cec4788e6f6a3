#include "message.h"

#include <stdlib.h>

void message_bytes(struct message_buffer *buffer, const void *bytes, size_t length)
{
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->length < length)
        capacity *= 2;
    if (capacity != buffer->capacity) {
        uint8_t *grown = realloc(buffer->bytes, capacity);
        if (!grown) {
            buffer->failed = 1;
            return;
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

void message_text(struct message_buffer *buffer, const char *text)
{
    message_bytes(buffer, text, strlen(text) + 1);
}

void message_u16(struct message_buffer *buffer, uint16_t value)
{
    uint8_t bytes[2];
    write_u16(bytes, value);
    message_bytes(buffer, bytes, sizeof bytes);
}

void message_u32(struct message_buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    write_u32(bytes, value);
    message_bytes(buffer, bytes, sizeof bytes);
}

void message_begin(struct message_buffer *buffer, uint8_t type)
{
    if (type)
        message_bytes(buffer, &type, 1);
    buffer->start = buffer->length;
    message_u32(buffer, 0);
}

void message_end(struct message_buffer *buffer)
{
    if (!buffer->failed)
        write_u32(buffer->bytes + buffer->start, (uint32_t)(buffer->length - buffer->start));
}

void message_free(struct message_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct message_buffer){0};
}
