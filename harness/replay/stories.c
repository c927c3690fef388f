#include "harness/replay/stories.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

struct sf_listeners {
    uint32_t count;
    struct sf_gather gathers[SF_EXHIBITS_MAX]; /* without a viewer: no stranger is in the exhibit */
};

/* The stranger with the largest share; NULL for none. */
static const struct sf_exhibit_owner *stranger_of(const struct sf_exhibit *exhibit)
{
    const struct sf_exhibit_owner *largest = NULL;
    for (uint32_t i = 0; i < exhibit->owners_count && i < SF_EXHIBIT_OWNERS_MAX; i++) {
        const struct sf_exhibit_owner *owner = &exhibit->owners[i];
        if (!sf_tenant_same(owner->tenant, exhibit->tenant) &&
            (largest == NULL || owner->share_ppm > largest->share_ppm)) {
            largest = owner;
        }
    }
    return largest;
}

/* The finding of no-stray-pixels that the exhibit is of. */
static struct sf_finding finding_of(const struct sf_exhibit *exhibit)
{
    const struct sf_exhibit_owner *stranger = stranger_of(exhibit);
    if (stranger == NULL) {
        return (struct sf_finding){.viewer = sf_viewer_id(SF_NOBODY)};
    }
    struct sf_tenant_id owner = stranger->tenant;
    return (struct sf_finding){
        .at_ns = exhibit->at_ns,
        .flags = exhibit->flags,
        .viewer = exhibit->viewer,
        .viewer_tenant = exhibit->tenant,
        .owner_tenant = owner,
        .owner_camera = sf_camera_of_home(sf_home_of_tenant(owner)),
        .capture = stranger->capture,
        .amount = stranger->share_ppm,
    };
}

struct sf_listeners *sf_stories_listen(const struct sf_exhibits *exhibits)
{
    SF_ASSERT(exhibits != NULL);
    SF_ASSERT(exhibits->count <= SF_EXHIBITS_MAX);
    struct sf_listeners *listeners = sf_alloc(1, sizeof *listeners);
    listeners->count = exhibits->count;
    for (uint32_t i = 0; i < exhibits->count; i++) {
        const struct sf_finding finding = finding_of(&exhibits->items[i]);
        sf_gather_init(&listeners->gathers[i], &finding);
    }
    return listeners;
}

void sf_stories_close(struct sf_listeners *listeners)
{
    SF_ASSERT(listeners != NULL);
    SF_ASSERT(listeners->count <= SF_EXHIBITS_MAX);
    for (uint32_t i = 0; i < listeners->count; i++) {
        sf_gather_fini(&listeners->gathers[i]);
    }
    free(listeners);
}

static bool is_told(const struct sf_gather *gather)
{
    return !sf_viewer_is_none(gather->finding.viewer);
}

void sf_stories_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_listeners *listeners = context;
    for (uint32_t i = 0; i < listeners->count; i++) {
        if (is_told(&listeners->gathers[i])) {
            sf_gather_records(&listeners->gathers[i], records, count);
        }
    }
}

/* Of a longer story, the steps before the last are left out. */
static void keep(const struct sf_story *story, struct sf_kept_story *kept)
{
    uint32_t count =
        story->steps_count < SF_STORY_STEPS_MAX ? story->steps_count : SF_STORY_STEPS_MAX;
    kept->steps_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_story_step *step =
            &story->steps[i + 1 == count ? story->steps_count - 1 : i];
        struct sf_kept_step *out = &kept->steps[i];
        *out = (struct sf_kept_step){.at_ns = step->at_ns, .lane = step->from};
        snprintf(out->who, sizeof out->who, "%s", step->who);
        snprintf(out->what, sizeof out->what, "%s", step->what);
    }
}

void sf_stories_tell(const struct sf_listeners *listeners, const struct sf_plan *plan,
                     struct sf_kept_stories *stories)
{
    SF_ASSERT(listeners != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(stories != NULL);
    SF_ASSERT(listeners->count <= SF_EXHIBITS_MAX);
    memset(stories, 0, sizeof *stories);
    for (uint32_t i = 0; i < listeners->count; i++) {
        if (is_told(&listeners->gathers[i])) {
            struct sf_story story;
            sf_story_tell(&listeners->gathers[i], plan, &story);
            keep(&story, &stories->items[i]);
            sf_story_fini(&story);
        }
    }
}
