/* What an exploration covered and found, in words and as JSON. */
#ifndef STRAYFRAME_EXHAUST_SAY_H
#define STRAYFRAME_EXHAUST_SAY_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/exhaust/exhaust.h"
#include "harness/oracle/oracle.h"

/* PASS: nothing was found. FAIL: a confirmed leak, crash or broken contract. INCONCLUSIVE: a
 * finding that did not repeat, or no answer with bytes was seen in any world. */
enum sf_verdict sf_exhaust_verdict(const struct sf_exhaust *exhaust);

void sf_exhaust_say(const struct sf_exhaust_options *options, const struct sf_exhaust *exhaust,
                    struct sf_text *out);

/* What one order, run from a file, showed. */
void sf_exhaust_say_order(const struct sf_exhaust_found *found, const struct sf_small_world *world,
                          struct sf_text *out);

json_t *sf_exhaust_json(const struct sf_exhaust_options *options, const struct sf_exhaust *exhaust);

#endif
