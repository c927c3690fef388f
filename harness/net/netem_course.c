#include "harness/net/netem_course.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_admit.h"

uint64_t sf_netem_course_places(const struct sf_netem_states *states)
{
    SF_ASSERT(states != NULL);
    SF_ASSERT(states->count > 0);
    SF_ASSERT(states->count <= SF_NETEM_STATES_MAX);
    uint64_t places = 1;
    for (uint32_t i = 0; i < states->count; i++) {
        uint64_t needed = sf_netem_queue_places(&states->items[i].config);
        places = needed > places ? needed : places;
    }
    return places;
}

/* The state in force begins at `now_ns`. */
static void begin(struct sf_netem_course *course, sf_ns now_ns)
{
    const struct sf_netem_state *state = &course->states->items[course->state];
    sf_ns dwell_ns =
        sf_netem_dwell_ns(&course->queue.link, state->dwell_ns_min, state->dwell_ns_max);
    course->state_ends_ns =
        course->states->count > 1 ? sf_netem_later(now_ns, dwell_ns) : SF_NS_NEVER;
}

void sf_netem_course_init(struct sf_netem_course *course, const struct sf_netem_states *states,
                          uint64_t seed, struct sf_netem_waiting *storage, uint64_t storage_count)
{
    SF_ASSERT(course != NULL);
    SF_ASSERT(states != NULL);
    SF_ASSERT(storage != NULL);
    SF_ASSERT(states->count >= 1);
    SF_ASSERT(states->count <= SF_NETEM_STATES_MAX);
    memset(course, 0, sizeof *course);
    course->states = states;
    sf_netem_queue_init(&course->queue, &states->items[0].config, seed, storage, storage_count);
    begin(course, 0);
}

void sf_netem_course_change(struct sf_netem_course *course, sf_ns now_ns)
{
    SF_ASSERT(course != NULL);
    SF_ASSERT(course->states != NULL);
    while (course->state_ends_ns <= now_ns) {
        sf_ns at_ns = course->state_ends_ns;
        course->state = (course->state + 1) % course->states->count;
        course->changes_count++;
        sf_netem_change(&course->queue.link, &course->states->items[course->state].config, at_ns);
        begin(course, at_ns);
    }
}

static void take_out(struct sf_netem_course *course, sf_ns now_ns,
                     const struct sf_netem_leaver *leaver)
{
    struct sf_netem_delivery delivery;
    while (sf_netem_queue_dequeue(&course->queue, now_ns, &delivery)) {
        leaver->leaves(leaver->context, &delivery, now_ns);
    }
}

void sf_netem_course_pass(struct sf_netem_course *course, sf_ns until_ns,
                          const struct sf_netem_leaver *leaver)
{
    SF_ASSERT(course != NULL);
    SF_ASSERT(leaver != NULL);
    bool ends = until_ns == SF_NS_NEVER;
    sf_ns changed_ns = INT64_MIN;
    for (;;) {
        /* What a closed slot held back is let go by the change, not before it. */
        sf_ns next_ns = sf_netem_queue_next_ns(&course->queue);
        sf_ns due_ns = next_ns > changed_ns ? next_ns : changed_ns;
        if (!ends && course->state_ends_ns <= due_ns && course->state_ends_ns < until_ns) {
            changed_ns = course->state_ends_ns;
            sf_netem_course_change(course, changed_ns);
        } else if (due_ns < until_ns) {
            take_out(course, due_ns, leaver);
        } else {
            return;
        }
    }
}

void sf_netem_course_send(struct sf_netem_course *course, sf_ns now_ns, uint32_t bytes, bool ect,
                          uint64_t tag, const struct sf_netem_leaver *leaver)
{
    SF_ASSERT(course != NULL);
    SF_ASSERT(leaver != NULL);
    sf_netem_course_pass(course, now_ns, leaver);
    sf_netem_course_change(course, now_ns);
    sf_netem_queue_enqueue(&course->queue, now_ns, bytes, ect, tag);
    take_out(course, now_ns, leaver);
}
