/* PostgreSQL's binary numeric as decimal text. */
#ifndef NUMERIC_H
#define NUMERIC_H

#include <stddef.h>
#include <stdint.h>

/* The text, to be freed; NULL: it is no numeric. */
char *numeric_text(const uint8_t *wire, size_t length);

#endif
