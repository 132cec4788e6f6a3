#include "window.h"

#include <string.h>
#include <time.h>

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void window_begin(struct window *window, double seconds)
{
    histogram_reset(&window->latencies);
    window->rows = 0;
    memset(window->tenths, 0, sizeof window->tenths);
    window->duration_ns = (uint64_t)(seconds * 1e9);
    window->tenths_per_ns = TENTHS / (seconds * 1e9);
    getrusage(RUSAGE_SELF, &window->before);
    window->begun_ns = window->last_end_ns = now_ns();
}

void window_end(struct window *window)
{
    getrusage(RUSAGE_SELF, &window->after);
}
