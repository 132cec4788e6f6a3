#include "histogram.h"

#include <math.h>
#include <stdlib.h>

#include "base64.h"
#include "wire.h"

#define COOKIE 0x1c849313u
#define COMPRESSED_COOKIE 0x1c849314u
#define SIGNIFICANT_DIGITS 3
#define HEAD_BYTES 40
#define COMPRESSED_HEAD_BYTES 8
#define MOST_BYTES_OF_A_COUNT 9
#define STORED_BLOCK_BYTES 65535u
#define ADLER_MODULUS 65521u

void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->total ? (double)histogram->first + histogram->sum / (double)histogram->total : 0;
}

double histogram_deviation(const struct histogram *histogram)
{
    double mean = histogram->sum / (double)histogram->total;
    double variance = histogram->sum_of_squares / (double)histogram->total - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}

/* ZigZag LEB128, in the variant whose ninth byte has eight bits. */
static uint8_t *put_count(uint8_t *to, int64_t count)
{
    uint64_t value = (uint64_t)count << 1 ^ (uint64_t)(count >> 63);
    for (int i = 0; i < MOST_BYTES_OF_A_COUNT - 1 && value >= 0x80; i++) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

/* Counts up to the last that is not zero; a run of zeros is one negative number. */
static uint8_t *put_counts(uint8_t *to, const struct histogram *histogram)
{
    int64_t zeros = 0;
    for (uint32_t i = 0; i < COUNTS; i++) {
        if (histogram->counts[i] == 0) {
            zeros++;
            continue;
        }
        if (zeros)
            to = zeros == 1 ? put_count(to, 0) : put_count(to, -zeros);
        zeros = 0;
        to = put_count(to, (int64_t)histogram->counts[i]);
    }
    return to;
}

static void put_u64(uint8_t *to, uint64_t value)
{
    write_u32(to, (uint32_t)(value >> 32));
    write_u32(to + 4, (uint32_t)value);
}

static size_t encode_plain(uint8_t *to, const struct histogram *histogram)
{
    double ratio = 1.0;
    uint64_t ratio_bits;
    memcpy(&ratio_bits, &ratio, sizeof ratio_bits);
    uint8_t *end = put_counts(to + HEAD_BYTES, histogram);
    write_u32(to, COOKIE);
    write_u32(to + 4, (uint32_t)(end - to - HEAD_BYTES));
    write_u32(to + 8, 0);
    write_u32(to + 12, SIGNIFICANT_DIGITS);
    put_u64(to + 16, 1);
    put_u64(to + 24, HIGHEST_LATENCY_NS);
    put_u64(to + 32, ratio_bits);
    return (size_t)(end - to);
}

static uint32_t adler32(const uint8_t *bytes, size_t length)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < length; i++) {
        a = (a + bytes[i]) % ADLER_MODULUS;
        b = (b + a) % ADLER_MODULUS;
    }
    return b << 16 | a;
}

/* The zlib format (RFC 1950) with stored blocks, which every reader accepts and needs no library. */
static uint8_t *put_zlib(uint8_t *to, const uint8_t *bytes, size_t length)
{
    *to++ = 0x78;
    *to++ = 0x01;
    for (size_t at = 0; at < length; at += STORED_BLOCK_BYTES) {
        size_t size = length - at < STORED_BLOCK_BYTES ? length - at : STORED_BLOCK_BYTES;
        *to++ = at + size == length;
        *to++ = (uint8_t)size;
        *to++ = (uint8_t)(size >> 8);
        *to++ = (uint8_t)~size;
        *to++ = (uint8_t)(~size >> 8);
        memcpy(to, bytes + at, size);
        to += size;
    }
    write_u32(to, adler32(bytes, length));
    return to + 4;
}

char *histogram_encode(const struct histogram *histogram)
{
    size_t most = HEAD_BYTES + 2 * COUNTS * MOST_BYTES_OF_A_COUNT;
    size_t most_compressed = COMPRESSED_HEAD_BYTES + most + 5 * (most / STORED_BLOCK_BYTES + 1) + 6;
    uint8_t *plain = malloc(most), *compressed = malloc(most_compressed);
    char *text = NULL;
    if (plain && compressed) {
        size_t length = encode_plain(plain, histogram);
        uint8_t *end = put_zlib(compressed + COMPRESSED_HEAD_BYTES, plain, length);
        write_u32(compressed, COMPRESSED_COOKIE);
        write_u32(compressed + 4, (uint32_t)(end - compressed - COMPRESSED_HEAD_BYTES));
        text = malloc(BASE64_ROOM((size_t)(end - compressed)));
        if (text)
            base64_encode(compressed, (size_t)(end - compressed), text);
    }
    free(plain);
    free(compressed);
    return text;
}
