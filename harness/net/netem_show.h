/* The words in which `tc qdisc show` prints a netem and which tc does not take itself: the head of
 * the line, and names in front of numbers. Only harness/net includes this. */
#ifndef STRAYFRAME_NET_NETEM_SHOW_H
#define STRAYFRAME_NET_NETEM_SHOW_H

#include "harness/net/netem_spec.h"

/* Skips `qdisc netem HANDLE: [dev NAME] [root|parent ID] [refcnt N]`, where the spec begins with
 * it. What such a line leaves out is noted, here and, of what follows, by sf_netem_show_finish. */
SF_MUST_USE enum sf_err sf_netem_show_head(struct sf_netem_spec *spec);
void sf_netem_show_finish(const struct sf_netem_spec *spec);

/* Whether the next word is `name`, in full. */
bool sf_netem_show_name_follows(const struct sf_netem_spec *spec, const char *name);

/* "p13 PERCENT p31 PERCENT ...", "p PERCENT r PERCENT ...": all of them, in this order. */
SF_MUST_USE enum sf_err sf_netem_show_state(struct sf_netem_spec *spec);
SF_MUST_USE enum sf_err sf_netem_show_gemodel(struct sf_netem_spec *spec);

/* "packetoverhead N cellsize N celloverhead N" after a rate; each may be missing. */
SF_MUST_USE enum sf_err sf_netem_show_overheads(struct sf_netem_spec *spec);

/* Refuses a slot's `distribution` that goes on with its times, not with a name. */
SF_MUST_USE enum sf_err sf_netem_show_slot_named(const struct sf_netem_spec *spec);

#endif
