/* How things are said. */
#include <inttypes.h>

#include "harness/base/ids.h"
#include "harness/story/facts.h"

const char *sf_say_viewer(uint32_t viewer)
{
    return sf_viewer_kind_name(sf_viewer_id(viewer));
}

void sf_say_number(uint64_t number, struct sf_text *out)
{
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
    enum { DAY_S = 24 * 60 * 60 };
    int64_t s = (local_s % DAY_S + DAY_S) % DAY_S;
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 " there (UTC%c%02d:%02d)", s / 3600,
                s / 60 % 60, s % 60, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void sf_say_span(sf_ns span_ns, struct sf_text *out)
{
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
    sf_text_add(out, "%u packet%s", trip->parts_count, trip->parts_count == 1 ? "" : "s");
    if (trip->sent_count > trip->parts_count) {
        sf_text_add(out, " (sent %u times in all, %u of them lost)", trip->sent_count,
                    trip->lost_count);
    } else if (trip->lost_count > 0) {
        sf_text_add(out, " (%u of them lost)", trip->lost_count);
    }
}

/* "home 951's still 49" or "its own still 50". */
static void say_still(const struct facts *facts, const struct sf_record *record,
                      struct sf_text *out)
{
    if (record->a == facts->finding->viewer_tenant) {
        sf_text_add(out, "its own still %u", (uint32_t)(record->d >> 32));
    } else {
        sf_text_add(out, "home %u's still %u", record->a + 1, (uint32_t)(record->d >> 32));
    }
}

/* Whether a record attributes a part of what came at `at_ns` to somebody. A request may be judged
 * twice: what has come when it is shown, and what comes later. */
static bool attributes(const struct facts *facts, const struct sf_record *record,
                       enum sf_record_kind kind, sf_ns at_ns)
{
    return record->kind == kind && record->who == facts->finding->viewer &&
           record->c == facts->request && record->at_ns == at_ns;
}

static bool same_still(const struct sf_record *one, const struct sf_record *other)
{
    return one->a == other->a && one->d >> 32 == other->d >> 32;
}

/* All parts that are of the same still, together; 0 if an earlier record has said it. */
static uint64_t amount_of(const struct facts *facts, uint32_t index, sf_ns at_ns)
{
    const struct sf_record *records = facts->gather->records;
    enum sf_record_kind kind = (enum sf_record_kind)records[index].kind;
    uint64_t amount = 0;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        if (!attributes(facts, &records[i], kind, at_ns) ||
            !same_still(&records[i], &records[index])) {
            continue;
        }
        if (i < index) {
            return 0;
        }
        amount += (uint32_t)records[i].d;
    }
    return amount;
}

/* Whose the parts are of what came at `at_ns`, at most so many; how many there are. */
static uint32_t say_each(const struct facts *facts, enum sf_record_kind kind, sf_ns at_ns,
                         struct sf_text *out)
{
    enum { SAID_MAX = 4 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        uint64_t amount = attributes(facts, record, kind, at_ns) ? amount_of(facts, i, at_ns) : 0;
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
        say_still(facts, record, out);
    }
    if (count > SAID_MAX) {
        sf_text_add(out, " and %u more", count - SAID_MAX);
    }
    return count;
}

void sf_say_picture(const struct facts *facts, struct sf_text *out)
{
    uint32_t unreadable_ppm = facts->shown->a;
    uint32_t count = say_each(facts, SF_RECORD_SEEN, facts->shown->at_ns, out);
    if (unreadable_ppm > 0) {
        sf_text_add(out, "%s", count > 0 ? ", " : "");
        say_share(unreadable_ppm, out);
        sf_text_add(out, " unreadable");
    } else if (count == 0) {
        sf_text_add(out, "nobody's that can be told");
    }
}

void sf_say_bytes(const struct facts *facts, struct sf_text *out)
{
    if (say_each(facts, SF_RECORD_BYTES, facts->delivered->at_ns, out) == 0) {
        sf_text_add(out, "no bytes that can be told to be anybody's");
    }
}
