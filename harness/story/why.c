/* What of a story points to its cause, and what was changed last. The trace does not see into a
 * cache, so this says what it saw at the cache's door that a cache without fault would not have
 * done.
 */
#include "harness/base/assert.h"
#include "harness/story/facts.h"

/* A camera that changes hands gets a slot: one event. */
static bool is_part_of(const struct sf_record *slot, const struct sf_record *found)
{
    return slot->kind == SF_RECORD_SLOT && found != NULL && found->kind == SF_RECORD_CAMERA &&
           found->at_ns == slot->at_ns && found->who == slot->who;
}

/* What a person would look at first: the last thing that was done to the whole service. */
static const struct sf_record *last_change(const struct facts *facts)
{
    const struct sf_record *found = NULL;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        switch ((enum sf_record_kind)record->kind) {
        case SF_RECORD_DEPLOYED:
        case SF_RECORD_RECONFIGURED:
        case SF_RECORD_NODE:
        case SF_RECORD_NODE_CLOCK:
        case SF_RECORD_SERVICE:
        case SF_RECORD_KILL_SWITCH:
        case SF_RECORD_LINK:
        case SF_RECORD_HEALED:
        case SF_RECORD_POWER:
        case SF_RECORD_CONSENT:
        case SF_RECORD_FIRMWARE:
        case SF_RECORD_CAMERA:
        case SF_RECORD_SHARE:
        case SF_RECORD_SLOT:
            found = record->at_ns > 0 && record->at_ns <= facts->finding->at_ns &&
                            sf_facts_is_concerned(facts, record) && !is_part_of(record, found)
                        ? record
                        : found;
            break;
        default: /* the rest: no part of the explanation */
            break;
        }
    }
    return found;
}

static void tell_rest(struct sf_text *out)
{
    sf_text_add(out, " Likely cause: the rest that was sent is of another still than the beginning "
                     "that the viewer has: the cache chose it by a validator that more than one "
                     "still has. Firmware may make validators of the size or the second alone, "
                     "equal between stills and between tenants, so the same choice can send one "
                     "tenant's bytes to another: choose by the tenant, the camera and the "
                     "validator that the cache itself gave.");
}

static uint32_t cancelled_count(const struct facts *facts)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        count += record->kind == SF_RECORD_CANCELLED &&
                 record->at_ns >= facts->finding->at_ns - 10 * SF_SECOND;
    }
    return count;
}

void sf_why_tell(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(!facts->stray || facts->has_viewer);
    if (facts->stray) {
        sf_text_add(out, " Likely cause: ");
        sf_why_stray_tell(facts, out);
        sf_text_add(out, ".");
    }
    if (!facts->stray && facts->has_viewer && sf_facts_continues_another(facts)) {
        tell_rest(out);
    }
    uint32_t count = cancelled_count(facts);
    if (count > 0 && facts->stray) {
        sf_text_add(out, " In the 10 s before, %u request%s (of all homes) %s cancelled.", count,
                    count == 1 ? "" : "s", count == 1 ? "was" : "were");
    }
    const struct sf_record *change = last_change(facts);
    if (change != NULL) {
        sf_text_add(out, " Last change, ");
        sf_say_span(facts->finding->at_ns - change->at_ns, out);
        sf_text_add(out, " earlier: ");
        sf_say_event(facts, change, out);
        sf_text_add(out, ".");
    }
}
