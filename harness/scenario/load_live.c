/* The live section of a scenario, and the time line of a live run. */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

typedef struct sf_yaml_node node;

/* ---- values of a mapping's keys; one that is missing stays ---- */

SF_MUST_USE static enum sf_err text_load(struct sf_load *load, const node *mapping, const char *key,
                                         char *out, size_t bytes)
{
    const node *value = sf_yaml_get(mapping, key);
    return value != NULL ? sf_load_text(load, value, key, out, bytes) : SF_OK;
}

SF_MUST_USE static enum sf_err time_load(struct sf_load *load, const node *mapping, const char *key,
                                         sf_ns min_ns, sf_ns *ns)
{
    const struct sf_param range = {
        .name = key, .kind = SF_PARAM_DURATION, .min = min_ns, .max = SF_HOUR};
    const node *value = sf_yaml_get(mapping, key);
    if (value == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_load_duration(load, value, key, ns));
    return sf_param_check(&range, *ns, load->plan, load->diag) == SF_OK
               ? SF_OK
               : sf_load_wrong(load, value, key);
}

SF_MUST_USE static enum sf_err count_load(struct sf_load *load, const node *mapping,
                                          const char *key, int64_t max, uint32_t *count)
{
    const struct sf_param range = {.name = key, .kind = SF_PARAM_COUNT, .min = 1, .max = max};
    const node *value = sf_yaml_get(mapping, key);
    const char *text = NULL;
    int64_t number = 0;
    if (value == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_load_value(load, value, key, &text));
    if (sf_param_read(&range, text, load->plan, &number, load->diag) != SF_OK ||
        sf_param_check(&range, number, load->plan, load->diag) != SF_OK) {
        return sf_load_wrong(load, value, key);
    }
    *count = (uint32_t)number;
    return SF_OK;
}

/* A word or words for one of the readers of live.h; NULL where the key is missing. */
SF_MUST_USE static enum sf_err words_of(struct sf_load *load, const node *mapping, const char *key,
                                        const char **text_out)
{
    const node *value = sf_yaml_get(mapping, key);
    *text_out = NULL;
    return value != NULL ? sf_load_value(load, value, key, text_out) : SF_OK;
}

/* ---- the section ---- */

SF_MUST_USE static enum sf_err headers_load(struct sf_load *load, const node *headers,
                                            struct sf_says *says)
{
    SF_TRY(sf_load_list(load, headers, "headers", 0, SF_ORIGIN_LINES_MAX));
    for (const node *line = headers->first; line != NULL; line = line->next) {
        const char *text = NULL;
        SF_TRY(sf_load_value(load, line, "headers", &text));
        if (sf_says_add(says, text, load->diag) != SF_OK) {
            return sf_load_wrong(load, line, "headers");
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err origin_load(struct sf_load *load, const node *origin,
                                           struct sf_plan_live *live)
{
    static const char *const keys[] = {"headers", "etag", "latency", NULL};
    const char *etag = NULL;
    SF_TRY(sf_load_mapping(load, origin, "origin", keys));
    const node *headers = sf_yaml_get(origin, "headers");
    if (headers != NULL) {
        SF_TRY(headers_load(load, headers, &live->says));
    }
    SF_TRY(words_of(load, origin, "etag", &etag));
    if (etag != NULL && sf_etag_read(etag, &live->says.etag, load->diag) != SF_OK) {
        return sf_load_wrong(load, sf_yaml_get(origin, "etag"), "etag");
    }
    return time_load(load, origin, "latency", 0, &live->latency_ns);
}

SF_MUST_USE static enum sf_err who_and_when_load(struct sf_load *load, const node *section,
                                                 struct sf_plan_live *live)
{
    const char *identity = NULL;
    const char *arrival = NULL;
    SF_TRY(words_of(load, section, "identity", &identity));
    if (identity != NULL && sf_identity_read(identity, &live->identity, load->diag) != SF_OK) {
        return sf_load_wrong(load, sf_yaml_get(section, "identity"), "identity");
    }
    SF_TRY(words_of(load, section, "arrival", &arrival));
    if (arrival != NULL && sf_arrival_read(arrival, &live->arrival, load->diag) != SF_OK) {
        return sf_load_wrong(load, sf_yaml_get(section, "arrival"), "arrival");
    }
    SF_TRY(count_load(load, section, "shared_by", SF_LIVE_HOMES_MAX, &live->shared_by));
    return time_load(load, section, "time_out", 10 * SF_MS, &live->time_out_ns);
}

enum sf_err sf_load_live(struct sf_load *load, const struct sf_yaml_node *section)
{
    static const char *const keys[] = {"server",  "url",       "config",   "origin_listen",
                                       "host",    "path",      "origin",   "identity",
                                       "arrival", "shared_by", "time_out", NULL};
    SF_ASSERT(load != NULL);
    SF_ASSERT(section != NULL);
    struct sf_plan_live *live = &load->plan->live;
    sf_live_default(live);
    SF_TRY(sf_load_mapping(load, section, "live", keys));
    SF_TRY(text_load(load, section, "server", live->server, sizeof live->server));
    SF_TRY(text_load(load, section, "url", live->url, sizeof live->url));
    SF_TRY(text_load(load, section, "config", live->config, sizeof live->config));
    SF_TRY(
        text_load(load, section, "origin_listen", live->origin_listen, sizeof live->origin_listen));
    SF_TRY(text_load(load, section, "host", live->host, sizeof live->host));
    SF_TRY(text_load(load, section, "path", live->path, sizeof live->path));
    if (sf_live_path_check(live->path, load->diag) != SF_OK) {
        return sf_load_wrong(load, sf_yaml_get(section, "path"), "path");
    }
    const node *origin = sf_yaml_get(section, "origin");
    if (origin != NULL) {
        SF_TRY(origin_load(load, origin, live));
    }
    return who_and_when_load(load, section, live);
}

/* ---- the time line ---- */

SF_MUST_USE static enum sf_err action_load(struct sf_load *load, const node *from,
                                           struct sf_live_entry *entry)
{
    const char *text = NULL;
    bool on = false;
    if (sf_yaml_get(from, "identity") != NULL) {
        SF_TRY(sf_load_switch(load, sf_yaml_get(from, "identity"), "identity", &on));
        entry->action = on ? SF_LIVE_IDENTITY_ON : SF_LIVE_IDENTITY_OFF;
        return SF_OK;
    }
    const char *key = sf_yaml_get(from, "origin") != NULL ? "origin" : "server";
    const node *value = sf_yaml_get(from, key);
    SF_TRY(sf_load_value(load, value, key, &text));
    bool injures = strcmp(key, "origin") == 0;
    if ((injures ? sf_injury_read(text, &entry->injury, load->diag)
                 : sf_live_action_read(text, entry, load->diag)) != SF_OK) {
        return sf_load_wrong(load, value, key);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err entry_load(struct sf_load *load, const node *from,
                                          struct sf_live_entry *entry)
{
    static const char *const keys[] = {"at", "origin", "server", "identity", NULL};
    SF_TRY(sf_load_mapping(load, from, "the timeline of a live run", keys));
    const node *at = sf_yaml_get(from, "at");
    if (at == NULL) {
        return sf_yaml_fail(from, load->diag, "timeline: the key 'at' is missing");
    }
    uint32_t actions_count = 0;
    for (size_t i = 1; keys[i] != NULL; i++) {
        actions_count += sf_yaml_get(from, keys[i]) != NULL;
    }
    if (actions_count != 1) {
        return sf_yaml_fail(from, load->diag,
                            "timeline: one entry does one thing: origin, server or identity");
    }
    SF_TRY(sf_load_duration(load, at, "at", &entry->at_ns));
    if (entry->at_ns >= load->plan->duration_ns) {
        return sf_yaml_fail(at, load->diag, "timeline: at is not before the end of the run");
    }
    return action_load(load, from, entry);
}

enum sf_err sf_load_live_timeline(struct sf_load *load, const struct sf_yaml_node *timeline)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(timeline != NULL);
    struct sf_plan_live *live = &load->plan->live;
    SF_ASSERT(live->present);
    SF_TRY(sf_load_list(load, timeline, "timeline", 0, SF_LIVE_ENTRIES_MAX));
    for (const node *from = timeline->first; from != NULL; from = from->next) {
        struct sf_live_entry *entry = &live->entries[live->entries_count++];
        SF_TRY(entry_load(load, from, entry));
        if (live->entries_count > 1 && entry->at_ns < entry[-1].at_ns) {
            return sf_yaml_fail(from, load->diag,
                                "timeline: at is earlier than in the entry before");
        }
    }
    return SF_OK;
}
