#include "base64.h"

#include <string.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *bytes, size_t length, char *text)
{
    for (size_t i = 0; i < length; i += 3) {
        size_t here = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= here > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= here > 2 ? bytes[i + 2] : 0;
        for (size_t j = 0; j < 4; j++)
            *text++ = j <= here ? DIGITS[group >> (18 - 6 * j) & 63] : '=';
    }
    *text = 0;
}

int base64_decode(const char *text, size_t length, uint8_t *bytes, size_t room)
{
    uint32_t group = 0;
    int bits = 0;
    size_t used = 0;
    while (length > 0 && text[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        const char *digit = text[i] ? strchr(DIGITS, text[i]) : NULL;
        if (!digit)
            return -1;
        group = group << 6 | (uint32_t)(digit - DIGITS);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        if (used == room)
            return -1;
        bytes[used++] = (uint8_t)(group >> bits);
    }
    return (int)used;
}
