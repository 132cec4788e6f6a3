#include "json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

struct parser {
    const char *at;
    int depth;
};

static struct json *parse_value(struct parser *parser);

static void skip_space(struct parser *parser)
{
    while (*parser->at && strchr(" \t\r\n", *parser->at))
        parser->at++;
}

static int accept(struct parser *parser, char wanted)
{
    skip_space(parser);
    if (*parser->at != wanted)
        return 0;
    parser->at++;
    return 1;
}

static int hex4(const char *at, unsigned *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef";
        char lower = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] + 32) : at[i];
        const char *found = lower ? strchr(digits, lower) : NULL;
        if (!found)
            return 0;
        *code = *code << 4 | (unsigned)(found - digits);
    }
    return 1;
}

static char *put_utf8(char *to, unsigned code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* After the backslash and `u`; NULL for what is no character. */
static char *put_unicode(struct parser *parser, char *to)
{
    unsigned code, low;
    if (!hex4(parser->at, &code) || code == 0)
        return NULL;
    parser->at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        if (parser->at[0] != '\\' || parser->at[1] != 'u' || !hex4(parser->at + 2, &low) ||
            low < 0xdc00 || low > 0xdfff)
            return NULL;
        parser->at += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_utf8(to, code);
}

static char *put_escaped(struct parser *parser, char *to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char name = *parser->at;
    const char *found = name ? strchr(names, name) : NULL;
    if (!name)
        return NULL;
    parser->at++;
    if (name == 'u')
        return put_unicode(parser, to);
    if (!found)
        return NULL;
    *to++ = values[found - names];
    return to;
}

/* A string's content; NULL if it is none. What is escaped is never shorter than its value. */
static char *parse_string(struct parser *parser)
{
    if (!accept(parser, '"'))
        return NULL;
    char *text = malloc(strlen(parser->at) + 1), *to = text;
    while (to && *parser->at != '"') {
        unsigned char byte = (unsigned char)*parser->at;
        if (byte < 0x20)
            break;
        parser->at++;
        if (byte == '\\')
            to = put_escaped(parser, to);
        else
            *to++ = (char)byte;
    }
    if (!to || *parser->at != '"') {
        free(text);
        return NULL;
    }
    parser->at++;
    *to = 0;
    return text;
}

static int parse_number(struct parser *parser, struct json *value)
{
    size_t length = strspn(parser->at, "+-.0123456789eE");
    char *end;
    value->kind = JSON_NUMBER;
    value->text = strndup(parser->at, length);
    if (!value->text || length == 0)
        return 0;
    value->number = strtod(value->text, &end);
    parser->at += length;
    return *end == 0;
}

static int parse_word(struct parser *parser, const char *word, struct json *value, enum json_kind kind)
{
    size_t length = strlen(word);
    if (strncmp(parser->at, word, length) != 0)
        return 0;
    parser->at += length;
    value->kind = kind;
    return 1;
}

/* Elements or members, up to the closing bracket. */
static int parse_children(struct parser *parser, struct json *parent, char close)
{
    struct json **last = &parent->first;
    if (accept(parser, close))
        return 1;
    do {
        char *key = NULL;
        if (parent->kind == JSON_OBJECT && ((key = parse_string(parser)) == NULL || !accept(parser, ':'))) {
            free(key);
            return 0;
        }
        *last = parse_value(parser);
        if (!*last) {
            free(key);
            return 0;
        }
        (*last)->key = key;
        last = &(*last)->next;
    } while (accept(parser, ','));
    return accept(parser, close);
}

static int parse_into(struct parser *parser, struct json *value)
{
    switch (*parser->at) {
    case '{':
        parser->at++;
        value->kind = JSON_OBJECT;
        return parse_children(parser, value, '}');
    case '[':
        parser->at++;
        value->kind = JSON_ARRAY;
        return parse_children(parser, value, ']');
    case '"':
        value->kind = JSON_STRING;
        return (value->text = parse_string(parser)) != NULL;
    case 'n':
        return parse_word(parser, "null", value, JSON_NULL);
    case 't':
        return parse_word(parser, "true", value, JSON_TRUE);
    case 'f':
        return parse_word(parser, "false", value, JSON_FALSE);
    default:
        return parse_number(parser, value);
    }
}

static struct json *parse_value(struct parser *parser)
{
    struct json *value = calloc(1, sizeof *value);
    skip_space(parser);
    if (!value || parser->depth >= MAX_DEPTH) {
        free(value);
        return NULL;
    }
    parser->depth++;
    int is_good = parse_into(parser, value);
    parser->depth--;
    if (is_good)
        return value;
    json_free(value);
    return NULL;
}

struct json *json_parse(const char *text)
{
    struct parser parser = {text, 0};
    struct json *value = parse_value(&parser);
    skip_space(&parser);
    if (value && *parser.at) {
        json_free(value);
        return NULL;
    }
    return value;
}

void json_free(struct json *value)
{
    while (value) {
        struct json *next = value->next;
        json_free(value->first);
        free(value->key);
        free(value->text);
        free(value);
        value = next;
    }
}

const struct json *json_member(const struct json *object, const char *key)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (const struct json *child = object->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

size_t json_length(const struct json *list)
{
    size_t length = 0;
    for (const struct json *child = list->first; child; child = child->next)
        length++;
    return length;
}
