/* Packets whose fate the scenario says itself. */
#include "harness/scenario/load.h"

#include "harness/base/assert.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

static const struct sf_param direction_param = {
    .name = "direction", .kind = SF_PARAM_CHOICE, .choices = sf_plan_fate_direction_names};
static const struct sf_param fate_param = {
    .name = "fate", .kind = SF_PARAM_CHOICE, .choices = sf_plan_fate_names};

SF_MUST_USE static enum sf_err whole_load(struct sf_load *load, const struct sf_yaml_node *entry,
                                          const char *key, int64_t min, int64_t max,
                                          int64_t *value_out)
{
    const struct sf_yaml_node *node = sf_yaml_get(entry, key);
    const char *text = NULL;
    if (node == NULL) {
        return sf_yaml_fail(entry, load->diag, "fates: the key '%s' is missing", key);
    }
    SF_TRY(sf_load_value(load, node, key, &text));
    if (sf_value_whole_read(text, value_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, key);
    }
    if (*value_out < min || *value_out > max) {
        return sf_yaml_fail(node, load->diag, "%s: %s is not a number from %lld to %lld", key, text,
                            (long long)min, (long long)max);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err choice_load(struct sf_load *load, const struct sf_yaml_node *entry,
                                           const struct sf_param *param, int64_t *value_out)
{
    const struct sf_yaml_node *node = sf_yaml_get(entry, param->name);
    const char *text = NULL;
    if (node == NULL) {
        return sf_yaml_fail(entry, load->diag, "fates: the key '%s' is missing", param->name);
    }
    SF_TRY(sf_load_value(load, node, param->name, &text));
    if (sf_param_read(param, text, load->plan, value_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, param->name);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err fate_load(struct sf_load *load, const struct sf_yaml_node *entry,
                                         struct sf_plan_fate *fate)
{
    static const char *const known[] = {"home", "direction", "packet", "fate", "delay", NULL};
    int64_t value = 0;
    SF_TRY(sf_load_mapping(load, entry, "fates", known));
    SF_TRY(whole_load(load, entry, "home", 1, SF_HOMES_MAX, &value));
    fate->home = (uint32_t)value - 1;
    SF_TRY(choice_load(load, entry, &direction_param, &value));
    fate->direction = value == 0 ? SF_DIRECTION_UP : SF_DIRECTION_DOWN;
    SF_TRY(whole_load(load, entry, "packet", 0, INT64_MAX, &value));
    fate->packet = (uint64_t)value;
    SF_TRY(choice_load(load, entry, &fate_param, &value));
    fate->kind = (enum sf_plan_fate_kind)value;
    const struct sf_yaml_node *delay = sf_yaml_get(entry, "delay");
    if (delay == NULL && fate->kind == SF_PLAN_FATE_DELAYED) {
        return sf_yaml_fail(entry, load->diag, "fates: the key 'delay' is missing");
    }
    if (delay != NULL && fate->kind != SF_PLAN_FATE_DELAYED) {
        return sf_yaml_fail(delay->key, load->diag,
                            "fates: 'delay' goes with 'fate: delayed' only");
    }
    return delay != NULL ? sf_load_duration(load, delay, "delay", &fate->delay_ns) : SF_OK;
}

enum sf_err sf_load_fates(struct sf_load *load, const struct sf_yaml_node *node)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(load->plan->fates_count == 0);
    SF_TRY(sf_load_list(load, node, "fates", 0, SF_FATES_MAX));
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        SF_TRY(fate_load(load, entry, &load->plan->fates[load->plan->fates_count]));
        load->plan->fates_count++;
    }
    return SF_OK;
}
