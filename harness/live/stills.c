/* Stills by capture, and three looks at an answer: its hash, its pixels, its bytes. */
#include "harness/live/stills.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/base/ids.h"
#include "harness/frame/inspect.h"
#include "harness/frame/ledger.h"
#include "harness/frame/still.h"

/* A mark's tenant is the run and the tenant. */
enum { TENANT_BITS = 11 };
_Static_assert((int)SF_LIVE_TENANTS_MAX == 1 << (int)TENANT_BITS, "a tenant fits its bits");
_Static_assert((int)SF_RUNS_COUNT << (int)TENANT_BITS == (int)SF_MARK_FIELD_MAX,
               "a run fits its bits");
_Static_assert((int)SF_LIVE_PLACES_MAX <= (int)SF_MARK_FIELD_MAX, "a place fits a mark's camera");

/* A whole still that went out: its hash, and what it is. */
struct known {
    uint64_t hash; /* 0: empty */
    struct sf_mark mark;
};

/* Of one tenant at one place: how many captures there are. */
struct camera {
    uint64_t key; /* 0: empty; otherwise 1 + place << TENANT_BITS | tenant */
    uint32_t captures_count;
};

struct sf_stills {
    struct sf_credentials credentials;
    struct sf_ledger *ledger;
    struct known *known; /* open addressing; a power of two */
    uint32_t known_count;
    uint32_t known_slots;
    struct camera *cameras; /* likewise */
    uint32_t cameras_count;
    uint32_t cameras_slots;
    size_t still_bytes_max;
    uint8_t *still;
};

static const char *const outcome_names[SF_OUTCOMES_COUNT] = {"own",   "other", "anonymous",
                                                             "error", "torn",  "leftover"};

const char *sf_outcome_name(enum sf_outcome outcome)
{
    SF_ASSERT(outcome < SF_OUTCOMES_COUNT);
    return outcome_names[outcome];
}

/* A still is a function of its mark. */
static void spec_of(struct sf_mark mark, char name[SF_TOKEN_BYTES], struct sf_still_spec *spec)
{
    uint32_t tenant = mark.tenant.index & (SF_LIVE_TENANTS_MAX - 1);
    if (tenant == SF_LIVE_ANONYMOUS) {
        snprintf(name, SF_TOKEN_BYTES, "anonymous");
    } else {
        snprintf(name, SF_TOKEN_BYTES, "tenant %u", tenant);
    }
    *spec = (struct sf_still_spec){
        .mark = mark,
        .width_px = SF_STILL_WIDTH_PX_DEFAULT,
        .height_px = SF_STILL_HEIGHT_PX_DEFAULT,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .scene = (enum sf_scene)(tenant % SF_SCENES_COUNT),
        .camera_name = name,
        .local_unix_s = 1577397600 + mark.capture, /* an evening; the mark tells, not the clock */
    };
}

static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    char name[SF_TOKEN_BYTES];
    struct sf_still_spec spec;
    (void)context;
    spec_of(mark, name, &spec);
    return sf_still_make(&spec, out, capacity);
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    char name[SF_TOKEN_BYTES];
    struct sf_still_spec spec;
    (void)context;
    spec_of(mark, name, &spec);
    return sf_still_blocks_between(&spec, still, count, from, to);
}

struct sf_stills *sf_stills_create(const struct sf_credentials *credentials)
{
    SF_ASSERT(credentials != NULL);
    struct sf_stills *stills = sf_alloc(1, sizeof *stills);
    stills->credentials = *credentials;
    stills->still_bytes_max =
        sf_still_bytes_max(SF_STILL_WIDTH_PX_DEFAULT, SF_STILL_HEIGHT_PX_DEFAULT);
    stills->still = sf_alloc(1, stills->still_bytes_max);
    stills->ledger =
        sf_ledger_create((struct sf_ledger_source){.remake = remake,
                                                   .blocks_between = blocks_between,
                                                   .still_bytes_max = stills->still_bytes_max});
    stills->known_slots = stills->cameras_slots = 1024;
    stills->known = sf_alloc(stills->known_slots, sizeof *stills->known);
    stills->cameras = sf_alloc(stills->cameras_slots, sizeof *stills->cameras);
    return stills;
}

void sf_stills_destroy(struct sf_stills *stills)
{
    if (stills == NULL) {
        return;
    }
    sf_ledger_destroy(stills->ledger);
    free(stills->known);
    free(stills->cameras);
    free(stills->still);
    free(stills);
}

static struct known *known_slot(struct known *slots, uint32_t slots_count, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (slots_count - 1);
    while (slots[at].hash != 0 && slots[at].hash != hash) {
        at = (at + 1) & (slots_count - 1);
    }
    return &slots[at];
}

static void know(struct sf_stills *stills, uint64_t hash, struct sf_mark mark)
{
    if (2 * (stills->known_count + 1) > stills->known_slots) {
        uint32_t slots_count = 2 * stills->known_slots;
        struct known *slots = sf_alloc(slots_count, sizeof *slots);
        for (uint32_t i = 0; i < stills->known_slots; i++) {
            if (stills->known[i].hash != 0) {
                *known_slot(slots, slots_count, stills->known[i].hash) = stills->known[i];
            }
        }
        free(stills->known);
        stills->known = slots;
        stills->known_slots = slots_count;
    }
    struct known *slot = known_slot(stills->known, stills->known_slots, hash);
    stills->known_count += slot->hash == 0;
    *slot = (struct known){.hash = hash, .mark = mark};
}

static struct camera *camera_slot(struct camera *slots, uint32_t slots_count, uint64_t key)
{
    uint32_t at = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (slots_count - 1);
    while (slots[at].key != 0 && slots[at].key != key) {
        at = (at + 1) & (slots_count - 1);
    }
    return &slots[at];
}

static struct camera *camera_of(struct sf_stills *stills, uint32_t tenant, uint32_t place)
{
    uint64_t key = 1 + ((uint64_t)place << TENANT_BITS | tenant);
    struct camera *camera = camera_slot(stills->cameras, stills->cameras_slots, key);
    if (camera->key != 0) {
        return camera;
    }
    if (2 * (stills->cameras_count + 1) > stills->cameras_slots) {
        uint32_t slots_count = 2 * stills->cameras_slots;
        struct camera *slots = sf_alloc(slots_count, sizeof *slots);
        for (uint32_t i = 0; i < stills->cameras_slots; i++) {
            if (stills->cameras[i].key != 0) {
                *camera_slot(slots, slots_count, stills->cameras[i].key) = stills->cameras[i];
            }
        }
        free(stills->cameras);
        stills->cameras = slots;
        stills->cameras_slots = slots_count;
        camera = camera_slot(slots, slots_count, key);
    }
    stills->cameras_count++;
    camera->key = key;
    return camera;
}

static uint64_t hash_of(const uint8_t *bytes, size_t count)
{
    uint64_t hash = sf_hash(bytes, count);
    return hash != 0 ? hash : 1;
}

size_t sf_stills_make(struct sf_stills *stills, uint32_t tenant, uint32_t place, bool again,
                      const uint8_t **bytes_out)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(bytes_out != NULL);
    SF_ASSERT(tenant < SF_LIVE_TENANTS_MAX);
    SF_ASSERT(place < SF_LIVE_PLACES_MAX);
    struct camera *camera = camera_of(stills, tenant, place);
    bool new_one = !again || camera->captures_count == 0;
    camera->captures_count += new_one;
    SF_ASSERT(camera->captures_count < SF_MARK_FIELD_MAX);
    struct sf_mark mark = {.tenant = {stills->credentials.run << TENANT_BITS | tenant},
                           .camera = {place},
                           .capture = camera->captures_count - 1};
    size_t count = remake(NULL, mark, stills->still, stills->still_bytes_max);
    if (new_one) {
        know(stills, hash_of(stills->still, count), mark);
        sf_ledger_capture(stills->ledger, mark, 0);
    }
    *bytes_out = stills->still;
    return count;
}

/* What the looks found, added up. */
struct looks {
    bool own;
    bool anonymous;
    bool leftover;
    uint32_t other; /* the first tenant, or SF_NOBODY */
};

static void note_owner(const struct sf_stills *stills, uint32_t viewer, struct sf_mark owner,
                       struct looks *looks)
{
    uint32_t tenant = owner.tenant.index & (SF_LIVE_TENANTS_MAX - 1);
    if (owner.tenant.index >> TENANT_BITS != stills->credentials.run) {
        looks->leftover = true;
    } else if (tenant == viewer) {
        looks->own = true;
    } else if (tenant == SF_LIVE_ANONYMOUS) {
        looks->anonymous = true;
    } else if (looks->other == SF_NOBODY) {
        looks->other = tenant;
    }
}

static enum sf_outcome outcome_of(const struct looks *looks, bool whole)
{
    if (looks->other != SF_NOBODY) {
        return SF_OUTCOME_OTHER;
    }
    if (looks->leftover) {
        return SF_OUTCOME_LEFTOVER;
    }
    if (looks->own) {
        return whole && !looks->anonymous ? SF_OUTCOME_OWN : SF_OUTCOME_TORN;
    }
    return looks->anonymous ? SF_OUTCOME_ANONYMOUS : SF_OUTCOME_ERROR;
}

/* Not one whole still of this run: a piece, a mixture, another encoding, an earlier run's. */
static bool look_closely(struct sf_stills *stills, uint32_t viewer, const uint8_t *bytes,
                         size_t count, struct looks *looks)
{
    struct sf_inspection inspection;
    sf_inspect(bytes, count, &inspection);
    for (uint32_t i = 0; i < inspection.owners_count; i++) {
        note_owner(stills, viewer, inspection.owners[i].owner, looks);
    }
    struct sf_byte_attribution attribution;
    sf_ledger_attribute(stills->ledger, bytes, count, &attribution);
    for (uint32_t i = 0; i < attribution.owners_count; i++) {
        note_owner(stills, viewer, attribution.owners[i].owner, looks);
    }
    return inspection.decodable && !inspection.damaged && inspection.unreadable_ppm < 200000;
}

static void conclude(const struct looks *looks, bool whole, struct sf_seen *seen)
{
    seen->outcome = outcome_of(looks, whole);
    seen->owner = looks->other;
}

bool sf_stills_recognise(const struct sf_stills *stills, uint32_t tenant, const uint8_t *bytes,
                         size_t count, bool whole, struct sf_seen *seen)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(seen != NULL);
    SF_ASSERT(tenant < SF_LIVE_TENANTS_MAX);
    struct looks looks = {.other = SF_NOBODY};
    *seen = (struct sf_seen){.outcome = SF_OUTCOME_ERROR, .owner = SF_NOBODY};
    if (count == 0) {
        return true;
    }
    const struct known *known =
        known_slot(stills->known, stills->known_slots, hash_of(bytes, count));
    if (known->hash == 0) {
        return false;
    }
    seen->capture = known->mark.capture;
    note_owner(stills, tenant, known->mark, &looks);
    conclude(&looks, whole, seen);
    return true;
}

void sf_stills_judge(struct sf_stills *stills, uint32_t tenant, const uint8_t *bytes, size_t count,
                     bool whole, struct sf_seen *seen)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(seen != NULL);
    SF_ASSERT(tenant < SF_LIVE_TENANTS_MAX);
    if (!sf_stills_recognise(stills, tenant, bytes, count, whole, seen)) {
        struct looks looks = {.other = SF_NOBODY};
        whole = look_closely(stills, tenant, bytes, count, &looks) && whole;
        conclude(&looks, whole, seen);
    }
}
