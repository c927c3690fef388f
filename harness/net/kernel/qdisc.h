/* Linux's own sch_netem, driven by the same parameters as our model: puts it on an interface, reads
 * it back, takes it away. Speaks netlink as tc does, byte for byte. It acts in the namespace it is
 * handed and decides nothing about packets.
 *
 * What a kernel keeps to itself: it does not show distribution tables, so those are not read back.
 * Kernels before 6.12 have no seed of their own, and take one without a word and ignore it; that is
 * seen by reading back. */
#ifndef STRAYFRAME_NET_KERNEL_QDISC_H
#define STRAYFRAME_NET_KERNEL_QDISC_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/netem.h"

struct nl_msg;
struct nlmsghdr;

/* Two ways to write a time, after the versions of iproute2 that speak so. */
enum sf_qdisc_encoding {
    SF_QDISC_TICKS,       /* before 6.10: whole microseconds, in ticks of 64 ns, at most 274.8 s;
                             a seed is not sent */
    SF_QDISC_NANOSECONDS, /* since: 64-bit nanoseconds, which kernels take since 4.15; a seed */
};

enum sf_qdisc_verb {
    SF_QDISC_ADD,     /* refused where there is one already */
    SF_QDISC_CHANGE,  /* refused where there is none */
    SF_QDISC_REPLACE, /* either */
    SF_QDISC_REMOVE,  /* refused where the qdisc at the root is no netem */
};

/* How much of the parameters a message says. */
enum sf_qdisc_extent {
    SF_QDISC_BRIEF, /* what differs from nothing, as tc does; a change leaves the rest in force */
    SF_QDISC_WHOLE, /* everything, zeros too, as sf_netem_change means it; still, a table that is
                       in force cannot be unsaid */
};

/* What stands at the root of an interface. */
struct sf_qdisc_state {
    char kind[16];   /* "netem", "noqueue", ...; "" for none */
    uint32_t handle; /* 0: set by the kernel, not by a user */
    bool netem;      /* and then: */
    /* Without tables. The seed is that of the kernel's generator, be it given or of its own making;
     * seed_given is false on kernels that have none. */
    struct sf_netem_config config;
    uint64_t packets_count; /* that left so far */
    uint32_t dropped_count;
    uint32_t waiting_count;
};

/* What came of sf_qdisc_set. */
struct sf_qdisc_outcome {
    bool no_netem;     /* it failed because the kernel has no sch_netem */
    bool restarted;    /* there was one with a table that cannot be unsaid, so it was removed first;
                          what waited in it is lost */
    bool seed_ignored; /* a seed was asked for and the kernel has none */
};

/* Whether a kernel can be asked for this at all. SF_ERR_INPUT for keep-order, which is ours, and
 * for tables that together do not fit into a message. */
SF_MUST_USE enum sf_err sf_qdisc_check(const struct sf_netem_config *config, struct sf_diag *diag);

/* Puts these parameters into force at the root of the interface, be there a netem already or none,
 * and reads them back: SF_ERR_MACHINE if the kernel shows others than asked. SF_ERR_INPUT for what
 * sf_qdisc_check refuses, with nothing changed; for an unknown interface, or where a qdisc of
 * another kind stands at the root; SF_ERR_MACHINE with the kernel's own words where it refuses. A
 * kernel without sch_netem is one of those, with the way out in the message and no_netem set.
 * outcome_out is filled in either case. */
SF_MUST_USE enum sf_err sf_qdisc_set(const struct sf_namespace *space, const char *interface,
                                     const struct sf_netem_config *config,
                                     struct sf_qdisc_outcome *outcome_out, struct sf_diag *diag);

/* Takes a netem away, and what waits in it. SF_ERR_INPUT for an unknown interface or where there is
 * no netem at the root. */
SF_MUST_USE enum sf_err sf_qdisc_remove(const struct sf_namespace *space, const char *interface,
                                        struct sf_diag *diag);

/* What is there. SF_ERR_INPUT for an unknown interface. */
SF_MUST_USE enum sf_err sf_qdisc_look(const struct sf_namespace *space, const char *interface,
                                      struct sf_qdisc_state *state_out, struct sf_diag *diag);

/* Whether this kernel has sch_netem, and whether that can be seeded: tried on an interface of a
 * private namespace. */
struct sf_qdisc_abilities {
    bool netem;
    bool seed;
};
SF_MUST_USE enum sf_err sf_qdisc_probe(struct sf_qdisc_abilities *abilities_out,
                                       struct sf_diag *diag);

/* Whether a kernel that was asked for `asked` and shows `shown` does what it was asked: tables and
 * the seed left out, and slots that are off told by their times alone. */
bool sf_qdisc_same(const struct sf_netem_config *asked, const struct sf_netem_config *shown);

/* The message itself, as it is before libnl puts in its sequence number; nlmsg_free gives it back.
 * `config` is not looked at for SF_QDISC_REMOVE. SF_ERR_INPUT for what sf_qdisc_check refuses
 * and for a time that does not fit into ticks. */
SF_MUST_USE enum sf_err sf_qdisc_message(int interface_index, enum sf_qdisc_verb verb,
                                         const struct sf_netem_config *config,
                                         enum sf_qdisc_encoding encoding,
                                         enum sf_qdisc_extent extent, struct nl_msg **message_out,
                                         struct sf_diag *diag);

/* Reads a kernel's message about a qdisc. False for any other message, and for one that is not of
 * the shape that kernels send. */
bool sf_qdisc_read(struct nlmsghdr *message, int *interface_index_out, uint32_t *parent_out,
                   struct sf_qdisc_state *state_out);

#endif
