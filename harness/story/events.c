/* Events around a request: a sentence for each kind of record. */
#include <inttypes.h>

#include "harness/cache/strayframe_cache.h"
#include "harness/base/assert.h"
#include "harness/oracle/breach.h"
#include "harness/story/facts.h"
#include "harness/trace/record_words.h"

static void say_step(sf_ns step_ns, struct sf_text *out)
{
    sf_say_span(step_ns < 0 ? -step_ns : step_ns, out);
    sf_text_add(out, step_ns < 0 ? " back" : " ahead");
}

static void say_left_home(uint32_t home, const struct sf_left_home_record left, struct sf_text *out)
{
    bool image = left.image_bytes > 0;
    sf_text_add(out, "home %u's camera sends ", home);
    sf_say_number(image ? left.image_bytes : left.bytes, out);
    sf_text_add(out, " bytes%s to %s", image ? " of a picture" : "",
                sf_destination_name(left.destination));
}

/* About a home, its tenant or its camera. */
static void say_home(const struct sf_record *record, struct sf_text *out)
{
    uint32_t home = sf_home_of_record(record).index + 1;
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_LINK:
        sf_text_add(out, "home %u %s the integration", home,
                    sf_link_of(record).linked ? "links" : "unlinks");
        return;
    case SF_RECORD_CAMERA:
        sf_text_add(out, "home %u's camera is reset and registered by home %u", home,
                    sf_home_of_tenant(sf_camera_of(record).tenant).index + 1);
        return;
    case SF_RECORD_SHARE:
        sf_text_add(out, "home %u's camera is %s home %u", home,
                    sf_share_of(record).shared ? "shared with" : "no longer shared with",
                    sf_home_of_tenant(sf_share_of(record).guest).index + 1);
        return;
    case SF_RECORD_SLOT:
        sf_text_add(out, "home %u's camera has slot %u of its account", home,
                    sf_slot_of(record).slot);
        return;
    case SF_RECORD_POWER:
        sf_text_add(out, "home %u %s", home,
                    sf_power_of(record).back ? "has power again, and restarts" : "loses power");
        return;
    case SF_RECORD_CAMERA_CLOCK:
        sf_text_add(out, "the clock of home %u's camera steps ", home);
        say_step(sf_camera_clock_of(record).step_ns, out);
        return;
    case SF_RECORD_FIRMWARE:
        sf_text_add(out, "home %u's camera changes to version %u of its firmware", home,
                    sf_firmware_of(record).version);
        return;
    case SF_RECORD_CONSENT:
        sf_text_add(out, "the owner of home %u %s", home,
                    sf_consent_of(record).given ? "consents to a backup"
                                                : "withdraws consent to a backup");
        return;
    case SF_RECORD_LEFT_HOME:
        say_left_home(home, sf_left_home_of(record), out);
        return;
    case SF_RECORD_FRAGMENT_LATE:
        sf_text_add(out, "a part of home %u's still %u arrives after its upload has ended", home,
                    sf_fragment_late_of(record).capture);
        return;
    case SF_RECORD_FORGET:
        sf_text_add(out, "the cache is to forget %s home %u's %s",
                    sf_forget_of(record).scope == SF_CACHE_SCOPE_TENANT ? "all that belongs to"
                                                                        : "the stills of",
                    home, sf_forget_of(record).scope == SF_CACHE_SCOPE_TENANT ? "owner" : "camera");
        return;
    case SF_RECORD_FETCH_ARRIVES:
        sf_text_add(out, "home %u's camera sends its still %u, which was fetched", home,
                    sf_fetch_arrives_of(record).capture);
        return;
    case SF_RECORD_FETCH_CANCELLED:
        sf_text_add(out, "the fetch from home %u's camera is cancelled after ", home);
        sf_say_number(sf_fetch_cancelled_of(record).received_bytes, out);
        sf_text_add(out, " bytes");
        return;
    case SF_RECORD_VARIED:
        sf_text_add(out, "a second run has other stills of home %u's account", home);
        return;
    case SF_RECORD_PARTED:
        sf_text_add(out, "the two runs, with home %u's own stills and with others, part at record ",
                    home);
        sf_say_number(sf_parted_of(record).number, out);
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

/* "the hub of home 2". */
static void name_viewer(struct sf_viewer_id viewer, struct sf_text *out)
{
    sf_text_add(out, "the %s of home %u", sf_viewer_kind_name(viewer),
                sf_home_of_viewer(viewer).index + 1);
}

static void say_viewer(const struct sf_record *record, struct sf_text *out)
{
    struct sf_viewer_id viewer = sf_viewer_of_record(record);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_WAKE:
        sf_text_add(out, "a person starts watching at ");
        name_viewer(viewer, out);
        return;
    case SF_RECORD_SESSION:
        name_viewer(viewer, out);
        sf_text_add(out, " %s",
                    sf_session_of(record).begun ? "signs in"
                                                : "is signed out: its session has expired");
        return;
    case SF_RECORD_RENEWED:
        name_viewer(viewer, out);
        sf_text_add(out, " uses the session of ");
        name_viewer(sf_renewed_of(record).owner, out);
        sf_text_add(out, " from now on");
        return;
    case SF_RECORD_ISSUED:
        name_viewer(viewer, out);
        sf_text_add(out, " gets a credential of home %u's account in the headers of an answer",
                    sf_home_of_tenant(sf_issued_of(record).tenant).index + 1);
        return;
    case SF_RECORD_INFLUENCE:
    case SF_RECORD_INFLUENCE_VALUES:
        name_viewer(viewer, out);
        sf_text_add(out, " gets another answer in the run with other stills");
        return;
    case SF_RECORD_EXPORT:
        sf_text_add(out, "the owner of home %u asks for a copy of the latest still",
                    sf_home_of_viewer(viewer).index + 1);
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

void sf_say_state(const struct sf_record *record, struct sf_text *out)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(record->kind == SF_RECORD_HANDED_OVER);
    static const char *const kinds[] = {"", " that is cut short", " of a foreign cache",
                                        " of another version"};
    uint32_t what = sf_handed_over_of(record).what;
    uint32_t count = sizeof kinds / sizeof kinds[0];
    sf_text_add(out, "a state%s", kinds[what < count ? what : 0]);
}

static void say_busy(const struct sf_busy_record busy, struct sf_text *out)
{
    static const char *const calls[] = {"call", "fetch", "timer", "connection to the shared store"};
    uint32_t count = sizeof calls / sizeof calls[0];
    sf_text_add(out, "the cache is refused a %s: too many are open",
                calls[busy.what < count ? busy.what : 0]);
}

static void say_options(const struct facts *facts, const struct sf_record *record,
                        struct sf_text *out)
{
    static const char *const outcomes[] = {
        [SF_OPTIONS_TAKEN] = "takes",
        [SF_OPTIONS_REFUSED] = "refuses",
        [SF_OPTIONS_NOT_HEARD] = "has no on_reconfigure for",
    };
    const struct sf_reconfigured_record reconfigured = sf_reconfigured_of(record);
    const char *options = sf_facts_options(facts, record);
    sf_text_add(out, "node %u %s new options", reconfigured.node.index,
                outcomes[reconfigured.outcome]);
    if (options != NULL) {
        sf_text_add(out, " '%s'", options);
    }
}

static void say_identity(const struct sf_identity_record identity, struct sf_text *out)
{
    static const char *const outcomes[] = {
        [SF_IDENTITY_KNOWN] = "names the owner of a session",
        [SF_IDENTITY_UNKNOWN] = "does not know a session",
        [SF_IDENTITY_FAILED] = "fails to look up a session",
    };
    sf_text_add(out, "the identity service %s", outcomes[identity.outcome]);
}

/* About the cloud, the cache or the operator. */
static void say_cloud(const struct facts *facts, const struct sf_record *record,
                      struct sf_text *out)
{
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_DEPLOYED:
        sf_text_add(out, "%s goes live", sf_facts_cache(facts, record));
        if (sf_facts_nodes_count(facts) > 1) {
            sf_text_add(out, " on node %u", sf_deployed_of(record).node.index);
        }
        return;
    case SF_RECORD_HEALED:
        sf_text_add(out, "every network is healed");
        return;
    case SF_RECORD_KILL_SWITCH:
        sf_text_add(out, "the operator %s the integration",
                    sf_kill_switch_of(record).blocked ? "blocks" : "unblocks");
        return;
    case SF_RECORD_CONTRACT:
        sf_text_add(out, "the cache breaks the contract of its interface: ");
        sf_breach_say(sf_contract_of(record).code, out);
        return;
    case SF_RECORD_NODE:
        sf_text_add(out, "node %u of the cache is %s", sf_node_of(record).node.index,
                    sf_node_of(record).back ? "back, and empty" : "lost with its memory");
        return;
    case SF_RECORD_NODE_CLOCK:
        sf_text_add(out, "the clock of node %u steps ", sf_node_clock_of(record).node.index);
        say_step(sf_node_clock_of(record).step_ns, out);
        return;
    case SF_RECORD_RECONFIGURED:
        say_options(facts, record, out);
        return;
    case SF_RECORD_SERVICE:
        sf_text_add(out, "the %s %s",
                    sf_service_of(record).service == SF_SERVICE_IDENTITY ? "identity service"
                                                                         : "shared store",
                    sf_service_of(record).on ? "answers again" : "fails");
        return;
    case SF_RECORD_IDENTITY:
        say_identity(sf_identity_of(record), out);
        return;
    case SF_RECORD_HANDED_OVER:
        sf_text_add(out, "the new version is handed ");
        sf_say_state(record, out);
        return;
    case SF_RECORD_BUSY:
        say_busy(sf_busy_of(record), out);
        return;
    case SF_RECORD_LIVE:
        sf_text_add(out, "%s", sf_live_event_words(sf_live_of(record).what));
        return;
    default: /* the rest: in the words of the record */
        sf_record_say(record, out);
        return;
    }
}

static void say_link(const struct facts *facts, const struct sf_record *record, struct sf_text *out)
{
    if (record->kind != SF_RECORD_NETWORK) {
        sf_record_say(record, out);
        return;
    }
    struct sf_link_id link = sf_network_of(record).link;
    sf_text_add(out, "the %s of home %u is now on the network %s",
                sf_link_is_up(link) ? "uplink" : "downlink", sf_home_of_link(link).index + 1,
                sf_facts_network_name(facts, record));
}

void sf_say_event(const struct facts *facts, const struct sf_record *record, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(record->kind < SF_RECORD_KINDS_COUNT);
    switch (sf_record_subject((enum sf_record_kind)record->kind)) {
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_CAMERA:
    case SF_SUBJECT_HOME:
        say_home(record, out);
        return;
    case SF_SUBJECT_VIEWER:
        say_viewer(record, out);
        return;
    case SF_SUBJECT_LINK:
        say_link(facts, record, out);
        return;
    case SF_SUBJECT_OTHER:
        say_cloud(facts, record, out);
        return;
    }
}
