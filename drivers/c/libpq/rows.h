/*
 * Rows as an array of a struct, as a program would declare it for a query: its
 * members are placed at run time, since the job names the columns.
 */
#ifndef ROWS_H
#define ROWS_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "failure.h"
#include "types.h"

#define MOST_COLUMNS 1664 /* as PostgreSQL has it */

struct column {
    const char *name, *type_name;
    struct column_type type;
    size_t offset; /* of the member; `bool is_null[columns]` comes first in the struct */
};

struct layout {
    struct column *columns;
    unsigned count;
    size_t row_size;
};

struct rows {
    const struct layout *layout;
    PGresult *result; /* texts and byteas lie in it */
    char *memory;
    size_t count;
};

/* From the job's list of columns or arguments; fails with FAIL_BAD_JOB. */
int layout_read(struct layout *layout, const struct json *columns, struct failure *failure);
void layout_free(struct layout *layout);

/* A row of the job's values; fails with FAIL_BAD_JOB, or FAIL_UNSUPPORTED for what cannot be sent. */
int layout_fill(const struct layout *layout, const struct json *const *values, char *row, struct failure *failure);

static inline bool row_is_null(const char *row, unsigned column)
{
    return ((const bool *)row)[column];
}

/* Decode all rows, and take over the result; fails with FAIL_WRONG_ANSWER. */
int rows_decode(struct rows *rows, const struct layout *layout, PGresult *result, struct failure *failure);
void rows_free(struct rows *rows);

/* Of the rows' canonical form, as hex digits. */
void rows_checksum(const struct rows *rows, char checksum[65]);

#endif
