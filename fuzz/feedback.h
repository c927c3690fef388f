/* What a cache says of itself (`state` of the interface), as something that an engine sees. Engines
 * watch which code is run, and nothing else; so here is code that does nothing, a piece of it for
 * each number and range, and the pieces that stand for what was said are run. So a cache that no
 * engine sees into, a shared object compiled without it, can still say where it has got to. */
#ifndef STRAYFRAME_FUZZ_FEEDBACK_H
#define STRAYFRAME_FUZZ_FEEDBACK_H

#include <stdint.h>

/* `states` as sf_runner_states gives them. */
void sf_fuzz_feedback(const uint32_t *states);

#endif
