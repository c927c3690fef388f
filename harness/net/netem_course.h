/* A link through time, from outside: packets go in, time passes, copies come out, and the link
 * changes from state to state. For runs of the model and for replays; the relay too. A state begins
 * at its instant: a packet that is sent then meets the new one. What waits keeps its time, as with
 * `tc qdisc change`. How long a state lasts is drawn from the link's seed, apart from the generator
 * of its packets. */
#ifndef STRAYFRAME_NET_NETEM_COURSE_H
#define STRAYFRAME_NET_NETEM_COURSE_H

#include "harness/net/netem_queue.h"
#include "harness/net/netem_states.h"

struct sf_netem_course {
    struct sf_netem_queue queue;
    const struct sf_netem_states *states; /* borrowed */
    uint32_t state;                       /* in force */
    sf_ns state_ends_ns;                  /* SF_NS_NEVER for a plain link */
    uint64_t changes_count;               /* of state, so far */
};

/* As sf_netem_queue_places, whatever the state. */
uint64_t sf_netem_course_places(const struct sf_netem_states *states);

/* The first state begins at time 0. The rest as in sf_netem_queue_init. */
void sf_netem_course_init(struct sf_netem_course *course, const struct sf_netem_states *states,
                          uint64_t seed, struct sf_netem_waiting *storage, uint64_t storage_count);

/* Enters the states that have begun by now_ns. What is due before a change has to be taken out
 * before. */
void sf_netem_course_change(struct sf_netem_course *course, sf_ns now_ns);

/* The function that receives each copy that leaves. */
struct sf_netem_leaver {
    void (*leaves)(void *context, const struct sf_netem_delivery *delivery, sf_ns now_ns);
    void *context;
};

/* Lets time pass up to, and not including, until_ns. SF_NS_NEVER: until nothing is under way any
 * more; no state ends then, so the last one stays in force. */
void sf_netem_course_pass(struct sf_netem_course *course, sf_ns until_ns,
                          const struct sf_netem_leaver *leaver);

/* Sends a packet, as sf_netem_queue_enqueue, after letting the time until then pass. */
void sf_netem_course_send(struct sf_netem_course *course, sf_ns now_ns, uint32_t bytes, bool ect,
                          uint64_t tag, const struct sf_netem_leaver *leaver);

#endif
