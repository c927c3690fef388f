#include "harness/exhaust/say.h"

#include <inttypes.h>
#include <stdio.h>

#include "harness/base/assert.h"

enum sf_verdict sf_exhaust_verdict(const struct sf_exhaust *exhaust)
{
    SF_ASSERT(exhaust != NULL);
    const struct sf_exhaust_found *finds[] = {&exhaust->leak, &exhaust->contract};
    bool unconfirmed = false;
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        if (finds[i]->find.kind != SF_SMALL_FIND_NONE && finds[i]->is_confirmed) {
            return SF_VERDICT_FAIL;
        }
        unconfirmed |= finds[i]->find.kind != SF_SMALL_FIND_NONE;
    }
    uint64_t answers_count = 0;
    unconfirmed |=
        exhaust->boxed.is_unrepeatable || (exhaust->boxed.ran && exhaust->boxed.answers_count == 0);
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        answers_count += exhaust->worlds[i].answers_count;
    }
    return unconfirmed || answers_count == 0 ? SF_VERDICT_INCONCLUSIVE : SF_VERDICT_PASS;
}

/* ---- numbers ---- */

/* "1,234,567" */
static const char *grouped(uint64_t number, char out[32])
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- coverage ---- */

static void say_limits(const struct sf_small_world *world, struct sf_text *out)
{
    sf_text_add(out, "%u tenants, %u camera%s, %u node%s", world->tenants, world->cameras,
                plural(world->cameras), world->nodes, plural(world->nodes));
    if (world->requests_max > 0 || world->uploads_max > 0) {
        sf_text_add(out, "; at most %u request%s and %u upload%s each", world->requests_max,
                    plural(world->requests_max), world->uploads_max, plural(world->uploads_max));
    }
}

/* One sentence on what is covered in a world. */
static void say_world(const struct sf_small_world *world, const struct sf_exhaust_world *known,
                      bool merged, struct sf_text *out)
{
    char orders[32];
    char states[32];
    char answers[32];
    grouped(known->orders_count, orders);
    grouped(known->states_count, states);
    grouped(known->answers_count, answers);
    sf_text_add(out, "  %-18s ", world->name);
    if (known->is_complete && merged && !known->merged_in_part) {
        sf_text_add(out, "complete: this world (");
        say_limits(world, out);
        sf_text_add(out, ") has %s states", states);
    } else if (known->is_complete) {
        sf_text_add(out, "complete: every order of this world (");
        say_limits(world, out);
        sf_text_add(out, ")");
    } else {
        sf_text_add(out, "every order of up to %u event%s (", known->depth, plural(known->depth));
        say_limits(world, out);
        sf_text_add(out, ")");
    }
    sf_text_add(out, ": %s orders tried, %s answers judged", orders, answers);
    if (merged && !known->is_complete) {
        sf_text_add(out, ", %s states", states);
    }
    sf_text_add(out, ", %.1f s%s%s\n", known->cpu_s,
                known->met_bound ? "; a table of the host's was full in some order" : "",
                known->merged_in_part ? "; not all states were remembered" : "");
}

static void say_sweeps(const struct sf_exhaust *exhaust, struct sf_text *out)
{
    for (uint32_t i = 0; i < SF_PROFILE_SWEEPS; i++) {
        char orders[32];
        char seeds[32];
        const struct sf_exhaust_world *known = &exhaust->sweeps[i];
        const struct sf_profile_sweep *row = &sf_profile_sweeps[i];
        if (exhaust->swept_count[i] == 0) {
            continue;
        }
        sf_text_add(out, "  %-18s every order of up to %u events with each of %s seeds (",
                    row->world.name, row->depth, grouped(exhaust->swept_count[i], seeds));
        say_limits(&row->world, out);
        sf_text_add(out, "): %s orders tried, %.1f s\n",
                    grouped(known->orders_in_all_count, orders), known->cpu_s);
    }
}

/* What a foreign cache cannot have talked us into, and what a process says that it shares. */
static void say_boxed(const struct sf_exhaust_boxed *boxed, struct sf_text *out)
{
    char orders[32];
    if (!boxed->ran) {
        return;
    }
    sf_text_add(
        out, "in its box: every order of up to %u event%s in each world, %s orders in %.1f s%s\n",
        boxed->depth_least, plural(boxed->depth_least), grouped(boxed->orders_count, orders),
        boxed->real_s,
        boxed->is_all ? ""
                      : "; the rest is what a process reports that shares its memory with "
                        "the cache");
    if (boxed->is_unrepeatable) {
        sf_text_add(out,
                    "then an event was not possible that had been possible after the same events: "
                    "the cache depends on time, chance or addresses of its own\n");
    }
}

/* ---- finds ---- */

/* "tenant B's camera"; of the same tenant: "its camera a2, which was not asked for". */
static const char *owner_words(const struct sf_small_find *find, const struct sf_small_world *world,
                               char out[64])
{
    uint32_t tenant = sf_small_owner_in(world, find->owner);
    uint32_t camera = sf_small_camera_in(world, find->owner);
    if (tenant != find->tenant) {
        snprintf(out, 64, "tenant %c's camera", 'A' + tenant);
    } else {
        snprintf(out, 64, "camera %c%u, which it did not ask for",
                 'a' + sf_small_tenant_of(world, camera), camera / world->tenants + 1);
    }
    return out;
}

static void say_find(const struct sf_exhaust_found *found, const struct sf_exhaust *exhaust,
                     const struct sf_small_world *world, struct sf_text *out)
{
    const struct sf_small_find *find = &found->find;
    uint32_t count = found->order.count;
    char owner[64];
    switch ((enum sf_small_find_kind)find->kind) {
    case SF_SMALL_FIND_NONE:
        return;
    case SF_SMALL_FIND_BYTE:
        sf_text_add(out, "found: tenant %c is answered with %u byte%s of %s, from byte %u on",
                    'A' + find->tenant, find->foreign_count, plural(find->foreign_count),
                    owner_words(find, world, owner), find->offset);
        break;
    case SF_SMALL_FIND_SESSION:
        sf_text_add(out, "found: an answer gives tenant %c a session of tenant %c",
                    'A' + find->tenant, 'A' + find->owner);
        break;
    case SF_SMALL_FIND_CONTRACT:
        sf_text_add(out, "found: the cache breaks its contract (code %u)", find->value);
        break;
    case SF_SMALL_FIND_CRASH:
        if (found->ended.code != 0) {
            sf_text_add(out, "found: the cache ends: %s", found->ended.text);
        } else if (exhaust->is_hung) {
            sf_text_add(out, "found: the cache does not come back");
        } else if (exhaust->signal_number != 0) {
            sf_text_add(out, "found: the cache crashes (signal %u)", exhaust->signal_number);
        } else {
            sf_text_add(out, "found: the cache ends the process");
        }
        break;
    }
    sf_text_add(out, ", after %u event%s in the world \"%s\"\n", count, plural(count), world->name);
    if (!found->is_confirmed) {
        sf_text_add(
            out,
            "it did not repeat in a fresh process: the cache keeps something from one order to the "
            "next (a variable outside of what `create` returns), or depends on time, chance or "
            "addresses\n");
    }
    if (found->story.steps_count > 0) {
        sf_text_add(out, "\n");
        sf_small_story_print(&found->story, out);
        sf_text_add(out, "\n");
    }
}

void sf_exhaust_say_order(const struct sf_exhaust_found *found, const struct sf_small_world *world,
                          struct sf_text *out)
{
    SF_ASSERT(found != NULL);
    SF_ASSERT(world != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_exhaust nothing_known = {0};
    if (found->find.kind != SF_SMALL_FIND_NONE) {
        say_find(found, &nothing_known, world, out);
        return;
    }
    sf_text_add(out, "no answer held a byte of another tenant's still.\n\n");
    sf_small_story_print(&found->story, out);
}

static uint64_t orders_in_all(const struct sf_exhaust *exhaust)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < SF_PROFILE_SWEEPS; i++) {
        count += exhaust->sweeps[i].orders_in_all_count;
    }
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        count += exhaust->worlds[i].orders_in_all_count;
    }
    return count;
}

static uint64_t answers_in_all(const struct sf_exhaust *exhaust)
{
    uint64_t count = exhaust->boxed.answers_count;
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        count += exhaust->worlds[i].answers_count;
    }
    return count;
}

static void say_nothing_found(const struct sf_exhaust *exhaust, struct sf_text *out)
{
    if (exhaust->boxed.is_unrepeatable) {
        sf_text_add(out,
                    "inconclusive: the cache does not do the same in the same order of events\n");
    } else if (answers_in_all(exhaust) == 0) {
        sf_text_add(out,
                    "inconclusive: no answer had bytes of a still in it, so nothing was judged\n");
    } else {
        sf_text_add(out, "no answer held a byte of another tenant's still.\n");
    }
}

void sf_exhaust_say(const struct sf_exhaust_options *options, const struct sf_exhaust *exhaust,
                    struct sf_text *out)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(exhaust != NULL);
    SF_ASSERT(out != NULL);
    char orders[32];
    say_find(&exhaust->leak, exhaust, sf_exhaust_world_of(options, &exhaust->leak), out);
    say_find(&exhaust->contract, exhaust, sf_exhaust_world_of(options, &exhaust->contract), out);
    if (exhaust->leak.find.kind == SF_SMALL_FIND_NONE) {
        say_nothing_found(exhaust, out);
    }
    bool merged = options->keeps_merging && exhaust->engine == SF_EXHAUST_SNAPSHOT;
    sf_text_add(out, "covered%s:\n",
                exhaust->leak.find.kind == SF_SMALL_FIND_NONE ? "" : " before that");
    say_sweeps(exhaust, out);
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        say_world(&options->worlds[i], &exhaust->worlds[i], merged, out);
    }
    say_boxed(&exhaust->boxed, out);
    grouped(orders_in_all(exhaust), orders);
    sf_text_add(out, "%s orders in %.2f s of CPU time, by %s%s%s\n", orders, exhaust->cpu_s,
                exhaust->engine == SF_EXHAUST_SNAPSHOT ? "snapshot" : "replay",
                merged ? "; equal states once" : "",
                options->keeps_symmetry ? "; tenants that are alike in one order only" : "");
}

/* ---- JSON ---- */

static json_t *find_json(const struct sf_exhaust_found *found,
                         const struct sf_exhaust_options *options)
{
    static const char *const kinds[] = {"none", "byte", "session", "contract", "crash"};
    if (found->find.kind == SF_SMALL_FIND_NONE) {
        return json_null();
    }
    SF_ASSERT(found->find.kind < sizeof kinds / sizeof kinds[0]);
    json_t *story = json_array();
    for (uint32_t i = 0; i < found->story.steps_count; i++) {
        const struct sf_small_step *step = &found->story.steps[i];
        json_array_append_new(story,
                              json_pack("{s:i, s:s}", "event", step->event, "text", step->text));
    }
    return json_pack("{s:s, s:s, s:i, s:b, s:o}", "kind", kinds[found->find.kind], "world",
                     sf_exhaust_world_of(options, found)->name, "events", (int)found->order.count,
                     "confirmed", (int)found->is_confirmed, "story", story);
}

json_t *sf_exhaust_json(const struct sf_exhaust_options *options, const struct sf_exhaust *exhaust)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(exhaust != NULL);
    json_t *worlds = json_array();
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        const struct sf_exhaust_world *world = &exhaust->worlds[i];
        json_array_append_new(
            worlds,
            json_pack("{s:s, s:i, s:b, s:I, s:I, s:I, s:f}", "name", options->worlds[i].name,
                      "depth", (int)world->depth, "complete", (int)world->is_complete, "orders",
                      (json_int_t)world->orders_count, "states", (json_int_t)world->states_count,
                      "answers", (json_int_t)world->answers_count, "cpu_s", world->cpu_s));
    }
    json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:I, s:f}", "engine",
                             exhaust->engine == SF_EXHAUST_SNAPSHOT ? "snapshot" : "replay", "leak",
                             find_json(&exhaust->leak, options), "contract",
                             find_json(&exhaust->contract, options), "worlds", worlds, "orders",
                             (json_int_t)orders_in_all(exhaust), "cpu_s", exhaust->cpu_s);
    if (exhaust->boxed.ran) {
        json_object_set_new(json, "boxed",
                            json_pack("{s:i, s:I, s:f}", "depth", (int)exhaust->boxed.depth_least,
                                      "orders", (json_int_t)exhaust->boxed.orders_count, "real_s",
                                      exhaust->boxed.real_s));
    }
    return json;
}
