/* A fleet of cameras, its stills, and a ledger that knows them. */
#include <stdio.h>

#include "bench/damage.h"
#include "harness/base/arena.h"
#include "harness/frame/still.h"

struct fleet fleet_of(uint16_t width_px, uint16_t height_px, uint8_t quality)
{
    struct fleet fleet = {.width_px = width_px,
                          .height_px = height_px,
                          .quality = quality,
                          .capacity = sf_still_bytes_max(width_px, height_px)};
    sf_rng_init(&fleet.rng, 1, "frame damage", (uint64_t)width_px << 32 | quality);
    return fleet;
}

static struct sf_still_spec spec_of(const struct fleet *fleet, struct sf_mark mark, char name[24])
{
    snprintf(name, 24, "Camera %u", mark.camera.index);
    return (struct sf_still_spec){
        .mark = mark,
        .width_px = fleet->width_px,
        .height_px = fleet->height_px,
        .quality = fleet->quality,
        .night = mark.capture >= NIGHT_FALLS,
        .scene = (enum sf_scene)(mark.camera.index % SF_SCENES_COUNT),
        .camera_name = name,
        .local_unix_s = 1577400000 + mark.capture * 5,
        .utc_offset_s = 3600,
    };
}

static size_t make(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    char name[24];
    struct sf_still_spec spec = spec_of(context, mark, name);
    return sf_still_make(&spec, out, capacity);
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    char name[24];
    struct sf_still_spec spec = spec_of(context, mark, name);
    return sf_still_blocks_between(&spec, still, count, from, to);
}

struct sf_mark any_mark(struct fleet *fleet, bool night)
{
    struct sf_mark mark;
    mark.camera = sf_camera_id((uint32_t)sf_rng_below(&fleet->rng, CAMERAS));
    mark.tenant = sf_tenant_id(mark.camera.index / 2);
    mark.capture = (uint32_t)sf_rng_below(&fleet->rng, NIGHT_FALLS) + (night ? NIGHT_FALLS : 0);
    return mark;
}

struct bytes still_of(struct fleet *fleet, struct sf_mark mark)
{
    struct bytes still = {.data = sf_alloc(fleet->capacity, 1)};
    still.count = make(fleet, mark, still.data, fleet->capacity);
    return still;
}

struct sf_ledger *ledger_of(struct fleet *fleet)
{
    struct sf_ledger *ledger =
        sf_ledger_create((struct sf_ledger_source){make, blocks_between, fleet, fleet->capacity});
    for (uint32_t capture = 0; capture < CAPTURES; capture++) {
        for (uint32_t camera = 0; camera < CAMERAS; camera++) {
            sf_ledger_capture(ledger, (struct sf_mark){{camera / 2}, {camera}, capture},
                              capture >= NIGHT_FALLS);
        }
    }
    return ledger;
}

size_t draw(struct fleet *fleet, size_t bound)
{
    return (size_t)sf_rng_below(&fleet->rng, bound > 0 ? bound : 1);
}
