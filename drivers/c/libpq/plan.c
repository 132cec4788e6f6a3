#include "plan.h"

#include <stdlib.h>
#include <string.h>

static const struct json *need(const struct json *object, const char *key, enum json_kind kind,
                               struct failure *failure)
{
    const struct json *found = object ? json_member(object, key) : NULL;
    if (found && found->kind == kind)
        return found;
    fail(failure, FAIL_BAD_JOB, "query.%s: missing, or of another type than the contract says", key);
    return NULL;
}

static int read_kind(struct plan *plan, struct failure *failure)
{
    static const char *const names[] = {"fetch", "batch", "copy"};
    for (int i = 0; i < 3; i++) {
        plan->kind = (enum query_kind)i;
        if (strcmp(plan->job->kind, names[i]) == 0)
            return 0;
    }
    return fail(failure, FAIL_BAD_JOB, "query.kind: expected fetch, batch or copy, got \"%s\"", plan->job->kind);
}

/* The first row, from what `list` holds: the values, or objects with them. */
static int fill_first(struct plan *plan, const struct json *list, int is_nested, struct failure *failure)
{
    const struct json **values = allocate(plan->sent.count, sizeof *values);
    unsigned count = 0;
    int status = 0;
    for (const struct json *json = list->first; json && status == 0 && count < plan->sent.count; json = json->next) {
        values[count] = is_nested ? json_member(json, "value") : json;
        if (!values[count++])
            status = fail(failure, FAIL_BAD_JOB, "query.args: an argument without a value");
    }
    if (status == 0 && json_length(list) != plan->sent.count)
        status = fail(failure, FAIL_BAD_JOB, "query.target.row: expected one value for each column");
    if (status == 0)
        status = layout_fill(&plan->sent, values, plan->values, failure);
    free(values);
    return status;
}

static int read_fetch(struct plan *plan, const struct json *columns, struct failure *failure)
{
    if (layout_read(&plan->sent, plan->job->arguments, failure) < 0 ||
        layout_read(&plan->answer, columns, failure) < 0)
        return -1;
    plan->values = allocate(1, plan->sent.row_size);
    return fill_first(plan, plan->job->arguments, 1, failure);
}

static void add_identifier(struct buffer *sql, const char *name)
{
    buffer_add(sql, "\"", 1);
    for (; *name; name++)
        buffer_add(sql, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    buffer_add(sql, "\"", 1);
}

/* The job's COPY in the binary format. */
static void write_copy(struct plan *plan, const char *schema, const char *table)
{
    struct buffer *sql = &plan->copy_sql;
    buffer_print(sql, "COPY ");
    add_identifier(sql, schema);
    buffer_print(sql, ".");
    add_identifier(sql, table);
    for (unsigned i = 0; i < plan->sent.count; i++) {
        buffer_print(sql, i ? ", " : " (");
        add_identifier(sql, plan->sent.columns[i].name);
    }
    buffer_print(sql, ") FROM STDIN (FORMAT binary)");
}

static int read_target(struct plan *plan, const struct json *query, const struct json *columns,
                       struct failure *failure)
{
    const struct json *target = need(query, "target", JSON_OBJECT, failure);
    const struct json *readback = need(query, "readback", JSON_OBJECT, failure);
    const struct json *row = need(target, "row", JSON_ARRAY, failure);
    const struct json *count = need(target, "row_count", JSON_NUMBER, failure);
    const struct json *schema = need(target, "schema", JSON_STRING, failure);
    const struct json *table = need(target, "table", JSON_STRING, failure);
    const struct json *sql = need(readback, "sql", JSON_STRING, failure);
    const struct json *answer = need(readback, "columns", JSON_ARRAY, failure);
    if (!row || !count || !schema || !table || !sql || !answer)
        return -1;
    if (!(count->number >= 1 && count->number <= 1e9))
        return fail(failure, FAIL_BAD_JOB, "query.target.row_count: expected 1 or more, got %s", count->text);
    plan->row_count = (size_t)count->number;
    plan->readback_sql = sql->text;
    if (layout_read(&plan->sent, columns, failure) < 0 || layout_read(&plan->answer, answer, failure) < 0)
        return -1;
    write_copy(plan, schema->text, table->text);
    plan->values = allocate(plan->row_count, plan->sent.row_size);
    if (fill_first(plan, row, 0, failure) < 0)
        return -1;
    for (size_t i = 1; i < plan->row_count; i++)
        memcpy(plan->values + i * plan->sent.row_size, plan->values, plan->sent.row_size);
    return 0;
}

int plan_read(struct plan *plan, const struct job *job, struct failure *failure)
{
    memset(plan, 0, sizeof *plan);
    plan->job = job;
    if (job->options->first)
        return fail(failure, FAIL_BAD_JOB, "options: unknown option \"%s\"", job->options->first->key);
    if (!*job->sql)
        return fail(failure, FAIL_BAD_JOB, "query.sql: missing");
    const struct json *query = json_member(job->json, "query");
    const struct json *columns = need(query, "columns", JSON_ARRAY, failure);
    const struct json *expect = need(query, "expect", JSON_OBJECT, failure);
    const struct json *checksum = need(expect, "checksum", JSON_STRING, failure);
    if (!columns || !checksum || read_kind(plan, failure) < 0)
        return -1;
    plan->checksum = checksum->text;
    if (plan->kind == QUERY_FETCH)
        return read_fetch(plan, columns, failure);
    return read_target(plan, query, columns, failure);
}

void plan_free(struct plan *plan)
{
    layout_free(&plan->sent);
    layout_free(&plan->answer);
    buffer_free(&plan->copy_sql);
    free(plan->values);
}
