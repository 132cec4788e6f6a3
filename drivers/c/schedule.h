/* When the queries of an open loop are due, fixed before its window begins. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

enum process { PROCESS_NONE, PROCESS_CONSTANT, PROCESS_POISSON };

struct arrivals {
    enum process process; /* PROCESS_NONE: the loop is closed */
    double per_second;
};

/* Nanoseconds after the window's start, in order. */
struct schedule {
    uint64_t *due_ns;
    size_t count, room;
};

/* All queries that are due before the window's end; -1: no memory. Released by schedule_free whatever it returns. */
int schedule_make(struct schedule *schedule, const struct arrivals *arrivals, double seconds, uint64_t seed);
void schedule_free(struct schedule *schedule);

#endif
