#include "connection.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scram.h"

#define PROTOCOL_VERSION (3u << 16)
#define MOST_BODY_BYTES (1u << 20)
#define STATEMENT "s"

enum authentication { AUTH_OK = 0, AUTH_CLEAR_TEXT = 3, AUTH_SASL = 10, AUTH_SASL_CONTINUE = 11, AUTH_SASL_FINAL = 12 };

/* A message of the server; the body ends with a zero that is not part of it. */
struct received {
    uint8_t type;
    uint8_t *body;
    size_t length;
};

void fail_with_error_response(struct failure *failure, const uint8_t *body, size_t length)
{
    struct reader reader = reader_of(body, length);
    struct slice text = {(const uint8_t *)"an error without a message", 26};
    for (uint8_t field; (field = take_u8(&reader)) != 0;) {
        struct slice value = take_string(&reader);
        if (field == 'M')
            text = value;
    }
    fail(failure, FAIL_DRIVER, "the server says: %.*s", (int)text.length, (const char *)text.at);
}

int send_all(int descriptor, const struct message_buffer *buffer, struct failure *failure)
{
    if (buffer->failed)
        return fail(failure, FAIL_DRIVER, "no memory left");
    for (size_t at = 0; at < buffer->length;) {
        ssize_t sent = send(descriptor, buffer->bytes + at, buffer->length - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return fail(failure, FAIL_DRIVER, "cannot send to the server: %s", strerror(errno));
        at += sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}

static int read_exactly(int descriptor, uint8_t *to, size_t length, struct failure *failure)
{
    while (length) {
        ssize_t got = recv(descriptor, to, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(failure, FAIL_DRIVER, "cannot read from the server: %s", strerror(errno));
        if (got == 0)
            return fail(failure, FAIL_DRIVER, "the server closed the connection");
        to += got;
        length -= (size_t)got;
    }
    return 0;
}

/* Fails for an ErrorResponse as well. The body is to be freed by the caller after success. */
static int receive(int descriptor, struct received *message, struct failure *failure)
{
    uint8_t head[HEADER_BYTES];
    if (read_exactly(descriptor, head, sizeof head, failure) < 0)
        return -1;
    uint32_t length = read_u32(head + 1);
    if (length < LENGTH_BYTES || length > MOST_BODY_BYTES)
        return fail(failure, FAIL_DRIVER, "the server does not speak PostgreSQL's protocol");
    message->type = head[0];
    message->length = length - LENGTH_BYTES;
    message->body = malloc(message->length + 1);
    if (!message->body)
        return fail(failure, FAIL_DRIVER, "no memory left");
    message->body[message->length] = 0;
    int status = read_exactly(descriptor, message->body, message->length, failure);
    if (status == 0 && message->type == 'E') {
        fail_with_error_response(failure, message->body, message->length);
        status = -1;
    }
    if (status < 0)
        free(message->body);
    return status;
}

static int connect_unix(const struct job *job, struct failure *failure)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t room = sizeof address.sun_path;
    if ((size_t)snprintf(address.sun_path, room, "%s/.s.PGSQL.%u", job->host, job->port) >= room)
        return fail(failure, FAIL_DRIVER, "%s: too long for the path of a socket", job->host);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        fail(failure, FAIL_DRIVER, "cannot connect to %s: %s", address.sun_path, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}

static int connect_tcp(const struct job *job, struct failure *failure)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char port[8];
    int descriptor = -1, on = 1;
    snprintf(port, sizeof port, "%u", job->port);
    int problem = getaddrinfo(job->host, port, &hints, &found);
    if (problem)
        return fail(failure, FAIL_DRIVER, "cannot find %s: %s", job->host, gai_strerror(problem));
    for (struct addrinfo *at = found; at && descriptor < 0; at = at->ai_next) {
        descriptor = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (descriptor >= 0 && connect(descriptor, at->ai_addr, at->ai_addrlen) < 0) {
            fail(failure, FAIL_DRIVER, "cannot connect to %s, port %u: %s", job->host, job->port, strerror(errno));
            close(descriptor);
            descriptor = -1;
        }
    }
    freeaddrinfo(found);
    if (descriptor >= 0)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static int send_startup(int descriptor, const struct job *job, struct failure *failure)
{
    struct message_buffer startup = {0};
    message_begin(&startup, 0);
    message_u32(&startup, PROTOCOL_VERSION);
    message_text(&startup, "user");
    message_text(&startup, job->user);
    message_text(&startup, "database");
    message_text(&startup, job->database);
    message_text(&startup, "client_encoding");
    message_text(&startup, "UTF8");
    message_bytes(&startup, "", 1);
    message_end(&startup);
    int status = send_all(descriptor, &startup, failure);
    message_free(&startup);
    return status;
}

static int send_password(int descriptor, const char *first, const char *message, struct failure *failure)
{
    struct message_buffer answer = {0};
    message_begin(&answer, 'p');
    if (first) {
        message_text(&answer, first);
        message_u32(&answer, (uint32_t)strlen(message));
        message_bytes(&answer, message, strlen(message));
    } else {
        message_bytes(&answer, message, strlen(message));
    }
    message_end(&answer);
    int status = send_all(descriptor, &answer, failure);
    message_free(&answer);
    return status;
}

static int send_clear_text(int descriptor, const char *password, struct failure *failure)
{
    struct message_buffer answer = {0};
    message_begin(&answer, 'p');
    message_text(&answer, password);
    message_end(&answer);
    int status = send_all(descriptor, &answer, failure);
    message_free(&answer);
    return status;
}

static int is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return *text == 0;
}

/* Returns -1, or 0 after the server has been answered, or needs no answer. */
static int authenticate(int descriptor, const struct job *job, struct scram *scram,
                        const struct received *message, struct failure *failure)
{
    char answer[SCRAM_MESSAGE_BYTES];
    if (message->length < 4)
        return fail(failure, FAIL_DRIVER, "the server does not say how to authenticate");
    uint32_t method = read_u32(message->body);
    const char *text = (const char *)message->body + 4;
    if (method != AUTH_OK && !job->password)
        return fail(failure, FAIL_DRIVER, "the server wants a password");
    switch (method) {
    case AUTH_OK:
        return 0;
    case AUTH_CLEAR_TEXT:
        return send_clear_text(descriptor, job->password, failure);
    case AUTH_SASL:
        if (!is_ascii(job->password))
            return fail(failure, FAIL_DRIVER, "raw-drain knows passwords of ASCII characters only");
        if (scram_first(scram, answer) < 0)
            return fail(failure, FAIL_DRIVER, "this machine gives no random numbers");
        return send_password(descriptor, "SCRAM-SHA-256", answer, failure);
    case AUTH_SASL_CONTINUE:
        if (scram_final(scram, job->password, text, answer) < 0)
            return fail(failure, FAIL_DRIVER, "the server's SCRAM message is not what the standard says");
        return send_password(descriptor, NULL, answer, failure);
    case AUTH_SASL_FINAL:
        return scram_is_proven(scram, text)
                   ? 0
                   : fail(failure, FAIL_DRIVER, "the server could not prove that it knows the password");
    default:
        return fail(failure, FAIL_DRIVER, "raw-drain does not know authentication method %u", method);
    }
}

/* Up to the first ReadyForQuery. */
static int log_in(int descriptor, const struct job *job, struct failure *failure)
{
    struct scram scram = {.nonce = ""};
    struct received message = {0};
    int status = send_startup(descriptor, job, failure);
    for (uint8_t type = 0; status == 0 && type != 'Z'; type = message.type) {
        status = receive(descriptor, &message, failure);
        if (status < 0)
            break;
        if (message.type == 'R')
            status = authenticate(descriptor, job, &scram, &message, failure);
        free(message.body);
    }
    return status;
}

int connection_open(const struct job *job, struct failure *failure)
{
    int descriptor = job->host[0] == '/' ? connect_unix(job, failure) : connect_tcp(job, failure);
    if (descriptor < 0)
        return -1;
    /* What an address said that did not answer, while a later one did. */
    failure->kind = FAIL_NONE;
    if (log_in(descriptor, job, failure) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int connection_prepare(int descriptor, const char *sql, int *columns, struct failure *failure)
{
    struct message_buffer question = {0};
    struct received message = {0};
    message_begin(&question, 'P');
    message_text(&question, STATEMENT);
    message_text(&question, sql);
    message_u16(&question, 0);
    message_end(&question);
    message_begin(&question, 'D');
    message_bytes(&question, "S", 1);
    message_text(&question, STATEMENT);
    message_end(&question);
    message_begin(&question, 'S');
    message_end(&question);
    *columns = -1;
    int status = send_all(descriptor, &question, failure);
    message_free(&question);
    for (uint8_t type = 0; status == 0 && type != 'Z'; type = message.type) {
        status = receive(descriptor, &message, failure);
        if (status < 0)
            break;
        if (message.type == 'T' && message.length >= 2)
            *columns = read_u16(message.body);
        free(message.body);
    }
    return status;
}

static int put_argument(struct message_buffer *question, const struct json *argument, struct failure *failure)
{
    const struct json *value = json_member(argument, "value"), *type = json_member(argument, "type");
    if (!value || !type || type->kind != JSON_STRING)
        return fail(failure, FAIL_BAD_JOB, "args: expected types and values");
    if (value->kind == JSON_NULL) {
        message_u32(question, UINT32_MAX);
        return 0;
    }
    if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT)
        return fail(failure, FAIL_UNSUPPORTED, "raw-drain has no arguments of type %s", type->text);
    const char *prefix = strcmp(type->text, "bytea") == 0 ? "\\x" : "";
    const char *text = value->kind == JSON_TRUE ? "true" : value->kind == JSON_FALSE ? "false" : value->text;
    message_u32(question, (uint32_t)(strlen(prefix) + strlen(text)));
    message_bytes(question, prefix, strlen(prefix));
    message_bytes(question, text, strlen(text));
    return 0;
}

int connection_question(const struct job *job, struct message_buffer *question, struct failure *failure)
{
    message_begin(question, 'B');
    message_text(question, "");
    message_text(question, STATEMENT);
    message_u16(question, 0); /* all arguments as text */
    message_u16(question, (uint16_t)json_length(job->arguments));
    for (const struct json *argument = job->arguments->first; argument; argument = argument->next)
        if (put_argument(question, argument, failure) < 0)
            return -1;
    message_u16(question, 1);
    message_u16(question, 1); /* all results binary */
    message_end(question);
    message_begin(question, 'E');
    message_text(question, "");
    message_u32(question, 0);
    message_end(question);
    message_begin(question, 'S');
    message_end(question);
    return question->failed ? fail(failure, FAIL_DRIVER, "no memory left") : 0;
}
