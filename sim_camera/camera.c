#include "sim_camera/camera.h"

#include "harness/base/assert.h"
#include "harness/base/bounds.h"

void sf_camera_init(struct sf_camera *camera, const struct sf_camera_config *config,
                    int32_t utc_offset_s)
{
    SF_ASSERT(camera != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(utc_offset_s > -24 * 60 * 60);
    SF_ASSERT(utc_offset_s < 24 * 60 * 60);
    *camera = (struct sf_camera){.config = config, .utc_offset_s = utc_offset_s};
}

void sf_camera_check(const struct sf_camera *camera)
{
    SF_ASSERT(camera != NULL);
    uint32_t device_captures_count = camera->captures_count - camera->captures_before;
    SF_ASSERT(camera->config != NULL);
    SF_ASSERT(camera->captures_before <= camera->captures_count);
    SF_ASSERT(camera->uploads_count <= device_captures_count);
    SF_ASSERT(camera->uploads_count == 0 || camera->uploaded < device_captures_count);
    SF_ASSERT(camera->uploads_count <= 1 || camera->uploads_count <= camera->config->delta_every);
}

bool sf_camera_admits(const struct sf_camera_config *config, bool vouched, bool named)
{
    SF_ASSERT(config != NULL);
    return vouched || config->open_to_all != 0 || (config->guessable_id != 0 && named);
}

uint64_t sf_camera_id_of(const struct sf_camera_config *config, uint64_t seed, uint32_t camera)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(camera < SF_HOMES_MAX);
    enum { FIRST_SERIAL = 100000 };
    return config->guessable_id != 0 ? (uint64_t)FIRST_SERIAL + camera
                                     : sf_rng_derive(seed, "camera-id", camera);
}

bool sf_camera_is_night(const struct sf_camera_config *config, int64_t local_unix_s)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(config->night >= SF_NIGHT_AUTO);
    SF_ASSERT(config->night <= SF_NIGHT_NEVER);
    if (config->night != SF_NIGHT_AUTO) {
        return config->night == SF_NIGHT_ALWAYS;
    }
    int64_t day_s = 24 * 60 * 60;
    int64_t time_of_day_ns = ((local_unix_s % day_s + day_s) % day_s) * SF_SECOND;
    if (config->dark_from_ns <= config->dark_until_ns) {
        return time_of_day_ns >= config->dark_from_ns && time_of_day_ns < config->dark_until_ns;
    }
    return time_of_day_ns >= config->dark_from_ns || time_of_day_ns < config->dark_until_ns;
}

static void capture(struct sf_camera *camera, int64_t unix_s, struct sf_camera_effects *effects)
{
    effects->send_still = true;
    effects->capture = camera->captures_count++;
    effects->device_capture = effects->capture - camera->captures_before;
    effects->local_unix_s = unix_s + camera->utc_offset_s;
    effects->night = sf_camera_is_night(camera->config, effects->local_unix_s);
}

/* A periodic upload: whole, or what changed since the one before it. Day and night have nothing
 * in common. */
static void upload(struct sf_camera *camera, struct sf_camera_effects *effects)
{
    int64_t every = camera->config->delta_every;
    effects->upload = true;
    effects->delta = camera->uploads_count > 0 && camera->uploads_count < every &&
                     camera->uploaded_night == effects->night;
    effects->base_capture = effects->delta ? camera->uploaded : 0;
    camera->uploads_count = effects->delta ? camera->uploads_count + 1 : 1;
    camera->uploaded = effects->device_capture;
    camera->uploaded_night = effects->night;
}

void sf_camera_step(struct sf_camera *camera, const struct sf_camera_input *input,
                    struct sf_rng *rng, struct sf_camera_effects *effects_out)
{
    SF_ASSERT(camera != NULL);
    SF_ASSERT(input != NULL);
    SF_ASSERT(rng != NULL);
    SF_ASSERT(effects_out != NULL);
    SF_ASSERT(input->kind <= SF_CAMERA_RESTART);
    SF_ASSERT(input->now_ns >= 0);
    sf_camera_check(camera);
    *effects_out = (struct sf_camera_effects){.tick_at_ns = SF_NS_NEVER};
    sf_ns every_ns = camera->config->upload_every_ns;
    switch (input->kind) {
    case SF_CAMERA_START:
        if (every_ns > 0) {
            effects_out->tick_at_ns = input->now_ns + (sf_ns)sf_rng_below(rng, (uint64_t)every_ns);
        }
        return;
    case SF_CAMERA_TICK:
        if (!input->unwanted) {
            capture(camera, input->unix_s, effects_out);
            upload(camera, effects_out);
        }
        effects_out->tick_at_ns = input->now_ns + every_ns;
        return;
    case SF_CAMERA_COMMAND:
        capture(camera, input->unix_s, effects_out);
        return;
    case SF_CAMERA_RESTART:
        /* Not at a random phase: after an outage all cameras are there at once. */
        camera->captures_before = camera->captures_count;
        camera->uploads_count = 0;
        effects_out->tick_at_ns = every_ns > 0 ? input->now_ns : SF_NS_NEVER;
        return;
    }
    SF_UNREACHABLE();
}
