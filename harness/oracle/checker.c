/* The checker: gives each record to the oracles that want it, and keeps the register of who is who.
 * It judges nothing. */
#include "harness/base/assert.h"
#include "harness/base/bounds.h"
#include "harness/oracle/oracle.h"

static const struct sf_oracle *const oracles[] = {
#define X(name) &sf_oracle_##name,
    SF_ORACLES(X)
#undef X
        NULL,
};

_Static_assert(sizeof oracles / sizeof oracles[0] <= SF_ORACLES_MAX, "raise SF_ORACLES_MAX");

const struct sf_oracle *const *sf_oracles(void)
{
    return oracles;
}

const char *const *sf_oracle_names(void)
{
    static const char *names[SF_ORACLES_MAX + 1];
    for (uint32_t i = 0; oracles[i] != NULL; i++) {
        names[i] = oracles[i]->name;
    }
    return names;
}

const char *sf_verdict_name(enum sf_verdict verdict)
{
    switch (verdict) {
    case SF_VERDICT_PASS:
        return "pass";
    case SF_VERDICT_FAIL:
        return "fail";
    case SF_VERDICT_INCONCLUSIVE:
        return "inconclusive";
    }
    SF_UNREACHABLE();
}

static const uint64_t REGISTER_KINDS = SF_SEES(CAMERA) | SF_SEES(VIEWER) | SF_SEES(LINK) |
                                       SF_SEES(KILL_SWITCH) | SF_SEES(SESSION) | SF_SEES(SLOT) |
                                       SF_SEES(SHARE) | SF_SEES(ASK) | SF_SEES(ANSWERED_FROM) |
                                       SF_SEES(LIVE);

static void list_oracle(struct sf_checker *checker, uint32_t oracle)
{
    for (uint32_t kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        if ((oracles[oracle]->kinds & UINT64_C(1) << kind) != 0) {
            checker->see[kind][checker->see_count[kind]++] = (uint8_t)oracle;
        }
    }
}

void sf_checker_init(struct sf_checker *checker, struct sf_arena *arena, uint32_t homes_count)
{
    SF_ASSERT(checker != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(homes_count > 0);
    SF_ASSERT(homes_count <= SF_HOMES_MAX);
    uint32_t viewers_count = SF_VIEWERS_PER_HOME * homes_count;
    *checker = (struct sf_checker){.kinds = REGISTER_KINDS};
    checker->findings = sf_arena_take(arena, 1, sizeof *checker->findings);
    checker->who = (struct sf_register){
        .homes_count = homes_count,
        .camera_tenant = sf_arena_take(arena, homes_count, sizeof(struct sf_tenant_id)),
        .viewer_tenant = sf_arena_take(arena, viewers_count, sizeof(struct sf_tenant_id)),
        .viewer_camera = sf_arena_take(arena, viewers_count, sizeof(struct sf_camera_id)),
        .viewer_flags = sf_arena_take(arena, viewers_count, sizeof(uint16_t)),
        .signed_in = sf_arena_take(arena, viewers_count, sizeof(bool)),
        .linked = sf_arena_take(arena, homes_count, sizeof(bool)),
        .has_app = sf_arena_take(arena, homes_count, sizeof(bool)),
        .answered_from = sf_arena_take(arena, viewers_count, sizeof(uint32_t)),
    };
    sf_access_init(&checker->who.access, arena, homes_count);
    for (; oracles[checker->oracles_count] != NULL; checker->oracles_count++) {
        const struct sf_oracle *oracle = oracles[checker->oracles_count];
        void *state = sf_arena_take(arena, 1, oracle->state_bytes);
        if (oracle->init != NULL) {
            oracle->init(state, arena, homes_count);
        }
        checker->states[checker->oracles_count] = state;
        checker->kinds |= oracle->kinds;
        list_oracle(checker, checker->oracles_count);
    }
}

/* The low bits of the request's number, and 1 + enum sf_callback: there are many viewers. */
enum { CALLBACK_BITS = 8, REQUEST_MASK = 0xffffff };

_Static_assert(SF_CALLBACKS_COUNT < 1 << CALLBACK_BITS, "callbacks fit");

static void register_answer(struct sf_register *who, const struct sf_answered_from_record from)
{
    SF_ASSERT(from.viewer.index < SF_VIEWERS_PER_HOME * who->homes_count);
    who->answered_from[from.viewer.index] =
        (uint32_t)(from.request & REQUEST_MASK) << CALLBACK_BITS | ((uint32_t)from.callback + 1);
}

uint16_t sf_register_callback(const struct sf_register *who, struct sf_viewer_id viewer,
                              uint64_t request)
{
    SF_ASSERT(who != NULL);
    uint32_t from = sf_viewer_is_none(viewer) ? 0 : who->answered_from[viewer.index];
    bool same = from >> CALLBACK_BITS == (uint32_t)(request & REQUEST_MASK);
    return same ? (uint16_t)(from & ((1u << CALLBACK_BITS) - 1)) : 0;
}

bool sf_register_is_stray(const struct sf_register *who, struct sf_viewer_id viewer,
                          struct sf_tenant_id owner, struct sf_camera_id camera, sf_ns at_ns)
{
    SF_ASSERT(who != NULL);
    const struct sf_tenant_id tenant = sf_register_tenant(who, viewer);
    return !sf_tenant_same(owner, tenant) &&
           !sf_access_allows(&who->access, tenant, owner, camera, at_ns);
}

bool sf_register_has_link(const struct sf_register *who, struct sf_viewer_id viewer,
                          struct sf_camera_id camera)
{
    SF_ASSERT(who != NULL);
    struct sf_tenant_id tenant = sf_register_tenant(who, viewer);
    bool may_see = sf_tenant_same(sf_register_owner(who, camera), tenant) ||
                   sf_access_is_guest(&who->access, tenant, camera);
    bool integration = sf_register_has_flag(who, viewer, SF_FLAG_INTEGRATION);
    return who->signed_in[viewer.index] && may_see &&
           (!integration || sf_register_is_linked(who, tenant));
}

static void register_viewer(struct sf_register *who, const struct sf_viewer_record viewer)
{
    uint32_t index = viewer.viewer.index;
    SF_ASSERT(index < SF_VIEWERS_PER_HOME * who->homes_count);
    who->viewer_tenant[index] = viewer.tenant;
    who->viewer_camera[index] = viewer.camera;
    who->viewer_flags[index] = viewer.flags;
    who->signed_in[index] = (viewer.flags & SF_FLAG_NO_ACCOUNT) == 0;
    /* Cameras come first in the trace. */
    bool own = sf_tenant_same(sf_register_owner(who, viewer.camera), viewer.tenant);
    bool app = (viewer.flags & SF_FLAGS_FROM_CACHE) == 0;
    who->has_app[viewer.tenant.index] |= app && own && who->signed_in[index];
}

static void register_see(struct sf_register *who, const struct sf_record *record)
{
    sf_access_see(&who->access, record);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAMERA:
        SF_ASSERT(sf_camera_of(record).camera.index < who->homes_count);
        who->camera_tenant[sf_camera_of(record).camera.index] = sf_camera_of(record).tenant;
        break;
    case SF_RECORD_VIEWER:
        register_viewer(who, sf_viewer_of(record));
        break;
    case SF_RECORD_SESSION:
        SF_ASSERT(sf_session_of(record).viewer.index < SF_VIEWERS_PER_HOME * who->homes_count);
        who->signed_in[sf_session_of(record).viewer.index] = sf_session_of(record).begun;
        break;
    case SF_RECORD_LINK:
        SF_ASSERT(sf_link_of(record).tenant.index < who->homes_count);
        who->linked[sf_link_of(record).tenant.index] = sf_link_of(record).linked;
        break;
    case SF_RECORD_ANSWERED_FROM:
        register_answer(who, sf_answered_from_of(record));
        break;
    case SF_RECORD_KILL_SWITCH:
        who->blocked = sf_kill_switch_of(record).blocked;
        break;
    case SF_RECORD_LIVE:
        who->live = true;
        break;
    default: /* the rest: says nothing about identities */
        break;
    }
}

static void oracle_see(struct sf_checker *checker, uint32_t oracle, const struct sf_record *record)
{
    struct sf_findings *findings = checker->findings;
    struct sf_oracle_result *result = &checker->results[oracle];
    uint64_t before = findings->count;
    uint32_t kept = findings->kept_count;
    findings->first = result->findings_count == 0;
    oracles[oracle]->see(checker->states[oracle], &checker->who, record, findings);
    result->findings_count += findings->count - before;
    for (; kept < findings->kept_count; kept++) {
        findings->kept[kept].oracle = (uint16_t)oracle;
    }
}

static void checker_see(struct sf_checker *checker, const struct sf_record *record)
{
    SF_ASSERT(record->kind < SF_RECORD_KINDS_COUNT);
    if ((REGISTER_KINDS & UINT64_C(1) << record->kind) != 0) {
        register_see(&checker->who, record);
    }
    for (uint32_t i = 0; i < checker->see_count[record->kind]; i++) {
        oracle_see(checker, checker->see[record->kind][i], record);
    }
}

void sf_checker_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_checker *checker = context;
    for (uint32_t i = 0; i < count; i++) {
        if ((checker->kinds & (UINT64_C(1) << records[i].kind)) != 0) {
            checker_see(checker, &records[i]);
        }
    }
}

enum sf_verdict sf_checker_close(struct sf_checker *checker)
{
    SF_ASSERT(checker != NULL);
    SF_ASSERT(checker->oracles_count <= SF_ORACLES_MAX);
    bool evidence_missing = false;
    for (uint32_t i = 0; i < checker->oracles_count; i++) {
        struct sf_evidence evidence = oracles[i]->evidence(checker->states[i]);
        evidence.wanted &= !(checker->who.live && oracles[i]->inside);
        checker->results[i].evidence_count = evidence.count;
        checker->results[i].wanted = evidence.wanted;
        evidence_missing |= evidence.wanted && evidence.count == 0;
    }
    if (checker->findings->count > 0) {
        return SF_VERDICT_FAIL;
    }
    return evidence_missing ? SF_VERDICT_INCONCLUSIVE : SF_VERDICT_PASS;
}
