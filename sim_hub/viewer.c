#include "sim_hub/viewer.h"

#include "harness/base/assert.h"

void sf_viewer_init(struct sf_viewer *viewer, const struct sf_viewer_config *config,
                    const struct sf_rng *leave_rng)
{
    SF_ASSERT(viewer != NULL);
    SF_ASSERT(leave_rng != NULL);
    SF_ASSERT(config != NULL);
    *viewer = (struct sf_viewer){
        .config = config, .time_out_at_ns = SF_NS_NEVER, .leave_rng = *leave_rng};
}

void sf_viewer_check(const struct sf_viewer *viewer)
{
    SF_ASSERT(viewer != NULL);
    bool asked = viewer->time_out_at_ns != SF_NS_NEVER;
    SF_ASSERT(viewer->config != NULL);
    SF_ASSERT(!asked || viewer->watching);
    SF_ASSERT(!asked || viewer->requests_count > 0);
    SF_ASSERT(!viewer->watching || viewer->connections_count > 0);
    SF_ASSERT(viewer->tries_count <= viewer->requests_count);
}

/* Uniform between a half and one and a half of the average. */
static sf_ns until_next_watch(const struct sf_viewer *viewer, struct sf_rng *rng)
{
    sf_ns every_ns = viewer->config->watch_every_ns;
    return every_ns / 2 + (sf_ns)sf_rng_below(rng, (uint64_t)every_ns);
}

static void start_watching(struct sf_viewer *viewer, sf_ns now_ns,
                           struct sf_viewer_effects *effects)
{
    viewer->watching = true;
    viewer->watch_until_ns = now_ns + viewer->config->watch_for_ns;
    viewer->ask_next_ns = now_ns;
    viewer->leaves_early =
        sf_rng_chance(&viewer->leave_rng, (uint32_t)viewer->config->leaves_early_ppm);
    viewer->connections_count++;
    effects->open_connection = true;
}

static void stop_watching(struct sf_viewer *viewer, sf_ns now_ns, struct sf_rng *rng,
                          struct sf_viewer_effects *effects)
{
    viewer->watching = false;
    viewer->ask_next_ns = now_ns + until_next_watch(viewer, rng);
    effects->close_connection = true;
}

/* From a few hundredths of the time-out to all of it, each power of two alike: what answers a
 * request takes now a few milliseconds, now seconds, and a person has to leave within them. */
static sf_ns patience(struct sf_viewer *viewer)
{
    enum { HALVINGS_MAX = 7 };
    uint64_t longest_ns =
        (uint64_t)viewer->config->time_out_ns >> sf_rng_below(&viewer->leave_rng, HALVINGS_MAX + 1);
    return 1 + (sf_ns)sf_rng_below(&viewer->leave_rng, longest_ns);
}

static void ask(struct sf_viewer *viewer, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    viewer->requests_count++;
    viewer->time_out_at_ns = now_ns + viewer->config->time_out_ns;
    viewer->ask_next_ns = now_ns + viewer->config->ask_every_ns;
    viewer->leave_at_ns = viewer->leaves_early ? now_ns + patience(viewer) : SF_NS_NEVER;
    effects->ask = true;
}

static void give_up(struct sf_viewer *viewer, struct sf_viewer_effects *effects)
{
    viewer->time_out_at_ns = SF_NS_NEVER;
    effects->give_up = true;
    effects->given_up = viewer->requests_count;
    effects->show_partial = viewer->config->shows_partial != 0;
}

/* The person leaves while a request is open: what has arrived is not shown. */
static void leave(struct sf_viewer *viewer, sf_ns now_ns, struct sf_rng *rng,
                  struct sf_viewer_effects *effects)
{
    give_up(viewer, effects);
    effects->show_partial = false;
    effects->left = true;
    stop_watching(viewer, now_ns, rng, effects);
}

/* One request at a time: while one is under way the next waits for it. */
static void tick(struct sf_viewer *viewer, sf_ns now_ns, struct sf_rng *rng,
                 struct sf_viewer_effects *effects)
{
    if (now_ns >= viewer->time_out_at_ns) {
        give_up(viewer, effects);
    } else if (viewer->time_out_at_ns != SF_NS_NEVER && now_ns >= viewer->leave_at_ns) {
        leave(viewer, now_ns, rng, effects);
        return;
    }
    if (viewer->time_out_at_ns != SF_NS_NEVER || now_ns < viewer->ask_next_ns) {
        return;
    }
    if (!viewer->watching) {
        start_watching(viewer, now_ns, effects);
    } else if (now_ns >= viewer->watch_until_ns) {
        stop_watching(viewer, now_ns, rng, effects);
        return;
    }
    ask(viewer, now_ns, effects);
}

/* What was asked for is asked for again, at once, over a new connection. */
static void reset(struct sf_viewer *viewer, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    if (viewer->time_out_at_ns != SF_NS_NEVER) {
        give_up(viewer, effects);
        viewer->ask_next_ns = now_ns;
    }
    viewer->connections_count++;
    effects->open_connection = true;
}

static sf_ns next_tick(const struct sf_viewer *viewer)
{
    if (viewer->time_out_at_ns == SF_NS_NEVER) {
        return viewer->ask_next_ns;
    }
    return viewer->leave_at_ns < viewer->time_out_at_ns ? viewer->leave_at_ns
                                                        : viewer->time_out_at_ns;
}

/* A time to ask that passed while an answer was awaited is due at once. */
static sf_ns not_before(sf_ns at_ns, sf_ns now_ns)
{
    return at_ns > now_ns ? at_ns : now_ns;
}

void sf_viewer_stop(struct sf_viewer *viewer)
{
    SF_ASSERT(viewer != NULL);
    SF_ASSERT(viewer->config != NULL);
    viewer->watching = false;
    viewer->time_out_at_ns = SF_NS_NEVER;
}

/* A person who watches already goes on from now. */
static void wake(struct sf_viewer *viewer, sf_ns now_ns, struct sf_rng *rng,
                 struct sf_viewer_effects *effects)
{
    if (viewer->watching) {
        viewer->watch_until_ns = now_ns + viewer->config->watch_for_ns;
        return;
    }
    viewer->ask_next_ns = now_ns;
    tick(viewer, now_ns, rng, effects);
    effects->tick_at_ns = next_tick(viewer);
}

void sf_viewer_step(struct sf_viewer *viewer, const struct sf_viewer_input *input,
                    struct sf_rng *rng, struct sf_viewer_effects *effects_out)
{
    SF_ASSERT(viewer != NULL);
    SF_ASSERT(input != NULL);
    SF_ASSERT(rng != NULL);
    SF_ASSERT(effects_out != NULL);
    SF_ASSERT(input->kind <= SF_VIEWER_SESSION);
    SF_ASSERT(input->now_ns >= 0);
    sf_viewer_check(viewer);
    *effects_out = (struct sf_viewer_effects){.tick_at_ns = SF_NS_NEVER};
    switch (input->kind) {
    case SF_VIEWER_START:
        viewer->ask_next_ns =
            input->now_ns + (sf_ns)sf_rng_below(rng, (uint64_t)viewer->config->watch_every_ns);
        effects_out->tick_at_ns = viewer->ask_next_ns;
        return;
    case SF_VIEWER_TICK:
        tick(viewer, input->now_ns, rng, effects_out);
        effects_out->tick_at_ns = next_tick(viewer);
        return;
    case SF_VIEWER_ANSWER:
        if (input->request != viewer->requests_count || viewer->time_out_at_ns == SF_NS_NEVER) {
            return; /* the answer to a request that was given up */
        }
        viewer->time_out_at_ns = SF_NS_NEVER;
        effects_out->show_whole = input->picture;
        effects_out->tick_at_ns = not_before(viewer->ask_next_ns, input->now_ns);
        return;
    case SF_VIEWER_WAKE:
        wake(viewer, input->now_ns, rng, effects_out);
        return;
    case SF_VIEWER_SESSION:
        if (viewer->watching && viewer->time_out_at_ns == SF_NS_NEVER) {
            viewer->ask_next_ns = input->now_ns; /* a viewer that was refused tries again at once */
            effects_out->tick_at_ns = input->now_ns;
        }
        return;
    case SF_VIEWER_RESET:
        if (!viewer->watching || input->connection != viewer->connections_count) {
            return; /* it had been closed */
        }
        reset(viewer, input->now_ns, effects_out);
        effects_out->tick_at_ns = not_before(next_tick(viewer), input->now_ns);
        return;
    }
    SF_UNREACHABLE();
}
