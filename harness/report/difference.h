/* Two runs that should be the same: where they first differ, in words and as data. */
#ifndef STRAYFRAME_REPORT_DIFFERENCE_H
#define STRAYFRAME_REPORT_DIFFERENCE_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/run/compare.h"
#include "harness/run/run.h"

/* What is compared with what. */
struct sf_sides {
    const char *name;     /* of the comparison, as a key */
    const char *same;     /* what is said when nothing differs */
    const char *names[2]; /* of the sides */
};

/* `result` is one of the runs. */
void sf_report_difference_text(const struct sf_sides *sides, const struct sf_difference *difference,
                               const struct sf_run_result *result, struct sf_text *out);
/* A new reference. */
json_t *sf_report_difference_json(const struct sf_sides *sides,
                                  const struct sf_difference *difference,
                                  const struct sf_run_result *result);

#endif
