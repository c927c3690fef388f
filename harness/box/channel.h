/* A foreign process and the messages to and from it, as lines of JSON or as binary frames. */
#ifndef STRAYFRAME_BOX_CHANNEL_H
#define STRAYFRAME_BOX_CHANNEL_H

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/box/allowance.h"
#include "harness/box/process.h"
#include "harness/wire/frame.h"
#include "harness/wire/json.h"

enum sf_channel_trouble {
    SF_CHANNEL_SOUND,
    SF_CHANNEL_ENDED,  /* the process closed its output: it has ended, or is about to */
    SF_CHANNEL_SLOW,   /* the time limit was reached */
    SF_CHANNEL_BROKEN, /* it wrote bytes that are no message */
    SF_CHANNEL_FLOOD,  /* it sent more than one event may cause */
};

struct sf_channel {
    struct sf_process process;
    bool json;
    struct sf_allowance allowance;
    struct sf_text out; /* events that are not sent yet */
    uint8_t *in;        /* what was read */
    size_t in_capacity;
    size_t in_start;
    size_t in_end;
    uint64_t taken_bytes; /* since the latest event that is waited for */
    uint32_t taken_count;
    uint64_t events_count;
    uint64_t turn;                   /* of sf_wire_head */
    enum sf_channel_trouble trouble; /* stays as it is, once it is not SOUND */
    char problem[200];               /* BROKEN: what is wrong, and with what */
    struct sf_json_texts *texts;     /* JSON */
    FILE *log;                       /* NULL: none */
    uint32_t number;                 /* in the log: which process */
};

/* Begins a run in which each stranger may take seconds_max (see allowance.h); 0: no bound. One for
 * all channels. */
void sf_channel_allow(double seconds_max);

SF_MUST_USE enum sf_err sf_channel_open(struct sf_channel *channel, char *const argv[], bool json,
                                        struct sf_diag *diag);
void sf_channel_close(struct sf_channel *channel, struct sf_process_end *end_out);

/* Sends an event: at once if head->reply, otherwise at the latest with the next one that is. */
void sf_channel_send(struct sf_channel *channel, const struct sf_wire_head *head, const void *body);

/* Waits for the next call. False when none will come: see `trouble`. Texts and bytes of the body
 * last until the next call. */
bool sf_channel_receive(struct sf_channel *channel, struct sf_wire_head *head_out,
                        union sf_wire_body *body_out);

#endif
