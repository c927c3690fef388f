#include "harness/run/parting.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"

struct kept_record {
    uint64_t hash;
    uint64_t number;
    sf_ns at_ns;
    uint32_t kind;
    uint32_t reserved;
};

void sf_parting_begin(struct sf_parting *parting, bool second)
{
    SF_ASSERT(parting != NULL);
    parting->second = second;
    parting->heard_count = 0;
    parting->compared_count = 0;
    parting->found = false;
    parting->kept_count = second ? parting->kept_count : 0;
}

void sf_parting_fini(struct sf_parting *parting)
{
    SF_ASSERT(parting != NULL);
    free(parting->kept);
    *parting = (struct sf_parting){0};
}

/* Takes out what a still's content and length decide. False: the record is not compared. */
static bool mask(struct sf_record *record)
{
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_DELIVERED:
    case SF_RECORD_BYTES:
    case SF_RECORD_SHOWN:
    case SF_RECORD_SEEN:
        return false;
    case SF_RECORD_CAPTURE:
        record->b = 0;
        record->d = 0;
        return true;
    case SF_RECORD_UPLOAD_BEGUN:
    case SF_RECORD_UPLOAD_ENDED:
    case SF_RECORD_FETCH_ENDED:
    case SF_RECORD_FETCH_CANCELLED:
    case SF_RECORD_STORE:
        record->b = 0;
        return true;
    case SF_RECORD_GAVE_UP:
    case SF_RECORD_ANSWERED:
        record->a = 0;
        return true;
    case SF_RECORD_CACHE_LOG:
        record->a = 0;
        record->d = 0;
        return true;
    case SF_RECORD_LEFT_HOME:
        record->b = 0;
        record->c = 0;
        return true;
    default: /* the rest: says nothing about stills */
        return true;
    }
}

static void keep(struct sf_parting *parting, const struct kept_record *record)
{
    if (parting->kept_count == parting->kept_capacity) {
        parting->kept_capacity = parting->kept_capacity * 2 + 4096;
        parting->kept = sf_realloc(parting->kept, parting->kept_capacity, sizeof *parting->kept);
    }
    parting->kept[parting->kept_count++] = *record;
}

static void part(struct sf_parting *parting, const struct kept_record *record, uint64_t number)
{
    parting->found = true;
    parting->number = number;
    parting->kind = record->kind;
    parting->at_ns = record->at_ns;
}

static void compare(struct sf_parting *parting, const struct kept_record *record)
{
    uint64_t place = parting->compared_count++;
    if (place >= parting->kept_count) {
        uint64_t last = place > 0 ? parting->kept[place - 1].number : 0;
        part(parting, record, last + 1);
    } else if (parting->kept[place].hash != record->hash) {
        part(parting, record, parting->kept[place].number);
    }
}

void sf_parting_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_parting *parting = context;
    for (uint32_t i = 0; i < count && !parting->found; i++) {
        struct sf_record record = records[i];
        parting->heard_count++;
        if (!mask(&record)) {
            continue;
        }
        const struct kept_record kept = {
            .hash = sf_hash(&record, sizeof record),
            .number = parting->heard_count,
            .at_ns = record.at_ns,
            .kind = record.kind,
        };
        if (parting->second) {
            compare(parting, &kept);
        } else {
            keep(parting, &kept);
        }
    }
}

void sf_parting_end(struct sf_parting *parting)
{
    SF_ASSERT(parting != NULL);
    SF_ASSERT(parting->second);
    if (!parting->found && parting->compared_count < parting->kept_count) {
        const struct kept_record *over = &parting->kept[parting->compared_count];
        part(parting, over, over->number);
    }
}
