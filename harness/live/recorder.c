#include "harness/live/recorder.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

/* An answer that is judged when the run is over. */
struct sf_kept_answer {
    struct sf_kept_answer *next; /* that came before */
    struct sf_received received; /* whose bytes are owned */
};

static struct sf_viewer_id hub_of(uint32_t tenant)
{
    return sf_viewer_of_home((struct sf_home_id){tenant}, SF_VIEWER_IS_HUB);
}

static void add(struct sf_recorder *recorder, struct sf_record record)
{
    if (recorder->count == recorder->capacity) {
        recorder->capacity = recorder->capacity > 0 ? 2 * recorder->capacity : 64;
        recorder->records =
            sf_realloc(recorder->records, recorder->capacity, sizeof *recorder->records);
    }
    recorder->records[recorder->count++] = record;
}

static void add_record(void *context, struct sf_record record)
{
    add(context, record);
}

/* Cameras, then viewers, then links: as the simulation begins a trace. */
void sf_recorder_begin(struct sf_recorder *recorder, uint32_t homes_count, sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    SF_ASSERT(recorder->stills != NULL);
    SF_ASSERT(recorder->credentials != NULL);
    SF_ASSERT(homes_count <= SF_LIVE_ANONYMOUS);
    recorder->began_ns = now_ns;
    add(recorder, SF_RECORD(live, .what = SF_LIVE_BEGINS));
    for (uint32_t i = 0; i < homes_count; i++) {
        add(recorder, SF_RECORD(camera, .camera = sf_camera_id(i), .tenant = sf_tenant_id(i)));
    }
    for (uint32_t i = 0; i < homes_count; i++) {
        add(recorder, SF_RECORD(viewer, .viewer = hub_of(i), .tenant = sf_tenant_id(i),
                                .camera = sf_camera_id(i), .flags = SF_FLAG_INTEGRATION));
    }
    for (uint32_t i = 0; i < homes_count; i++) {
        add(recorder, SF_RECORD(link, .tenant = sf_tenant_id(i), .linked = true));
    }
}

static void drop_kept(struct sf_recorder *recorder)
{
    struct sf_kept_answer *kept = recorder->kept;
    recorder->kept = kept->next;
    free((void *)(uintptr_t)kept->received.bytes);
    free(kept);
}

void sf_recorder_fini(struct sf_recorder *recorder)
{
    SF_ASSERT(recorder != NULL);
    while (recorder->kept != NULL) {
        drop_kept(recorder);
    }
    free(recorder->records);
    free(recorder->leftovers);
    *recorder = (struct sf_recorder){0};
}

static sf_ns at(const struct sf_recorder *recorder, sf_ns now_ns)
{
    SF_ASSERT(now_ns >= recorder->began_ns);
    return now_ns - recorder->began_ns;
}

void sf_recorder_made(struct sf_recorder *recorder, const struct sf_still_made *made, sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    SF_ASSERT(made != NULL);
    if (made->tenant != SF_LIVE_ANONYMOUS) {
        add(recorder,
            SF_RECORD(capture, .at_ns = at(recorder, now_ns), .camera = sf_camera_id(made->tenant),
                      .capture = made->capture, .bytes = made->bytes, .local_s = made->local_s,
                      .hash = made->hash));
    }
}

void sf_recorder_event(struct sf_recorder *recorder, enum sf_live_event event, sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    add(recorder, SF_RECORD(live, .at_ns = at(recorder, now_ns), .what = event));
}

uint64_t sf_recorder_request(uint32_t tenant, uint32_t number)
{
    return (uint64_t)hub_of(tenant).index << 32 | number;
}

void sf_recorder_asked(struct sf_recorder *recorder, uint32_t tenant, uint64_t request,
                       sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    add(recorder, SF_RECORD(ask, .at_ns = at(recorder, now_ns), .viewer = hub_of(tenant),
                            .camera = sf_camera_id(tenant), .request = request));
}

/* ---- answers ---- */

struct credentials {
    struct sf_recorder *recorder;
    sf_ns at_ns;
    uint32_t tenant; /* of the viewer */
    uint64_t request;
};

static void note_credential(void *context, uint32_t tenant)
{
    const struct credentials *found = context;
    add(found->recorder, SF_RECORD(issued, .at_ns = found->at_ns, .viewer = hub_of(found->tenant),
                                   .tenant = sf_tenant_id(tenant), .request = found->request));
}

static void judge(struct sf_recorder *recorder, const struct sf_received *received)
{
    const struct sf_stills_trace trace = {
        .add = add_record, .context = recorder, .exhibits = recorder->exhibits};
    if (sf_stills_judge(recorder->stills, received, &trace)) {
        uint32_t count = ++recorder->leftovers_count;
        recorder->leftovers = sf_realloc(recorder->leftovers, count, sizeof *recorder->leftovers);
        recorder->leftovers[count - 1] = received->request;
    }
}

static void keep(struct sf_recorder *recorder, const struct sf_received *received)
{
    struct sf_kept_answer *kept = sf_alloc(1, sizeof *kept);
    uint8_t *copy = sf_alloc(received->count, 1);
    for (size_t i = 0; i < received->count; i++) {
        copy[i] = received->bytes[i];
    }
    *kept = (struct sf_kept_answer){.next = recorder->kept, .received = *received};
    kept->received.bytes = copy;
    recorder->kept = kept;
}

void sf_recorder_answered(struct sf_recorder *recorder, uint32_t tenant, uint32_t place,
                          uint64_t request, const struct sf_answer *answer, sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    SF_ASSERT(answer != NULL);
    const struct sf_received received = {
        .at_ns = at(recorder, now_ns),
        .tenant = tenant,
        .place = place,
        .request = request,
        .bytes = answer->bytes,
        .count = answer->count,
        .whole = answer->whole,
        .display = answer->status < 400,
    };
    struct credentials search = {recorder, received.at_ns, tenant, request};
    sf_credentials_find(recorder->credentials, answer->headers, note_credential, &search);
    if (sf_stills_know(recorder->stills, answer->bytes, answer->count, answer->whole)) {
        judge(recorder, &received);
    } else {
        keep(recorder, &received);
    }
}

/* ---- the end ---- */

/* The order of the answers, which are kept the latest first. */
static void judge_kept(struct sf_recorder *recorder)
{
    struct sf_kept_answer *in_order = NULL;
    while (recorder->kept != NULL) {
        struct sf_kept_answer *kept = recorder->kept;
        recorder->kept = kept->next;
        kept->next = in_order;
        in_order = kept;
    }
    recorder->kept = in_order;
    while (recorder->kept != NULL) {
        judge(recorder, &recorder->kept->received);
        drop_kept(recorder);
    }
}

struct placed {
    sf_ns at_ns;
    uint32_t place;
};

static int compare(const void *one, const void *other)
{
    const struct placed *a = one;
    const struct placed *b = other;
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
}

/* In the order of time; what happened at one time stays in the order in which it was recorded. */
static void sort(struct sf_recorder *recorder)
{
    struct placed *placed = sf_alloc(recorder->count, sizeof *placed);
    struct sf_record *sorted = sf_alloc(recorder->count, sizeof *sorted);
    for (uint32_t i = 0; i < recorder->count; i++) {
        placed[i] = (struct placed){recorder->records[i].at_ns, i};
    }
    qsort(placed, recorder->count, sizeof *placed, compare);
    for (uint32_t i = 0; i < recorder->count; i++) {
        sorted[i] = recorder->records[placed[i].place];
    }
    free(placed);
    free(recorder->records);
    recorder->records = sorted;
    recorder->capacity = recorder->count;
}

void sf_recorder_end(struct sf_recorder *recorder, sf_ns now_ns)
{
    SF_ASSERT(recorder != NULL);
    SF_ASSERT(recorder->count > 0);
    judge_kept(recorder);
    add(recorder, SF_RECORD(end, .at_ns = at(recorder, now_ns)));
    sort(recorder);
}
