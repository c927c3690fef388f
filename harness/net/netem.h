/* The network model: what Linux's sch_netem does to each packet, in virtual time. One struct
 * sf_netem is one direction of one link, which is one qdisc of a kernel. Given the same parameters
 * and the same seed it draws the same numbers in the same order as Linux 7.2 and comes to the same
 * fates.
 *
 * It decides; it carries nothing. Packets stay with the caller, who delivers each copy when its
 * time comes. No allocation, no floating point, no clock but the caller's. */
#ifndef STRAYFRAME_NET_NETEM_H
#define STRAYFRAME_NET_NETEM_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"
#include "harness/net/netem_random.h"
#include "harness/net/netem_table.h"

enum {
    SF_NETEM_LIMIT_DEFAULT = 1000, /* what tc sends when no limit is given */
    SF_NETEM_COPIES_MAX = 2,       /* a duplicate is never duplicated */
};

/* Jitter is capped here, 2.147 s, as in the kernel. */
#define SF_NETEM_JITTER_NS_MAX ((sf_ns)INT32_MAX)

/* "Certainly", as a probability or a correlation. */
#define SF_NETEM_ALWAYS UINT32_MAX

/* Which loss model is in force; exactly one is. */
enum sf_netem_loss_model {
    SF_NETEM_LOSS_RANDOM,  /* `loss`, `loss_correlation` */
    SF_NETEM_LOSS_STATE,   /* four states: p13, p31, p32, p23, p14 */
    SF_NETEM_LOSS_GEMODEL, /* Gilbert and Elliott: p, r, h, k1 */
};

/* The full parameter set. Probabilities and correlations are 32-bit fractions: 0 never,
 * SF_NETEM_ALWAYS always. Start from sf_netem_config_default. */
struct sf_netem_config {
    sf_ns delay_ns;  /* >= 0 */
    sf_ns jitter_ns; /* 0 to SF_NETEM_JITTER_NS_MAX */
    /* Shape of the jitter; NULL: uniform in [delay - jitter, delay + jitter). Borrowed. */
    const struct sf_netem_table *delay_table;
    uint32_t delay_correlation; /* consumes nothing and, as in the kernel, changes almost nothing */
    uint32_t limit_packets;     /* the queue's bound; 0 drops everything */

    enum sf_netem_loss_model loss_model;
    uint32_t loss;
    uint32_t loss_correlation;
    /* Transitions: 1 good, 2 good within a burst, 3 lost within a burst, 4 a single loss. */
    struct {
        uint32_t p13, p31, p32, p23, p14;
    } state;
    /* good -> bad p, bad -> good r; a packet is KEPT in the bad state with probability h, lost in
     * the good one with k1. (tc writes 1-h.) */
    struct {
        uint32_t p, r, h, k1;
    } gemodel;

    uint32_t duplicate;
    uint32_t duplicate_correlation;
    uint32_t corrupt;
    uint32_t corrupt_correlation;
    uint32_t reorder; /* needs gap > 0 */
    uint32_t reorder_correlation;
    uint32_t gap; /* 0: no reordering; n: only each n-th packet may jump ahead */

    uint64_t rate_bytes_per_second; /* 0: no rate */
    int32_t packet_overhead_bytes;
    uint32_t cell_bytes; /* 0: no cells */
    int32_t cell_overhead_bytes;

    /* Slots: the link opens only now and then. Off when all four times are 0. */
    sf_ns slot_delay_ns_min;
    sf_ns slot_delay_ns_max;
    const struct sf_netem_table *slot_table; /* borrowed; NULL: uniform from min to max */
    sf_ns slot_table_delay_ns;
    sf_ns slot_table_jitter_ns; /* 0 to SF_NETEM_JITTER_NS_MAX */
    int32_t slot_packets_max;   /* per opening; 0: unlimited */
    int32_t slot_bytes_max;     /* per opening; 0: unlimited */

    uint64_t seed; /* of the generator, where seed_given */
    bool seed_given;
    bool ecn; /* a loss marks an ECN-capable packet instead */
    /* Ours, no kernel has it: no packet leaves before an earlier one that still waits; it leaves
     * with it instead. Not together with reorder. */
    bool keep_order;
};

/* An explicit fate for one packet, stronger than chance. Only what `fixed` names is overridden. */
enum sf_netem_fixed {
    SF_NETEM_FIXED_COPIES = 1 << 0,  /* copies_count: 0 is a loss, 2 a duplicate */
    SF_NETEM_FIXED_DELAY = 1 << 1,   /* copy[].delay_ns from its arrival at the link */
    SF_NETEM_FIXED_CORRUPT = 1 << 2, /* copy[].corrupted, copy[].corrupt_bit */
    SF_NETEM_FIXED_CE = 1 << 3,      /* copy[].ce_marked */
};

struct sf_netem_fixed_fate {
    uint64_t packet; /* counted from 0 in the order the link was given them */
    uint32_t fixed;  /* enum sf_netem_fixed, or'ed */
    uint32_t copies_count;
    struct {
        sf_ns delay_ns; /* >= 0 */
        uint32_t corrupt_bit;
        bool corrupted;
        bool ce_marked;
    } copy[SF_NETEM_COPIES_MAX];
};

/* One link direction. Everything in it is private to harness/net, except for copying and for
 * placing it in arrays. */
struct sf_netem {
    const struct sf_netem_config *config;    /* borrowed */
    const struct sf_netem_fixed_fate *fixed; /* borrowed, NULL for none */
    uint64_t fixed_count;
    uint64_t fixed_next; /* first fixed fate that is not past */
    uint64_t seed;
    uint64_t packets_count; /* given to the link so far */
    uint64_t slots_count;   /* opened so far */

    struct sf_netem_random random;
    uint32_t last[5]; /* memory of the correlated draws, see enum in netem.c */
    uint32_t reorder_counter;
    uint32_t changes_count;
    uint8_t loss_state; /* 1 to 4 */
    bool slot_active;

    /* The queue as far as decisions need it: packets waiting for their time, and those that were
     * put in front of them. */
    uint32_t timed_count;
    uint32_t front_count;
    uint32_t gone_count; /* left at once in sf_netem_decide, not yet reported by the caller */
    sf_ns timed_ns_max;  /* latest time to send among the timed; meaningless when there are none */
    sf_ns front_tail_ns; /* time to send of the packet put in front first */

    sf_ns slot_next_ns;
    int64_t slot_packets_left;
    int64_t slot_bytes_left;
};
_Static_assert(sizeof(struct sf_netem) <= 256, "a link stays small: worlds hold many");

/* What becomes of one packet. copy[0] leaves first. */
struct sf_netem_fate {
    uint32_t copies_count; /* 0: lost; 2: duplicated */
    bool dropped_by_limit; /* the packet, or its duplicate, met a full queue */
    struct {
        sf_ns deliver_ns; /* never before the packet was given */
        bool corrupted;   /* one bit is flipped: corrupt_bit, counted from the frame's first */
        bool ce_marked;
        uint32_t corrupt_bit;
    } copy[SF_NETEM_COPIES_MAX];
};

/* How long a packet occupies a wire with a rate, which is not 0. */
sf_ns sf_netem_wire_ns(const struct sf_netem_config *config, uint32_t bytes);

/* A link that does nothing, with tc's limit of 1000. */
void sf_netem_config_default(struct sf_netem_config *config_out);

/* True where fates depend on when the queue is emptied: slots. Such a link is run with
 * netem_queue.h; sf_netem_decide would not be exact and asserts. */
bool sf_netem_config_needs_queue(const struct sf_netem_config *config);

/* `config` is borrowed and outlives the link. The generator is seeded with `seed` as a kernel's is
 * through TCA_NETEM_PRNG_SEED, or with the config's own seed if it has one. What a kernel does not
 * seed (where a bit flips, the start of a correlation, the length of a slot without a table) is
 * derived from the same seed by name, apart from the generator. */
void sf_netem_init(struct sf_netem *link, const struct sf_netem_config *config, uint64_t seed);

/* New parameters mid-run, as `tc qdisc replace` with all of them written out: packets that wait
 * keep their time, the reorder counter and the loss model's state start anew, correlations get a
 * new start value, slots count from now_ns. The generator goes on, unless `config` has a seed of
 * its own. The fates stay. */
void sf_netem_change(struct sf_netem *link, const struct sf_netem_config *config, sf_ns now_ns);

/* How long a link stays in the state that it was last given, where states follow each other:
 * uniform from min to max, for this link and this change. Derived from the link's seed apart from
 * the generator, so no packet's chances move. */
sf_ns sf_netem_dwell_ns(const struct sf_netem *link, sf_ns dwell_ns_min, sf_ns dwell_ns_max);

/* Sets the explicit fates: `fates_count` of them, sorted by `packet`, each packet at most once;
 * borrowed until the link is gone or other fates are set. The random numbers are drawn as if there
 * were none, so no other packet's chances move. What waits in the queue is what the fates left
 * there: a full queue still drops, and `rate` still counts what really queues. */
void sf_netem_fix_fates(struct sf_netem *link, const struct sf_netem_fixed_fate *fates,
                        uint64_t fates_count);

/* The fixed fate that says all of what `fate` was: for turning a run into its list of fates. */
void sf_netem_fixed_from_fate(uint64_t packet, sf_ns now_ns, const struct sf_netem_fate *fate,
                              struct sf_netem_fixed_fate *fixed_out);

/* A packet of `bytes` (as netem counts them: with the Ethernet header) reaches the link at now_ns;
 * `ect` says that it is marked ECN-capable. now_ns never goes back from call to call. Exact for
 * every configuration without slots. */
void sf_netem_decide(struct sf_netem *link, sf_ns now_ns, uint32_t bytes, bool ect,
                     struct sf_netem_fate *fate_out);

/* One copy has been delivered. The caller says so for each copy that sf_netem_decide announced,
 * when its time has come: `limit` and `rate` look at what is still queued. */
void sf_netem_departed(struct sf_netem *link);

/* How many copies are on their way. */
uint32_t sf_netem_waiting_count(const struct sf_netem *link);

/* Asserts what holds of a link between two calls. A few comparisons. */
void sf_netem_check(const struct sf_netem *link);

#endif
