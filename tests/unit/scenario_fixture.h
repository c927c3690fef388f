/* What the scenario tests share: the schema with the real parameter tables, and short ways to load
 * and to print. */
#ifndef STRAYFRAME_TESTS_SCENARIO_FIXTURE_H
#define STRAYFRAME_TESTS_SCENARIO_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/scenario/scenario.h"
#include "sim_camera/config.h"
#include "sim_cloud/config.h"
#include "sim_hub/config.h"

static const struct sf_param fixture_still_params[] = {
    {"width", SF_PARAM_COUNT, 320, 64, 1920, NULL, "width of a still in pixels"},
    {"height", SF_PARAM_COUNT, 180, 16, 1080, NULL, "height of a still in pixels"},
    {"quality", SF_PARAM_COUNT, 75, 30, 95, NULL, "JPEG quality"},
};

static const struct sf_param_table fixture_still_table = {
    "still", "the stills that cameras take", fixture_still_params,
    sizeof fixture_still_params / sizeof fixture_still_params[0]};

static const char *const fixture_oracles[] = {
    "no-stray-pixels", "no-stray-bytes", "kill-switch", "recovery", "valid-link", "contract", NULL};

static const struct sf_plan_schema fixture_schema = {
    .tables = {[SF_SECTION_CAMERA] = &sf_camera_param_table,
               [SF_SECTION_HUB] = &sf_hub_param_table,
               [SF_SECTION_APP] = &sf_app_param_table,
               [SF_SECTION_CLOUD] = &sf_cloud_param_table,
               [SF_SECTION_STILL] = &fixture_still_table},
    .oracle_names = fixture_oracles,
};

static inline struct sf_plan *fixture_plan_create(void)
{
    return sf_alloc(1, sizeof(struct sf_plan));
}

#endif
