/* Base64 with padding (RFC 4648). */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Room for the text of so many bytes, with its terminating zero. */
#define BASE64_ROOM(bytes) (((bytes) + 2) / 3 * 4 + 1)

void base64_encode(const uint8_t *bytes, size_t length, char *text);

/* Returns the number of bytes, or -1 for what is not base64 or does not fit. */
int base64_decode(const char *text, size_t length, uint8_t *bytes, size_t room);

#endif
