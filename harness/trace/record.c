#include "harness/trace/record.h"

#include "harness/base/assert.h"

static const struct {
    const char *name;
    const char *fields;
} kinds[SF_RECORD_KINDS_COUNT] = {
#define X(name, text, fields) {text, fields},
    SF_RECORD_KINDS(X)
#undef X
};

const char *sf_record_kind_name(enum sf_record_kind kind)
{
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    return kinds[kind].name;
}

const char *sf_record_kind_fields(enum sf_record_kind kind)
{
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    return kinds[kind].fields;
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
