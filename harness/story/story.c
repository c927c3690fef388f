#include "harness/story/story.h"

#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/story/facts.h"

void sf_story_tell(const struct sf_gather *gather, const struct sf_plan *plan,
                   struct sf_story *story)
{
    SF_ASSERT(gather != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(story != NULL);
    SF_ASSERT(gather->count <= gather->capacity);
    struct facts facts;
    *story = (struct sf_story){0};
    sf_facts_find(gather, plan, &facts);
    sf_steps_tell(&facts, story);
    sf_culprit_find(&facts, story);
    sf_paragraph_tell(&facts, &story->paragraph);
}

void sf_story_fini(struct sf_story *story)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(story->steps_count == 0 || story->steps != NULL);
    for (uint32_t i = 0; i < story->steps_count; i++) {
        free(story->steps[i].what);
    }
    free(story->steps);
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        sf_text_free(&story->homes[lane]);
    }
    sf_text_free(&story->paragraph);
    *story = (struct sf_story){0};
}
