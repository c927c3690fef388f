/* The table of record kinds as data. */
#include "harness/trace/record.h"

#include <stddef.h>

/* Braces that KIND opens and END closes. */
/* clang-format off */
static const struct sf_kind kinds[SF_RECORD_KINDS_COUNT] = {
#define KIND(NAME, name, text, verb, meaning) [SF_RECORD_##NAME] = {text, verb, meaning, {
#define FIELD(place, TYPE, name, label) {#name, label, SF_PLACE_##place, SF_TYPE_##TYPE},
#define ALWAYS(place, value)
#define END {NULL, NULL, SF_PLACES_COUNT, SF_FIELD_TYPES_COUNT}}},
#include "harness/base/assert.h"
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END
};
/* clang-format on */

const struct sf_kind *sf_record_kind(enum sf_record_kind kind)
{
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    return &kinds[kind];
}

struct sf_record sf_record_blank(enum sf_record_kind kind)
{
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    struct sf_record record = {.kind = (uint16_t)kind};
    switch (kind) {
#define KIND(NAME, name, text, verb, meaning) case SF_RECORD_##NAME:
#define FIELD(place, TYPE, name, label)
#define ALWAYS(place, value) sf_place_put(&record, SF_PLACE_##place, value);
#define END return record;
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END
    case SF_RECORD_KINDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

bool sf_record_number(const struct sf_record *record, enum sf_field_type type, uint64_t *number_out)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(type < SF_FIELD_TYPES_COUNT);
    SF_ASSERT(number_out != NULL);
    const struct sf_field *field = sf_record_kind((enum sf_record_kind)record->kind)->fields;
    while (field->name != NULL && field->type != type) {
        field++;
    }
    if (field->name == NULL) {
        return false;
    }
    *number_out = sf_place_get(record, field->place);
    return true;
}

enum sf_subject sf_record_subject(enum sf_record_kind kind)
{
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    static const enum sf_subject subjects[SF_FIELD_TYPES_COUNT] = {
        [SF_TYPE_TENANT] = SF_SUBJECT_TENANT, [SF_TYPE_CAMERA] = SF_SUBJECT_CAMERA,
        [SF_TYPE_HOME] = SF_SUBJECT_HOME,     [SF_TYPE_VIEWER] = SF_SUBJECT_VIEWER,
        [SF_TYPE_LINK] = SF_SUBJECT_LINK,
    };
    const struct sf_field *first = sf_record_kind(kind)->fields;
    bool has_who = first->name != NULL && first->place == SF_PLACE_WHO;
    return has_who ? subjects[first->type] : SF_SUBJECT_OTHER;
}

struct sf_viewer_id sf_viewer_of_record(const struct sf_record *record)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(sf_record_subject((enum sf_record_kind)record->kind) == SF_SUBJECT_VIEWER);
    return sf_viewer_id(record->who);
}

struct sf_home_id sf_home_of_record(const struct sf_record *record)
{
    SF_ASSERT(record != NULL);
    switch (sf_record_subject((enum sf_record_kind)record->kind)) {
    case SF_SUBJECT_TENANT:
        return sf_home_of_tenant(sf_tenant_id(record->who));
    case SF_SUBJECT_CAMERA:
        return sf_home_of_camera(sf_camera_id(record->who));
    case SF_SUBJECT_HOME:
        return sf_home_id(record->who);
    case SF_SUBJECT_VIEWER:
        return sf_home_of_viewer(sf_viewer_id(record->who));
    case SF_SUBJECT_LINK:
        return sf_home_of_link(sf_link_id(record->who));
    case SF_SUBJECT_OTHER:
        break;
    }
    return sf_home_id(SF_NOBODY);
}

const char *sf_destination_name(enum sf_destination destination)
{
    static const char *const names[SF_DESTINATIONS_COUNT] = {
        [SF_DESTINATION_NONE] = "nowhere",
        [SF_DESTINATION_CLOUD] = "the vendor's cloud",
        [SF_DESTINATION_BACKUP] = "the backup store",
        [SF_DESTINATION_SETTINGS] = "the settings service",
        [SF_DESTINATION_ANALYTICS] = "the analytics service",
    };
    SF_ASSERT(destination < SF_DESTINATIONS_COUNT);
    return names[destination];
}

const char *sf_live_event_words(enum sf_live_event event)
{
    static const char *const words[SF_LIVE_EVENTS_COUNT] = {
#define X(ID, words) [SF_LIVE_##ID] = words,
        SF_LIVE_EVENTS(X)
#undef X
    };
    SF_ASSERT(event < SF_LIVE_EVENTS_COUNT);
    return words[event];
}
