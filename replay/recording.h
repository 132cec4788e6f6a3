/*
 * A recording: what a server answered, to be sent again. docs/replay.md
 * describes the file. Everything is checked while it is loaded, so that
 * serving it needs no checks.
 */
#ifndef RECORDING_H
#define RECORDING_H

#include "wire.h"

#define NOT_RECORDED UINT32_MAX

/* What the last command of an answer does to the transaction. */
enum transaction_effect { EFFECT_NONE, EFFECT_BEGIN, EFFECT_END };

/* Backend messages, without ReadyForQuery, which depends on the session. */
struct answer {
    struct slice head;
    struct slice tail;   /* sent when COPY FROM STDIN has ended */
    size_t rows_end;     /* where the DataRows at the start of `head` end */
    uint64_t rows;       /* DataRows */
    uint64_t written;    /* rows that command tags report as inserted or copied in */
    enum transaction_effect effect;
    int copies_in;       /* `head` ends with CopyInResponse */
    int fails;           /* holds an ErrorResponse */
};

/* What a statement was asked for, since the server started. */
struct counts {
    uint64_t executions;
    uint64_t rows;
    uint64_t written;
    uint64_t bytes;
    uint64_t copied_bytes;
};

struct statement {
    struct slice sql;
    int any_parameters;               /* answered whatever the parameters are */
    struct slice parameter_description; /* a whole message, or empty if unknown */
    struct slice row_description;     /* RowDescription in text format, or NoData, or empty */
    struct counts counts;
};

/* A text of the simple query protocol. */
struct query {
    struct slice sql;
    uint32_t answer;
    struct counts counts;
};

struct entry {
    uint32_t space;
    struct slice key;
    uint32_t value;
};

struct recording {
    uint8_t *file;
    struct answer *answers;
    uint32_t answer_count;
    struct statement *statements;
    uint32_t statement_count;
    struct query *queries;
    uint32_t query_count;
    struct slice *startups;
    uint32_t startup_count;
    struct entry *table;
    size_t table_size; /* a power of two */
};

/* Load a file; on failure return -1 and say why in `why`. */
int recording_load(struct recording *recording, const char *path, char *why, size_t why_size);
void recording_free(struct recording *recording);

/* ParameterStatus messages for a client that starts up with these parameters. */
struct slice recording_startup(const struct recording *recording, struct slice parameters);

/* The statement of a Parse message's body after the name, or NOT_RECORDED. */
uint32_t recording_statement(const struct recording *recording, struct slice parse);

/* The answer to a Bind message's body after the names, or NOT_RECORDED. */
uint32_t recording_answer(const struct recording *recording, uint32_t statement, struct slice bind,
                          struct slice result_formats);

/* The text of a simple Query, or NOT_RECORDED. */
uint32_t recording_query(const struct recording *recording, struct slice sql);

#endif
