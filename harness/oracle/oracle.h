/* Oracles: one invariant a file. An oracle reads the trace and cannot touch the world, so the same
 * oracle judges a live run and a saved file. It counts its evidence: one that had nothing to judge
 * has not passed. */
#ifndef STRAYFRAME_ORACLE_ORACLE_H
#define STRAYFRAME_ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/trace/record.h"

/* A broken invariant. Data, never an error code. */
struct sf_finding {
    sf_ns at_ns;
    uint16_t oracle; /* index into sf_oracles() */
    uint16_t flags;  /* of the record: path, grayscale, damaged ... */
    uint32_t viewer; /* who got it; SF_NOBODY where nobody did */
    uint32_t viewer_tenant;
    uint32_t owner_tenant; /* whose frame it was; SF_NOBODY where that is not the question */
    uint32_t owner_camera;
    uint32_t capture;
    uint32_t amount;      /* share in ppm, bytes, or a code: as the oracle's `amount_unit` says */
    uint32_t destination; /* enum sf_destination: where it went to from a home; 0: to a viewer */
    uint64_t request;
};

_Static_assert(sizeof(struct sf_finding) == 48,
               "no padding: findings go through pipes and into files");

enum { SF_FINDINGS_KEPT_MAX = 256 };

/* All are counted, the first ones are kept. */
struct sf_findings {
    uint64_t count;
    uint32_t kept_count;
    struct sf_finding kept[SF_FINDINGS_KEPT_MAX];
};

void sf_findings_add(struct sf_findings *findings, struct sf_finding finding);

/* The two checks for strays judge alike: a record that names an owner other than the viewer's
 * tenant. */
struct sf_register;
void sf_stray_judge(const struct sf_register *who, const struct sf_record *record,
                    struct sf_findings *findings);

/* Leave was taken back: an ANSWERED with bytes is a finding, and a DELIVERED, if the last of it
 * arrived after late_from_ns. */
void sf_revoked_judge(const struct sf_register *who, const struct sf_record *record,
                      sf_ns late_from_ns, struct sf_findings *findings);

/* A finding about something that left a home: `amount` bytes of the record, a LEFT_HOME. */
void sf_exposure_add(const struct sf_register *who, const struct sf_record *record, uint32_t amount,
                     struct sf_findings *findings);

/* Who is who, read from the trace's beginning and kept up to date; shared by all oracles. */
struct sf_register {
    uint32_t cameras_count;
    uint32_t viewers_count;
    uint32_t *camera_tenant; /* by camera */
    uint32_t *viewer_tenant; /* by viewer */
    uint32_t *viewer_camera; /* by viewer: the camera that it asks for */
    uint16_t *viewer_flags;  /* by viewer: SF_FLAG_INTEGRATION ... */
    bool *signed_in;         /* by viewer: has a session that has not expired */
    bool *linked;            /* by tenant: linked to the integration */
    bool *has_app;           /* by tenant: has an app of its own */
    bool blocked;            /* the kill switch is on */
};

/* May this viewer be served, as things stand? It is signed in, asks for its own tenant's camera,
 * and, on the integration's path, its tenant has linked it. The kill switch is another matter. */
bool sf_register_has_link(const struct sf_register *who, uint32_t viewer);

/* Evidence of an oracle: how often it could judge, and whether the run asked it to at all. */
struct sf_evidence {
    uint64_t count;
    bool wanted; /* false: nothing in this run concerns it (no kill switch was used ...) */
};

struct sf_oracle {
    const char *name;
    const char *invariant; /* one sentence */
    const char
        *amount_unit; /* of sf_finding.amount: "ppm of the picture", "bytes" ...; "" for none */
    uint64_t kinds;   /* bit set of the record kinds that it wants to see */
    size_t state_bytes;
    /* May be NULL. `homes_count` bounds tenants and cameras;
     * there are SF_VIEWERS_PER_HOME viewers for each. */
    void (*init)(void *state, struct sf_arena *arena, uint32_t homes_count);
    void (*see)(void *state, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings);
    struct sf_evidence (*evidence)(const void *state);
};

_Static_assert(SF_RECORD_KINDS_COUNT <= 64, "record kinds fit the bit set");

#define SF_SEES(kind) (UINT64_C(1) << SF_RECORD_##kind)

extern const struct sf_oracle sf_oracle_no_stray_pixels;
extern const struct sf_oracle sf_oracle_no_stray_bytes;
extern const struct sf_oracle sf_oracle_valid_link;
extern const struct sf_oracle sf_oracle_kill_switch;
extern const struct sf_oracle sf_oracle_unlinked;
extern const struct sf_oracle sf_oracle_recovery;
extern const struct sf_oracle sf_oracle_contract;
extern const struct sf_oracle sf_oracle_consent;
extern const struct sf_oracle sf_oracle_no_image_in_settings;
extern const struct sf_oracle sf_oracle_destinations;
extern const struct sf_oracle sf_oracle_whole_or_flagged;
extern const struct sf_oracle sf_oracle_monotonic;
extern const struct sf_oracle sf_oracle_fresh;
extern const struct sf_oracle sf_oracle_ends_once;

/* Every oracle, ended by NULL, in the order of their reports; and their names, ended by NULL. */
const struct sf_oracle *const *sf_oracles(void);
const char *const *sf_oracle_names(void);
enum { SF_ORACLES_MAX = 24 };

/* ---- the court: all oracles over one trace ---- */

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
    void *states[SF_ORACLES_MAX];
    struct sf_oracle_result results[SF_ORACLES_MAX];
    struct sf_findings *findings;
};

/* Everything comes from `arena`; `homes_count` as in sf_oracle.init. */
void sf_checker_init(struct sf_checker *checker, struct sf_arena *arena, uint32_t homes_count);

/* Fits struct sf_trace_listener. */
void sf_checker_hear(void *checker, const struct sf_record *records, uint32_t count);

/* After the last record. Fills court->results. Fail: any finding. Inconclusive: no finding, but a
 * wanted oracle has no evidence. */
enum sf_verdict sf_checker_close(struct sf_checker *checker);

#endif
