/* The time line: what the scenario does to the world while it runs. */
#ifndef STRAYFRAME_WORLD_TIMELINE_H
#define STRAYFRAME_WORLD_TIMELINE_H

#include "harness/world/state.h"

void sf_timeline_start(struct world *world);
/* `times`: how often the entry has happened already; a rolling deploy is one for each node. */
void sf_timeline_step(struct world *world, uint32_t index, uint32_t times);

#endif
