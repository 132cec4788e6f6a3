/*
 * HdrHistogram of latencies in nanoseconds, 1 ns to 1 hour, three significant
 * digits, and its V2 compressed encoding (HdrHistogram.org).
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HIGHEST_LATENCY_NS 3600000000000ull
#define SUB_BUCKET_BITS 11 /* 2048 values tell three digits apart */
#define HALF_BUCKET (1u << (SUB_BUCKET_BITS - 1))
#define BUCKETS 32 /* the first of 2048 ns, each further one twice as wide */
#define COUNTS ((BUCKETS + 1) * HALF_BUCKET)

struct histogram {
    uint64_t counts[COUNTS];
    uint64_t total, lowest, highest;
    double sum, sum_of_squares; /* of the distance to the first value, which keeps digits */
    uint64_t first;
};

void histogram_reset(struct histogram *histogram);

static inline void histogram_record(struct histogram *histogram, uint64_t value)
{
    uint64_t kept = value > HIGHEST_LATENCY_NS ? HIGHEST_LATENCY_NS : value;
    unsigned bucket = 64 - SUB_BUCKET_BITS - (unsigned)__builtin_clzll(kept | (2 * HALF_BUCKET - 1));
    histogram->counts[(bucket << (SUB_BUCKET_BITS - 1)) + (kept >> bucket)]++;
    if (histogram->total++ == 0)
        histogram->first = histogram->lowest = histogram->highest = value;
    if (value < histogram->lowest)
        histogram->lowest = value;
    if (value > histogram->highest)
        histogram->highest = value;
    double distance = (double)value - (double)histogram->first;
    histogram->sum += distance;
    histogram->sum_of_squares += distance * distance;
}

double histogram_mean(const struct histogram *histogram);

/* Of the population. */
double histogram_deviation(const struct histogram *histogram);

/* The encoding as base64 text, to be freed; NULL: no memory. */
char *histogram_encode(const struct histogram *histogram);

#endif
