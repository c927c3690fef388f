/* Whether a run may take more stills than can be told apart. */
#include "harness/base/assert.h"
#include "harness/scenario/check_parts.h"

#include <inttypes.h>

#include "harness/scenario/actions.h"
#include "harness/scenario/params.h"

/* How many stills the viewers of one home ask for at most. */
static int64_t asks_count_max(const struct sf_check *check, const struct sf_plan_group *group,
                              bool strangers_only)
{
    static const enum sf_plan_section_kind viewers[] = {SF_SECTION_HUB, SF_SECTION_APP};
    int64_t count = 0;
    for (size_t i = 0; i < sizeof viewers / sizeof viewers[0]; i++) {
        const struct sf_param_table *table = check->schema->tables[viewers[i]];
        const struct sf_plan_section *section = &group->sections[viewers[i]];
        sf_ns every_ns = sf_param_role_value(table, section, SF_ROLE_ASKS);
        bool counts =
            sf_param_role_value(table, section, SF_ROLE_PRESENT) != 0 &&
            (!strangers_only || sf_param_role_value(table, section, SF_ROLE_STRANGER) != 0);
        if (counts && every_ns > 0) {
            count += check->plan->duration_ns / every_ns + 1;
        }
    }
    return count;
}

/* How many stills a camera may take unasked: for uploads, for a backup or, by a planted fault, for
 * a settings call. */
static int64_t captures_count_max(const struct sf_check *check, const struct sf_plan_group *group)
{
    const struct sf_param_table *camera = check->schema->tables[SF_SECTION_CAMERA];
    int64_t count = 0;
    for (uint32_t i = sf_param_role_next(camera, SF_ROLE_CAPTURES, 0); i != UINT32_MAX;
         i = sf_param_role_next(camera, SF_ROLE_CAPTURES, i + 1)) {
        sf_ns every_ns = group->sections[SF_SECTION_CAMERA].values[i];
        count += every_ns > 0 ? check->plan->duration_ns / every_ns + 1 : 0;
    }
    return count;
}

/* How many more the time line may bring: a camera whose power comes back sends an upload and a
 * backup or settings call before their time, a viewer that is woken asks before its own, an export
 * job tries a few times. */
static int64_t timeline_stills_count_max(const struct sf_plan *plan)
{
    enum { BY_CAMERA = 3, BY_VIEWERS = 2, BY_JOB = 5 };
    int64_t count = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        count += entry->action == SF_ACTION_POWER && !entry->on ? BY_CAMERA : 0;
        count += entry->action == SF_ACTION_WAKE ? BY_VIEWERS : 0;
        count += sf_action_of(entry)->starts != 0 ? BY_JOB : 0;
    }
    return count;
}

/* A mark numbers the stills of a camera; the numbers must not run out. */
enum sf_err sf_check_stills(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan *plan = check->plan;
    int64_t strangers_count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        int64_t count = asks_count_max(check, &plan->groups[i], true);
        strangers_count = count > strangers_count ? count : strangers_count;
    }
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        const struct sf_plan_group *group = &plan->groups[i];
        int64_t count = asks_count_max(check, group, false) + strangers_count;
        count += captures_count_max(check, group);
        count += timeline_stills_count_max(plan);
        if (count >= SF_CAPTURES_MAX) {
            sf_check_at(check, "homes.%s", group->name);
            return sf_check_wrong(
                check,
                "a camera may take %" PRId64 " stills in this run, more than the %d that "
                "can be told apart; make the run shorter, or upload_every or ask_every "
                "longer",
                count, SF_CAPTURES_MAX - 1);
        }
    }
    return SF_OK;
}
