/* The invariant of a world. A broken one aborts (SF_ASSERT) and prints the command that repeats the
 * run. */
#ifndef STRAYFRAME_WORLD_CHECK_H
#define STRAYFRAME_WORLD_CHECK_H

#include "harness/world/state.h"

/* The whole world, between two events: every home, message, request, link and event. */
void sf_world_check(const struct world *world);

/* What an event has just touched: its home or its message, and one further home in turn. At
 * intervals the whole world, because a run would otherwise cost the square of its length. Costs
 * about as much as the event. */
void sf_world_check_event(const struct world *world, const struct sf_event *event);

#endif
