/* The bytes that a camera sends for a still, and what it says of them: all or the rows that
 * changed, validator, serial and the rest, as good or bad firmware makes them. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/frame/still_rows.h"
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

/* ---- deltas ---- */

/* Something moved: every row from there to the time stamp, which is in the last rows, changed. */
static uint32_t first_changed_row(const struct world *world, const struct home *home,
                                  uint32_t capture, uint32_t rows_count)
{
    uint64_t drawn = sf_rng_derive(world->seed, "moved", (uint64_t)home->number << 32 | capture);
    return (uint32_t)(drawn % rows_count);
}

static void remember_sent(struct world *world, struct home *home, uint32_t count)
{
    home->sent = sf_realloc(home->sent, count, 1);
    memcpy(home->sent, world->homes.still_scratch, count);
    home->sent_bytes = count;
}

/* Puts the rows that changed into the still that was sent before: that is the camera's picture
 * now. */
static void update_sent(const struct world *world, struct home *home, uint32_t count,
                        uint32_t first_row, uint32_t rows_count, struct still_sent *sent)
{
    struct sf_still_rows fresh;
    struct sf_still_rows old;
    bool found =
        sf_still_rows_find(world->homes.still_scratch, count, first_row, rows_count, &fresh);
    SF_ASSERT(found);
    found = sf_still_rows_find(home->sent, home->sent_bytes, first_row, rows_count, &old);
    SF_ASSERT(found);
    size_t bytes = fresh.end - fresh.from;
    size_t total = home->sent_bytes - (old.end - old.from) + bytes;
    if (total > home->sent_bytes) {
        home->sent = sf_realloc(home->sent, total, 1);
    }
    size_t put = sf_still_rows_put(home->sent, home->sent_bytes,
                                   total > home->sent_bytes ? total : home->sent_bytes, old,
                                   world->homes.still_scratch + fresh.from, bytes);
    SF_ASSERT(put == total);
    home->sent_bytes = (uint32_t)total;
    sent->whole = home->sent;
    sent->whole_bytes = home->sent_bytes;
    sent->bytes = home->sent + old.from;
    sent->said.total_bytes = (uint32_t)bytes;
}

void sf_still_fini(struct home *home)
{
    free(home->sent);
    home->sent = NULL;
}

/* ---- what the camera says of it ---- */

uint32_t sf_still_serial(const struct world *world, uint32_t group, uint32_t number)
{
    uint32_t shared = (uint32_t)world->config.cameras[group].serials_shared;
    uint32_t first = sf_plan_group_number(world->plan, group);
    return shared > 1 ? first + (number - first) / shared * shared : number;
}

/* Never 0, which would be none. */
static uint64_t validator_of(const struct sf_camera_config *config, const struct still_sent *sent,
                             int64_t unix_ms)
{
    switch ((enum sf_camera_etag)config->etag) {
    case SF_ETAG_CONTENT:
        return sent->hash != 0 ? sent->hash : 1;
    case SF_ETAG_SIZE:
        return sent->whole_bytes;
    case SF_ETAG_SECOND:
        return (uint64_t)(unix_ms / 1000) + 1;
    }
    SF_UNREACHABLE();
}

/* Newer firmware sends stills in several sizes, and says so. */
static const char *vary_of(uint32_t firmware)
{
    return firmware <= 1 ? "tenant, camera" : "tenant, camera, size";
}

/* As its firmware counts: some of it has few digits. */
static uint32_t said_capture(const struct sf_camera_config *config, uint32_t device_capture)
{
    uint32_t wrap = (uint32_t)config->captures_wrap;
    return wrap > 0 ? device_capture % wrap : device_capture;
}

static void prepare_delta(struct world *world, struct home *home,
                          const struct sf_camera_effects *effects, uint32_t count,
                          struct still_sent *sent)
{
    uint32_t rows_count = sf_still_rows_count(world->config.still.height_px);
    uint32_t first_row = first_changed_row(world, home, effects->capture, rows_count);
    sent->said.kind = SF_CACHE_STILL_DELTA;
    sent->said.base_capture = said_capture(home->camera.config, effects->base_capture);
    sent->said.first_row = first_row;
    sent->said.rows_count = rows_count - first_row;
    update_sent(world, home, count, first_row, rows_count - first_row, sent);
}

void sf_still_prepare(struct world *world, struct sf_home_id id,
                      const struct sf_camera_effects *effects, uint32_t count, int64_t unix_ms,
                      struct still_sent *sent_out)
{
    struct home *home = home_at(world, id);
    const struct sf_camera_config *config = home->camera.config;
    *sent_out = (struct still_sent){
        .whole = world->homes.still_scratch,
        .whole_bytes = count,
        .bytes = world->homes.still_scratch,
        .said =
            {
                .capture = said_capture(config, effects->device_capture),
                .total_bytes = count,
                .captured_unix_ms = unix_ms,
                .vary = vary_of(home->firmware),
                .flags = config->private != 0 ? SF_CACHE_STILL_PRIVATE : 0,
            },
    };
    if (effects->delta) {
        prepare_delta(world, home, effects, count, sent_out);
    } else if (effects->upload && config->delta_every > 1) {
        remember_sent(world, home, count);
    }
    sent_out->hash = sf_hash(sent_out->whole, sent_out->whole_bytes);
    sent_out->said.validator = validator_of(config, sent_out, unix_ms);
    home->validator = sent_out->said.validator;
}

/* A camera that does not upload has no still but the one that it is about to take. */
bool sf_still_unchanged(struct world *world, const struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_COMMAND);
    const struct command_message *command = &message->command;
    const struct home *home = home_at(world, message->home);
    bool same = command->validator != 0 && command->validator == home->validator &&
                home->camera.config->upload_every_ns > 0;
    if (same) {
        struct message *reply = sf_message_control(world, MESSAGE_UNCHANGED, message->home);
        reply->unchanged = (struct unchanged_message){.fetch = command->fetch};
        sf_message_send(world, reply);
    }
    return same;
}
