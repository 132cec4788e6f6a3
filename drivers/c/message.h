/* Messages being built for the server. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "wire.h"

struct message_buffer {
    uint8_t *bytes;
    size_t length, capacity;
    size_t start; /* of the message that is being written */
    int failed;   /* no memory */
};

/* `type` 0: the start-up message, which has none. */
void message_begin(struct message_buffer *buffer, uint8_t type);
void message_bytes(struct message_buffer *buffer, const void *bytes, size_t length);
void message_text(struct message_buffer *buffer, const char *text);
void message_u16(struct message_buffer *buffer, uint16_t value);
void message_u32(struct message_buffer *buffer, uint32_t value);
void message_end(struct message_buffer *buffer);
void message_free(struct message_buffer *buffer);

#endif
