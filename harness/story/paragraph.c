/* The story in a paragraph. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/story/facts.h"

static void say_instant(sf_ns at_ns, struct sf_text *out)
{
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ".%03" PRId64, at_ns / SF_MINUTE,
                at_ns % SF_MINUTE / SF_SECOND, at_ns % SF_SECOND / SF_MS);
}

static void say_ago(sf_ns span_ns, struct sf_text *out)
{
    if (span_ns < SF_MS) {
        sf_text_add(out, "at that moment");
        return;
    }
    sf_say_span(span_ns, out);
    sf_text_add(out, " before");
}

static void say_later(sf_ns span_ns, struct sf_text *out)
{
    if (span_ns < SF_MS) {
        sf_text_add(out, "at once");
        return;
    }
    sf_say_span(span_ns, out);
    sf_text_add(out, " later");
}

/* What a display showed of it when less of it had come. */
static void tell_other_showing(const struct facts *facts, struct sf_text *out)
{
    if (facts->shown == NULL) {
        sf_text_add(out, " No display showed it.");
        return;
    }
    if (facts->shown->at_ns == facts->finding->at_ns) {
        sf_text_add(out, " None of that was visible; its display showed: ");
        sf_say_picture(facts, out);
        sf_text_add(out, ".");
        return;
    }
    sf_text_add(out, " Its display had shown, ");
    sf_say_span(facts->finding->at_ns - facts->shown->at_ns, out);
    sf_text_add(out, " before, what had come by then: ");
    sf_say_picture(facts, out);
    sf_text_add(out, ".");
}

static void tell_what(const struct facts *facts, struct sf_text *out)
{
    const struct sf_finding *finding = facts->finding;
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    sf_text_add(out, "At ");
    say_instant(finding->at_ns, out);
    if (!facts->has_viewer) {
        sf_text_add(out, " an invariant was broken: %s (%s).", oracle->invariant, oracle->name);
        return;
    }
    sf_text_add(out, ", ");
    sf_say_local_time(facts->plan->start_unix_s + finding->at_ns / SF_SECOND +
                          facts->viewer_offset_s,
                      facts->viewer_offset_s, out);
    sf_text_add(out, ", the %s of home %u%s ", sf_viewer_kind_name(finding->viewer),
                sf_home_of_viewer(finding->viewer).index + 1,
                facts->poor_network ? ", which is on a poor network," : "");
    if (oracle == &sf_oracle_no_influence) {
        oracle->say(finding, out);
        sf_text_add(out, " (");
        sf_influence_say(&facts->gather->influence, out);
        sf_text_add(out, "). The invariant (%s): %s.", oracle->name, oracle->invariant);
    } else if (!facts->stray) {
        sf_text_add(out, "was not served as required. The invariant (%s): %s.", oracle->name,
                    oracle->invariant);
    } else if (facts->shown != NULL && facts->shown->at_ns == finding->at_ns &&
               sf_facts_shows_stranger(facts)) {
        sf_text_add(out, "showed a picture with parts of another home's: ");
        sf_say_picture(facts, out);
        sf_text_add(out, "%s.",
                    sf_shown_of(facts->shown).flags & SF_FLAG_GRAYSCALE ? ", all in black and white"
                                                                        : "");
    } else if (facts->delivered == NULL) {
        sf_text_add(out, "was sent data of another home (%s).", oracle->name);
    } else {
        sf_text_add(out, "received data of another home: ");
        sf_say_bytes(facts, out);
        sf_text_add(out, ".");
        tell_other_showing(facts, out);
    }
}

static void tell_cause(const struct facts *facts, struct sf_text *out)
{
    if (facts->answered_from != NULL) {
        sf_text_add(out, ", ");
        sf_say_cause(facts->answered_from, out);
    }
}

static void tell_owner_waits(const struct facts *facts, struct sf_text *out)
{
    if (facts->owner_waits == NULL) {
        return;
    }
    const struct sf_admitted_record waits = sf_admitted_of(facts->owner_waits);
    sf_text_add(
        out,
        " At that time the %s of home %u waited for an answer of its own (request %u, accepted ",
        sf_viewer_kind_name(waits.viewer), facts->finding->owner_tenant.index + 1,
        (uint32_t)waits.request);
    say_ago(facts->answered->at_ns - facts->owner_waits->at_ns, out);
    sf_text_add(out, ").");
}

static void tell_newer(const struct facts *facts, struct sf_text *out)
{
    if (facts->newer != NULL) {
        sf_text_add(out, " It had been shown its newer still %u ",
                    sf_seen_of(facts->newer).capture);
        say_ago(facts->finding->at_ns - facts->newer->at_ns, out);
        sf_text_add(out, ".");
    }
}

static void tell_request(const struct facts *facts, struct sf_text *out)
{
    if (facts->ask == NULL) {
        return;
    }
    sf_text_add(out, " It had asked for ");
    sf_say_asked(facts, out);
    sf_text_add(out, facts->claim == SF_CLAIM_AT_HOME ? " " : ", ");
    say_ago(facts->finding->at_ns - facts->ask->at_ns, out);
    if (facts->ask_trip.lost_count > 0) {
        sf_text_add(out, ", had to repeat the request because it was lost");
    }
    if (facts->refused != NULL) {
        sf_text_add(out, ", and was refused.");
    } else if (facts->plan->live.present && facts->delivered != NULL) {
        sf_text_add(out, ", and ");
        say_later(facts->delivered->at_ns - facts->ask->at_ns, out);
        sf_text_add(out, " the server's answer had come.");
    } else if (facts->answered == NULL) {
        sf_text_add(out, ", and got no answer.");
    } else {
        sf_text_add(out, ", and ");
        say_later(facts->answered->at_ns - facts->ask->at_ns, out);
        sf_text_add(out, " %s", sf_facts_cache(facts, facts->deployed));
        if (facts->deployed != NULL) {
            sf_text_add(out, ", live since ");
            say_instant(facts->deployed->at_ns, out);
            sf_text_add(out, ",");
        }
        const struct sf_answered_record answered = sf_answered_of(facts->answered);
        if (answered.bytes == 0) {
            sf_text_add(out, " answered without a picture");
            tell_cause(facts, out);
            sf_text_add(out, ".");
            return;
        }
        sf_text_add(out, " answered with ");
        sf_say_number(answered.bytes, out);
        sf_text_add(out, " bytes");
        if (facts->answer_trip.sent_count > 0) {
            sf_text_add(out, " in ");
            sf_say_trip(&facts->answer_trip, out);
        }
        sf_say_flags(facts, out);
        tell_cause(facts, out);
        sf_text_add(out, ".");
    }
}

/* How a still came up: "It went up in 9 packets, ...; the upload was given up with ...". */
static void tell_way_up(const struct upload *upload, struct sf_text *out)
{
    if (upload->trip.sent_count > 0) {
        sf_text_add(out, "%s up in ", upload->fetch != NULL ? "was asked for and went" : "went");
        sf_say_trip(&upload->trip, out);
        sf_text_add(out, ", and ");
    }
    if (upload->ended == NULL) {
        sf_text_add(out, "had not all arrived yet");
    } else if (sf_upload_is_whole(upload)) {
        sf_text_add(out, "arrived whole");
    } else {
        sf_text_add(out, "was given up with ");
        sf_say_number(sf_upload_received_bytes(upload), out);
        sf_text_add(out, " of ");
        sf_say_number(sf_capture_of(upload->capture).bytes, out);
        sf_text_add(out, " bytes");
    }
}

static void tell_foreign(const struct facts *facts, struct sf_text *out)
{
    if (facts->foreign.capture == NULL) {
        return;
    }
    const struct sf_capture_record capture = sf_capture_of(facts->foreign.capture);
    sf_text_add(out, " The stray, still %u, was taken in home %u ", capture.capture,
                facts->finding->owner_tenant.index + 1);
    say_ago(facts->finding->at_ns - capture.at_ns, out);
    sf_text_add(out, ", at ");
    sf_say_local_time(capture.local_s, facts->owner_offset_s, out);
    if (facts->plan->live.present) {
        sf_text_add(out, ", when the server asked the origin on behalf of that home.");
        return;
    }
    sf_text_add(out, "; it ");
    tell_way_up(&facts->foreign, out);
    sf_text_add(out, ".");
}

/* A still that arrived before the version that answered went live reached it otherwise. */
static void tell_handed_over(const struct facts *facts, struct sf_text *out)
{
    const struct sf_record *came = facts->foreign.ended;
    if (came != NULL && facts->deployed != NULL && came < facts->deployed) {
        sf_text_add(out, " It had arrived before that version went live: the version has it from "
                         "the hand-over of the one before, or from the shared store.");
    }
}

static void tell_own(const struct facts *facts, struct sf_text *out)
{
    uint32_t number = sf_home_of_camera(facts->wanted).index + 1;
    if (facts->own.capture == NULL) {
        sf_text_add(out, " Home %u's own camera had taken no still yet%s.", number,
                    facts->bought != NULL ? " for its new owner" : "");
        return;
    }
    sf_text_add(out, " Home %u's own%s still, %u, ", number, facts->own_is_in_it ? "" : " latest",
                sf_capture_of(facts->own.capture).capture);
    if (facts->plan->live.present) {
        sf_text_add(out, "had left the origin ");
        say_ago(facts->finding->at_ns - facts->own.capture->at_ns, out);
        sf_text_add(out, ".");
        return;
    }
    tell_way_up(&facts->own, out);
    const struct sf_record *ended = facts->own.ended;
    const struct sf_record *whole = facts->own_whole;
    if (ended != NULL && sf_upload_is_whole(&facts->own)) {
        sf_text_add(out, ".");
        return;
    }
    if (whole == NULL) {
        sf_text_add(out, "; no still of its own had arrived whole");
    } else {
        sf_text_add(out, "; its latest whole one, %u, had arrived ",
                    sf_upload_ended_of(whole).capture);
        say_ago(facts->finding->at_ns - whole->at_ns, out);
    }
    sf_text_add(out, ".");
}

void sf_paragraph_tell(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(out != NULL);
    tell_what(facts, out);
    if (facts->has_viewer) {
        tell_request(facts, out);
        if (facts->stray) {
            tell_foreign(facts, out);
            tell_handed_over(facts, out);
            tell_owner_waits(facts, out);
        }
        tell_newer(facts, out);
        tell_own(facts, out);
    } else {
        sf_text_add(out, " %s was live.", sf_facts_cache(facts, facts->deployed));
    }
    sf_why_tell(facts, out);
}
