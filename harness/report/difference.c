#include "harness/report/difference.h"

#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/trace/record_words.h"

static void say_side(const struct sf_difference *difference, int side, struct sf_text *out)
{
    if (difference->over[side]) {
        sf_text_add(out, "no record: this run had ended");
    } else {
        sf_record_tell(&difference->record[side], out);
    }
}

static void say_fields(const struct sf_difference *difference, struct sf_text *out)
{
    if (difference->over[0] || difference->over[1]) {
        sf_text_add(out, "one run is longer");
    } else {
        sf_record_say_difference(&difference->record[0], &difference->record[1], out);
    }
}

void sf_report_difference_text(const struct sf_sides *sides, const struct sf_difference *difference,
                               const struct sf_run_result *result, struct sf_text *out)
{
    SF_ASSERT(sides != NULL);
    SF_ASSERT(difference != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    if (!difference->found) {
        sf_text_add(out, "%s: %" PRIu64 " records, trace %016" PRIx64 "\n", sides->same,
                    result->records_count, result->trace_hash);
        return;
    }
    struct sf_text fields = {0};
    say_fields(difference, &fields);
    sf_text_add(out, "the runs differ, first in record %" PRIu64 ": %s\n", difference->number,
                fields.data);
    for (int side = 0; side < 2; side++) {
        sf_text_add(out, "  %-7s ", sides->names[side]);
        say_side(difference, side, out);
        sf_text_add(out, "\n");
    }
    sf_text_free(&fields);
}

json_t *sf_report_difference_json(const struct sf_sides *sides,
                                  const struct sf_difference *difference,
                                  const struct sf_run_result *result)
{
    SF_ASSERT(sides != NULL);
    SF_ASSERT(difference != NULL);
    SF_ASSERT(result != NULL);
    json_t *json = json_pack("{s:b, s:o}", "same", !difference->found, "records",
                             json_integer((json_int_t)result->records_count));
    if (!difference->found) {
        return json;
    }
    struct sf_text fields = {0};
    say_fields(difference, &fields);
    json_object_set_new(json, "record", json_integer((json_int_t)difference->number));
    json_object_set_new(json, "differs", json_string(fields.data));
    sf_text_free(&fields);
    for (int side = 0; side < 2; side++) {
        struct sf_text text = {0};
        say_side(difference, side, &text);
        json_object_set_new(json, sides->names[side], json_string(text.data));
        sf_text_free(&text);
    }
    return json;
}
