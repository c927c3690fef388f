/* Numbers, times and owners in words. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/story/facts.h"

void sf_say_number(uint64_t number, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    if (number >= 1000) {
        sf_say_number(number / 1000, out);
        sf_text_add(out, ",%03" PRIu64, number % 1000);
    } else {
        sf_text_add(out, "%" PRIu64, number);
    }
}

/* "16.5%" of parts in a million. */
static void say_share(uint32_t ppm, struct sf_text *out)
{
    uint32_t tenths = ppm / 1000;
    if (ppm > 0 && tenths == 0) {
        sf_text_add(out, "less than 0.1%%");
    } else if (tenths == 1000) {
        sf_text_add(out, "100%%");
    } else {
        sf_text_add(out, "%u.%u%%", tenths / 10, tenths % 10);
    }
}

void sf_say_local_time(int64_t local_s, int32_t offset_s, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    enum { DAY_S = 24 * 60 * 60 };
    int64_t s = (local_s % DAY_S + DAY_S) % DAY_S;
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 " there (UTC%c%02d:%02d)", s / 3600,
                s / 60 % 60, s % 60, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void sf_say_span(sf_ns span_ns, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    if (span_ns < SF_SECOND) {
        sf_text_add(out, "%" PRId64 " ms", span_ns / SF_MS);
    } else if (span_ns < 10 * SF_SECOND) {
        sf_text_add(out, "%" PRId64 ".%" PRId64 " s", span_ns / SF_SECOND,
                    span_ns % SF_SECOND / (100 * SF_MS));
    } else if (span_ns < 3 * SF_MINUTE) {
        sf_text_add(out, "%" PRId64 " s", span_ns / SF_SECOND);
    } else {
        sf_text_add(out, "%" PRId64 " min", span_ns / SF_MINUTE);
    }
}

void sf_say_trip(const struct trip *trip, struct sf_text *out)
{
    SF_ASSERT(trip != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(trip->parts_count <= trip->sent_count);
    sf_text_add(out, "%u packet%s", trip->parts_count, trip->parts_count == 1 ? "" : "s");
    if (trip->sent_count > trip->parts_count) {
        sf_text_add(out, " (sent %u times in all, %u of them lost)", trip->sent_count,
                    trip->lost_count);
    } else if (trip->lost_count > 0) {
        sf_text_add(out, " (%u of them lost)", trip->lost_count);
    }
}

/* A part of what reached the viewer, as a SEEN or a BYTES record attributes it. */
struct part {
    struct sf_viewer_id viewer;
    struct sf_tenant_id tenant;
    uint32_t capture;
    uint32_t amount; /* ppm or bytes */
    uint64_t request;
};

static bool part_of(const struct sf_record *record, struct part *part_out)
{
    if (record->kind == SF_RECORD_SEEN) {
        const struct sf_seen_record seen = sf_seen_of(record);
        *part_out =
            (struct part){seen.viewer, seen.tenant, seen.capture, seen.share_ppm, seen.request};
        return true;
    }
    if (record->kind == SF_RECORD_BYTES) {
        const struct sf_bytes_record bytes = sf_bytes_of(record);
        *part_out =
            (struct part){bytes.viewer, bytes.tenant, bytes.capture, bytes.bytes, bytes.request};
        return true;
    }
    return false;
}

/* "home 951's still 49" or "its own still 50". */
static void say_still(const struct facts *facts, const struct part *part, struct sf_text *out)
{
    if (sf_tenant_same(part->tenant, facts->finding->viewer_tenant)) {
        sf_text_add(out, "its own still %u", part->capture);
    } else {
        sf_text_add(out, "home %u's still %u", part->tenant.index + 1, part->capture);
    }
}

/* Whether a record attributes a part of what arrived at `at_ns`. A request may be judged twice:
 * when its first bytes are shown, and when the rest arrives. */
static bool attributes(const struct facts *facts, const struct sf_record *record,
                       enum sf_record_kind kind, sf_ns at_ns, struct part *part_out)
{
    return record->kind == kind && record->at_ns == at_ns && part_of(record, part_out) &&
           sf_viewer_same(part_out->viewer, facts->finding->viewer) &&
           part_out->request == facts->request;
}

static bool same_still(const struct part *one, const struct part *other)
{
    return sf_tenant_same(one->tenant, other->tenant) && one->capture == other->capture;
}

/* The sum of the parts of the same still; 0 if an earlier record counted it. */
static uint64_t amount_of(const struct facts *facts, uint32_t index, enum sf_record_kind kind,
                          sf_ns at_ns)
{
    const struct sf_record *records = facts->gather->records;
    uint64_t amount = 0;
    struct part wanted;
    struct part part;
    if (!attributes(facts, &records[index], kind, at_ns, &wanted)) {
        return 0;
    }
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        if (!attributes(facts, &records[i], kind, at_ns, &part) || !same_still(&part, &wanted)) {
            continue;
        }
        if (i < index) {
            return 0;
        }
        amount += part.amount;
    }
    return amount;
}

/* The owners of the parts of what arrived at `at_ns`, at most SAID_MAX; returns how many there are.
 */
static uint32_t say_each(const struct facts *facts, enum sf_record_kind kind, sf_ns at_ns,
                         struct sf_text *out)
{
    enum { SAID_MAX = 4 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        struct part part;
        uint64_t amount = amount_of(facts, i, kind, at_ns);
        if (amount == 0 || count++ >= SAID_MAX) {
            continue;
        }
        sf_text_add(out, "%s", count > 1 ? ", " : "");
        if (kind == SF_RECORD_SEEN) {
            say_share((uint32_t)amount, out);
            sf_text_add(out, " ");
        } else {
            sf_say_number(amount, out);
            sf_text_add(out, " bytes of ");
        }
        if (part_of(&facts->gather->records[i], &part)) {
            say_still(facts, &part, out);
        }
    }
    if (count > SAID_MAX) {
        sf_text_add(out, " and %u more", count - SAID_MAX);
    }
    return count;
}

void sf_say_picture(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(facts->shown != NULL);
    uint32_t unreadable_ppm = sf_shown_of(facts->shown).unreadable_ppm;
    uint32_t count = say_each(facts, SF_RECORD_SEEN, facts->shown->at_ns, out);
    if (unreadable_ppm > 0) {
        sf_text_add(out, "%s", count > 0 ? ", " : "");
        say_share(unreadable_ppm, out);
        sf_text_add(out, " unreadable");
    } else if (count == 0) {
        sf_text_add(out, "no known home");
    }
}

void sf_say_bytes(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(facts->delivered != NULL);
    if (say_each(facts, SF_RECORD_BYTES, facts->delivered->at_ns, out) == 0) {
        sf_text_add(out, "too few of one home's marks to say whose");
    }
}

void sf_say_flags(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(out != NULL);
    uint16_t status = sf_answered_of(facts->answered).status;
    uint32_t offset =
        facts->answered_from != NULL ? sf_answered_from_of(facts->answered_from).offset_bytes : 0;
    if ((status & SF_FLAG_STALE) != 0) {
        sf_text_add(out, ", flagged as stale");
    }
    if ((status & SF_FLAG_INCOMPLETE) != 0) {
        sf_text_add(out, ", flagged as incomplete");
    }
    if (offset > 0) {
        sf_text_add(out, ", as the rest of a still from byte ");
        sf_say_number(offset, out);
        sf_text_add(out, " on");
    }
}

void sf_say_cause(const struct sf_record *record, struct sf_text *out)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_answered_from_record from = sf_answered_from_of(record);
    uint32_t about = from.about.index + 1;
    uint32_t begun_for = from.begun_for.index + 1;
    sf_text_add(out, "from inside %s", sf_callback_name(from.callback));
    if (from.about.index == SF_NOBODY) {
        return;
    }
    switch (from.callback) {
    case SF_CALLBACK_ON_UPLOAD:
    case SF_CALLBACK_ON_UPLOAD_FRAGMENT:
    case SF_CALLBACK_ON_UPLOAD_ENDED:
        sf_text_add(out, " of home %u's camera", about);
        return;
    case SF_CALLBACK_ON_FETCH_PART:
    case SF_CALLBACK_ON_FETCH_ENDED:
        sf_text_add(out, " of home %u's camera, a fetch begun for home %u", about, begun_for);
        return;
    case SF_CALLBACK_ON_STORE_REPLY:
        sf_text_add(out, ", the reply to an operation begun for home %u", begun_for);
        return;
    case SF_CALLBACK_ON_TIMER:
        sf_text_add(out, ", a timer set for home %u", begun_for);
        return;
    case SF_CALLBACK_ON_IDENTITY:
        sf_text_add(out, ", the answer to a question asked for home %u", begun_for);
        return;
    case SF_CALLBACK_ON_REQUEST:
    case SF_CALLBACK_ON_REQUEST_CANCELLED:
    case SF_CALLBACK_ON_CONNECTION_CLOSED:
    case SF_CALLBACK_ON_INVALIDATE:
    case SF_CALLBACK_ON_ANSWER_PROGRESS:
        sf_text_add(out, " of home %u", about);
        return;
    case SF_CALLBACK_CREATE:
    case SF_CALLBACK_ON_RECONFIGURE:
    case SF_CALLBACK_EXPORT_STATE:
    case SF_CALLBACK_IMPORT_STATE:
    case SF_CALLBACK_ON_NODE:
    case SF_CALLBACK_ON_CLOCK_STEP:
    case SF_CALLBACKS_COUNT:
        return;
    }
}
