/* A message on its way in packets: which fragments were sent, have arrived, were acknowledged, and
 * which are to be sent again. Knows no queue, no link and no content: the caller moves the packets
 * and keeps the bytes.
 *
 * The protocol, the simplest that has the faults of real ones: the sender sends every fragment
 * once; the receiver acknowledges when the last fragment, or the last missing one, arrives; an
 * acknowledgement tells what is missing, and that is sent again; after a silence everything that
 * was not acknowledged is sent again, a limited number of times. Of a message in parts the end of a
 * short part is sent at once if nothing that was sent before is unacknowledged, and else with what
 * follows or when all of that is acknowledged, as Nagle's algorithm has it (RFC 896). Either end
 * may stop waiting at any time without the other knowing. */
#ifndef STRAYFRAME_NET_TRANSFER_H
#define STRAYFRAME_NET_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bounds.h"

struct sf_transfer {
    uint32_t total_bytes;
    uint32_t ready_bytes; /* how much of it the sender has; grows when a message is sent in parts */
    uint32_t fragments_count;
    uint32_t sent_count;      /* fragments 0 .. sent_count - 1 were sent at least once */
    uint32_t arrived_count;   /* different fragments */
    uint32_t acked_count;     /* different fragments */
    uint32_t in_flight_count; /* packets on the links, acknowledgements included */
    uint32_t resends_count;   /* rounds of sending again after a silence */
    /* A message in parts: the beginning of the fragment that is not complete yet, sent at once when
     * nothing else is on its way. Bytes of that fragment; 0: none of it. */
    uint32_t piece_index; /* of the fragment, at most sent_count */
    uint32_t piece_sent;
    uint32_t piece_arrived;
    uint32_t piece_acked;
    bool sender_done;   /* all acknowledged, or the sender stopped */
    bool receiver_done; /* all arrived, or the receiver stopped */
    uint64_t *arrived;  /* a bit a fragment; memory of the caller, sf_transfer_words() long */
    uint64_t *acked;
};

/* How many 64-bit words each bit set of a message of up to `total_bytes_max` takes. */
uint32_t sf_transfer_words(uint32_t total_bytes_max);

/* A new message. `arrived` and `acked` are cleared. total_bytes at least 1. */
void sf_transfer_init(struct sf_transfer *transfer, uint32_t total_bytes, uint64_t *arrived,
                      uint64_t *acked);

/* Bytes of fragment `index`: where it starts and how long it is. */
uint32_t sf_transfer_offset(uint32_t index);
uint32_t sf_transfer_length(const struct sf_transfer *transfer, uint32_t index);

/* The next fragment that was never sent and is ready, or UINT32_MAX. Marks it as sent. */
uint32_t sf_transfer_next_unsent(struct sf_transfer *transfer);

/* Bytes of a packet that carries fragment `index`: without those that were acknowledged before. */
uint32_t sf_transfer_packet_bytes(const struct sf_transfer *transfer, uint32_t index);

/* The beginning of the next fragment, where that is not complete and everything sent before has
 * been acknowledged: short parts wait for no further part, and there is one such packet on its way
 * at most. Returns where it ends in its fragment, and marks it as sent; 0 if there is none. Ask
 * when sf_transfer_next_unsent has nothing more. */
uint32_t sf_transfer_next_piece(struct sf_transfer *transfer);

/* Where the piece ends that was sent and is not acknowledged; 0 if there is none. */
uint32_t sf_transfer_unacked_piece(const struct sf_transfer *transfer);

/* The first fragment from `from` on that was sent and is not acknowledged, or UINT32_MAX. */
uint32_t sf_transfer_next_unacked(const struct sf_transfer *transfer, uint32_t from);

enum sf_transfer_arrival {
    SF_ARRIVAL_NEW,
    SF_ARRIVAL_AGAIN, /* this fragment had arrived before */
    SF_ARRIVAL_LAST,  /* nothing is missing any more */
};

/* A fragment arrives. `acknowledge_out`: the receiver answers with an acknowledgement now. */
enum sf_transfer_arrival sf_transfer_arrive(struct sf_transfer *transfer, uint32_t index,
                                            bool *acknowledge_out);

/* A piece of fragment `index` arrives, up to the byte `end` of it. True if it brings something new.
 */
bool sf_transfer_piece_arrive(struct sf_transfer *transfer, uint32_t index, uint32_t end);

/* An acknowledgement arrives: what the receiver has by now counts as acknowledged (it may be
 * slightly more than when the acknowledgement left, which only spares packets). Sets sender_done
 * when nothing is missing. */
void sf_transfer_acknowledged(struct sf_transfer *transfer);

/* How many bytes have arrived. */
uint32_t sf_transfer_arrived_bytes(const struct sf_transfer *transfer);

/* Length of the longest beginning that has arrived without a gap, in bytes. */
uint32_t sf_transfer_prefix_bytes(const struct sf_transfer *transfer);
/* The same of what was acknowledged. */
uint32_t sf_transfer_acked_bytes(const struct sf_transfer *transfer);

/* Asserts that what is acknowledged has arrived, that what has arrived was sent, and that the
 * counts agree with the bits. Walks the bits. */
void sf_transfer_check(const struct sf_transfer *transfer);

#endif
