#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "sha256.h"

static size_t aligned(size_t offset, size_t alignment)
{
    return (offset + alignment - 1) / alignment * alignment;
}

static void place(struct layout *layout)
{
    size_t end = layout->count * sizeof(bool), widest = 1;
    for (unsigned i = 0; i < layout->count; i++) {
        struct column *column = &layout->columns[i];
        size_t alignment = type_alignment(&column->type);
        column->offset = aligned(end, alignment);
        end = column->offset + type_size(&column->type);
        widest = alignment > widest ? alignment : widest;
    }
    layout->row_size = aligned(end, widest);
}

int layout_read(struct layout *layout, const struct json *columns, struct failure *failure)
{
    size_t count = json_length(columns);
    if (count > MOST_COLUMNS)
        return fail(failure, FAIL_BAD_JOB, "columns: expected %d at most, got %zu", MOST_COLUMNS, count);
    layout->columns = allocate(count, sizeof *layout->columns);
    for (const struct json *json = columns->first; json; json = json->next) {
        struct column *column = &layout->columns[layout->count++];
        const struct json *name = json_member(json, "name"), *type = json_member(json, "type");
        column->name = name && name->kind == JSON_STRING ? name->text : "";
        column->type_name = type && type->kind == JSON_STRING ? type->text : "";
        if (type_find(column->type_name, &column->type) < 0)
            return fail(failure, FAIL_BAD_JOB, "\"%s\" is none of the contract's types", column->type_name);
    }
    place(layout);
    return 0;
}

void layout_free(struct layout *layout)
{
    free(layout->columns);
    memset(layout, 0, sizeof *layout);
}

int layout_fill(const struct layout *layout, const struct json *const *values, char *row, struct failure *failure)
{
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        const struct type *element = column->type.element;
        bool *is_null = (bool *)row + i;
        if (column->type.is_array || !element->encode)
            return fail(failure, FAIL_UNSUPPORTED, "this driver's adapter sends no %s: libpq leaves its binary "
                        "form to the caller", column->type_name);
        *is_null = values[i]->kind == JSON_NULL;
        if (!*is_null && element->from_json(values[i], row + column->offset) < 0)
            return fail(failure, FAIL_BAD_JOB, "value %u: expected a value of type %s", i + 1, column->type_name);
    }
    return 0;
}

static int check_columns(const struct layout *layout, const PGresult *result, struct failure *failure)
{
    if (PQnfields(result) != (int)layout->count)
        return fail(failure, FAIL_WRONG_ANSWER, "expected %u columns, got %d", layout->count, PQnfields(result));
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        Oid oid = PQftype(result, (int)i);
        if (!type_accepts(&column->type, oid))
            return fail(failure, FAIL_WRONG_ANSWER, "column %u (%s): expected %s, got the type with the OID %u",
                        i + 1, column->name, column->type_name, oid);
    }
    return 0;
}

static int decode_row(const struct layout *layout, const PGresult *result, int index, char *row)
{
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        bool *is_null = (bool *)row + i;
        *is_null = PQgetisnull(result, index, (int)i);
        if (*is_null)
            continue;
        const uint8_t *wire = (const uint8_t *)PQgetvalue(result, index, (int)i);
        size_t length = (size_t)PQgetlength(result, index, (int)i);
        if (type_decode(&column->type, wire, length, row + column->offset) < 0) {
            *is_null = true; /* nothing of it is freed with the rows */
            return (int)i + 1;
        }
    }
    return 0;
}

int rows_decode(struct rows *rows, const struct layout *layout, PGresult *result, struct failure *failure)
{
    int count = PQntuples(result);
    *rows = (struct rows){.layout = layout, .result = result};
    if (check_columns(layout, result, failure) < 0)
        return -1;
    rows->memory = allocate((size_t)count, layout->row_size);
    for (int i = 0; i < count; i++) {
        int wrong = decode_row(layout, result, i, rows->memory + rows->count++ * layout->row_size);
        if (wrong)
            return fail(failure, FAIL_WRONG_ANSWER, "row %d, column %d (%s): what came is no %s", i + 1, wrong,
                        layout->columns[wrong - 1].name, layout->columns[wrong - 1].type_name);
    }
    return 0;
}

static int owns_memory(const struct column_type *type)
{
    return type->is_array || strcmp(type->element->name, "numeric") == 0;
}

void rows_free(struct rows *rows)
{
    for (unsigned c = 0; rows->memory && c < rows->layout->count; c++) {
        const struct column *column = &rows->layout->columns[c];
        if (!owns_memory(&column->type))
            continue;
        for (size_t r = 0; r < rows->count; r++) {
            char *row = rows->memory + r * rows->layout->row_size;
            if (!row_is_null(row, c))
                type_release(&column->type, row + column->offset);
        }
    }
    free(rows->memory);
    PQclear(rows->result);
    memset(rows, 0, sizeof *rows);
}

static void canonical_row(const struct layout *layout, const char *row, struct buffer *out)
{
    buffer_print(out, "R%u:", layout->count);
    for (unsigned i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        if (row_is_null(row, i))
            buffer_add(out, "N;", 2);
        else
            type_canonical(&column->type, row + column->offset, out);
    }
}

void rows_checksum(const struct rows *rows, char checksum[65])
{
    struct sha256 hash;
    struct buffer canonical = {0};
    uint8_t digest[SHA256_BYTES];
    sha256_start(&hash);
    for (size_t i = 0; i < rows->count; i++) {
        canonical.length = 0;
        canonical_row(rows->layout, rows->memory + i * rows->layout->row_size, &canonical);
        sha256_add(&hash, canonical.bytes, canonical.length);
    }
    sha256_end(&hash, digest);
    buffer_free(&canonical);
    for (int i = 0; i < SHA256_BYTES; i++) {
        static const char digits[] = "0123456789abcdef";
        checksum[2 * i] = digits[digest[i] >> 4];
        checksum[2 * i + 1] = digits[digest[i] & 15];
    }
    checksum[64] = '\0';
}
