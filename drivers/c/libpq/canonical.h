/* The canonical form of each C type, as docs/runner-contract.md has it. */
#ifndef CANONICAL_H
#define CANONICAL_H

#include "memory.h"

void canonical_bool(const void *native, struct buffer *out);
void canonical_int2(const void *native, struct buffer *out);
void canonical_int4(const void *native, struct buffer *out);
void canonical_int8(const void *native, struct buffer *out);
void canonical_oid(const void *native, struct buffer *out);
void canonical_float8(const void *native, struct buffer *out);
void canonical_float4(const void *native, struct buffer *out);
void canonical_text(const void *native, struct buffer *out);
void canonical_bytea(const void *native, struct buffer *out);
void canonical_char(const void *native, struct buffer *out);
void canonical_timestamp(const void *native, struct buffer *out);
void canonical_date(const void *native, struct buffer *out);
void canonical_numeric(const void *native, struct buffer *out);
void canonical_uuid(const void *native, struct buffer *out);

#endif
