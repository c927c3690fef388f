#include "harness/run/compare.h"

#include <string.h>

#include "harness/base/assert.h"

void sf_compare_begin(struct sf_comparer *comparer, FILE *kept, uint64_t kept_count)
{
    SF_ASSERT(comparer != NULL);
    SF_ASSERT(kept != NULL);
    SF_ASSERT(kept != NULL || kept_count == 0);
    *comparer = (struct sf_comparer){.kept = kept, .kept_count = kept_count};
}

/* The next record of the first run; false when there is none. */
static bool read_kept(struct sf_comparer *comparer, struct sf_record *record)
{
    if (comparer->heard_count >= comparer->kept_count) {
        return false;
    }
    if (fread(record, sizeof *record, 1, comparer->kept) != 1) {
        comparer->unreadable = true;
        return false;
    }
    return true;
}

static void compare(struct sf_comparer *comparer, const struct sf_record *heard)
{
    struct sf_record kept = {0};
    bool there = read_kept(comparer, &kept);
    comparer->heard_count++;
    if (there && memcmp(&kept, heard, sizeof kept) == 0) {
        return;
    }
    comparer->difference = (struct sf_difference){
        .found = true,
        .over = {!there, false},
        .number = comparer->heard_count,
        .record = {kept, *heard},
    };
}

void sf_compare_records(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_comparer *comparer = context;
    for (uint32_t i = 0; i < count && !comparer->difference.found; i++) {
        compare(comparer, &records[i]);
    }
}

enum sf_err sf_compare_end(struct sf_comparer *comparer, struct sf_difference *difference,
                           struct sf_diag *diag)
{
    SF_ASSERT(comparer != NULL);
    SF_ASSERT(difference != NULL);
    struct sf_record kept = {0};
    if (!comparer->difference.found && read_kept(comparer, &kept)) {
        comparer->difference = (struct sf_difference){
            .found = true,
            .over = {false, true},
            .number = comparer->heard_count + 1,
            .record[0] = kept,
        };
    }
    *difference = comparer->difference;
    if (comparer->unreadable) {
        return sf_fail(diag, SF_ERR_MACHINE, "the first run's records cannot be read again");
    }
    return SF_OK;
}
