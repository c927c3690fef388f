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

void sf_record_print(const struct sf_record *record, char *out, uint64_t out_bytes)
{
    snprintf(out, out_bytes,
             "%" PRId64 ".%09" PRId64 " %-13s who %" PRIu32 " a %" PRIu32 " b %" PRIu32
             " c %" PRIu64 " d %" PRIu64 " flags 0x%x",
             record->at_ns / SF_SECOND, record->at_ns % SF_SECOND,
             sf_record_kind_name((enum sf_record_kind)record->kind), record->who, record->a,
             record->b, record->c, record->d, record->flags);
}
