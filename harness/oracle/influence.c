#include "harness/oracle/influence.h"

#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/trace/record_words.h"

void sf_influence_see(struct sf_influence_shown *shown, const struct sf_record *record)
{
    SF_ASSERT(shown != NULL);
    SF_ASSERT(record != NULL);
    if (record->kind == SF_RECORD_INFLUENCE) {
        shown->found = true;
        shown->what = sf_influence_of(record).what;
    } else if (record->kind == SF_RECORD_INFLUENCE_VALUES) {
        const struct sf_influence_values_record values = sf_influence_values_of(record);
        shown->offset_bytes = values.offset_bytes;
        shown->values[0] = values.ordinary;
        shown->values[1] = values.varied;
    } else if (record->kind == SF_RECORD_PARTED) {
        const struct sf_parted_record parted = sf_parted_of(record);
        shown->parted = parted.kind < SF_RECORD_KINDS_COUNT; /* it may be from a file */
        shown->parted_number = parted.number;
        shown->parted_kind = parted.kind;
        shown->parted_ns = parted.parted_ns;
    }
}

static void say_instant(sf_ns at_ns, struct sf_text *out)
{
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ".%09" PRId64, at_ns / SF_MINUTE,
                at_ns % SF_MINUTE / SF_SECOND, at_ns % SF_SECOND);
}

static void say_request(uint64_t request, struct sf_text *out)
{
    const struct sf_viewer_id viewer = sf_viewer_id((uint32_t)(request >> 32));
    if (request == 0) {
        sf_text_add(out, "none");
        return;
    }
    sf_text_add(out, "request %u of the %s of home %u", (uint32_t)request,
                sf_viewer_kind_name(viewer), sf_home_of_viewer(viewer).index + 1);
}

static void say_value(uint32_t what, uint64_t value, struct sf_text *out)
{
    switch ((enum sf_influence)what) {
    case SF_INFLUENCE_BYTES:
        for (int shift = 56; shift >= 0; shift -= 8) {
            sf_text_add(out, "%s%02x", shift < 56 ? " " : "", (unsigned)(value >> shift & 255));
        }
        return;
    case SF_INFLUENCE_TIME:
        say_instant((sf_ns)value, out);
        return;
    case SF_INFLUENCE_ORDER:
    case SF_INFLUENCE_MISSING:
    case SF_INFLUENCE_FURTHER:
        say_request(value, out);
        return;
    case SF_INFLUENCE_VALIDATOR:
    case SF_INFLUENCE_SESSION:
        sf_text_add(out, "%016" PRIx64, value);
        return;
    case SF_INFLUENCE_NONE:
    case SF_INFLUENCE_STATUS:
    case SF_INFLUENCE_LENGTH:
    case SF_INFLUENCE_FLAGS:
    case SF_INFLUENCE_STOPPED:
    case SF_INFLUENCES_COUNT:
        break;
    }
    sf_text_add(out, "%" PRIu64, value);
}

void sf_influence_say(const struct sf_influence_shown *shown, struct sf_text *out)
{
    SF_ASSERT(shown != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out, "ordinary: ");
    say_value(shown->what, shown->values[0], out);
    sf_text_add(out, "; with the other stills: ");
    say_value(shown->what, shown->values[1], out);
    if (shown->parted) {
        sf_text_add(out, "; the traces part at record %" PRIu64 " (%s), at ", shown->parted_number,
                    sf_record_kind((enum sf_record_kind)shown->parted_kind)->name);
        say_instant(shown->parted_ns, out);
    } else {
        sf_text_add(out, "; the traces do not part but in the answer itself");
    }
}
