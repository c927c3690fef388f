#include "harness/replay/life.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"

/* A story that is being heard. */
struct thread {
    struct sf_life story;
    uint32_t viewer;
    uint32_t camera;   /* whose still it is; as many as tenants, under the same numbers */
    sf_ns until_ns;    /* when the exhibit was shown */
    uint32_t transfer; /* which the still travels in; UINT32_MAX before its first packet */
    uint32_t answer_transfer;
    bool newest; /* the camera has captured nothing after it */
    bool answering;
    bool over;
};

struct sf_biographer {
    uint32_t threads_count;
    struct thread threads[SF_EXHIBITS_MAX];
};

/* The stranger with the largest share; NULL for none. */
static const struct sf_exhibit_owner *stranger_of(const struct sf_exhibit *exhibit)
{
    const struct sf_exhibit_owner *largest = NULL;
    for (uint32_t i = 0; i < exhibit->owners_count && i < SF_EXHIBIT_OWNERS_MAX; i++) {
        const struct sf_exhibit_owner *owner = &exhibit->owners[i];
        if (owner->tenant != exhibit->tenant &&
            (largest == NULL || owner->share_ppm > largest->share_ppm)) {
            largest = owner;
        }
    }
    return largest;
}

struct sf_biographer *sf_biographer_create(const struct sf_exhibits *exhibits)
{
    struct sf_biographer *teller = sf_alloc(1, sizeof *teller);
    teller->threads_count = exhibits->count;
    for (uint32_t i = 0; i < exhibits->count; i++) {
        const struct sf_exhibit_owner *stranger = stranger_of(&exhibits->items[i]);
        struct thread *thread = &teller->threads[i];
        *thread = (struct thread){.over = stranger == NULL};
        if (stranger == NULL) {
            continue;
        }
        thread->viewer = exhibits->items[i].viewer;
        thread->camera = stranger->tenant;
        thread->until_ns = exhibits->items[i].at_ns;
        thread->story = (struct sf_life){
            .owner = stranger->tenant,
            .capture = stranger->capture,
            .captured_ns = SF_NS_NEVER,
            .begun_ns = SF_NS_NEVER,
            .ended_ns = SF_NS_NEVER,
            .owner_saw_ns = SF_NS_NEVER,
            .asked_ns = SF_NS_NEVER,
            .admitted_ns = SF_NS_NEVER,
            .answered_ns = SF_NS_NEVER,
            .shown_ns = SF_NS_NEVER,
        };
    }
    return teller;
}

void sf_biographer_destroy(struct sf_biographer *teller)
{
    free(teller);
}

/* ---- the still on its way to the cloud ---- */

static void hear_camera(struct thread *thread, const struct sf_record *record)
{
    struct sf_life *story = &thread->story;
    bool this_still = record->a == story->capture;
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAPTURE:
        thread->newest = this_still;
        if (this_still) {
            thread->transfer = UINT32_MAX;
            story->captured_ns = record->at_ns;
            story->still_bytes = record->b;
        }
        return;
    case SF_RECORD_UPLOAD_BEGUN:
        story->begun_ns = this_still ? record->at_ns : story->begun_ns;
        return;
    case SF_RECORD_UPLOAD_ENDED:
        if (this_still) {
            story->ended_ns = record->at_ns;
            story->whole = record->flags == 0;
            story->received_bytes = record->b;
        }
        return;
    case SF_RECORD_FETCH_ENDED:
        if (thread->newest && story->begun_ns == SF_NS_NEVER) {
            story->ended_ns = record->at_ns;
            story->fetched = 1;
            story->whole = record->flags == 0;
            story->received_bytes = record->b;
        }
        return;
    default: /* the rest: no part of this story */
        return;
    }
}

static void count_packet(const struct sf_record *record, uint32_t *count, uint32_t *lost_count)
{
    *count += 1;
    *lost_count += (record->flags & (SF_FATE_LOST | SF_FATE_OVER_LIMIT)) != 0;
}

/* The camera's first packet after the capture says which transfer the still is. Its packets are
 * sent again while the camera captures the next; when all have arrived, the number goes to another.
 */
static void hear_packet(struct thread *thread, const struct sf_record *record)
{
    struct sf_life *story = &thread->story;
    if ((record->flags & SF_FATE_ACK) != 0) {
        return;
    }
    bool under_way = story->captured_ns != SF_NS_NEVER && story->ended_ns == SF_NS_NEVER;
    if (under_way && record->who == 2 * thread->camera) {
        if (thread->transfer == UINT32_MAX && record->at_ns == story->captured_ns) {
            thread->transfer = record->a;
        }
        if (record->a == thread->transfer) {
            count_packet(record, &story->packets_count, &story->packets_lost_count);
        }
    }
    if (thread->answering && record->who == (thread->viewer / SF_VIEWERS_PER_HOME) * 2 + 1 &&
        record->a == thread->answer_transfer) {
        count_packet(record, &story->answer_packets_count, &story->answer_packets_lost_count);
    }
}

/* ---- the request that it was the answer to ---- */

static void hear_viewer(struct thread *thread, const struct sf_record *record)
{
    struct sf_life *story = &thread->story;
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_ASK:
        story->asked_ns = record->at_ns;
        story->admitted_ns = SF_NS_NEVER;
        story->answered_ns = SF_NS_NEVER;
        story->answer_packets_count = 0;
        story->answer_packets_lost_count = 0;
        thread->answering = false;
        return;
    case SF_RECORD_ADMITTED:
        story->admitted_ns = record->at_ns;
        return;
    case SF_RECORD_ANSWERED:
        story->answered_ns = record->at_ns;
        thread->answer_transfer = record->b;
        thread->answering = true;
        return;
    case SF_RECORD_SHOWN:
        if (record->at_ns == thread->until_ns) {
            story->shown_ns = record->at_ns;
            story->told = story->captured_ns != SF_NS_NEVER;
            thread->over = true;
        }
        return;
    default: /* the rest: no part of this story */
        return;
    }
}

/* Who else has been shown it. */
static void hear_seen(struct thread *thread, const struct sf_record *record)
{
    struct sf_life *story = &thread->story;
    if (record->b != thread->camera || record->d >> 32 != story->capture ||
        record->who == thread->viewer) {
        return;
    }
    if (record->who / SF_VIEWERS_PER_HOME != thread->camera) {
        story->others_count++;
    } else if (story->owner_saw_ns == SF_NS_NEVER) {
        story->owner_saw_ns = record->at_ns;
    }
}

static void hear(struct thread *thread, const struct sf_record *record)
{
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_PACKET:
        hear_packet(thread, record);
        return;
    case SF_RECORD_CAPTURE:
    case SF_RECORD_UPLOAD_BEGUN:
    case SF_RECORD_UPLOAD_ENDED:
    case SF_RECORD_FETCH_ENDED:
        if (record->who == thread->camera) {
            hear_camera(thread, record);
        }
        return;
    case SF_RECORD_SEEN:
        hear_seen(thread, record);
        return;
    case SF_RECORD_ASK:
    case SF_RECORD_ADMITTED:
    case SF_RECORD_ANSWERED:
    case SF_RECORD_SHOWN:
        if (record->who == thread->viewer) {
            hear_viewer(thread, record);
        }
        return;
    default: /* the rest: no part of this story */
        return;
    }
}

void sf_biographer_hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct sf_biographer *teller = context;
    for (uint32_t t = 0; t < teller->threads_count; t++) {
        struct thread *thread = &teller->threads[t];
        for (uint32_t i = 0; i < count && !thread->over; i++) {
            hear(thread, &records[i]);
        }
    }
}

void sf_biographer_tell(const struct sf_biographer *teller, struct sf_lives *stories)
{
    memset(stories, 0, sizeof *stories);
    for (uint32_t i = 0; i < teller->threads_count; i++) {
        if (teller->threads[i].story.told != 0) {
            stories->items[i] = teller->threads[i].story;
        }
    }
}
