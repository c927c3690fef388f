/* What of a story points to its cause. The trace does not see into a cache, so this says what it
 * saw at the cache's door that a cache without fault would not have done. */
#include "harness/base/assert.h"
#include "harness/story/facts.h"

/* Two things that happen so soon after each other have to do with each other. */
enum { AT_ONCE_NS = 2 * SF_MS };

static bool happened_at(const struct sf_record *one, const struct sf_record *other)
{
    return one != NULL && other != NULL && other->at_ns >= one->at_ns &&
           other->at_ns - one->at_ns <= AT_ONCE_NS;
}

static bool is_whole(const struct upload *upload)
{
    return upload->ended != NULL && sf_upload_is_whole(upload);
}

/* Was its own camera asked for a still while this request waited? */
static bool asked_own_camera(const struct facts *facts)
{
    for (const struct sf_record *record = facts->admitted;
         record != NULL && record < facts->answered; record++) {
        if (record->kind == SF_RECORD_FETCH &&
            sf_home_same(sf_home_of_record(record), sf_home_of_viewer(facts->finding->viewer))) {
            return true;
        }
    }
    return false;
}

static void tell_mixture(const struct facts *facts, struct sf_text *out)
{
    if (is_whole(&facts->own)) {
        sf_text_add(out, "the answer has parts of both homes although its own still had arrived "
                         "whole: memory was written while it was read, or parts of both were "
                         "stored under one key");
    } else {
        sf_text_add(out, "its own still had not arrived whole, and where parts of it are missing "
                         "the answer has the other home's: bytes that were in that memory before, "
                         "or were stored under the same key");
    }
}

static void tell_whole_stranger(const struct facts *facts, struct sf_text *out)
{
    const struct sf_record *came = facts->foreign.ended;
    if (happened_at(came, facts->answered)) {
        sf_text_add(out, "the answer left at the moment at which the other home's still arrived: "
                         "it was given to the wrong request");
    } else if (asked_own_camera(facts) && is_whole(&facts->own) &&
               facts->own.ended < facts->answered) {
        sf_text_add(out, "its own camera was asked and its still arrived whole, but another one "
                         "was sent: answers or keys were swapped");
    } else if (asked_own_camera(facts)) {
        sf_text_add(out, "its own camera was asked, its still had not arrived, and the cache "
                         "answered with another one that it held");
    } else if (happened_at(facts->admitted, facts->answered)) {
        sf_text_add(out, "the answer left at once, without a request to its own camera: the other "
                         "home's still was in the cache, under a key that this request has too");
    } else {
        sf_text_add(out, "its own camera was not asked, and the other home's still, which had "
                         "arrived before, was found under this request's key");
    }
}

static void tell_stray(const struct facts *facts, struct sf_text *out)
{
    bool elses = facts->ask != NULL && !sf_facts_asks_own(facts);
    if (facts->answered == NULL) {
        sf_text_add(out, "the trace has no answer to this request");
    } else if (elses && facts->admitted != NULL) {
        sf_text_add(out, "the front door accepted a request for another home's camera; the cache "
                         "answered what it was asked for");
    } else if (facts->own_is_in_it) {
        tell_mixture(facts, out);
    } else {
        tell_whole_stranger(facts, out);
    }
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
            found = record->at_ns > 0 && record->at_ns <= facts->finding->at_ns ? record : found;
            break;
        default: /* the rest: no part of the explanation */
            break;
        }
    }
    return found;
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
        tell_stray(facts, out);
        sf_text_add(out, ".");
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
