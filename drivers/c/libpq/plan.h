/* What all connections send, and how they read the answer. */
#ifndef PLAN_H
#define PLAN_H

#include "job.h"
#include "rows.h"

enum query_kind { QUERY_FETCH, QUERY_BATCH, QUERY_COPY };

struct plan {
    const struct job *job;
    enum query_kind kind;
    struct buffer copy_sql;
    struct layout sent;   /* of a fetch's arguments, or a batch's or copy's rows */
    struct layout answer; /* of the fetch, or of what is read back */
    char *values;         /* rows of `sent`: one for a fetch */
    size_t row_count;
    const char *readback_sql, *checksum;
};

/* Fails with FAIL_BAD_JOB or FAIL_UNSUPPORTED; freed by plan_free whatever it returns. */
int plan_read(struct plan *plan, const struct job *job, struct failure *failure);
void plan_free(struct plan *plan);

static inline const char *plan_row(const struct plan *plan, size_t index)
{
    return plan->values + index * plan->sent.row_size;
}

#endif
