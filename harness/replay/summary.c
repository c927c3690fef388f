#include "harness/replay/summary.h"

#include "harness/base/assert.h"

static bool run_done(const struct sf_replay *replay, uint32_t seed, uint32_t arm)
{
    return replay->jobs.statuses[seed * SF_REPLAY_ARMS_COUNT + arm].end == SF_JOB_DONE;
}

static void add_run(struct sf_silence *silence, const struct sf_run_result *result)
{
    silence->runs_count++;
    for (int path = 0; path < SF_PATHS_COUNT; path++) {
        const struct sf_tally_path *tally = &result->tally.paths[path];
        silence->viewer_seconds +=
            tally->viewers_count * (uint64_t)(result->duration_ns / SF_SECOND);
        silence->shown_count += tally->shown_count;
        silence->strays_count += tally->strays_count;
    }
}

struct sf_silence sf_replay_silence(const struct sf_replay *replay)
{
    SF_ASSERT(replay != NULL);
    const uint32_t leaky = sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB);
    const uint32_t twin = sf_replay_arm(SF_REPLAY_FIX, SF_REPLAY_POOR, SF_PATH_HUB);
    struct sf_silence silence = {0};
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        for (uint32_t arm = 0; arm < SF_REPLAY_LIVE; arm++) {
            if (arm != leaky && run_done(replay, seed, arm)) {
                add_run(&silence, &sf_replay_get(replay, seed, arm)->result);
            }
        }
        for (uint32_t row = 0; row < replay->hypothesis_rows_count; row++) {
            const struct sf_replay_view view = {replay, row};
            const struct sf_run_result *result = sf_replay_see(&view, seed, twin);
            if (result->events_count > 0) { /* 0: it crashed */
                add_run(&silence, result);
            }
        }
    }
    return silence;
}

void sf_replay_service(const struct sf_replay *replay, enum sf_replay_cache cache, bool poor,
                       struct sf_service *service_out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(service_out != NULL);
    SF_ASSERT(cache < SF_REPLAY_CACHES_COUNT);
    uint32_t arm = sf_replay_arm(cache, SF_REPLAY_POOR, SF_PATH_HUB);
    *service_out = (struct sf_service){0};
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        if (run_done(replay, seed, arm)) {
            const struct sf_tally *tally = &sf_replay_get(replay, seed, arm)->result.tally;
            sf_service_add(service_out, &tally->paths[SF_PATH_HUB].service[poor]);
        }
    }
}

double sf_share_percent(uint64_t part, uint64_t whole)
{
    SF_ASSERT(part <= whole);
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}
