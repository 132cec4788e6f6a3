#include "session.h"

#include <stdio.h>
#include <stdlib.h>

/* Longer ones are refused, CopyData excepted, which is discarded as it comes. */
#define MAX_MESSAGE_BYTES (4u * 1024 * 1024)
#define MAX_STARTUP_BYTES 10000u /* PostgreSQL's own limit */
#define SHOWN_SQL_BYTES 300

#define PROTOCOL_3_0 (3u << 16)
#define NEWEST_MINOR 2u
#define CANCEL_REQUEST (1234u << 16 | 5678u)
#define SSL_REQUEST (1234u << 16 | 5679u)
#define GSSENC_REQUEST (1234u << 16 | 5680u)

static const uint8_t PARSE_COMPLETE[] = {'1', 0, 0, 0, 4};
static const uint8_t BIND_COMPLETE[] = {'2', 0, 0, 0, 4};
static const uint8_t CLOSE_COMPLETE[] = {'3', 0, 0, 0, 4};
static const uint8_t PORTAL_SUSPENDED[] = {'s', 0, 0, 0, 4};
static const uint8_t EMPTY_QUERY[] = {'I', 0, 0, 0, 4};
static const uint8_t AUTHENTICATION_OK[] = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
/* Cancelling does nothing, so any key will do. */
static const uint8_t BACKEND_KEY[] = {'K', 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1};

static void ready_for_query(struct session *session)
{
    const uint8_t message[] = {'Z', 0, 0, 0, 5, session->transaction};
    output_copy(&session->output, message, sizeof message);
}

/* `text` has at most a few hundred bytes. */
static void error_response(struct session *session, const char *severity, const char *code, const char *text)
{
    uint8_t message[1024];
    size_t at = HEADER_BYTES;
    const char *fields[] = {severity, severity, code, text};
    for (int i = 0; i < 4; i++) {
        message[at++] = (uint8_t) "SVCM"[i];
        size_t length = strlen(fields[i]) + 1;
        memcpy(message + at, fields[i], length);
        at += length;
    }
    message[at++] = 0;
    message[0] = 'E';
    write_u32(message + 1, (uint32_t)at - 1);
    output_copy(&session->output, message, at);
}

static void fail_in_extended(struct session *session)
{
    session->skips_to_sync = 1;
    if (session->transaction == 'T')
        session->transaction = 'E';
}

static void refuse_question(struct session *session, const char *code, const char *what, struct slice sql)
{
    char text[SHOWN_SQL_BYTES + 200];
    size_t shown = sql.length < SHOWN_SQL_BYTES ? sql.length : SHOWN_SQL_BYTES;
    /* Not in the middle of a character of UTF-8. */
    while (shown < sql.length && shown > 0 && (sql.at[shown] & 0xc0) == 0x80)
        shown--;
    snprintf(text, sizeof text, "the replay %s: %.*s", what, (int)shown, (const char *)sql.at);
    ++*session->refused;
    error_response(session, "ERROR", code, text);
}

static void refuse_extended(struct session *session, const char *code, const char *what, struct slice sql)
{
    refuse_question(session, code, what, sql);
    fail_in_extended(session);
}

void session_refuse(struct session *session, const char *code, const char *text)
{
    error_response(session, "FATAL", code, text);
    session->phase = PHASE_ENDED;
}

static void violation(struct session *session, const char *what)
{
    session_refuse(session, "08P01", what);
}

/* Effects of an answer, or of the part of it that ends it. */
static void conclude(struct session *session, const struct answer *answer, int simple)
{
    if (answer->effect == EFFECT_BEGIN)
        session->transaction = 'T';
    if (answer->effect == EFFECT_END)
        session->transaction = 'I';
    if (answer->fails && simple && session->transaction == 'T')
        session->transaction = 'E';
    if (answer->fails && !simple)
        fail_in_extended(session);
}

static void begin_copy_in(struct session *session, uint32_t answer, struct counts *counts, int simple)
{
    session->phase = PHASE_COPY_IN;
    session->copy_answer = answer;
    session->copy_counts = counts;
    session->copy_is_simple = simple;
}

static void count(struct counts *counts, const struct answer *answer)
{
    counts->executions++;
    counts->rows += answer->rows;
    counts->written += answer->written;
    counts->bytes += answer->head.length + answer->tail.length;
}

/* start-up */

static void negotiate(struct session *session, struct slice *options, uint32_t count)
{
    size_t length = HEADER_BYTES + 8;
    for (uint32_t i = 0; i < count; i++)
        length += options[i].length + 1;
    uint8_t *message = output_reserve(&session->output, length);
    if (!message)
        return;
    message[0] = 'v';
    write_u32(message + 1, (uint32_t)length - 1);
    write_u32(message + 5, PROTOCOL_3_0 | NEWEST_MINOR);
    write_u32(message + 9, count);
    uint8_t *at = message + HEADER_BYTES + 8;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(at, options[i].at, options[i].length);
        at += options[i].length;
        *at++ = 0;
    }
}

static void start_up(struct session *session, struct reader body, uint32_t minor)
{
    struct slice parameters = {body.at, body.left};
    struct slice unknown[8];
    uint32_t unknown_count = 0;
    while (body.left > 1 && !body.failed) {
        struct slice name = take_string(&body);
        take_string(&body);
        if (name.length > 5 && memcmp(name.at, "_pq_.", 5) == 0 && unknown_count < 8)
            unknown[unknown_count++] = name;
    }
    if (body.failed || body.left != 1 || take_u8(&body) != 0) {
        violation(session, "the start-up message is no list of names and values");
        return;
    }
    if (minor > NEWEST_MINOR || unknown_count)
        negotiate(session, unknown, unknown_count);
    output_copy(&session->output, AUTHENTICATION_OK, sizeof AUTHENTICATION_OK);
    output_refer(&session->output, recording_startup(session->recording, parameters));
    output_copy(&session->output, BACKEND_KEY, sizeof BACKEND_KEY);
    ready_for_query(session);
    session->phase = PHASE_READY;
}

static void first_packet(struct session *session, struct reader body)
{
    uint32_t code = take_u32(&body);
    switch (code) {
    case SSL_REQUEST:
    case GSSENC_REQUEST:
        output_copy(&session->output, "N", 1);
        return;
    case CANCEL_REQUEST:
        session->phase = PHASE_ENDED;
        return;
    default:
        if (code >> 16 == 3)
            start_up(session, body, code & 0xffff);
        else
            session_refuse(session, "0A000", "the replay speaks version 3 of the protocol only");
    }
}

/* simple query protocol */

static void simple_query(struct session *session, struct reader body)
{
    struct slice sql = take_string(&body);
    if (body.failed || body.left) {
        violation(session, "a Query message does not end with its text");
        return;
    }
    struct slice unnamed = {NULL, 0};
    names_remove(&session->statements, unnamed);
    names_remove(&session->portals, unnamed);
    uint32_t index = recording_query(session->recording, sql);
    if (index == NOT_RECORDED && sql.length == 0) {
        output_copy(&session->output, EMPTY_QUERY, sizeof EMPTY_QUERY);
    } else if (index == NOT_RECORDED) {
        refuse_question(session, "0A000", "has no recording of this simple query", sql);
        if (session->transaction == 'T')
            session->transaction = 'E';
    } else {
        struct query *query = &session->recording->queries[index];
        const struct answer *answer = &session->recording->answers[query->answer];
        output_refer(&session->output, answer->head);
        if (answer->copies_in) {
            begin_copy_in(session, query->answer, &query->counts, 1);
            return;
        }
        count(&query->counts, answer);
        conclude(session, answer, 1);
    }
    if (session->transaction == 'I')
        names_clear(&session->portals);
    ready_for_query(session);
}

/* extended query protocol */

static void parse(struct session *session, struct reader body)
{
    struct slice name = take_string(&body);
    struct slice rest = {body.at, body.left};
    struct slice sql = take_string(&body);
    take(&body, 4 * (size_t)take_u16(&body));
    if (body.failed || body.left) {
        violation(session, "the lengths in a Parse message do not fit");
        return;
    }
    uint32_t index = recording_statement(session->recording, rest);
    if (index == NOT_RECORDED) {
        refuse_extended(session, "0A000", "has no recording of this statement with these parameter types", sql);
        return;
    }
    struct named *statement = names_set(&session->statements, name);
    if (!statement) {
        refuse_extended(session, "53400", "keeps no more statements", sql);
        return;
    }
    statement->statement = index;
    output_copy(&session->output, PARSE_COMPLETE, sizeof PARSE_COMPLETE);
}

/* The part of a Bind message after the names; `formats` become the result formats. */
static int read_bind(struct reader *body, struct slice *formats)
{
    take(body, 2 * (size_t)take_u16(body));
    for (uint16_t left = take_u16(body); left > 0 && !body->failed; left--) {
        uint32_t length = take_u32(body);
        if (length != UINT32_MAX)
            take(body, length);
    }
    *formats = take(body, 2 * (size_t)take_u16(body));
    return !body->failed && body->left == 0;
}

static void bind_portal(struct session *session, struct slice name, uint32_t statement, uint32_t answer,
                        struct slice formats)
{
    uint8_t *copy = NULL;
    struct named *portal = names_set(&session->portals, name);
    if (portal && formats.length)
        copy = malloc(formats.length);
    if (!portal || (formats.length && !copy)) {
        refuse_extended(session, "53400", "keeps no more portals", name);
        return;
    }
    if (copy)
        memcpy(copy, formats.at, formats.length);
    portal->statement = statement;
    portal->answer = answer;
    portal->formats = copy;
    portal->formats_length = formats.length;
    output_copy(&session->output, BIND_COMPLETE, sizeof BIND_COMPLETE);
}

static void bind(struct session *session, struct reader body)
{
    struct slice portal = take_string(&body);
    struct slice name = take_string(&body);
    struct slice rest = {body.at, body.left}, formats;
    if (!read_bind(&body, &formats)) {
        violation(session, "the lengths in a Bind message do not fit");
        return;
    }
    const struct named *prepared = names_find(&session->statements, name);
    if (!prepared) {
        refuse_extended(session, "26000", "knows no prepared statement of this name", name);
        return;
    }
    uint32_t statement = prepared->statement;
    uint32_t answer = recording_answer(session->recording, statement, rest, formats);
    if (answer == NOT_RECORDED)
        refuse_extended(session, "0A000",
                        "has no recording of this statement with these parameters and result formats",
                        session->recording->statements[statement].sql);
    else
        bind_portal(session, portal, statement, answer, formats);
}

/* The statement's RowDescription, with the formats that Bind asked for. */
static void describe_rows(struct session *session, struct slice recorded, const struct named *portal)
{
    uint8_t *message = output_reserve(&session->output, recorded.length);
    if (!message)
        return;
    memcpy(message, recorded.at, recorded.length);
    size_t given = portal ? portal->formats_length / 2 : 0;
    if (recorded.at[0] != 'T' || given == 0)
        return;
    /* The lengths were checked when the recording was loaded. */
    uint8_t *at = message + HEADER_BYTES;
    uint16_t fields = read_u16(at);
    at += 2;
    for (size_t i = 0; i < fields; i++) {
        at += strlen((const char *)at) + 1 + 16;
        size_t which = given == 1 ? 0 : i;
        if (which < given)
            memcpy(at, portal->formats + 2 * which, 2);
        at += 2;
    }
}

static void describe(struct session *session, struct reader body)
{
    uint8_t kind = take_u8(&body);
    struct slice name = take_string(&body);
    if (body.failed || body.left || (kind != 'S' && kind != 'P')) {
        violation(session, "a Describe message names neither a statement nor a portal");
        return;
    }
    const struct named *named = names_find(kind == 'S' ? &session->statements : &session->portals, name);
    if (!named) {
        refuse_extended(session, kind == 'S' ? "26000" : "34000",
                        "knows no statement or portal of this name", name);
        return;
    }
    const struct statement *statement = &session->recording->statements[named->statement];
    if ((kind == 'S' && !statement->parameter_description.length) || !statement->row_description.length) {
        refuse_extended(session, "0A000", "has no description of this statement", statement->sql);
        return;
    }
    if (kind == 'S')
        output_refer(&session->output, statement->parameter_description);
    describe_rows(session, statement->row_description, kind == 'P' ? named : NULL);
}

/* Send at most `limit` rows more; returns whether the answer's end was sent as well. */
static int send_limited(struct session *session, struct named *portal, const struct answer *answer,
                        uint32_t limit, struct counts *counts)
{
    size_t end = portal->position;
    uint32_t rows = 0;
    while (rows < limit && end < answer->rows_end) {
        end += 1 + (size_t)read_u32(answer->head.at + end + 1);
        rows++;
    }
    int ends = rows < limit;
    size_t to = ends ? answer->head.length : end;
    struct slice part = {answer->head.at + portal->position, to - portal->position};
    output_refer(&session->output, part);
    /* A finished portal that is executed again has no more rows. */
    portal->position = ends ? answer->rows_end : end;
    counts->rows += rows;
    counts->bytes += part.length;
    if (ends)
        counts->written += answer->written;
    else
        output_copy(&session->output, PORTAL_SUSPENDED, sizeof PORTAL_SUSPENDED);
    return ends;
}

static void execute(struct session *session, struct reader body)
{
    struct slice name = take_string(&body);
    uint32_t limit = take_u32(&body);
    if (body.failed || body.left) {
        violation(session, "the lengths in an Execute message do not fit");
        return;
    }
    struct named *portal = names_find(&session->portals, name);
    if (!portal) {
        refuse_extended(session, "34000", "knows no portal of this name", name);
        return;
    }
    const struct answer *answer = &session->recording->answers[portal->answer];
    struct counts *counts = &session->recording->statements[portal->statement].counts;
    /* The limit is a signed number, and less than one means none. */
    if ((limit && limit <= INT32_MAX) || portal->position) {
        counts->executions += portal->position == 0;
        if (send_limited(session, portal, answer, limit && limit <= INT32_MAX ? limit : UINT32_MAX, counts))
            conclude(session, answer, 0);
        return;
    }
    output_refer(&session->output, answer->head);
    if (answer->copies_in) {
        begin_copy_in(session, portal->answer, counts, 0);
        return;
    }
    portal->position = answer->rows_end;
    count(counts, answer);
    conclude(session, answer, 0);
}

static void close_named(struct session *session, struct reader body)
{
    uint8_t kind = take_u8(&body);
    struct slice name = take_string(&body);
    if (body.failed || body.left || (kind != 'S' && kind != 'P')) {
        violation(session, "a Close message names neither a statement nor a portal");
        return;
    }
    names_remove(kind == 'S' ? &session->statements : &session->portals, name);
    output_copy(&session->output, CLOSE_COMPLETE, sizeof CLOSE_COMPLETE);
}

static void sync_session(struct session *session)
{
    session->skips_to_sync = 0;
    if (session->transaction == 'I')
        names_clear(&session->portals);
    ready_for_query(session);
}

/* COPY FROM STDIN */

static void end_copy(struct session *session, int done)
{
    const struct answer *answer = &session->recording->answers[session->copy_answer];
    session->phase = PHASE_READY;
    if (done) {
        output_refer(&session->output, answer->tail);
        count(session->copy_counts, answer);
        conclude(session, answer, session->copy_is_simple);
    } else {
        error_response(session, "ERROR", "57014", "COPY from stdin failed");
        if (session->transaction == 'T')
            session->transaction = 'E';
        session->skips_to_sync = !session->copy_is_simple;
    }
    if (session->copy_is_simple)
        ready_for_query(session);
}

static void copy_message(struct session *session, uint8_t type)
{
    switch (type) {
    case 'c':
    case 'f':
        end_copy(session, type == 'c');
        break;
    case 'H':
    case 'S':
        break; /* ignored while a COPY is under way, as PostgreSQL does */
    case 'X':
        session->phase = PHASE_ENDED;
        break;
    default:
        violation(session, "a message other than CopyData came during COPY FROM STDIN");
    }
}

/* any message */

static void extended_message(struct session *session, uint8_t type, struct reader body)
{
    switch (type) {
    case 'P':
        parse(session, body);
        break;
    case 'B':
        bind(session, body);
        break;
    case 'D':
        describe(session, body);
        break;
    case 'E':
        execute(session, body);
        break;
    case 'C':
        close_named(session, body);
        break;
    default:
        violation(session, "a message of an unknown type came");
    }
}

static void message(struct session *session, uint8_t type, struct reader body)
{
    if (session->phase == PHASE_COPY_IN) {
        copy_message(session, type);
        return;
    }
    switch (type) {
    case 'S':
        sync_session(session);
        break;
    case 'X':
        session->phase = PHASE_ENDED;
        break;
    case 'H':           /* Flush: every answer is sent as soon as it can be */
    case 'c': case 'f': /* of a COPY that has failed */
        break;
    case 'Q':
        /* One after an error, without a Sync, is skipped as well. */
        if (!session->skips_to_sync)
            simple_query(session, body);
        break;
    default:
        if (!session->skips_to_sync)
            extended_message(session, type, body);
    }
}

/* Discard what is there of a CopyData message; returns the number of bytes. */
static size_t discard(struct session *session, size_t length)
{
    size_t used = length < session->data_left ? length : session->data_left;
    session->data_left -= used;
    if (session->phase == PHASE_COPY_IN)
        session->copy_counts->copied_bytes += used;
    return used;
}

/* The first message of `bytes`; returns its length, or 0 while it is not all there. */
static size_t consume_one(struct session *session, const uint8_t *bytes, size_t length)
{
    if (session->data_left)
        return discard(session, length);
    int starts = session->phase == PHASE_STARTUP;
    size_t head = starts ? LENGTH_BYTES : HEADER_BYTES;
    if (length < head)
        return 0;
    uint32_t size = read_u32(bytes + head - LENGTH_BYTES);
    if (!starts && bytes[0] == 'd' && size >= LENGTH_BYTES) {
        session->data_left = size - LENGTH_BYTES;
        return head;
    }
    uint32_t smallest = starts ? 2 * LENGTH_BYTES : LENGTH_BYTES;
    if (size < smallest || size > (starts ? MAX_STARTUP_BYTES : MAX_MESSAGE_BYTES)) {
        violation(session, "a message has an impossible length");
        return 0;
    }
    size_t whole = head - LENGTH_BYTES + size;
    if (length < whole)
        return 0;
    struct reader body = reader_of(bytes + head, whole - head);
    if (starts)
        first_packet(session, body);
    else
        message(session, bytes[0], body);
    return whole;
}

size_t session_consume(struct session *session, const uint8_t *bytes, size_t length)
{
    size_t used = 0;
    while (used < length && session->phase != PHASE_ENDED && !output_is_full(&session->output)) {
        size_t one = consume_one(session, bytes + used, length - used);
        if (one == 0)
            break;
        used += one;
    }
    if (session->output.out_of_memory)
        session->phase = PHASE_ENDED;
    return used;
}

void session_start(struct session *session, struct recording *recording, uint64_t *refused)
{
    memset(session, 0, sizeof *session);
    session->recording = recording;
    session->refused = refused;
    session->phase = PHASE_STARTUP;
    session->transaction = 'I';
}

void session_free(struct session *session)
{
    names_clear(&session->statements);
    names_clear(&session->portals);
    output_free(&session->output);
}
