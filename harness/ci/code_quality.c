#include "harness/ci/formats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/ci/write.h"

static json_t *problem_json(const struct sf_ci_problem *problem)
{
    char fingerprint[20];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64,
             sf_hash(problem->name, strlen(problem->name)));
    return json_pack(
        "{s:o, s:s, s:s, s:s, s:{s:o, s:{s:i}}}", "description", sf_ci_json_text(problem->text),
        "check_name", problem->rule, "fingerprint", fingerprint, "severity",
        problem->is_stray ? "blocker" : "critical", "location", "path",
        sf_ci_json_text(problem->file != NULL ? problem->file : "strayframe"), "lines", "begin", 1);
}

void sf_ci_code_quality(const struct sf_ci_result *result, struct sf_text *out)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    json_t *list = json_array();
    for (uint32_t i = 0; i < result->problems_count; i++) {
        if (result->problems[i].accepted == NULL) {
            json_array_append_new(list, problem_json(&result->problems[i]));
        }
    }
    sf_ci_add_json(list, out);
}
