#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_bytes.h"

#define STATEMENT "pgbench_query"
#define BINARY 1
#define CHUNK_BYTES (64 * 1024)

/* Header of a binary COPY: signature, flags, and no extension. */
static const char COPY_HEADER[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
_Static_assert(sizeof COPY_HEADER - 1 == 19, "11 bytes of signature, and twice 4");

/* The row that libpq wants as three lists. */
struct parameters {
    const char *values[MOST_COLUMNS];
    int lengths[MOST_COLUMNS], formats[MOST_COLUMNS];
    uint8_t rooms[MOST_COLUMNS][WIRE_BYTES];
};

/* libpq's message may have several lines: an event's is one sentence. */
static enum progress failed(struct worker *worker)
{
    char *message = worker->failure->message;
    fail(worker->failure, FAIL_DRIVER, "%s", PQerrorMessage(worker->connection));
    size_t end = strlen(message);
    while (end > 0 && message[end - 1] == '\n')
        message[--end] = '\0';
    for (; *message; message++)
        if (*message == '\n' || *message == '\t')
            *message = ' ';
    return FAILED;
}

static enum progress failed_with(struct worker *worker, PGresult *result)
{
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary)
        fail(worker->failure, FAIL_DRIVER, "%s: %s", PQresultErrorField(result, PG_DIAG_SEVERITY), primary);
    else
        failed(worker);
    PQclear(result);
    return FAILED;
}

static int has_tls(void)
{
    return PQsslAttributeNames(NULL)[0] != NULL;
}

static PGconn *connect_to(const struct job *job)
{
    char port[16];
    snprintf(port, sizeof port, "%u", job->port);
    const char *const keywords[] = {"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert",
                                    "gssencmode", "client_encoding", NULL};
    const char *const values[] = {job->host, port, job->user, job->password, job->database,
                                  job->ca_file ? "verify-full" : "disable", job->ca_file, "disable", "UTF8", NULL};
    return PQconnectdbParams(keywords, values, 0);
}

int worker_open(struct worker *worker, const struct plan *plan, struct failure *failure)
{
    *worker = (struct worker){.plan = plan, .failure = failure};
    if (plan->job->ca_file && !has_tls())
        return fail(failure, FAIL_UNSUPPORTED,
                    "this libpq was built without TLS: set PG_CONFIG to the pg_config of one that has it");
    worker->connection = connect_to(plan->job);
    if (PQstatus(worker->connection) != CONNECTION_OK)
        return failed(worker);
    if (plan->kind != QUERY_COPY) {
        PGresult *prepared = PQprepare(worker->connection, STATEMENT, plan->job->sql, 0, NULL);
        if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
            return failed_with(worker, prepared);
        PQclear(prepared);
    }
    return PQsetnonblocking(worker->connection, 1) < 0 ? failed(worker) : 0;
}

void worker_close(struct worker *worker)
{
    worker_forget(worker);
    buffer_free(&worker->chunk);
    PQfinish(worker->connection);
}

void worker_forget(struct worker *worker)
{
    rows_free(&worker->rows);
}

/* Send the prepared statement with a row's values, in binary. */
static int send_row(struct worker *worker, const char *row)
{
    static struct parameters parameters; /* one thread */
    const struct layout *layout = &worker->plan->sent;
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        struct slice value = {NULL, 0};
        if (!row_is_null(row, i))
            value = column->type.element->encode(row + column->offset, parameters.rooms[i]);
        parameters.values[i] = value.bytes;
        parameters.lengths[i] = (int)value.length;
        parameters.formats[i] = BINARY;
    }
    return PQsendQueryPrepared(worker->connection, STATEMENT, (int)layout->count, parameters.values,
                               parameters.lengths, parameters.formats, BINARY);
}

static int send_alone(struct worker *worker, const char *sql)
{
    return PQsendQueryParams(worker->connection, sql, 0, NULL, NULL, NULL, NULL, BINARY);
}

/* A transaction as one pipeline. */
static int send_batch(struct worker *worker)
{
    const struct plan *plan = worker->plan;
    if (!PQenterPipelineMode(worker->connection) || !send_alone(worker, "BEGIN"))
        return 0;
    for (size_t i = 0; i < plan->row_count; i++)
        if (!send_row(worker, plan_row(plan, i)))
            return 0;
    return send_alone(worker, "COMMIT") && PQpipelineSync(worker->connection);
}

static void add_copied_row(struct buffer *chunk, const struct layout *layout, const char *row)
{
    uint8_t room[WIRE_BYTES];
    put_u16(buffer_room(chunk, 2), (uint16_t)layout->count);
    chunk->length += 2;
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        struct slice value = {"", 0};
        if (!row_is_null(row, i))
            value = column->type.element->encode(row + column->offset, room);
        put_u32(buffer_room(chunk, 4), row_is_null(row, i) ? UINT32_MAX : (uint32_t)value.length);
        chunk->length += 4;
        buffer_add(chunk, value.bytes, value.length);
    }
}

static void fill_chunk(struct worker *worker)
{
    const struct plan *plan = worker->plan;
    struct buffer *chunk = &worker->chunk;
    if (worker->sent == 0)
        buffer_add(chunk, COPY_HEADER, sizeof COPY_HEADER - 1);
    while (worker->sent < plan->row_count && chunk->length < CHUNK_BYTES)
        add_copied_row(chunk, &plan->sent, plan_row(plan, worker->sent++));
    if (worker->sent == plan->row_count)
        buffer_add(chunk, "\377\377", 2);
}

/* Send as much of the copy as the socket takes; the next turn goes on. */
static enum progress copy_rows(struct worker *worker)
{
    while (worker->sent < worker->plan->row_count) {
        fill_chunk(worker);
        int put = PQputCopyData(worker->connection, worker->chunk.bytes, (int)worker->chunk.length);
        worker->chunk.length = 0;
        if (put != 1)
            return failed(worker);
        int left = PQflush(worker->connection);
        if (left < 0)
            return failed(worker);
        if (left) {
            worker->wants_to_write = 1;
            return WAITS;
        }
    }
    worker->is_copying = 0;
    return PQputCopyEnd(worker->connection, NULL) == 1 ? WAITS : failed(worker);
}

static enum progress take(struct worker *worker, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
        if (worker->plan->kind != QUERY_FETCH)
            break;
        worker->counted = (uint64_t)PQntuples(result);
        return rows_decode(&worker->rows, &worker->plan->answer, result, worker->failure) < 0 ? FAILED : WAITS;
    case PGRES_COMMAND_OK:
        worker->counted += strtoull(PQcmdTuples(result), NULL, 10);
        break;
    case PGRES_COPY_IN:
        worker->is_copying = 1;
        worker->sent = 0;
        break;
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        return PQexitPipelineMode(worker->connection) ? ANSWERED : failed(worker);
    default:
        return failed_with(worker, result);
    }
    PQclear(result);
    return WAITS;
}

/* All results that have come; NULL ends a query, but in a pipeline only a part of it. */
static enum progress take_results(struct worker *worker)
{
    while (!PQisBusy(worker->connection) && !worker->is_copying) {
        PGresult *result = PQgetResult(worker->connection);
        if (!result && worker->plan->kind != QUERY_BATCH)
            return ANSWERED;
        enum progress progress = result ? take(worker, result) : WAITS;
        if (progress != WAITS)
            return progress;
    }
    return WAITS;
}

static enum progress flush(struct worker *worker)
{
    int left = PQflush(worker->connection);
    worker->wants_to_write = left > 0;
    return left < 0 ? failed(worker) : WAITS;
}

enum progress worker_start(struct worker *worker)
{
    int is_sent = 0;
    worker->counted = 0;
    switch (worker->plan->kind) {
    case QUERY_FETCH:
        is_sent = send_row(worker, worker->plan->values);
        break;
    case QUERY_BATCH:
        is_sent = send_batch(worker);
        break;
    case QUERY_COPY:
        is_sent = PQsendQuery(worker->connection, worker->plan->copy_sql.bytes);
        break;
    }
    return is_sent ? flush(worker) : failed(worker);
}

enum progress worker_continue(struct worker *worker)
{
    if (!PQconsumeInput(worker->connection) || flush(worker) < 0)
        return failed(worker);
    enum progress progress = take_results(worker);
    if (progress == WAITS && worker->is_copying && !worker->wants_to_write) {
        progress = copy_rows(worker);
        if (progress == WAITS && !worker->is_copying)
            progress = flush(worker);
    }
    return progress;
}

/* Wait until the socket is as the worker wants it. */
static int wait_for(struct worker *worker)
{
    struct pollfd socket = {PQsocket(worker->connection), POLLIN, 0};
    socket.events |= worker->wants_to_write ? POLLOUT : 0;
    if (poll(&socket, 1, -1) < 0 && errno != EINTR)
        return fail(worker->failure, FAIL_DRIVER, "poll: %s", strerror(errno));
    return 0;
}

int worker_answer(struct worker *worker)
{
    enum progress progress = worker_start(worker);
    while (progress == WAITS)
        progress = wait_for(worker) < 0 ? FAILED : worker_continue(worker);
    return progress == ANSWERED ? 0 : -1;
}

int worker_read_back(struct worker *worker, struct rows *rows)
{
    PGresult *result = PQexecParams(worker->connection, worker->plan->readback_sql, 0, NULL, NULL, NULL, NULL, BINARY);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return failed_with(worker, result);
    return rows_decode(rows, &worker->plan->answer, result, worker->failure);
}
