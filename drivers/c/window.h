/* What all windows measure: time, CPU, latencies, and how the queries are spread over the time. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdint.h>
#include <sys/resource.h>

#include "histogram.h"

#define TENTHS 10

struct window {
    struct histogram latencies;
    uint64_t duration_ns, begun_ns, last_end_ns, rows;
    uint64_t tenths[TENTHS]; /* queries by when they were answered; after the window's time: the last */
    double tenths_per_ns;
    struct rusage before, after;
};

uint64_t now_ns(void);
void window_begin(struct window *window, double seconds);
void window_end(struct window *window);

/* Whether another query may start at this time. */
static inline int window_is_open(const struct window *window, uint64_t at_ns)
{
    return at_ns - window->begun_ns < window->duration_ns;
}

/* A query that was answered; `start_ns` is where its latency begins. */
static inline void window_record(struct window *window, uint64_t start_ns, uint64_t end_ns, uint64_t rows)
{
    unsigned tenth = (unsigned)((double)(int64_t)(end_ns - window->begun_ns) * window->tenths_per_ns);
    window->tenths[tenth < TENTHS ? tenth : TENTHS - 1]++;
    histogram_record(&window->latencies, end_ns - start_ns);
    window->rows += rows;
    window->last_end_ns = end_ns;
}

#endif
