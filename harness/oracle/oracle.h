/* Oracles: one invariant a file. An oracle reads the trace and cannot touch the world, so the same
 * oracle judges a live run and a saved file. It counts its evidence: an oracle that had nothing to
 * judge has not passed.
 *
 * A new oracle is a file here, a row in SF_ORACLES, a canary in scenarios/canary and a row in
 * docs/scenarios.md; docs/contributing.md walks through it. */
#ifndef STRAYFRAME_ORACLE_ORACLE_H
#define STRAYFRAME_ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/callback.h"
#include "harness/base/ids.h"
#include "harness/base/text.h"
#include "harness/trace/access.h"
#include "harness/trace/record.h"

/* Every oracle, in the order of reports: the one table. New ones are appended. */
#define SF_ORACLES(X)       \
    X(no_stray_pixels)      \
    X(no_stray_bytes)       \
    X(valid_link)           \
    X(kill_switch)          \
    X(recovery)             \
    X(contract)             \
    X(unlinked)             \
    X(consent)              \
    X(no_image_in_settings) \
    X(destinations)         \
    X(whole_or_flagged)     \
    X(monotonic)            \
    X(fresh)                \
    X(ends_once)            \
    X(forgotten)            \
    X(wrong_camera)         \
    X(no_influence)         \
    X(no_stray_credentials)

/* A broken invariant. Data, never an error code. */
struct sf_finding {
    sf_ns at_ns;
    uint16_t oracle;            /* index into sf_oracles() */
    uint16_t flags;             /* of the record: path, grayscale, damaged ... */
    struct sf_viewer_id viewer; /* that received it; none where no viewer did */
    struct sf_tenant_id viewer_tenant;
    struct sf_tenant_id owner_tenant; /* whose frame it was; none where that is not the question */
    struct sf_camera_id owner_camera;
    uint32_t capture;
    uint32_t amount;      /* share in ppm, bytes, or a code: as the oracle's `amount_unit` says */
    uint16_t destination; /* enum sf_destination: where it went to from a home; 0: to a viewer */
    uint16_t callback;    /* 1 + enum sf_callback: from inside which function of the cache the
                             request was answered; 0: no answer of a cache is concerned */
    uint64_t request;
};

_Static_assert(sizeof(struct sf_finding) == 48,
               "no padding: findings go through pipes and into files");

enum { SF_ORACLES_MAX = 24 };

/* The first ones of a run, and the first of each oracle. */
enum { SF_FINDINGS_FIRST_MAX = 256, SF_FINDINGS_KEPT_MAX = SF_FINDINGS_FIRST_MAX + SF_ORACLES_MAX };

/* All are counted, the first ones are kept. */
struct sf_findings {
    uint64_t count;
    uint32_t kept_count;
    bool first; /* what is added now is the first of its oracle: it has a place of its own */
    struct sf_finding kept[SF_FINDINGS_KEPT_MAX];
};

void sf_findings_add(struct sf_findings *findings, struct sf_finding finding);

/* One sentence without a full stop: "the hub of home 1 was shown home 2's capture 7 (16.5% of the
 * picture)". Homes are counted from 1. */
void sf_finding_say(const struct sf_finding *finding, struct sf_text *out);

/* ---- who is who ---- */

/* Read from the trace's beginning and kept up to date; shared by all oracles. */
struct sf_register {
    uint32_t homes_count;
    struct sf_tenant_id *camera_tenant; /* by camera */
    struct sf_tenant_id *viewer_tenant; /* by viewer */
    struct sf_camera_id *viewer_camera; /* by viewer: the camera that it asks for */
    uint16_t *viewer_flags;             /* by viewer: SF_FLAG_INTEGRATION ... */
    bool *signed_in;                    /* by viewer: has a session that has not expired */
    bool *linked;                       /* by tenant: linked to the integration */
    bool *has_app;                      /* by tenant: has an app of its own */
    bool blocked;                       /* the kill switch is on */
    bool live;                          /* real servers: nothing inside them is recorded */
    uint32_t *answered_from;            /* by viewer: see sf_register_callback */
    struct sf_access access;            /* guests, and the camera of each request */
};

static inline struct sf_tenant_id sf_register_owner(const struct sf_register *who,
                                                    struct sf_camera_id camera)
{
    return who->camera_tenant[camera.index];
}

static inline struct sf_tenant_id sf_register_tenant(const struct sf_register *who,
                                                     struct sf_viewer_id viewer)
{
    return who->viewer_tenant[viewer.index];
}

/* The camera that a viewer asks for; where it has two, that of its home. */
static inline struct sf_camera_id sf_register_camera(const struct sf_register *who,
                                                     struct sf_viewer_id viewer)
{
    return who->viewer_camera[viewer.index];
}

/* The camera that a viewer asked for with this request; none if that was long ago. */
static inline struct sf_camera_id sf_register_asked(const struct sf_register *who,
                                                    struct sf_viewer_id viewer, uint64_t request)
{
    return sf_access_asked(&who->access, viewer, request, sf_register_camera(who, viewer));
}

/* 1 + enum sf_callback: from inside which function of the cache the viewer's request was answered;
 * 0 if it was not, or a later one was answered since. */
uint16_t sf_register_callback(const struct sf_register *who, struct sf_viewer_id viewer,
                              uint64_t request);

/* Is a still of `camera`, taken when `owner` owned it, a stray for this viewer? Not if it is its
 * own tenant's, nor if that owner shares the camera with it. */
bool sf_register_is_stray(const struct sf_register *who, struct sf_viewer_id viewer,
                          struct sf_tenant_id owner, struct sf_camera_id camera, sf_ns at_ns);

/* Has this viewer one of these flags? */
static inline bool sf_register_has_flag(const struct sf_register *who, struct sf_viewer_id viewer,
                                        uint16_t flags)
{
    return (who->viewer_flags[viewer.index] & flags) != 0;
}

static inline bool sf_register_is_linked(const struct sf_register *who, struct sf_tenant_id tenant)
{
    return who->linked[tenant.index];
}

static inline bool sf_register_has_app(const struct sf_register *who, struct sf_tenant_id tenant)
{
    return who->has_app[tenant.index];
}

/* May this viewer be served with this camera now? It is signed in, the camera is its own tenant's
 * or is shared with it, and, on the integration's path, its tenant has linked it. The kill switch
 * is another matter. */
bool sf_register_has_link(const struct sf_register *who, struct sf_viewer_id viewer,
                          struct sf_camera_id camera);

/* ---- findings that several oracles make ---- */

/* A finding about a viewer; the owner is none. */
struct sf_finding sf_finding_about(const struct sf_register *who, struct sf_viewer_id viewer,
                                   sf_ns at_ns, uint64_t request);
/* The same about a picture of the camera that the viewer asks for. */
struct sf_finding sf_finding_about_own(const struct sf_register *who, struct sf_viewer_id viewer,
                                       sf_ns at_ns, uint64_t request);
/* About a part of a picture that a viewer saw; the owner is that of the part, `amount` its share of
 * the picture in millionths. */
struct sf_finding sf_finding_of_seen(const struct sf_register *who,
                                     const struct sf_seen_record seen);

/* Leave was taken back: an ANSWERED with bytes is a finding, and a DELIVERED, if the last of it
 * arrived after late_from_ns. Records of other kinds say nothing. */
void sf_revoked_judge(const struct sf_register *who, const struct sf_record *record,
                      sf_ns late_from_ns, struct sf_findings *findings);

/* A finding about something that left a home: `amount` bytes of the record. */
void sf_exposure_add(const struct sf_register *who, const struct sf_left_home_record *left,
                     uint32_t amount, struct sf_findings *findings);
/* The sentence of such findings: "home 1's camera sent 400 image bytes to the backup store". */
void sf_exposure_say(const struct sf_finding *finding, struct sf_text *out);

/* ---- oracles ---- */

/* Evidence of an oracle: how often it could judge, and whether the run asked it to at all. */
struct sf_evidence {
    uint64_t count;
    bool wanted; /* false: nothing in this run concerns it (no kill switch was used ...) */
};

/* All members are there, but for those that may be NULL. */
struct sf_oracle {
    const char *name;
    const char *invariant;   /* one sentence without a full stop */
    const char *amount_unit; /* of sf_finding.amount: "ppm of the picture", "bytes" ... */
    bool of_strays;          /* a finding is a stray frame, or a piece of one */
    bool inside; /* judges what happens inside the cloud: not wanted in a run of real servers */
    uint64_t kinds;          /* bit set of the record kinds that it wants to see */
    size_t state_bytes;
    /* May be NULL. `homes_count` bounds tenants and cameras;
     * there are SF_VIEWERS_PER_HOME viewers for each. */
    void (*init)(void *state, struct sf_arena *arena, uint32_t homes_count);
    void (*see)(void *state, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings);
    struct sf_evidence (*evidence)(const void *state);
    /* The sentence of a finding. It goes on after "the hub of home 3 " if the finding has a viewer,
     * and is a whole one otherwise. */
    void (*say)(const struct sf_finding *finding, struct sf_text *out);
    /* The constant that an amount stands for. May be NULL: the amount is no code. */
    const char *(*amount_name)(uint32_t amount);
};

_Static_assert(SF_RECORD_KINDS_COUNT <= 64, "record kinds fit the bit set");

#define SF_SEES(kind) (UINT64_C(1) << SF_RECORD_##kind)

#define X(name) extern const struct sf_oracle sf_oracle_##name;
SF_ORACLES(X)
#undef X

/* Every oracle, ended by NULL, in the order of their reports; and their names, ended by NULL. */
const struct sf_oracle *const *sf_oracles(void);
const char *const *sf_oracle_names(void);

/* ---- the checker: all oracles over one trace ---- */

enum sf_verdict { SF_VERDICT_PASS, SF_VERDICT_FAIL, SF_VERDICT_INCONCLUSIVE };

const char *sf_verdict_name(enum sf_verdict verdict);

struct sf_oracle_result {
    uint64_t evidence_count;
    uint64_t findings_count;
    bool wanted;
};

struct sf_checker {
    struct sf_register who;
    uint32_t oracles_count;
    uint64_t kinds; /* what any oracle, or the register, wants to see */
    /* By record kind: the oracles that want to see it, by their numbers. */
    uint8_t see_count[SF_RECORD_KINDS_COUNT];
    uint8_t see[SF_RECORD_KINDS_COUNT][SF_ORACLES_MAX];
    void *states[SF_ORACLES_MAX];
    struct sf_oracle_result results[SF_ORACLES_MAX];
    struct sf_findings *findings;
};

/* Everything comes from `arena`; `homes_count` as in sf_oracle.init. */
void sf_checker_init(struct sf_checker *checker, struct sf_arena *arena, uint32_t homes_count);

/* Fits struct sf_trace_listener. */
void sf_checker_hear(void *checker, const struct sf_record *records, uint32_t count);

/* After the last record. Fills checker->results. Fail: any finding. Inconclusive: no finding, but a
 * wanted oracle has no evidence. */
enum sf_verdict sf_checker_close(struct sf_checker *checker);

#endif
