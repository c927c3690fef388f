/* Stills by capture in a book, and the judge's records of what a viewer got. */
#include "harness/live/stills.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/frame/inspect.h"
#include "harness/judge/judge.h"

/* A mark's tenant is the run and the tenant; its camera is the number of the tenant's camera at the
 * place, in the order in which they were first needed. */
enum { TENANT_BITS = 11, EVENING_UNIX_S = 1577397600 };
_Static_assert((int)SF_LIVE_TENANTS_MAX == 1 << (int)TENANT_BITS, "a tenant fits its bits");
_Static_assert((int)SF_RUNS_COUNT << (int)TENANT_BITS == (int)SF_MARK_FIELD_MAX,
               "a run fits its bits");

/* A whole still that went out: its hash, and what it is. */
struct known {
    uint64_t hash; /* 0: empty */
    struct sf_mark mark;
};

/* Of one tenant at one place: its number in the book. */
struct camera {
    uint64_t key; /* 0: empty; otherwise 1 + place << TENANT_BITS | tenant */
    struct sf_camera_id id;
};

struct sf_stills {
    struct sf_credentials credentials;
    struct sf_book *book;
    struct known *known; /* open addressing; a power of two */
    uint32_t known_count;
    uint32_t known_slots;
    struct camera *cameras; /* likewise */
    uint32_t cameras_count;
    uint32_t cameras_slots;
    uint8_t *still;
    sf_ns began_ns;                /* 0: no still has been made */
    char (*names)[SF_TOKEN_BYTES]; /* by tenant */
    void (*made)(void *context, const struct sf_still_made *made);
    void *made_context;
};

struct sf_stills *sf_stills_create(const struct sf_credentials *credentials, int64_t start_unix_s)
{
    SF_ASSERT(credentials != NULL);
    struct sf_stills *stills = sf_alloc(1, sizeof *stills);
    const struct sf_book_stills all = {.width_px = SF_STILL_WIDTH_PX_DEFAULT,
                                       .height_px = SF_STILL_HEIGHT_PX_DEFAULT,
                                       .quality = SF_STILL_QUALITY_DEFAULT,
                                       .start_unix_s =
                                           start_unix_s != 0 ? start_unix_s : EVENING_UNIX_S};
    stills->credentials = *credentials;
    stills->book = sf_book_create();
    sf_book_reset(stills->book, &all, 0);
    stills->still = sf_alloc(1, sf_book_still_bytes_max(stills->book));
    stills->names = sf_alloc(SF_LIVE_TENANTS_MAX, sizeof *stills->names);
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
    sf_book_destroy(stills->book);
    free(stills->known);
    free(stills->cameras);
    free(stills->names);
    free(stills->still);
    free(stills);
}

void sf_stills_begin(struct sf_stills *stills, sf_ns now_ns)
{
    SF_ASSERT(stills != NULL);
    stills->began_ns = now_ns;
}

void sf_stills_listen(struct sf_stills *stills,
                      void (*made)(void *context, const struct sf_still_made *made), void *context)
{
    SF_ASSERT(stills != NULL);
    stills->made = made;
    stills->made_context = context;
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

static struct sf_tenant_id marked_tenant(const struct sf_stills *stills, uint32_t tenant)
{
    return sf_tenant_id(stills->credentials.run << TENANT_BITS | tenant);
}

static uint32_t tenant_of_mark(struct sf_tenant_id marked)
{
    return marked.index & (SF_LIVE_TENANTS_MAX - 1);
}

static struct sf_camera_id add_camera(struct sf_stills *stills, uint32_t tenant)
{
    char *name = stills->names[tenant];
    if (tenant == SF_LIVE_ANONYMOUS) {
        snprintf(name, SF_TOKEN_BYTES, "anonymous");
    } else {
        snprintf(name, SF_TOKEN_BYTES, "tenant %u", tenant);
    }
    return sf_book_add_camera(stills->book, &(struct sf_book_camera){
                                                .tenant = marked_tenant(stills, tenant),
                                                .scene = (enum sf_scene)(tenant % SF_SCENES_COUNT),
                                                .name = name,
                                            });
}

static void grow_cameras(struct sf_stills *stills)
{
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
}

static struct sf_camera_id camera_of(struct sf_stills *stills, uint32_t tenant, uint32_t place)
{
    SF_ASSERT(tenant < SF_LIVE_TENANTS_MAX);
    SF_ASSERT(place < SF_LIVE_PLACES_MAX);
    uint64_t key = 1 + ((uint64_t)place << TENANT_BITS | tenant);
    struct camera *camera = camera_slot(stills->cameras, stills->cameras_slots, key);
    if (camera->key == 0) {
        if (2 * (stills->cameras_count + 1) > stills->cameras_slots) {
            grow_cameras(stills);
            camera = camera_slot(stills->cameras, stills->cameras_slots, key);
        }
        stills->cameras_count++;
        *camera = (struct camera){.key = key, .id = add_camera(stills, tenant)};
    }
    return camera->id;
}

static uint64_t hash_of(const uint8_t *bytes, size_t count)
{
    uint64_t hash = sf_hash(bytes, count);
    return hash != 0 ? hash : 1;
}

/* ---- making ---- */

static size_t make_new(struct sf_stills *stills, uint32_t tenant, uint32_t place,
                       struct sf_camera_id camera, sf_ns now_ns)
{
    struct sf_still_spec spec;
    stills->began_ns = stills->began_ns != 0 ? stills->began_ns : now_ns;
    uint32_t capture = sf_book_captures_count(stills->book, camera);
    int64_t local_s = sf_book_start_unix_s(stills->book) + (now_ns - stills->began_ns) / SF_SECOND;
    sf_book_spec(stills->book, camera, capture, local_s, false, &spec);
    size_t count = sf_still_make(&spec, stills->still, sf_book_still_bytes_max(stills->book));
    struct sf_book_capture made = {
        .owner = spec.mark.tenant,
        .local_unix_s = local_s,
        .hash = hash_of(stills->still, count),
    };
    sf_book_add(stills->book, camera, &made);
    know(stills, made.hash, spec.mark);
    if (stills->made != NULL) {
        stills->made(stills->made_context, &(struct sf_still_made){.tenant = tenant,
                                                                   .place = place,
                                                                   .capture = capture,
                                                                   .bytes = (uint32_t)count,
                                                                   .hash = made.hash,
                                                                   .local_s = local_s});
    }
    return count;
}

size_t sf_stills_make(struct sf_stills *stills, uint32_t tenant, uint32_t place, bool again,
                      sf_ns now_ns, const uint8_t **bytes_out)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(bytes_out != NULL);
    struct sf_camera_id camera = camera_of(stills, tenant, place);
    uint32_t captures_count = sf_book_captures_count(stills->book, camera);
    *bytes_out = stills->still;
    if (!again || captures_count == 0) {
        return make_new(stills, tenant, place, camera, now_ns);
    }
    size_t count;
    struct sf_mark latest = {marked_tenant(stills, tenant), camera, captures_count - 1};
    *bytes_out = sf_book_remake(stills->book, latest, &count);
    return count;
}

/* ---- judging ---- */

/* What the judge says of one answer, on its way into the trace. */
struct passage {
    const struct sf_stills_trace *trace;
    bool known; /* something of this run is in it */
};

static bool is_anonymous(struct sf_tenant_id marked)
{
    return !sf_tenant_is_none(marked) && tenant_of_mark(marked) == SF_LIVE_ANONYMOUS;
}

/* The tenant and the camera of the trace in place of the mark's. */
static struct sf_record part_for_trace(struct sf_record record)
{
    if (record.kind == SF_RECORD_BYTES) {
        struct sf_bytes_record bytes = sf_bytes_of(&record);
        bytes.tenant = sf_tenant_id(tenant_of_mark(bytes.tenant));
        bytes.camera = sf_camera_id(bytes.tenant.index);
        return sf_record_bytes(bytes);
    }
    struct sf_seen_record seen = sf_seen_of(&record);
    seen.tenant = sf_tenant_id(tenant_of_mark(seen.tenant));
    seen.camera = sf_camera_id(seen.tenant.index);
    return sf_record_seen(seen);
}

static void pass_on(void *context, struct sf_record record)
{
    struct passage *passage = context;
    if (record.kind == SF_RECORD_BYTES || record.kind == SF_RECORD_SEEN) {
        struct sf_tenant_id owner = record.kind == SF_RECORD_BYTES ? sf_bytes_of(&record).tenant
                                                                   : sf_seen_of(&record).tenant;
        passage->known = true;
        if (is_anonymous(owner)) {
            return;
        }
        record = part_for_trace(record);
    } else if (record.kind == SF_RECORD_SHOWN) {
        struct sf_shown_record shown = sf_shown_of(&record);
        bool none = sf_tenant_is_none(shown.largest_share) || is_anonymous(shown.largest_share);
        shown.largest_share =
            none ? sf_tenant_id(SF_NOBODY) : sf_tenant_id(tenant_of_mark(shown.largest_share));
        record = sf_record_shown(shown);
    }
    passage->trace->add(passage->trace->context, record);
}

/* What was kept just now has tenants as marks name them. */
static void name_for_trace(struct sf_exhibits *exhibits)
{
    for (uint32_t i = 0; i < exhibits->count; i++) {
        struct sf_exhibit *item = &exhibits->items[i];
        item->tenant = sf_tenant_id(tenant_of_mark(item->tenant));
        for (uint32_t j = 0; j < item->owners_count; j++) {
            item->owners[j].tenant = sf_tenant_id(tenant_of_mark(item->owners[j].tenant));
        }
    }
}

static bool find_known(void *context, uint64_t hash, struct sf_mark *mark_out)
{
    const struct sf_stills *stills = context;
    const struct known *known =
        known_slot(stills->known, stills->known_slots, hash != 0 ? hash : 1);
    *mark_out = known->mark;
    return known->hash != 0;
}

bool sf_stills_know(const struct sf_stills *stills, const uint8_t *bytes, size_t count, bool whole)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    return count == 0 ||
           (whole &&
            known_slot(stills->known, stills->known_slots, hash_of(bytes, count))->hash != 0);
}

/* Does a picture in which nothing of this run was found carry an earlier run's mark? */
static bool is_leftover(const struct sf_stills *stills, const struct sf_received *received)
{
    struct sf_inspection seen;
    sf_inspect(received->bytes, received->count, &seen);
    for (uint32_t i = 0; i < seen.owners_count; i++) {
        if (seen.owners[i].owner.tenant.index >> TENANT_BITS != stills->credentials.run) {
            return true;
        }
    }
    return false;
}

static void give_up(const struct sf_received *received, struct sf_viewer_id viewer,
                    const struct sf_stills_trace *trace)
{
    trace->add(trace->context,
               SF_RECORD(gave_up, .at_ns = received->at_ns, .viewer = viewer,
                         .bytes = (uint32_t)received->count, .request = received->request));
}

bool sf_stills_judge(struct sf_stills *stills, const struct sf_received *received,
                     const struct sf_stills_trace *trace)
{
    SF_ASSERT(stills != NULL);
    SF_ASSERT(received != NULL);
    SF_ASSERT(trace != NULL);
    SF_ASSERT(received->count <= UINT32_MAX - 1);
    struct sf_viewer_id viewer =
        sf_viewer_of_home((struct sf_home_id){received->tenant}, SF_VIEWER_IS_HUB);
    if (received->count == 0) {
        give_up(received, viewer, trace);
        return false;
    }
    struct passage passage = {.trace = trace};
    struct sf_judge judge = {.book = stills->book,
                             .record = pass_on,
                             .context = &passage,
                             .find = find_known,
                             .find_context = stills,
                             .exhibits = trace->exhibits};
    uint32_t count = (uint32_t)received->count;
    struct sf_byte_range range = {0, count};
    struct sf_delivery delivery = {
        .at_ns = received->at_ns,
        .viewer = viewer,
        .tenant = marked_tenant(stills, received->tenant),
        .camera = camera_of(stills, received->tenant, received->place),
        .owner = marked_tenant(stills, received->tenant),
        .request = received->request,
        .flags = SF_FLAG_INTEGRATION,
        .bytes = received->bytes,
        .total_bytes = received->whole ? count : count + 1,
        .ranges = &range,
        .ranges_count = 1,
        .arrived_at_ns = received->at_ns,
        .picture = received->display ? received->bytes : NULL,
        .picture_bytes = received->display ? count : 0,
    };
    sf_judge_delivery(&judge, &delivery,
                      !received->display ? SF_JUDGE_NOT_SHOWN
                      : received->whole  ? SF_JUDGE_SHOWN
                                         : SF_JUDGE_PARTIAL);
    if (trace->exhibits != NULL && judge.strays_count > 0) {
        name_for_trace(trace->exhibits);
    }
    if (!received->display) {
        give_up(received, viewer, trace);
    }
    return !passage.known && is_leftover(stills, received);
}
