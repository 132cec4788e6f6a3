#include "events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of null, delay and raw-drain, which have no releases of their own. */
#define VERSION "1"

static void end_line(void)
{
    puts("}");
    fflush(stdout);
}

/* Bytes that are not ASCII are shown as "?": they may be no UTF-8. */
static void print_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < 0x20)
            printf("\\u%04x", byte);
        else
            putchar(byte < 0x80 ? byte : '?');
    }
    putchar('"');
}

void event_hello(const char *driver, const char *mode)
{
    printf("{\"event\": \"hello\", \"contract\": 3, \"runner\": \"c\", \"runtime\": "
           "{\"name\": \"C\", \"version\": \"compiled by %s\"}, \"driver\": {\"name\": \"%s\", "
           "\"version\": \"" VERSION "\"}, \"components\": {}, \"mode\": \"%s\", \"synthetic\": true",
           COMPILER, driver, mode);
    end_line();
}

void event_ready(unsigned connections, uint64_t rows, unsigned columns)
{
    printf("{\"event\": \"ready\", \"connections\": %u, \"rows\": %" PRIu64 ", \"columns\": %u, \"checksum\": null",
           connections, rows, columns);
    end_line();
}

void event_started(const char *window)
{
    printf("{\"event\": \"started\", \"window\": \"%s\"", window);
    end_line();
}

/* At least 1, also of a window in which nothing was due. */
static uint64_t elapsed_ns(const struct window *measured)
{
    uint64_t elapsed = measured->last_end_ns - measured->begun_ns;
    return elapsed ? elapsed : 1;
}

static long long microseconds(struct timeval from, struct timeval to)
{
    return ((long long)to.tv_sec - from.tv_sec) * 1000000 + (to.tv_usec - from.tv_usec);
}

void event_finished(const char *window, const struct window *measured)
{
    printf("{\"event\": \"finished\", \"window\": \"%s\", \"elapsed_ns\": %" PRIu64 ", \"queries\": %" PRIu64
           ", \"cpu_user_us\": %lld, \"cpu_system_us\": %lld, \"max_rss_kib\": %ld, \"allocations\": null",
           window, elapsed_ns(measured), measured->latencies.total,
           microseconds(measured->before.ru_utime, measured->after.ru_utime),
           microseconds(measured->before.ru_stime, measured->after.ru_stime), measured->after.ru_maxrss);
    end_line();
}

static void print_tenths(const struct window *measured)
{
    printf(", \"tenths\": [%" PRIu64, measured->tenths[0]);
    for (int i = 1; i < TENTHS; i++)
        printf(", %" PRIu64, measured->tenths[i]);
    putchar(']');
}

static void print_arrivals(const struct open_loop *loop, uint64_t answered)
{
    if (!loop) {
        printf(", \"arrivals\": null");
        return;
    }
    printf(", \"arrivals\": {\"scheduled\": %zu, \"missed\": %" PRIu64 ", \"late\": %" PRIu64
           ", \"max_lateness_ns\": %" PRIu64 "}",
           loop->schedule.count, loop->schedule.count - answered, loop->late, loop->max_lateness_ns);
}

int event_result(const struct window *measured, const struct open_loop *loop)
{
    const struct histogram *latencies = &measured->latencies;
    char *encoded = histogram_encode(latencies);
    if (!encoded)
        return -1;
    printf("{\"event\": \"result\", \"queries\": %" PRIu64 ", \"rows\": %" PRIu64 ", \"elapsed_ns\": %" PRIu64
           ", \"latency\": {\"min_ns\": %" PRIu64 ", \"max_ns\": %" PRIu64
           ", \"mean_ns\": %.17g, \"stddev_ns\": %.17g, \"histogram\": \"%s\"}",
           latencies->total, measured->rows, elapsed_ns(measured), latencies->lowest, latencies->highest,
           histogram_mean(latencies), histogram_deviation(latencies), encoded);
    print_tenths(measured);
    print_arrivals(loop, latencies->total);
    end_line();
    free(encoded);
    return 0;
}

void event_error(const struct failure *failure)
{
    const char *kind = "driver";
    switch (failure->kind) {
    case FAIL_BAD_JOB:
        kind = "bad-job";
        break;
    case FAIL_UNSUPPORTED:
        kind = "unsupported";
        break;
    case FAIL_WRONG_ANSWER:
        kind = "wrong-answer";
        break;
    case FAIL_DRIVER:
    case FAIL_NONE:
        break;
    }
    printf("{\"event\": \"error\", \"kind\": \"%s\", \"message\": ", kind);
    print_string(failure->message);
    end_line();
}
