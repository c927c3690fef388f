/* Replays numbered packets through a link, to lay beside a recording of a kernel. Reads a list of
 * packets, runs them, and writes one row a delivered copy. */
#ifndef STRAYFRAME_NET_NETEM_REPLAY_H
#define STRAYFRAME_NET_NETEM_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/net/netem.h"
#include "harness/net/netem_states.h"

/* One packet as it reaches the link. */
struct sf_netem_sent {
    uint64_t seq; /* the recording's own number, not interpreted */
    sf_ns sent_ns;
    uint32_t bytes; /* with the Ethernet header */
    bool ect;
};

/* Owns its items. Zero-initialise. */
struct sf_netem_sent_list {
    struct sf_netem_sent *items;
    size_t count;
    size_t capacity;
};

enum sf_netem_arrived_flags {
    SF_NETEM_ARRIVED_CORRUPTED = 1,
    SF_NETEM_ARRIVED_CE = 2,
};

/* One copy, or a packet of which none arrived. */
struct sf_netem_arrived {
    uint64_t seq;
    sf_ns sent_ns;
    sf_ns recv_ns;  /* -1: never arrived */
    uint32_t flags; /* enum sf_netem_arrived_flags, or'ed */
};

/* Owns its items. Zero-initialise. */
struct sf_netem_arrived_list {
    struct sf_netem_arrived *items;
    size_t count;
    size_t capacity;
};

void sf_netem_sent_add(struct sf_netem_sent_list *list, const struct sf_netem_sent *packet);
void sf_netem_sent_free(struct sf_netem_sent_list *list);
void sf_netem_arrived_free(struct sf_netem_arrived_list *list);

/* Reads `seq,sent_ns,bytes,ect` rows: integers, sent_ns never going back; ect 0 or the two bits of
 * the ECN field, any but 0 being ECN-capable. A first line that begins with a letter is a header;
 * empty lines and a byte order mark are skipped. `name` is for messages. SF_ERR_INPUT with line and
 * column, SF_ERR_MACHINE when reading fails. The list is the caller's to free, after an error too.
 */
SF_MUST_USE enum sf_err sf_netem_sent_read(FILE *file, const char *name,
                                           struct sf_netem_sent_list *list_out,
                                           struct sf_diag *diag);

/* Runs the packets. Rows come in the order the packets were sent, the copies of one packet in the
 * order they arrived. A packet that is sent at the very time another is due is taken in first.
 * `fates` as in sf_netem_fix_fates, NULL for none. Appends to the list, which the caller frees. */
void sf_netem_replay(const struct sf_netem_config *config, uint64_t seed,
                     const struct sf_netem_fixed_fate *fates, uint64_t fates_count,
                     const struct sf_netem_sent_list *sent,
                     struct sf_netem_arrived_list *arrived_out);

/* The same through a link that changes; its first state begins at time 0, and the one that the last
 * packet met stays. */
void sf_netem_replay_states(const struct sf_netem_states *states, uint64_t seed,
                            const struct sf_netem_fixed_fate *fates, uint64_t fates_count,
                            const struct sf_netem_sent_list *sent,
                            struct sf_netem_arrived_list *arrived_out);

/* Writes a header line `seq,sent_ns,recv_ns,corrupted` and the rows. SF_ERR_MACHINE when writing
 * fails. */
SF_MUST_USE enum sf_err sf_netem_arrived_write(const struct sf_netem_arrived_list *list, FILE *file,
                                               struct sf_diag *diag);

#endif
