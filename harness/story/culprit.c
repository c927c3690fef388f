/* Which step of a story is the one that should not have happened. */
#include "harness/base/assert.h"
#include "harness/story/facts.h"

/* Of a finding without a viewer: what happened at its instant, the last of it. */
static const struct sf_record *at_instant(const struct facts *facts)
{
    const struct sf_record *found = NULL;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        found = record->at_ns == facts->finding->at_ns ? record : found;
    }
    return found;
}

/* The answer that was wrong, or what led to it where the trace shows that. NULL: it shows nothing
 * of the kind. */
static const struct sf_record *culprit_of(const struct facts *facts)
{
    if (!facts->has_viewer) {
        return at_instant(facts);
    }
    if (facts->stray) {
        return sf_why_stray_culprit(facts);
    }
    return facts->answered != NULL ? facts->answered : facts->gave_up;
}

/* The last step that is made of this record; steps_count: there is none. */
static uint32_t step_of(const struct facts *facts, const struct sf_story *story,
                        const struct sf_record *record)
{
    for (uint32_t i = story->steps_count; record != NULL && i > 0; i--) {
        if (story->steps[i - 1].order == (uint32_t)(record - facts->gather->records)) {
            return i - 1;
        }
    }
    return story->steps_count;
}

void sf_culprit_find(const struct facts *facts, struct sf_story *story)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(story != NULL);
    story->culprit = step_of(facts, story, culprit_of(facts));
    if (story->culprit == story->steps_count) {
        story->culprit = step_of(facts, story, facts->answered);
    }
}
