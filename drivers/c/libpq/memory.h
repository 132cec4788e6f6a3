/* Memory that is there, or the end of the process: a crash, as the contract reads it. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

void *allocate(size_t count, size_t bytes);

/* Text or bytes that grow. */
struct buffer {
    char *bytes;
    size_t length, capacity;
};

/* Room for so many more bytes; they are counted by the caller. */
char *buffer_room(struct buffer *buffer, size_t more);
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_free(struct buffer *buffer);

#endif
