#include "harness/trace/record.h"

#include <inttypes.h>
#include <stdio.h>

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

void sf_record_print(const struct sf_record *record, char *out, uint64_t out_bytes)
{
    snprintf(out, out_bytes,
             "%" PRId64 ".%09" PRId64 " %-13s who %" PRIu32 " a %" PRIu32 " b %" PRIu32
             " c %" PRIu64 " d %" PRIu64 " flags 0x%x",
             record->at_ns / SF_SECOND, record->at_ns % SF_SECOND,
             sf_record_kind_name((enum sf_record_kind)record->kind), record->who, record->a,
             record->b, record->c, record->d, record->flags);
}
