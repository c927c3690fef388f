/* The live section and its time line as a scenario file has them. Private to this room. */
#ifndef STRAYFRAME_SCENARIO_PRINT_LIVE_H
#define STRAYFRAME_SCENARIO_PRINT_LIVE_H

#include "harness/base/text.h"
#include "harness/scenario/live.h"

/* Nothing where the plan has no such section. */
void sf_live_print(const struct sf_plan_live *live, struct sf_text *out);
void sf_live_timeline_print(const struct sf_plan_live *live, struct sf_text *out);

#endif
