#include "job.h"

#include <math.h>
#include <string.h>

#define CONTRACT 3
#define MOST_CONNECTIONS 10000
#define MOST_EXACT_INTEGER 9007199254740991.0

struct field_reader {
    const struct json *object;
    struct failure *failure;
};

static const struct json *member(struct field_reader *from, const char *key, enum json_kind kind)
{
    static const struct json none = {.kind = JSON_NULL, .text = ""};
    const struct json *found = json_member(from->object, key);
    if (found && found->kind == kind)
        return found;
    if (from->failure->kind == FAIL_NONE)
        fail(from->failure, FAIL_BAD_JOB, "%s: missing, or of another type than the contract says", key);
    return &none;
}

static const char *text(struct field_reader *from, const char *key)
{
    return member(from, key, JSON_STRING)->text;
}

static double number(struct field_reader *from, const char *key, double lowest, double highest)
{
    double value = member(from, key, JSON_NUMBER)->number;
    if (from->failure->kind == FAIL_NONE && !(value >= lowest && value <= highest))
        fail(from->failure, FAIL_BAD_JOB, "%s: expected %g to %g, got %g", key, lowest, highest, value);
    return value;
}

static void read_tls(struct job *job, const struct json *tls, struct failure *failure)
{
    if (tls && tls->kind == JSON_NULL)
        return;
    if (!tls || tls->kind != JSON_OBJECT) {
        if (failure->kind == FAIL_NONE)
            fail(failure, FAIL_BAD_JOB, "tls: expected null or an object");
        return;
    }
    struct field_reader from = {tls, failure};
    job->ca_file = text(&from, "ca_file");
}

static void read_connection(struct job *job, struct field_reader from)
{
    const struct json *password = json_member(from.object, "password");
    job->host = text(&from, "host");
    job->port = (unsigned)number(&from, "port", 1, 65535);
    job->user = text(&from, "user");
    job->database = text(&from, "database");
    job->password = password && password->kind == JSON_STRING ? password->text : NULL;
    read_tls(job, json_member(from.object, "tls"), from.failure);
}

static void read_query(struct job *job, struct field_reader from)
{
    job->kind = text(&from, "kind");
    job->sql = text(&from, "sql");
    job->arguments = member(&from, "args", JSON_ARRAY);
    job->columns = (unsigned)json_length(member(&from, "columns", JSON_ARRAY));
    struct field_reader expect = {member(&from, "expect", JSON_OBJECT), from.failure};
    job->expected_rows = (uint64_t)number(&expect, "rows", 0, 1e15);
}

static void read_arrivals(struct job *job, const struct json *arrivals, struct failure *failure)
{
    if (arrivals && arrivals->kind == JSON_NULL)
        return;
    if (!arrivals || arrivals->kind != JSON_OBJECT) {
        if (failure->kind == FAIL_NONE)
            fail(failure, FAIL_BAD_JOB, "arrivals: expected null or an object");
        return;
    }
    struct field_reader from = {arrivals, failure};
    const char *process = text(&from, "process");
    double per_second = member(&from, "per_second", JSON_NUMBER)->number;
    job->arrivals.process = strcmp(process, "poisson") == 0 ? PROCESS_POISSON : PROCESS_CONSTANT;
    job->arrivals.per_second = per_second;
    if (failure->kind != FAIL_NONE)
        return;
    if (job->arrivals.process == PROCESS_CONSTANT && strcmp(process, "constant") != 0)
        fail(failure, FAIL_BAD_JOB, "process: expected constant or poisson, got \"%s\"", process);
    else if (!(per_second > 0 && isfinite(per_second)))
        fail(failure, FAIL_BAD_JOB, "per_second: expected more than 0, got %g", per_second);
}

static void read_seed(struct job *job, struct field_reader *from)
{
    double seed = number(from, "seed", -MOST_EXACT_INTEGER, MOST_EXACT_INTEGER);
    if (from->failure->kind != FAIL_NONE)
        return;
    if (seed != floor(seed))
        fail(from->failure, FAIL_BAD_JOB, "seed: expected an integer, got %g", seed);
    job->seed = (uint64_t)(int64_t)seed;
}

int job_read(struct job *job, const char *line, struct failure *failure)
{
    memset(job, 0, sizeof *job);
    job->json = json_parse(line);
    if (!job->json || job->json->kind != JSON_OBJECT)
        return fail(failure, FAIL_BAD_JOB, "the job is no JSON object");
    struct field_reader from = {job->json, failure};
    if (number(&from, "contract", 0, 1e9) != CONTRACT && failure->kind == FAIL_NONE)
        return fail(failure, FAIL_BAD_JOB, "contract: this runner knows version %d only", CONTRACT);
    job->driver = text(&from, "driver");
    job->options = member(&from, "options", JSON_OBJECT);
    read_connection(job, (struct field_reader){member(&from, "connection", JSON_OBJECT), failure});
    read_query(job, (struct field_reader){member(&from, "query", JSON_OBJECT), failure});
    job->connections = (unsigned)number(&from, "concurrency", 1, MOST_CONNECTIONS);
    job->warmup_seconds = number(&from, "warmup_seconds", 0, 1e6);
    job->measure_seconds = number(&from, "measure_seconds", 0, 1e6);
    read_arrivals(job, json_member(job->json, "arrivals"), failure);
    read_seed(job, &from);
    return failure->kind == FAIL_NONE ? 0 : -1;
}

void job_free(struct job *job)
{
    json_free(job->json);
}
