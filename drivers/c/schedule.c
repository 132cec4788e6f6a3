#include "schedule.h"

#include <math.h>
#include <stdlib.h>

#define NS_PER_S 1e9
#define FIRST_ROOM 1024

/* SplitMix64 (Steele, Lea, Flood 2014, https://doi.org/10.1145/2660193.2660195). */
static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = (*state ^ *state >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static double next_gap(uint64_t *state, double per_second)
{
    double u = (double)(next_random(state) >> 11) * 0x1p-53;
    return -log(1 - u) / per_second;
}

static int add(struct schedule *schedule, double due)
{
    if (schedule->count == schedule->room) {
        size_t room = schedule->room ? 2 * schedule->room : FIRST_ROOM;
        uint64_t *grown = realloc(schedule->due_ns, room * sizeof *grown);
        if (!grown)
            return -1;
        schedule->due_ns = grown;
        schedule->room = room;
    }
    schedule->due_ns[schedule->count++] = (uint64_t)(due * NS_PER_S);
    return 0;
}

static int add_constant(struct schedule *schedule, double per_second, double seconds)
{
    for (double k = 0; k / per_second < seconds; k++)
        if (add(schedule, k / per_second) < 0)
            return -1;
    return 0;
}

static int add_poisson(struct schedule *schedule, double per_second, double seconds, uint64_t seed)
{
    for (double due = next_gap(&seed, per_second); due < seconds; due += next_gap(&seed, per_second))
        if (add(schedule, due) < 0)
            return -1;
    return 0;
}

int schedule_make(struct schedule *schedule, const struct arrivals *arrivals, double seconds, uint64_t seed)
{
    *schedule = (struct schedule){0};
    return arrivals->process == PROCESS_CONSTANT ? add_constant(schedule, arrivals->per_second, seconds)
                                                 : add_poisson(schedule, arrivals->per_second, seconds, seed);
}

void schedule_free(struct schedule *schedule)
{
    free(schedule->due_ns);
    *schedule = (struct schedule){0};
}
