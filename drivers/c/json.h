/* JSON as the runner contract uses it (RFC 8259): one value, parsed to a tree. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    char *key;         /* of a member of an object */
    char *text;        /* strings: UTF-8, ending with zero; numbers: as they are written */
    double number;
    struct json *first, *next; /* children, in order */
};

/* NULL if `text` is not JSON, or nested too deeply. Freed by json_free. */
struct json *json_parse(const char *text);
void json_free(struct json *value);

/* The member of an object, or NULL. */
const struct json *json_member(const struct json *object, const char *key);
size_t json_length(const struct json *list);

#endif
