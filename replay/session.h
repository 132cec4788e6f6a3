/* One client's conversation: bytes in, answers into `output`; no sockets. */
#ifndef SESSION_H
#define SESSION_H

#include "names.h"
#include "output.h"
#include "recording.h"

enum phase { PHASE_STARTUP, PHASE_READY, PHASE_COPY_IN, PHASE_ENDED };

struct session {
    struct recording *recording;
    struct output output;
    struct names statements, portals;
    enum phase phase;
    uint8_t transaction;        /* as ReadyForQuery has it: I, T or E */
    int skips_to_sync;          /* after an error of the extended protocol */
    uint64_t *refused;          /* counts questions that were not recorded */
    /* COPY FROM STDIN that is under way */
    uint32_t copy_answer;
    struct counts *copy_counts;
    int copy_is_simple;
    size_t data_left;           /* of a CopyData message that is being discarded */
};

/* Recording and counter must outlive the session. */
void session_start(struct session *session, struct recording *recording, uint64_t *refused);

/*
 * Answer the whole messages at the start of `bytes`; returns how many bytes were
 * used up. Stops early when the output is full, and when the phase is ENDED.
 */
size_t session_consume(struct session *session, const uint8_t *bytes, size_t length);

/* Say FATAL and end: for what goes wrong outside the conversation. */
void session_refuse(struct session *session, const char *code, const char *text);
void session_free(struct session *session);

#endif
