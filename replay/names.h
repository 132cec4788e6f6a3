/*
 * Names that a session gives to statements or portals. Sessions have few of
 * them, so they are found by walking over all.
 */
#ifndef NAMES_H
#define NAMES_H

#include "wire.h"

struct named {
    uint8_t *name; /* NULL: the unnamed one */
    size_t length;
    uint32_t statement;
    uint32_t answer;    /* portals only */
    uint8_t *formats;   /* portals only: the result formats of Bind, 2 bytes each */
    size_t formats_length;
    size_t position;    /* portals only: how much of the answer was sent */
};

struct names {
    struct named *all;
    size_t count, capacity;
};

struct named *names_find(struct names *names, struct slice name);

/* A fresh entry in place of one of that name; NULL: too many, or no memory. */
struct named *names_set(struct names *names, struct slice name);
void names_remove(struct names *names, struct slice name);
void names_clear(struct names *names);

#endif
