/* The live section as a scenario file has it. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/print_live.h"
#include "harness/scenario/value.h"

static void text_print(const char *key, const char *text, struct sf_text *out)
{
    if (text[0] != '\0') {
        sf_text_add(out, "  %s: ", key);
        sf_value_text_print(text, out);
        sf_text_add(out, "\n");
    }
}

static void time_print(const char *key, sf_ns ns, struct sf_text *out)
{
    sf_text_add(out, "%s: ", key);
    sf_value_duration_print(ns, out);
    sf_text_add(out, "\n");
}

static void origin_print(const struct sf_plan_live *live, struct sf_text *out)
{
    const struct sf_says *says = &live->says;
    if (says->lines_count == 0 && says->etag == SF_ETAG_NONE && live->latency_ns == 0) {
        return;
    }
    sf_text_add(out, "  origin:\n");
    if (says->lines_count > 0) {
        sf_text_add(out, "    headers:\n");
    }
    for (uint32_t i = 0; i < says->lines_count; i++) {
        sf_text_add(out, "      - ");
        sf_value_text_print(says->lines[i], out);
        sf_text_add(out, "\n");
    }
    if (says->etag != SF_ETAG_NONE) {
        sf_text_add(out, "    etag: %s\n", sf_etag_name(says->etag));
    }
    if (live->latency_ns != 0) {
        time_print("    latency", live->latency_ns, out);
    }
}

void sf_live_print(const struct sf_plan_live *live, struct sf_text *out)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(out != NULL);
    char words[128];
    if (!live->present) {
        return;
    }
    sf_text_add(out, "live:\n");
    text_print("server", live->server, out);
    text_print("url", live->url, out);
    text_print("config", live->config, out);
    text_print("origin_listen", live->origin_listen, out);
    text_print("host", live->host, out);
    text_print("path", live->path, out);
    origin_print(live, out);
    sf_identity_print(&live->identity, words, sizeof words);
    text_print("identity", words, out);
    sf_arrival_print(&live->arrival, words, sizeof words);
    text_print("arrival", words, out);
    sf_text_add(out, "  shared_by: %" PRIu32 "\n", live->shared_by);
    time_print("  time_out", live->time_out_ns, out);
}

void sf_live_timeline_print(const struct sf_plan_live *live, struct sf_text *out)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(out != NULL);
    if (live->entries_count > 0) {
        sf_text_add(out, "timeline:\n");
    }
    for (uint32_t i = 0; i < live->entries_count; i++) {
        struct sf_text value = {0};
        const char *key = sf_live_entry_print(&live->entries[i], &value);
        time_print("  - at", live->entries[i].at_ns, out);
        sf_text_add(out, "    %s: ", key);
        if (strcmp(key, "identity") == 0) {
            sf_text_add(out, "%s", value.data);
        } else {
            sf_value_text_print(value.data, out);
        }
        sf_text_add(out, "\n");
        sf_text_free(&value);
    }
}
