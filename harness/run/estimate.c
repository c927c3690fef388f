#include "harness/run/estimate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "sim_camera/config.h"
#include "sim_camera/still_config.h"
#include "sim_hub/config.h"

/* Measured on fleets of 1,044 to 100,000 homes: docs/performance.md. */
enum {
    PROGRAM_BYTES = 24 << 20,
    HOME_BYTES = 3300, /* the home, its links, what oracles know of it */
    CAPTURE_BYTES =
        64, /* of each still that was ever taken: its capture, and what stays of its ways */
    TRANSFER_MS = 1200, /* for which a still is on its way */
    STILL_HEAD_BYTES = 900,
    NEAR_BLOCKS = 1000, /* of 8x8 pixels; beyond that a picture has fewer details */
    NEAR_BLOCK_HALF_BYTES = 23,
    FAR_BLOCK_BYTES = 8,
};

enum { LARGE_BYTES = 1 << 30, LARGE_S = 60 };

/* How often something happens in the whole run, in one home. */
struct rates {
    uint64_t captures;
    uint64_t stills; /* on their way, up or down */
    uint64_t asks;
};

static uint64_t still_bytes(const struct sf_plan *plan)
{
    struct sf_still_config still;
    memcpy(&still, plan->still.values, sizeof still);
    uint64_t blocks = ((uint64_t)still.width + 7) / 8 * (((uint64_t)still.height + 7) / 8);
    uint64_t near = blocks < NEAR_BLOCKS ? blocks : NEAR_BLOCKS;
    return STILL_HEAD_BYTES + near * NEAR_BLOCK_HALF_BYTES / 2 + (blocks - near) * FAR_BLOCK_BYTES;
}

static uint64_t times_in(sf_ns duration_ns, int64_t every_ns)
{
    return every_ns > 0 ? (uint64_t)(duration_ns / every_ns) : 0;
}

static uint64_t asks_of(const struct sf_plan *plan, const struct sf_plan_section *section)
{
    struct sf_viewer_config viewer;
    memcpy(&viewer, section->values, sizeof viewer);
    if (viewer.present == 0) {
        return 0;
    }
    uint64_t asks = times_in(plan->duration_ns, viewer.ask_every_ns);
    uint64_t watched_ms = (uint64_t)(viewer.watch_for_ns / SF_MS);
    uint64_t every_ms = (uint64_t)(viewer.watch_every_ns / SF_MS);
    return watched_ms < every_ms ? asks * watched_ms / every_ms : asks;
}

/* An app's requests go to the camera, and so do a hub's where cameras upload nothing unasked. */
static struct rates rates_of(const struct sf_plan *plan, const struct sf_plan_group *group)
{
    struct sf_camera_config camera;
    memcpy(&camera, group->sections[SF_SECTION_CAMERA].values, sizeof camera);
    uint64_t uploads = times_in(plan->duration_ns, camera.upload_every_ns);
    uint64_t hub = asks_of(plan, &group->sections[SF_SECTION_HUB]);
    uint64_t app = asks_of(plan, &group->sections[SF_SECTION_APP]);
    uint64_t fetches = app + (uploads == 0 ? hub : 0);
    return (struct rates){
        .captures = uploads + fetches,
        .stills = uploads + fetches + hub + app,
        .asks = hub + app,
    };
}

/* Of one home of the group. */
static uint64_t home_bytes(const struct sf_plan *plan, const struct rates *rates,
                           uint64_t bytes_a_still)
{
    uint64_t duration_ms = (uint64_t)(plan->duration_ns / SF_MS) + 1;
    uint64_t on_the_way = rates->stills * bytes_a_still * TRANSFER_MS / duration_ms;
    uint64_t cached = rates->stills > 0 ? bytes_a_still : 0;
    return HOME_BYTES + cached + on_the_way + rates->captures * CAPTURE_BYTES;
}

/* A quarter of the packets is sent again, another quarter are acknowledgements. */
static uint64_t home_packets(const struct rates *rates, uint64_t bytes_a_still)
{
    uint64_t a_still = (bytes_a_still + SF_PACKET_PAYLOAD_BYTES - 1) / SF_PACKET_PAYLOAD_BYTES + 1;
    return rates->stills * a_still * 3 / 2 + rates->asks * 2;
}

/* Grows with the fleet: less and less of it is in the processor's caches. */
static uint64_t packet_ns(uint64_t homes_count)
{
    return homes_count < 2000 ? 800 : homes_count < 20000 ? 1500 : 3000;
}

void sf_estimate(const struct sf_plan *plan, struct sf_estimate *estimate_out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(estimate_out != NULL);
    const uint64_t bytes_a_still = still_bytes(plan);
    *estimate_out = (struct sf_estimate){.memory_bytes = PROGRAM_BYTES};
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        const struct sf_plan_group *group = &plan->groups[i];
        struct rates rates = rates_of(plan, group);
        estimate_out->homes_count += group->homes_count;
        estimate_out->memory_bytes += group->homes_count * home_bytes(plan, &rates, bytes_a_still);
        estimate_out->packets_count += group->homes_count * home_packets(&rates, bytes_a_still);
    }
    estimate_out->cpu_s =
        estimate_out->packets_count / 1000 * packet_ns(estimate_out->homes_count) / 1000000;
}

bool sf_estimate_is_large(const struct sf_estimate *estimate, uint32_t parallel_count)
{
    SF_ASSERT(estimate != NULL);
    SF_ASSERT(parallel_count > 0);
    return estimate->memory_bytes * parallel_count >= LARGE_BYTES || estimate->cpu_s >= LARGE_S;
}

/* ---- in words ---- */

/* "2.3 GB", "140 MB". */
static void print_bytes(uint64_t bytes, struct sf_text *out)
{
    uint64_t tenths = bytes / 100000000;
    if (tenths >= 10) {
        sf_text_add(out, "%" PRIu64 ".%" PRIu64 " GB", tenths / 10, tenths % 10);
    } else {
        sf_text_add(out, "%" PRIu64 " MB", bytes / 1000000);
    }
}

static void print_seconds(uint64_t seconds, struct sf_text *out)
{
    if (seconds < 120) {
        sf_text_add(out, "%" PRIu64 " s", seconds);
    } else if (seconds < 7200) {
        sf_text_add(out, "%" PRIu64 " min", seconds / 60);
    } else {
        sf_text_add(out, "%" PRIu64 " h", seconds / 3600);
    }
}

/* With commas between thousands. */
static void print_count(uint32_t count, struct sf_text *out)
{
    if (count >= 1000000) {
        sf_text_add(out, "%u,%03u,%03u", count / 1000000, count / 1000 % 1000, count % 1000);
    } else if (count >= 1000) {
        sf_text_add(out, "%u,%03u", count / 1000, count % 1000);
    } else {
        sf_text_add(out, "%u", count);
    }
}

static void print_need(const struct sf_estimate *estimate, uint32_t parallel_count,
                       struct sf_text *out)
{
    print_count(estimate->homes_count, out);
    sf_text_add(out, estimate->homes_count == 1 ? " home" : " homes");
    if (parallel_count > 1) {
        sf_text_add(out, " in each of %u parallel runs", parallel_count);
    }
    sf_text_add(out, ": about ");
    print_bytes(estimate->memory_bytes * parallel_count, out);
    sf_text_add(out, " of memory");
}

void sf_estimate_print(const struct sf_estimate *estimate, uint32_t parallel_count,
                       uint64_t runs_count, struct sf_text *out)
{
    SF_ASSERT(estimate != NULL);
    SF_ASSERT(parallel_count > 0);
    SF_ASSERT(out != NULL);
    print_need(estimate, parallel_count, out);
    sf_text_add(out, " and ");
    print_seconds(estimate->cpu_s * runs_count, out);
    sf_text_add(out, " of processor time");
}

enum sf_err sf_estimate_check(const struct sf_estimate *estimate, uint32_t parallel_count,
                              uint64_t left_bytes, struct sf_diag *diag)
{
    SF_ASSERT(estimate != NULL);
    SF_ASSERT(parallel_count > 0);
    uint64_t needed_bytes = estimate->memory_bytes * parallel_count;
    if (needed_bytes < LARGE_BYTES || needed_bytes <= left_bytes) {
        return SF_OK;
    }
    struct sf_text text = {0};
    print_need(estimate, parallel_count, &text);
    sf_text_add(&text, ", and only ");
    print_bytes(left_bytes, &text);
    enum sf_err err =
        sf_fail(diag, SF_ERR_INPUT, "%s can be had; fewer homes or smaller stills%s need less",
                text.data, parallel_count > 1 ? " or a lower --jobs" : "");
    sf_text_free(&text);
    return err;
}
