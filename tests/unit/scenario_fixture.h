/* What the scenario tests share: the schema with the real parameter tables, and short ways to load
 * and to print. */
#ifndef STRAYFRAME_TESTS_SCENARIO_FIXTURE_H
#define STRAYFRAME_TESTS_SCENARIO_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/scenario.h"
#include "sim_camera/config.h"
#include "sim_cloud/config.h"
#include "sim_camera/destinations.h"
#include "sim_camera/still_config.h"
#include "sim_hub/config.h"

static const char *const fixture_oracles[] = {
    "no-stray-pixels", "no-stray-bytes", "kill-switch", "recovery", "valid-link", "contract", NULL};

static const struct sf_plan_schema fixture_schema = {
    .tables = {[SF_SECTION_CAMERA] = &sf_camera_param_table,
               [SF_SECTION_HUB] = &sf_hub_param_table,
               [SF_SECTION_APP] = &sf_app_param_table,
               [SF_SECTION_EXPECT] = &sf_group_assertion_table,
               [SF_SECTION_CLOUD] = &sf_cloud_param_table,
               [SF_SECTION_STILL] = &sf_still_param_table,
               [SF_SECTION_DESTINATIONS] = &sf_destination_param_table},
    .oracle_names = fixture_oracles,
};

static inline struct sf_plan *fixture_plan_create(void)
{
    return sf_alloc(1, sizeof(struct sf_plan));
}

#endif
