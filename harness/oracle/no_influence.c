/* One tenant's stills have no influence on what another tenant's viewers get. A run whose plan has
 * `vary` is followed by a second one in which one tenant's stills are others, and nothing else;
 * what differs between the two, for viewers of other tenants, is in the records of the pair. Judges
 * nothing in a run without `vary`. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t answers_count; /* that were compared */
    uint32_t offset_bytes;  /* of the values that came last */
};

/* One word for what differs, in sentences and reports. */
static const char *what_name(uint32_t what)
{
    static const char *const names[SF_INFLUENCES_COUNT] = {
#define X(ID, name, words) [SF_INFLUENCE_##ID] = name,
        SF_INFLUENCES(X)
#undef X
    };
    return what < SF_INFLUENCES_COUNT ? names[what] : NULL;
}

static const char *what_words(uint32_t what)
{
    static const char *const words[SF_INFLUENCES_COUNT] = {
#define X(ID, name, words) [SF_INFLUENCE_##ID] = words,
        SF_INFLUENCES(X)
#undef X
    };
    return what < SF_INFLUENCES_COUNT ? words[what] : "another answer";
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_VARIED) {
        state->answers_count += sf_varied_of(record).answers_count;
        return;
    }
    if (record->kind == SF_RECORD_INFLUENCE_VALUES) {
        state->offset_bytes = sf_influence_values_of(record).offset_bytes;
        return;
    }
    const struct sf_influence_record influence = sf_influence_of(record);
    bool known = influence.sent_ns >= 0 && influence.sent_ns <= record->at_ns;
    struct sf_finding finding = sf_finding_about(
        who, influence.viewer, known ? influence.sent_ns : record->at_ns, influence.request);
    finding.owner_tenant = influence.tenant;
    finding.owner_camera = sf_camera_of_home(sf_home_of_tenant(influence.tenant));
    finding.amount = influence.what;
    finding.capture = state->offset_bytes;
    sf_findings_add(findings, finding);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->answers_count, .wanted = state->answers_count > 0};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "gets %s", what_words(finding->amount));
    if (finding->amount == SF_INFLUENCE_BYTES) {
        sf_text_add(out, ", from byte %u of the answer on,", finding->capture);
    }
    sf_text_add(out, " when nothing but the stills of home %u's account is changed",
                finding->owner_tenant.index + 1);
}

const struct sf_oracle sf_oracle_no_influence = {
    .name = "no-influence",
    .invariant = "what a viewer gets does not depend on another tenant's stills",
    .amount_unit = "code of what differs",
    .kinds = SF_SEES(VARIED) | SF_SEES(INFLUENCE) | SF_SEES(INFLUENCE_VALUES),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
    .amount_name = what_name,
};
