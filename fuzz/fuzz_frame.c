/* Any bytes as a delivered picture: marks are read, and bytes attributed to captures. Either the
 * bytes are the picture, or changes of two real stills: the first byte decides. Shares add up, and
 * both checks say the same again. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/inspect.h"
#include "harness/frame/ledger.h"
#include "harness/frame/still.h"

enum { WIDTH_PX = 128, HEIGHT_PX = 64, CAMERAS_COUNT = 3, CAPTURES_COUNT = 2, CHANGE_BYTES = 3 };

static struct {
    struct sf_ledger *ledger;
    uint8_t *stills[2];
    size_t counts[2];
    size_t capacity;
} frame;

static struct sf_still_spec spec_of(struct sf_mark mark)
{
    return (struct sf_still_spec){
        .mark = mark,
        .width_px = WIDTH_PX,
        .height_px = HEIGHT_PX,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .camera_name = "Hall",
        .local_unix_s = 1577402047,
    };
}

static struct sf_mark mark_of(uint32_t camera, uint32_t capture)
{
    return (struct sf_mark){{camera + 1}, {camera + 1}, capture};
}

static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    (void)context;
    const struct sf_still_spec spec = spec_of(mark);
    return sf_still_make(&spec, out, capacity);
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    (void)context;
    const struct sf_still_spec spec = spec_of(mark);
    return sf_still_blocks_between(&spec, still, count, from, to);
}

static void report_captures(void)
{
    sf_ledger_reset(frame.ledger);
    for (uint32_t camera = 0; camera < CAMERAS_COUNT; camera++) {
        for (uint32_t capture = 0; capture < CAPTURES_COUNT; capture++) {
            sf_ledger_capture(frame.ledger, mark_of(camera, capture), 1);
        }
    }
}

void sf_fuzz_frame_start(void)
{
    if (frame.ledger != NULL) {
        return;
    }
    frame.capacity = sf_still_bytes_max(WIDTH_PX, HEIGHT_PX);
    frame.ledger = sf_ledger_create((struct sf_ledger_source){
        .remake = remake, .blocks_between = blocks_between, .still_bytes_max = frame.capacity});
    for (uint32_t i = 0; i < 2; i++) {
        frame.stills[i] = sf_alloc(frame.capacity, 1);
        frame.counts[i] = remake(NULL, mark_of(i, i), frame.stills[i], frame.capacity);
    }
}

/* Three bytes a change: an even one sets a byte, an odd one goes on with the other still. */
static size_t changed(const uint8_t *data, size_t size, uint8_t *out)
{
    size_t count = frame.counts[0];
    memcpy(out, frame.stills[0], count);
    for (; size >= CHANGE_BYTES; data += CHANGE_BYTES, size -= CHANGE_BYTES) {
        size_t at = (data[0] + 256U * data[1]) / 2 % frame.counts[0];
        if (data[0] % 2 == 0) {
            out[at] = data[2];
        } else {
            const size_t other = data[2] % 2;
            count = frame.counts[other];
            if (at < count) {
                memcpy(out + at, frame.stills[other] + at, count - at);
            }
        }
    }
    return count;
}

static void check(const uint8_t *bytes, size_t count)
{
    struct sf_inspection seen;
    struct sf_byte_attribution given;
    memset(&seen, 0, sizeof seen);
    memset(&given, 0, sizeof given);
    sf_inspect(bytes, count, &seen);
    uint64_t ppm = (uint64_t)seen.further_ppm + seen.unreadable_ppm;
    SF_ASSERT(seen.owners_count <= SF_INSPECTION_OWNERS_MAX);
    for (uint32_t i = 0; i < seen.owners_count; i++) {
        ppm += seen.owners[i].share_ppm;
    }
    SF_ASSERT(ppm == 1000000);
    report_captures();
    sf_ledger_attribute(frame.ledger, bytes, count, &given);
    uint64_t sum = (uint64_t)given.further_bytes + given.shared_bytes + given.unattributed_bytes;
    for (uint32_t i = 0; i < given.owners_count; i++) {
        sum += given.owners[i].bytes_count;
        SF_ASSERT(given.owners[i].owner.tenant.index <= CAMERAS_COUNT);
    }
    SF_ASSERT(sum == count);
    sf_ledger_check(frame.ledger);
}

int sf_fuzz_frame(const uint8_t *data, size_t size)
{
    sf_fuzz_frame_start();
    if (size < 2) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        check(data + 1, size - 1);
        return 0;
    }
    uint8_t *bytes = sf_alloc(2 * frame.capacity, 1);
    size_t count = changed(data + 1, size - 1, bytes);
    check(bytes, count);
    free(bytes);
    return 0;
}
