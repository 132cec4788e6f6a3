#include "recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MAGIC "PGREPLY1"
#define MAGIC_BYTES 8
#define FIELD_TRAILER_BYTES 18 /* table, column, type, size, modifier, format */
#define MAX_FORMATS 1664       /* PostgreSQL's limit of columns of a result */

/* Keys of different kinds never meet. */
enum space { SPACE_STARTUP, SPACE_PARSE, SPACE_SQL, SPACE_QUERY, SPACE_ANSWER };

struct loader {
    struct recording *recording;
    const char *problem;
};

/* FNV-1a's idea on words of eight bytes: some drivers' statements have 100 KB. */
static uint64_t hash(uint32_t space, struct slice key)
{
    uint64_t value = 14695981039346656037ull ^ space, word = 0;
    size_t at = 0;
    for (; key.length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, key.at + at, sizeof word);
        value = (value ^ word) * 1099511628211ull;
        value ^= value >> 32;
    }
    for (word = key.length; at < key.length; at++)
        word = word << 8 | key.at[at];
    value = (value ^ word) * 1099511628211ull;
    return value ^ value >> 32;
}

static int same(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/* The entry of a key, or the free place where it belongs. */
static struct entry *slot(const struct recording *recording, uint32_t space, struct slice key)
{
    size_t at = hash(space, key) & (recording->table_size - 1);
    for (;;) {
        struct entry *entry = &recording->table[at];
        if (entry->value == NOT_RECORDED || (entry->space == space && same(entry->key, key)))
            return entry;
        at = (at + 1) & (recording->table_size - 1);
    }
}

static uint32_t find(const struct recording *recording, uint32_t space, struct slice key)
{
    return slot(recording, space, key)->value;
}

static void add(struct loader *loader, uint32_t space, struct slice key, uint32_t value)
{
    struct entry *entry = slot(loader->recording, space, key);
    if (entry->value != NOT_RECORDED) {
        loader->problem = "holds a key twice";
        return;
    }
    entry->space = space;
    entry->key = key;
    entry->value = value;
}

static uint64_t last_number(struct slice tag)
{
    uint64_t number = 0, factor = 1;
    for (size_t i = tag.length; i > 0 && tag.at[i - 1] >= '0' && tag.at[i - 1] <= '9'; i--) {
        number += (uint64_t)(tag.at[i - 1] - '0') * factor;
        factor *= 10;
    }
    return number;
}

static int tag_starts_with(struct slice tag, const char *word)
{
    size_t length = strlen(word);
    return tag.length >= length && memcmp(tag.at, word, length) == 0 &&
           (tag.length == length || tag.at[length] == ' ');
}

static void note_command(struct answer *answer, struct slice body, int after_copy_in)
{
    struct reader reader = reader_of(body.at, body.length);
    struct slice tag = take_string(&reader);
    if (tag_starts_with(tag, "BEGIN") || tag_starts_with(tag, "START"))
        answer->effect = EFFECT_BEGIN;
    else if (tag_starts_with(tag, "COMMIT") || tag_starts_with(tag, "ROLLBACK"))
        answer->effect = EFFECT_END;
    else if (tag_starts_with(tag, "INSERT") || (after_copy_in && tag_starts_with(tag, "COPY")))
        answer->written += last_number(tag);
}

/* Walk whole messages; anything else is a problem of the file. */
static void note_messages(struct loader *loader, struct answer *answer, struct slice part, int is_tail)
{
    size_t at = 0;
    int only_rows = !is_tail;
    while (at < part.length) {
        if (answer->copies_in && !is_tail) {
            loader->problem = "goes on after a CopyInResponse";
            return;
        }
        if (part.length - at < HEADER_BYTES || read_u32(part.at + at + 1) < LENGTH_BYTES ||
            read_u32(part.at + at + 1) > part.length - at - 1) {
            loader->problem = "holds an answer that does not end with a whole message";
            return;
        }
        size_t length = 1 + read_u32(part.at + at + 1);
        struct slice body = {part.at + at + HEADER_BYTES, length - HEADER_BYTES};
        switch (part.at[at]) {
        case 'D':
            answer->rows++;
            break;
        case 'C':
            note_command(answer, body, is_tail);
            break;
        case 'E':
            answer->fails = 1;
            break;
        case 'G':
            answer->copies_in = 1;
            break;
        case 'T': case 'I': case 'N': case 'S': case 'H': case 'd': case 'c':
            break;
        default:
            loader->problem = "holds a message that is no part of an answer";
            return;
        }
        at += length;
        only_rows = only_rows && part.at[at - length] == 'D';
        if (only_rows)
            answer->rows_end = at;
    }
}

static struct slice take_bytes(struct reader *reader)
{
    uint32_t length = take_u32(reader);
    return take(reader, length);
}

static void load_answer(struct loader *loader, struct reader *body)
{
    struct answer *answer = &loader->recording->answers[loader->recording->answer_count++];
    answer->head = take_bytes(body);
    answer->tail = take_bytes(body);
    if (body->failed)
        return;
    note_messages(loader, answer, answer->head, 0);
    if (!loader->problem && answer->tail.length && !answer->copies_in)
        loader->problem = "holds an answer in two parts without a COPY FROM STDIN";
    if (!loader->problem)
        note_messages(loader, answer, answer->tail, 1);
}

static int is_message(struct slice bytes, uint8_t type)
{
    return bytes.length >= HEADER_BYTES && bytes.at[0] == type &&
           (size_t)read_u32(bytes.at + 1) + 1 == bytes.length;
}

static int is_row_description(struct slice bytes)
{
    if (!is_message(bytes, 'T'))
        return 0;
    struct reader reader = reader_of(bytes.at + HEADER_BYTES, bytes.length - HEADER_BYTES);
    for (uint16_t left = take_u16(&reader); left > 0 && !reader.failed; left--) {
        take_string(&reader);
        take(&reader, FIELD_TRAILER_BYTES);
    }
    return !reader.failed && reader.left == 0;
}

static void load_statement(struct loader *loader, struct reader *body)
{
    struct recording *recording = loader->recording;
    uint32_t index = recording->statement_count++;
    struct statement *statement = &recording->statements[index];
    statement->any_parameters = take_u8(body) != 0;
    struct slice key = take_bytes(body);
    statement->parameter_description = take_bytes(body);
    statement->row_description = take_bytes(body);
    if (body->failed)
        return;
    struct slice parameters = statement->parameter_description, rows = statement->row_description;
    if (parameters.length && !is_message(parameters, 't'))
        loader->problem = "holds a ParameterDescription that is none";
    if (rows.length && !is_row_description(rows) && !(is_message(rows, 'n') && rows.length == HEADER_BYTES))
        loader->problem = "holds a RowDescription that is none";
    struct reader reader = reader_of(key.at, key.length);
    statement->sql = statement->any_parameters ? key : take_string(&reader);
    if (reader.failed)
        loader->problem = "holds a statement without an end";
    if (!loader->problem)
        add(loader, statement->any_parameters ? SPACE_SQL : SPACE_PARSE, key, index);
}

static void load_execution(struct loader *loader, struct reader *body)
{
    uint32_t statement = take_u32(body);
    uint32_t answer = take_u32(body);
    struct slice key = take_bytes(body);
    if (statement >= loader->recording->statement_count || answer >= loader->recording->answer_count)
        loader->problem = "refers to what comes later";
    else if (!body->failed)
        add(loader, SPACE_ANSWER + statement, key, answer);
}

static void load_query(struct loader *loader, struct reader *body)
{
    struct recording *recording = loader->recording;
    uint32_t index = recording->query_count++;
    struct query *query = &recording->queries[index];
    query->answer = take_u32(body);
    query->sql = take_bytes(body);
    if (query->answer >= recording->answer_count)
        loader->problem = "refers to what comes later";
    else if (!body->failed)
        add(loader, SPACE_QUERY, query->sql, index);
}

static void load_startup(struct loader *loader, struct reader *body)
{
    struct recording *recording = loader->recording;
    uint32_t index = recording->startup_count++;
    struct slice key = take_bytes(body);
    recording->startups[index] = take_bytes(body);
    struct answer checked = {.head = {NULL, 0}};
    if (body->failed)
        return;
    note_messages(loader, &checked, recording->startups[index], 1);
    if (!loader->problem)
        add(loader, SPACE_STARTUP, key, index);
}

static void load_record(struct loader *loader, uint8_t kind, struct slice record)
{
    struct reader body = reader_of(record.at, record.length);
    switch (kind) {
    case 'B':
        load_answer(loader, &body);
        break;
    case 'S':
        load_statement(loader, &body);
        break;
    case 'A':
        load_execution(loader, &body);
        break;
    case 'Q':
        load_query(loader, &body);
        break;
    case 'U':
        load_startup(loader, &body);
        break;
    default:
        loader->problem = "holds a record of an unknown kind";
        return;
    }
    if (!loader->problem && (body.failed || body.left))
        loader->problem = "holds a record whose lengths do not fit";
}

/* Room for every record; their number is known from a first walk over the file. */
static int allocate(struct recording *recording, struct reader records, const char **problem)
{
    size_t number_of[256] = {0}, all = 0;
    while (records.left && !records.failed) {
        number_of[take_u8(&records)]++;
        take_bytes(&records);
        all++;
    }
    if (records.failed) {
        *problem = "ends in the middle of a record";
        return -1;
    }
    for (recording->table_size = 16; recording->table_size < 2 * all;)
        recording->table_size *= 2;
    /* One more each, since calloc of nothing may give NULL. */
    recording->answers = calloc(number_of['B'] + 1, sizeof *recording->answers);
    recording->statements = calloc(number_of['S'] + 1, sizeof *recording->statements);
    recording->queries = calloc(number_of['Q'] + 1, sizeof *recording->queries);
    recording->startups = calloc(number_of['U'] + 1, sizeof *recording->startups);
    recording->table = calloc(recording->table_size, sizeof *recording->table);
    if (!recording->answers || !recording->statements || !recording->queries ||
        !recording->startups || !recording->table) {
        *problem = "is too large for this machine's memory";
        return -1;
    }
    for (size_t i = 0; i < recording->table_size; i++)
        recording->table[i].value = NOT_RECORDED;
    return 0;
}

static const char *load_records(struct recording *recording, size_t size)
{
    struct loader loader = {recording, NULL};
    if (size < MAGIC_BYTES || memcmp(recording->file, MAGIC, MAGIC_BYTES) != 0)
        return "is no recording of this version";
    struct reader records = reader_of(recording->file + MAGIC_BYTES, size - MAGIC_BYTES);
    if (allocate(recording, records, &loader.problem) < 0)
        return loader.problem;
    while (records.left && !loader.problem) {
        uint8_t kind = take_u8(&records);
        load_record(&loader, kind, take_bytes(&records));
    }
    if (!loader.problem && recording->startup_count == 0)
        return "holds no start-up";
    return loader.problem;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *content = NULL;
    long length;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0 &&
        (content = malloc((size_t)length + 1)) != NULL) {
        *size = fread(content, 1, (size_t)length, file);
        if (*size != (size_t)length) {
            free(content);
            content = NULL;
            errno = EIO;
        }
    }
    fclose(file);
    return content;
}

int recording_load(struct recording *recording, const char *path, char *why, size_t why_size)
{
    size_t size = 0;
    memset(recording, 0, sizeof *recording);
    recording->file = read_file(path, &size);
    if (!recording->file) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    const char *problem = load_records(recording, size);
    if (problem) {
        snprintf(why, why_size, "%s %s", path, problem);
        recording_free(recording);
        return -1;
    }
    return 0;
}

void recording_free(struct recording *recording)
{
    free(recording->answers);
    free(recording->statements);
    free(recording->queries);
    free(recording->startups);
    free(recording->table);
    free(recording->file);
    memset(recording, 0, sizeof *recording);
}

struct slice recording_startup(const struct recording *recording, struct slice parameters)
{
    uint32_t found = find(recording, SPACE_STARTUP, parameters);
    return recording->startups[found == NOT_RECORDED ? 0 : found];
}

uint32_t recording_statement(const struct recording *recording, struct slice parse)
{
    uint32_t found = find(recording, SPACE_PARSE, parse);
    if (found != NOT_RECORDED)
        return found;
    struct reader reader = reader_of(parse.at, parse.length);
    return find(recording, SPACE_SQL, take_string(&reader));
}

/*
 * How result formats are written as a key: one byte where all columns have the
 * same, else a byte per column; as recording.py has it.
 */
static struct slice formats_key(struct slice formats, uint8_t *room)
{
    size_t count = formats.length / 2;
    struct slice key = {room, 1};
    int uniform = 1;
    room[0] = 0;
    for (size_t i = 0; i < count && i < MAX_FORMATS; i++) {
        room[i] = (uint8_t)read_u16(formats.at + 2 * i);
        uniform = uniform && room[i] == room[0];
    }
    if (!uniform)
        key.length = count < MAX_FORMATS ? count : MAX_FORMATS;
    return key;
}

uint32_t recording_answer(const struct recording *recording, uint32_t statement, struct slice bind,
                          struct slice result_formats)
{
    uint8_t room[MAX_FORMATS];
    struct slice key = bind;
    if (recording->statements[statement].any_parameters)
        key = formats_key(result_formats, room);
    return find(recording, SPACE_ANSWER + statement, key);
}

uint32_t recording_query(const struct recording *recording, struct slice sql)
{
    return find(recording, SPACE_QUERY, sql);
}
