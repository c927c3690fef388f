#include "harness/scenario/params.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

uint32_t sf_param_find(const struct sf_param_table *table, const char *name)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    for (uint32_t i = 0; i < table->params_count; i++) {
        if (strcmp(table->params[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

uint32_t sf_param_role_next(const struct sf_param_table *table, enum sf_param_role role,
                            uint32_t from)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    for (uint32_t i = from; i < table->params_count; i++) {
        if (table->params[i].role == role) {
            return i;
        }
    }
    return UINT32_MAX;
}

uint32_t sf_param_present(const struct sf_param_table *table)
{
    SF_ASSERT(table != NULL);
    uint32_t index = sf_param_role_next(table, SF_ROLE_PRESENT, 0);
    SF_ASSERT(index == UINT32_MAX || table->params[index].kind == SF_PARAM_BOOL);
    return index;
}

int64_t sf_param_role_value(const struct sf_param_table *table,
                            const struct sf_plan_section *section, enum sf_param_role role)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(section != NULL);
    uint32_t index = sf_param_role_next(table, role, 0);
    return index != UINT32_MAX ? section->values[index] : 0;
}

const char *sf_param_kind_name(enum sf_param_kind kind)
{
    switch (kind) {
    case SF_PARAM_DURATION:
        return "duration";
    case SF_PARAM_COUNT:
        return "number";
    case SF_PARAM_BOOL:
        return "switch";
    case SF_PARAM_PPM:
        return "share";
    case SF_PARAM_CHOICE:
        return "word";
    case SF_PARAM_TEXT:
        return "text";
    }
    SF_UNREACHABLE();
}

static void number_print(enum sf_param_kind kind, int64_t value, struct sf_text *out)
{
    if (kind == SF_PARAM_DURATION && value >= 0) {
        sf_value_duration_print(value, out);
    } else if (kind == SF_PARAM_PPM && value >= 0) {
        sf_value_share_print(value, out);
    } else {
        sf_text_add(out, "%" PRId64, value);
    }
}

static size_t choices_count(const struct sf_param *param)
{
    size_t count = 0;
    while (param->choices[count] != NULL) {
        count++;
    }
    return count;
}

void sf_param_range_print(const struct sf_param *param, struct sf_text *out)
{
    SF_ASSERT(param != NULL);
    SF_ASSERT(out != NULL);
    switch (param->kind) {
    case SF_PARAM_DURATION:
    case SF_PARAM_COUNT:
    case SF_PARAM_PPM:
        number_print(param->kind, param->min, out);
        sf_text_add(out, " to ");
        number_print(param->kind, param->max, out);
        return;
    case SF_PARAM_BOOL:
        sf_text_add(out, "true or false");
        return;
    case SF_PARAM_CHOICE:
        sf_value_words_print(param->choices, out);
        return;
    case SF_PARAM_TEXT:
        sf_text_add(out, "at most %d bytes", SF_TEXT_BYTES - 1);
        return;
    }
    SF_UNREACHABLE();
}

static enum sf_err choice_read(const struct sf_param *param, const char *text, int64_t *value_out,
                               struct sf_diag *diag)
{
    for (int64_t i = 0; param->choices[i] != NULL; i++) {
        if (strcmp(param->choices[i], text) == 0) {
            *value_out = i;
            return SF_OK;
        }
    }
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    const char *nearest = sf_text_nearest(text, param->choices);
    if (nearest != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is unknown; did you mean '%s'?", shown, nearest);
    }
    struct sf_text range = {0};
    sf_param_range_print(param, &range);
    enum sf_err err =
        sf_fail(diag, SF_ERR_INPUT, "'%s' is unknown; known are %s", shown, range.data);
    sf_text_free(&range);
    return err;
}

static enum sf_err text_read(const char *text, struct sf_plan *plan, int64_t *value_out,
                             struct sf_diag *diag)
{
    SF_TRY(sf_value_text_check(text, SF_TEXT_BYTES, diag));
    uint32_t index = sf_plan_text(plan, text);
    if (index == UINT32_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "the scenario has more than %d different texts",
                       SF_TEXTS_MAX - 1);
    }
    *value_out = index;
    return SF_OK;
}

enum sf_err sf_param_read(const struct sf_param *param, const char *text, struct sf_plan *plan,
                          int64_t *value_out, struct sf_diag *diag)
{
    SF_ASSERT(param != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(value_out != NULL);
    int64_t value = 0;
    bool on = false;
    switch (param->kind) {
    case SF_PARAM_DURATION:
        SF_TRY(sf_value_duration_read(text, &value, diag));
        break;
    case SF_PARAM_COUNT:
        SF_TRY(sf_value_whole_read(text, &value, diag));
        break;
    case SF_PARAM_BOOL:
        SF_TRY(sf_value_switch_read(text, &on, diag));
        value = on ? 1 : 0;
        break;
    case SF_PARAM_PPM:
        SF_TRY(sf_value_share_read(text, &value, diag));
        break;
    case SF_PARAM_CHOICE:
        SF_TRY(choice_read(param, text, &value, diag));
        break;
    case SF_PARAM_TEXT:
        SF_TRY(text_read(text, plan, &value, diag));
        break;
    }
    SF_TRY(sf_param_check(param, value, plan, diag));
    *value_out = value;
    return SF_OK;
}

/* Whether the number is one that the kind has at all: the bounds of DURATION, COUNT and PPM are the
 * table's own, those of the others follow from the kind. */
static bool is_in_range(const struct sf_param *param, int64_t value, const struct sf_plan *plan)
{
    switch (param->kind) {
    case SF_PARAM_DURATION:
    case SF_PARAM_COUNT:
    case SF_PARAM_PPM:
        return value >= param->min && value <= param->max;
    case SF_PARAM_BOOL:
        return value == 0 || value == 1;
    case SF_PARAM_CHOICE:
        return value >= 0 && (size_t)value < choices_count(param);
    case SF_PARAM_TEXT:
        return value >= 0 && value < plan->texts_count;
    }
    SF_UNREACHABLE();
}

enum sf_err sf_param_check(const struct sf_param *param, int64_t value, const struct sf_plan *plan,
                           struct sf_diag *diag)
{
    SF_ASSERT(param != NULL);
    SF_ASSERT(plan != NULL);
    if (is_in_range(param, value, plan)) {
        return SF_OK;
    }
    struct sf_text shown = {0};
    struct sf_text range = {0};
    number_print(param->kind, value, &shown);
    sf_param_range_print(param, &range);
    enum sf_err err =
        sf_fail(diag, SF_ERR_INPUT, "%s is out of range, allowed is %s", shown.data, range.data);
    sf_text_free(&shown);
    sf_text_free(&range);
    return err;
}

void sf_param_print(const struct sf_param *param, int64_t value, const struct sf_plan *plan,
                    struct sf_text *out)
{
    SF_ASSERT(param != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(out != NULL);
    switch (param->kind) {
    case SF_PARAM_DURATION:
    case SF_PARAM_COUNT:
    case SF_PARAM_PPM:
        number_print(param->kind, value, out);
        return;
    case SF_PARAM_BOOL:
        sf_text_add(out, "%s", value != 0 ? "true" : "false");
        return;
    case SF_PARAM_CHOICE:
        SF_ASSERT(value >= 0);
        SF_ASSERT((size_t)value < choices_count(param));
        sf_value_text_print(param->choices[value], out);
        return;
    case SF_PARAM_TEXT:
        SF_ASSERT(value >= 0);
        SF_ASSERT(value < plan->texts_count);
        sf_value_text_print(plan->texts[value], out);
        return;
    }
    SF_UNREACHABLE();
}
