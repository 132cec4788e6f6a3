/* Connecting and preparing, blocking; the windows have a loop of their own. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "failure.h"
#include "job.h"
#include "message.h"

/* Returns the socket of a connection that is ready for queries, or -1. */
int connection_open(const struct job *job, struct failure *failure);

/* Prepare the statement; `columns` is how many columns its result has, or -1. */
int connection_prepare(int descriptor, const char *sql, int *columns, struct failure *failure);

/* Bind, Execute and Sync of the prepared statement, with binary results. */
int connection_question(const struct job *job, struct message_buffer *question, struct failure *failure);

int send_all(int descriptor, const struct message_buffer *buffer, struct failure *failure);
void fail_with_error_response(struct failure *failure, const uint8_t *body, size_t length);

#endif
