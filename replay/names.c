#include "names.h"

#include <stdlib.h>

#define MAX_NAMES 4096

static int is_called(const struct named *named, struct slice name)
{
    return named->length == name.length &&
           (name.length == 0 || memcmp(named->name, name.at, name.length) == 0);
}

struct named *names_find(struct names *names, struct slice name)
{
    for (size_t i = 0; i < names->count; i++)
        if (is_called(&names->all[i], name))
            return &names->all[i];
    return NULL;
}

static int make_room(struct names *names)
{
    if (names->count < names->capacity)
        return 0;
    size_t capacity = names->capacity ? 2 * names->capacity : 4;
    struct named *all = capacity > MAX_NAMES ? NULL : realloc(names->all, capacity * sizeof *all);
    if (!all)
        return -1;
    names->all = all;
    names->capacity = capacity;
    return 0;
}

struct named *names_set(struct names *names, struct slice name)
{
    struct named *named = names_find(names, name);
    if (named) {
        free(named->formats);
        named->formats = NULL;
        named->formats_length = 0;
        named->position = 0;
        return named;
    }
    uint8_t *copy = NULL;
    if (name.length && (copy = malloc(name.length)) == NULL)
        return NULL;
    if (make_room(names) < 0) {
        free(copy);
        return NULL;
    }
    if (copy)
        memcpy(copy, name.at, name.length);
    named = &names->all[names->count++];
    *named = (struct named){.name = copy, .length = name.length};
    return named;
}

static void release(struct named *named)
{
    free(named->name);
    free(named->formats);
}

void names_remove(struct names *names, struct slice name)
{
    struct named *named = names_find(names, name);
    if (!named)
        return;
    release(named);
    *named = names->all[--names->count];
}

void names_clear(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        release(&names->all[i]);
    free(names->all);
    *names = (struct names){0};
}
