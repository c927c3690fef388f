/* The columns of a story, and a line on each home. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/net/netem_grammar.h"
#include "harness/story/facts.h"

/* As tc says it, without the bound that every queue has. */
static void say_netem(const struct sf_netem_config *config, struct sf_text *out)
{
    struct sf_text spec = {0};
    char usual[32];
    sf_netem_print(config, &spec);
    snprintf(usual, sizeof usual, "limit %d", SF_NETEM_LIMIT_DEFAULT);
    const char *said = spec.data;
    if (strncmp(said, usual, strlen(usual)) == 0) {
        said += strlen(usual);
        said += strspn(said, " ");
    }
    sf_text_add(out, "%s", said[0] != '\0' ? said : "perfect");
    sf_text_free(&spec);
}

static void describe_home(const struct facts *facts, struct sf_tenant_id tenant,
                          struct sf_home_id home, int32_t offset_s, struct sf_text *out)
{
    const struct sf_plan_network *network = sf_facts_network(facts, home, facts->finding->at_ns);
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    sf_text_add(out, "home %u  UTC%c%02d:%02d, network %s", tenant.index + 1,
                offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60, network->name);
    struct sf_text up = {0};
    struct sf_text down = {0};
    say_netem(&network->up, &up);
    say_netem(&network->down, &down);
    if (strcmp(up.data, down.data) != 0) {
        sf_text_add(out, ": up %s; down %s", up.data, down.data);
    } else if (strcmp(up.data, "perfect") != 0) {
        sf_text_add(out, ": %s both ways", up.data);
    }
    sf_text_free(&up);
    sf_text_free(&down);
}

void sf_lanes_name(const struct facts *facts, struct sf_story *story)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(story != NULL);
    SF_ASSERT(facts->finding != NULL);
    const struct sf_finding *finding = facts->finding;
    snprintf(story->lanes[SF_LANE_CLOUD], sizeof story->lanes[0], "cloud");
    if (facts->has_viewer) {
        snprintf(story->lanes[SF_LANE_VIEWER], sizeof story->lanes[0], "home %u",
                 sf_home_of_viewer(finding->viewer).index + 1);
        describe_home(facts, finding->viewer_tenant, sf_home_of_viewer(finding->viewer),
                      facts->viewer_offset_s, &story->homes[SF_LANE_VIEWER]);
    }
    bool owner_alone = !facts->has_viewer && !sf_tenant_is_none(finding->owner_tenant);
    if (facts->stray || owner_alone) {
        snprintf(story->lanes[SF_LANE_OWNER], sizeof story->lanes[0], "home %u",
                 finding->owner_tenant.index + 1);
        describe_home(facts, finding->owner_tenant, sf_home_of_camera(finding->owner_camera),
                      facts->owner_offset_s, &story->homes[SF_LANE_OWNER]);
    }
}
