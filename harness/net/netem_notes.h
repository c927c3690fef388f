/* What a link will do that its spec does not seem to say. tc takes many specs that act otherwise
 * than they read; they are followed to the letter, and noted. */
#ifndef STRAYFRAME_NET_NETEM_NOTES_H
#define STRAYFRAME_NET_NETEM_NOTES_H

#include <stdint.h>

#include "harness/net/netem.h"

enum sf_netem_note_kind {
    SF_NETEM_NOTE_PROFILE,             /* `profile` is ours, tc does not know it */
    SF_NETEM_NOTE_KEEP_ORDER,          /* so is `keep-order`, and no kernel does it */
    SF_NETEM_NOTE_STATES,              /* and `states` */
    SF_NETEM_NOTE_SHOWN,               /* a line of `tc qdisc show` may be rounded */
    SF_NETEM_NOTE_UNITLESS_TIME,       /* nanoseconds; microseconds in tc before 6.10 */
    SF_NETEM_NOTE_NO_NUMBER,           /* a lone "%" is 0 */
    SF_NETEM_NOTE_CORRELATION,         /* a correlation changes how often an event happens */
    SF_NETEM_NOTE_CORRELATION_DROPPED, /* `duplicate P CORR` alone loses its correlation */
    SF_NETEM_NOTE_DELAY_CORRELATION,   /* has no effect */
    SF_NETEM_NOTE_JITTER_REORDERS,     /* packets overtake each other */
    SF_NETEM_NOTE_JITTER_ABOVE_DELAY,  /* part of the packets goes at once */
    SF_NETEM_NOTE_JITTER_CAPPED,       /* at 2.147 s */
    SF_NETEM_NOTE_LIMIT,               /* fills up at a rate that real traffic has */
    SF_NETEM_NOTE_REORDER_GAP,         /* the gap lowers the share of reordered packets */
    SF_NETEM_NOTE_STATE_WRAPS,         /* two transitions add up to more than 100 % */
    SF_NETEM_NOTE_RATE_ZERO,           /* below one byte a second: no rate at all */
    SF_NETEM_NOTE_SLOT_WRAPS,          /* a range above 2.147 s overflows in the kernel */
    SF_NETEM_NOTE_SLOT_OFF,            /* all slot times are 0 */
};

enum { SF_NETEM_NOTES_MAX = 32, SF_NETEM_NOTE_TEXT_BYTES = 320 };

struct sf_netem_note {
    enum sf_netem_note_kind kind;
    uint32_t column; /* of the spec's word it is about, from 1; 0: of the whole */
    char text[SF_NETEM_NOTE_TEXT_BYTES]; /* a sentence, no full stop */
};

/* Zero-initialise. Past the maximum further notes are not kept. */
struct sf_netem_notes {
    uint32_t count;
    struct sf_netem_note items[SF_NETEM_NOTES_MAX];
};

/* `notes` may be NULL: nothing happens. */
void sf_netem_note(struct sf_netem_notes *notes, enum sf_netem_note_kind kind, uint32_t column,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "correlation", "limit", ...: a kind's name for machines. */
const char *sf_netem_note_name(enum sf_netem_note_kind kind);

/* Where in the spec each thing was said; 0: it was not. */
struct sf_netem_columns {
    uint32_t delay, jitter, delay_correlation;
    uint32_t limit;
    uint32_t loss, loss_correlation;
    uint32_t duplicate, duplicate_correlation;
    uint32_t corrupt, corrupt_correlation;
    uint32_t reorder, reorder_correlation;
    uint32_t gap, distribution, ecn, rate, slot, keep_order;
    uint32_t shown; /* the head of a line of `tc qdisc show` */
};

/* Adds what follows from the parameters as a whole. */
void sf_netem_note_config(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                          const struct sf_netem_columns *columns);

#endif
