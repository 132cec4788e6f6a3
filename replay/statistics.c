#include "statistics.h"

#include <inttypes.h>

static void print_string(FILE *to, struct slice text)
{
    fputc('"', to);
    for (size_t i = 0; i < text.length; i++) {
        uint8_t byte = text.at[i];
        if (byte == '"' || byte == '\\')
            fprintf(to, "\\%c", byte);
        else if (byte < 0x20)
            fprintf(to, "\\u%04x", byte);
        else
            fputc(byte, to);
    }
    fputc('"', to);
}

static void print_counts(FILE *to, const char *protocol, struct slice sql, const struct counts *counts,
                         int *is_first)
{
    if (!counts->executions && !counts->copied_bytes)
        return;
    fprintf(to, "%s{\"protocol\": \"%s\", \"sql\": ", *is_first ? "" : ", ", protocol);
    print_string(to, sql);
    fprintf(to,
            ", \"executions\": %" PRIu64 ", \"rows\": %" PRIu64 ", \"written_rows\": %" PRIu64
            ", \"bytes\": %" PRIu64 ", \"copied_bytes\": %" PRIu64 "}",
            counts->executions, counts->rows, counts->written, counts->bytes, counts->copied_bytes);
    *is_first = 0;
}

void print_statistics(FILE *to, const struct recording *recording, const struct totals *totals)
{
    int is_first = 1;
    fprintf(to,
            "{\"event\": \"statistics\", \"connections\": %" PRIu64 ", \"open\": %" PRIu64
            ", \"refused\": %" PRIu64 ", \"statements\": [",
            totals->connections, totals->open, totals->refused);
    for (uint32_t i = 0; i < recording->statement_count; i++)
        print_counts(to, "extended", recording->statements[i].sql, &recording->statements[i].counts, &is_first);
    for (uint32_t i = 0; i < recording->query_count; i++)
        print_counts(to, "simple", recording->queries[i].sql, &recording->queries[i].counts, &is_first);
    fputs("]}\n", to);
    fflush(to);
}
