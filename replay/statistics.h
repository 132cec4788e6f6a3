/* What was served, as one line of JSON. */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <stdio.h>

#include "recording.h"

struct totals {
    uint64_t connections; /* since the start */
    uint64_t open;        /* now */
    uint64_t refused;     /* questions that were not recorded */
};

void print_statistics(FILE *to, const struct recording *recording, const struct totals *totals);

#endif
