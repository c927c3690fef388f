#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/scenario.h"
#include "sim_camera/config.h"
#include "sim_camera/destinations.h"
#include "sim_cloud/config.h"
#include "sim_hub/config.h"

static const char *const width_choices[] = {"small", "large", NULL};

/* One parameter of each kind that the actors' tables happen not to have here. */
static const struct sf_param still_params[] = {SF_PARAM_ROW(COUNT, width, 320, -5, 1920, "")
                                                   SF_PARAM_ROW(CHOICE, size, 0, width_choices, "")
                                                       SF_PARAM_ROW(TEXT, caption, "")};

static const struct sf_param_table still_table = {"still", "", still_params,
                                                  sizeof still_params / sizeof still_params[0]};

static const char *const oracle_names[] = {"no-stray-pixels", "recovery", NULL};

static const struct sf_plan_schema schema = {
    .tables = {[SF_SECTION_CAMERA] = &sf_camera_param_table,
               [SF_SECTION_HUB] = &sf_hub_param_table,
               [SF_SECTION_APP] = &sf_app_param_table,
               [SF_SECTION_EXPECT] = &sf_group_assertion_table,
               [SF_SECTION_CLOUD] = &sf_cloud_param_table,
               [SF_SECTION_STILL] = &still_table,
               [SF_SECTION_DESTINATIONS] = &sf_destination_param_table},
    .oracle_names = oracle_names,
};

void sf_fuzz_scenario_start(void)
{
}

int sf_fuzz_scenario(const uint8_t *data, size_t size)
{
    struct sf_plan *plan = sf_alloc(2, sizeof *plan);
    struct sf_plan *again = plan + 1;
    struct sf_text text = {0};
    struct sf_text text_again = {0};
    enum sf_err err = sf_scenario_parse((const char *)data, size, "input", &schema, NULL, 0, plan,
                                        &(struct sf_diag){0});
    if (err == SF_OK) {
        sf_scenario_print(plan, &schema, &text);
        err = sf_scenario_parse(text.data, text.length, "printed", &schema, NULL, 0, again,
                                &(struct sf_diag){0});
        SF_ASSERT(err == SF_OK);
        SF_ASSERT(memcmp(plan, again, sizeof *plan) == 0);
        sf_scenario_print(again, &schema, &text_again);
        SF_ASSERT(strcmp(text.data, text_again.data) == 0);
    }
    sf_text_free(&text);
    sf_text_free(&text_again);
    free(plan);
    return 0;
}
