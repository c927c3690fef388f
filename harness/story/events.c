/* What happens around a request, a sentence for each kind of record. */
#include <inttypes.h>

#include "harness/base/ids.h"
#include "harness/story/contract.h"
#include "harness/story/facts.h"
#include "harness/trace/record_words.h"

static void say_step(sf_ns step_ns, struct sf_text *out)
{
    sf_say_span(step_ns < 0 ? -step_ns : step_ns, out);
    sf_text_add(out, step_ns < 0 ? " back" : " ahead");
}

static void say_home(const struct sf_record *record, struct sf_text *out)
{
    uint32_t home = record->who + 1;
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_LINK:
        sf_text_add(out, "home %u %s the integration", home,
                    record->flags != 0 ? "links" : "unlinks");
        return;
    case SF_RECORD_POWER:
        sf_text_add(out, "home %u %s", home,
                    record->flags != 0 ? "has power again, and starts anew" : "loses power");
        return;
    case SF_RECORD_CAMERA_CLOCK:
        sf_text_add(out, "the clock of home %u's camera is set ", home);
        say_step((sf_ns)record->c, out);
        return;
    case SF_RECORD_FIRMWARE:
        sf_text_add(out, "home %u's camera changes to version %u of its firmware", home, record->a);
        return;
    case SF_RECORD_CONSENT:
        sf_text_add(out, "the owner of home %u %s", home,
                    record->flags != 0 ? "consents to a backup" : "withdraws consent to a backup");
        return;
    case SF_RECORD_LEFT_HOME:
        sf_text_add(out, "home %u's camera sends ", home);
        sf_say_number(record->b > 0 ? record->b : record->c, out);
        sf_text_add(out, " bytes%s to %s", record->b > 0 ? " of a picture" : "",
                    record->a < SF_DESTINATIONS_COUNT
                        ? sf_destination_name((enum sf_destination)record->a)
                        : "a place unknown");
        return;
    case SF_RECORD_FRAGMENT_LATE:
        sf_text_add(out, "a part of home %u's still %u comes in although its upload has ended",
                    home, record->a);
        return;
    case SF_RECORD_FETCH_CANCELLED:
        sf_text_add(out, "home %u's camera need not answer any more: ", home);
        sf_say_number(record->b, out);
        sf_text_add(out, " bytes had come");
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

static void say_viewers(const struct sf_record *record, struct sf_text *out)
{
    uint32_t home = home_of_viewer(record->who) + 1;
    const char *viewer = sf_say_viewer(record->who);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_WAKE:
        sf_text_add(out, "somebody starts watching at the %s of home %u", viewer, home);
        return;
    case SF_RECORD_SESSION:
        sf_text_add(out, "the %s of home %u %s", viewer, home,
                    record->flags != 0 ? "signs in" : "is signed out: its session has expired");
        return;
    case SF_RECORD_RENEWED:
        sf_text_add(out, "the %s of home %u goes on with the session of the %s of home %u", viewer,
                    home, sf_say_viewer(record->a), home_of_viewer(record->a) + 1);
        return;
    case SF_RECORD_EXPORT:
        sf_text_add(out, "the owner of home %u asks for a copy of the latest still", home);
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

static void say_clouds(const struct facts *facts, const struct sf_record *record,
                       struct sf_text *out)
{
    const char *options;
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_DEPLOYED:
        sf_text_add(out, "%s goes live", sf_facts_cache(facts, record));
        if (sf_facts_nodes_count(facts) > 1) {
            sf_text_add(out, " on node %u", record->a);
        }
        return;
    case SF_RECORD_HEALED:
        sf_text_add(out, "every network is healed");
        return;
    case SF_RECORD_KILL_SWITCH:
        sf_text_add(out, "the operator %s the integration",
                    record->flags != 0 ? "blocks" : "lets back");
        return;
    case SF_RECORD_CONTRACT:
        sf_text_add(out, "the cache breaks the contract of its interface: ");
        sf_contract_print(record->a, out);
        return;
    case SF_RECORD_NODE:
        sf_text_add(out, "node %u of the cache is %s", record->who,
                    record->flags != 0 ? "back, and empty" : "lost with all that it had");
        return;
    case SF_RECORD_NODE_CLOCK:
        sf_text_add(out, "the clock of node %u is set ", record->who);
        say_step((sf_ns)record->d, out);
        return;
    case SF_RECORD_RECONFIGURED:
        options = sf_facts_options(facts, record);
        sf_text_add(out, "new options %s%s%sreach node %u, %s", options != NULL ? "'" : "",
                    options != NULL ? options : "", options != NULL ? "' " : "", record->who,
                    record->flags == 0   ? "and are taken"
                    : record->flags == 1 ? "and are refused"
                                         : "where nothing listens to them");
        return;
    case SF_RECORD_SERVICE:
        sf_text_add(out, "the %s %s",
                    record->who == SF_SERVICE_IDENTITY ? "identity service" : "shared store",
                    record->flags != 0 ? "answers again" : "fails");
        return;
    case SF_RECORD_IDENTITY:
        sf_text_add(out, "the identity service %s whose session that is",
                    record->flags == 0   ? "says"
                    : record->flags == 1 ? "does not know"
                                         : "fails to say");
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

void sf_say_event(const struct facts *facts, const struct sf_record *record, struct sf_text *out)
{
    switch (sf_record_subject((enum sf_record_kind)record->kind)) {
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_CAMERA:
    case SF_SUBJECT_HOME:
        say_home(record, out);
        return;
    case SF_SUBJECT_VIEWER:
        say_viewers(record, out);
        return;
    case SF_SUBJECT_LINK:
        sf_text_add(out, "the way %s home %u is now the network %s",
                    record->who % 2 == 0 ? "up from" : "down to", record->who / 2 + 1,
                    sf_facts_network_name(facts, record));
        return;
    case SF_SUBJECT_OTHER:
        say_clouds(facts, record, out);
        return;
    }
}
