#include "harness/live/outcome.h"

#include <stddef.h>

#include "harness/base/assert.h"

static const char *const outcome_names[SF_OUTCOMES_COUNT] = {"own",   "other", "anonymous",
                                                             "error", "torn",  "leftover"};

const char *sf_outcome_name(enum sf_outcome outcome)
{
    SF_ASSERT(outcome < SF_OUTCOMES_COUNT);
    return outcome_names[outcome];
}

static enum sf_outcome outcome_of(const struct sf_outcome_reader *reader)
{
    if (!sf_tenant_is_none(reader->now.owner)) {
        return SF_OUTCOME_OTHER;
    }
    if (reader->own) {
        return reader->shown_sound ? SF_OUTCOME_OWN : SF_OUTCOME_TORN;
    }
    return reader->picture ? SF_OUTCOME_ANONYMOUS : SF_OUTCOME_ERROR;
}

static void finish(struct sf_outcome_reader *reader)
{
    if (reader->open) {
        reader->open = false;
        reader->now.outcome = outcome_of(reader);
        reader->ended(reader->context, &reader->now);
    }
}

static void begin(struct sf_outcome_reader *reader, sf_ns at_ns, struct sf_viewer_id viewer,
                  uint64_t request)
{
    finish(reader);
    reader->open = true;
    reader->own = reader->picture = reader->shown_sound = false;
    reader->now = (struct sf_ask_outcome){
        .at_ns = at_ns, .viewer = viewer, .request = request, .owner = sf_tenant_id(SF_NOBODY)};
}

static bool is_of(struct sf_viewer_id viewer, struct sf_tenant_id tenant)
{
    return sf_home_of_viewer(viewer).index == tenant.index;
}

static void note_owner(struct sf_outcome_reader *reader, struct sf_viewer_id viewer,
                       struct sf_tenant_id tenant)
{
    if (is_of(viewer, tenant)) {
        reader->own = true;
    } else if (sf_tenant_is_none(reader->now.owner)) {
        reader->now.owner = tenant;
    }
}

static void see(struct sf_outcome_reader *reader, const struct sf_record *record)
{
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_DELIVERED:
        begin(reader, record->at_ns, sf_delivered_of(record).viewer,
              sf_delivered_of(record).request);
        return;
    case SF_RECORD_GAVE_UP:
        if (!reader->open || reader->now.request != sf_gave_up_of(record).request) {
            begin(reader, record->at_ns, sf_gave_up_of(record).viewer,
                  sf_gave_up_of(record).request);
        }
        finish(reader);
        return;
    case SF_RECORD_BYTES:
        note_owner(reader, sf_bytes_of(record).viewer, sf_bytes_of(record).tenant);
        return;
    case SF_RECORD_SEEN:
        note_owner(reader, sf_seen_of(record).viewer, sf_seen_of(record).tenant);
        return;
    case SF_RECORD_SHOWN:
        reader->picture = (sf_shown_of(record).flags & SF_FLAG_DECODABLE) != 0;
        reader->shown_sound = (sf_shown_of(record).flags & SF_FLAG_DAMAGED) == 0;
        return;
    case SF_RECORD_ISSUED:
        if (!is_of(sf_issued_of(record).viewer, sf_issued_of(record).tenant)) {
            reader->stray_credential(reader->context, sf_issued_of(record).request,
                                     sf_issued_of(record).tenant);
        }
        return;
    case SF_RECORD_END:
        finish(reader);
        return;
    default: /* the rest: about no answer */
        return;
    }
}

void sf_outcomes_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    for (uint32_t i = 0; i < count; i++) {
        see(context, &records[i]);
    }
}
