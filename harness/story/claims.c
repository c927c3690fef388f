/* Whose the camera was that the viewer asked for, and whose session it did that with. */
#include "harness/base/assert.h"
#include "harness/story/facts.h"
#include "harness/story/lookup.h"

/* What the camera was to the viewer's tenant before a record. */
static enum sf_claim claim_to(const struct facts *facts, struct sf_camera_id camera,
                              const struct sf_record *before)
{
    const struct sf_finding *finding = facts->finding;
    const struct sf_record *owner =
        last(facts->gather, before, of_camera(SF_RECORD_CAMERA, camera));
    const struct sf_record *share = last(facts->gather, before, of_camera(SF_RECORD_SHARE, camera));
    bool at_home = sf_home_same(sf_home_of_camera(camera), sf_home_of_viewer(finding->viewer));
    bool own = owner != NULL ? sf_tenant_same(sf_camera_of(owner).tenant, finding->viewer_tenant)
                             : at_home;
    if (own) {
        return at_home ? SF_CLAIM_AT_HOME : SF_CLAIM_ELSEWHERE;
    }
    bool guest = share != NULL && sf_share_of(share).shared &&
                 sf_tenant_same(sf_share_of(share).guest, finding->viewer_tenant);
    return guest ? SF_CLAIM_GUEST : SF_CLAIM_NONE;
}

/* The camera's change to another owner: behind the capture, before the answer. */
static const struct sf_record *find_sold(const struct facts *facts)
{
    const struct sf_record *capture = facts->foreign.capture;
    if (capture == NULL || facts->answered == NULL ||
        !sf_camera_same(facts->asked, facts->finding->owner_camera)) {
        return NULL;
    }
    const struct sf_record *sold = last(facts->gather, facts->answered,
                                        of_camera(SF_RECORD_CAMERA, facts->finding->owner_camera));
    bool behind = sold != NULL && sold > capture && sold->at_ns > 0;
    return behind && !sf_tenant_same(sf_camera_of(sold).tenant, facts->finding->owner_tenant)
               ? sold
               : NULL;
}

/* The answer that gave the viewer, before it asked, a session of another home. */
static void find_session(struct facts *facts)
{
    const struct sf_viewer_id viewer = facts->finding->viewer;
    const struct sf_record *given =
        last(facts->gather, facts->ask, of_viewer(SF_RECORD_RENEWED, viewer));
    const struct sf_record *signed_in =
        last(facts->gather, facts->ask, of_viewer(SF_RECORD_SESSION, viewer));
    if (given == NULL || (signed_in != NULL && signed_in > given) ||
        sf_home_same(sf_home_of_viewer(sf_renewed_of(given).owner), sf_home_of_viewer(viewer))) {
        return;
    }
    facts->session_given = given;
    facts->session_answer = last(facts->gather, given, of_viewer(SF_RECORD_ANSWERED, viewer));
    if (facts->session_answer != NULL) {
        uint64_t request = sf_answered_of(facts->session_answer).request;
        facts->session_from =
            last(facts->gather, given, of_request(SF_RECORD_ANSWERED_FROM, viewer, request));
    }
}

/* The damaged state that the version which answered took over. */
static const struct sf_record *find_handed(const struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    const struct sf_record *deployed = facts->deployed;
    for (uint32_t i = 0; deployed != NULL && i < gather->count; i++) {
        const struct sf_record *record = &gather->records[i];
        if (record->kind == SF_RECORD_HANDED_OVER && record->at_ns == deployed->at_ns &&
            sf_handed_over_of(record).version == sf_deployed_of(deployed).version) {
            return record;
        }
    }
    return NULL;
}

void sf_facts_find_asked(struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->has_viewer);
    const struct sf_camera_id at_home =
        sf_camera_of_home(sf_home_of_viewer(facts->finding->viewer));
    facts->claim = SF_CLAIM_AT_HOME;
    facts->asked = at_home;
    facts->wanted = at_home;
    if (facts->ask == NULL) {
        return;
    }
    find_session(facts);
    struct sf_camera_id named = sf_ask_of(facts->ask).camera;
    const struct sf_record *owner =
        last(facts->gather, facts->ask, of_camera(SF_RECORD_CAMERA, named));
    facts->claim = claim_to(facts, named, facts->ask);
    facts->bought =
        facts->claim != SF_CLAIM_NONE && owner != NULL && owner->at_ns > 0 ? owner : NULL;
    facts->wanted = facts->claim != SF_CLAIM_NONE ? named : at_home;
    facts->asked = facts->admitted != NULL ? sf_admitted_of(facts->admitted).camera : named;
}

void sf_facts_find_ways(struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->stray);
    facts->handed = find_handed(facts);
    facts->sold = find_sold(facts);
}

bool sf_facts_is_concerned(const struct facts *facts, const struct sf_record *record)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(record != NULL);
    enum sf_subject subject = sf_record_subject((enum sf_record_kind)record->kind);
    if (subject == SF_SUBJECT_OTHER || subject == SF_SUBJECT_VIEWER) {
        return true;
    }
    bool of_account = record->kind == SF_RECORD_CAMERA || record->kind == SF_RECORD_SHARE ||
                      record->kind == SF_RECORD_SLOT;
    struct sf_home_id home = sf_home_of_record(record);
    return sf_home_same(home, sf_home_of_camera(facts->finding->owner_camera)) ||
           (facts->has_viewer && sf_home_same(home, sf_home_of_camera(facts->wanted))) ||
           (facts->has_viewer && !of_account &&
            sf_home_same(home, sf_home_of_viewer(facts->finding->viewer)));
}

/* ---- in words ---- */

void sf_say_asked(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->ask != NULL);
    uint32_t number = sf_ask_of(facts->ask).camera.index + 1;
    switch (facts->claim) {
    case SF_CLAIM_AT_HOME:
        sf_text_add(out, "its own camera");
        return;
    case SF_CLAIM_ELSEWHERE:
        sf_text_add(out, "home %u's camera, which ", number);
        if (facts->bought != NULL) {
            sf_text_add(out, "belongs to home %u now", facts->finding->viewer_tenant.index + 1);
        } else {
            sf_text_add(out, "belongs to the same account");
        }
        return;
    case SF_CLAIM_GUEST:
        sf_text_add(out, "home %u's camera, which is shared with home %u", number,
                    facts->finding->viewer_tenant.index + 1);
        return;
    case SF_CLAIM_NONE:
        sf_text_add(out, "home %u's camera, which is another home's", number);
        return;
    }
}

static void say_holder(struct sf_viewer_id viewer, struct sf_text *out)
{
    sf_text_add(out, "the %s of home %u", sf_viewer_kind_name(viewer),
                sf_home_of_viewer(viewer).index + 1);
}

void sf_say_session(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->session_given != NULL);
    if (facts->session_answer == NULL) {
        sf_text_add(out, "an earlier answer");
    } else {
        sf_text_add(out, "the answer to request %u of home %u",
                    (uint32_t)sf_answered_of(facts->session_answer).request,
                    sf_home_of_viewer(facts->finding->viewer).index + 1);
    }
    if (facts->session_from != NULL) {
        sf_text_add(out, ", given ");
        sf_say_cause(facts->session_from, out);
        sf_text_add(out, ",");
    }
    sf_text_add(out, " carried a session of ");
    say_holder(sf_renewed_of(facts->session_given).owner, out);
}

void sf_say_sale(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->sold != NULL);
    const struct upload *foreign = &facts->foreign;
    const struct sf_record *sold = facts->sold;
    const struct sf_record *begun = foreign->fetch != NULL ? foreign->fetch : foreign->begun;
    const struct sf_record *came = foreign->ended;
    bool begun_before = begun != NULL && begun < sold;
    sf_text_add(out,
                "the still was taken%s under the camera's former owner, home %u, and given to "
                "the new one, home %u: ",
                !begun_before            ? ""
                : foreign->fetch != NULL ? ", and its fetch begun,"
                                         : ", and its upload begun,",
                facts->finding->owner_tenant.index + 1, sf_camera_of(sold).tenant.index + 1);
    if (came != NULL && came < sold) {
        sf_text_add(out, "it had arrived ");
        sf_say_span(sold->at_ns - came->at_ns, out);
        sf_text_add(out, " before the camera was invalidated, and was kept");
    } else if (came != NULL) {
        sf_text_add(out, "it was on its way when the camera was invalidated, and was taken in when "
                         "it ended, ");
        sf_say_span(came->at_ns - sold->at_ns, out);
        sf_text_add(out, " later");
    } else {
        sf_text_add(out, "it was on its way when the camera was invalidated, and was not dropped");
    }
}
