/* The runner contract's events, a line of JSON each on stdout. */
#ifndef EVENTS_H
#define EVENTS_H

#include "failure.h"
#include "open_loop.h"

void event_hello(const char *driver, const char *mode);
void event_ready(unsigned connections, uint64_t rows, unsigned columns);
void event_started(const char *window);
void event_finished(const char *window, const struct window *measured);

/* `loop`: NULL if it was closed. -1: no memory. */
int event_result(const struct window *measured, const struct open_loop *loop);
void event_error(const struct failure *failure);

#endif
