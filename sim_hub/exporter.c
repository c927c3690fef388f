#include "sim_hub/exporter.h"

#include "harness/base/assert.h"

static void try_once(struct sf_viewer *exporter, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    exporter->tries_count++;
    exporter->requests_count++;
    exporter->time_out_at_ns = now_ns + exporter->config->time_out_ns;
    effects->ask = true;
    effects->tick_at_ns = exporter->time_out_at_ns;
}

static void finish(struct sf_viewer *exporter, struct sf_viewer_effects *effects)
{
    exporter->watching = false;
    exporter->time_out_at_ns = SF_NS_NEVER;
    effects->close_connection = true;
}

/* Nothing came of this try. */
static void try_later(struct sf_viewer *exporter, sf_ns pause_until_ns,
                      struct sf_viewer_effects *effects)
{
    exporter->time_out_at_ns = SF_NS_NEVER;
    if (exporter->tries_count == SF_EXPORTER_TRIES_MAX) {
        finish(exporter, effects);
        return;
    }
    exporter->ask_next_ns = pause_until_ns;
    effects->tick_at_ns = pause_until_ns;
}

static void give_up(struct sf_viewer *exporter, struct sf_viewer_effects *effects)
{
    effects->give_up = true;
    effects->given_up = exporter->requests_count;
}

static void tick(struct sf_viewer *exporter, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    if (!exporter->watching) {
        return;
    }
    if (now_ns >= exporter->time_out_at_ns) {
        give_up(exporter, effects);
        try_later(exporter, now_ns + exporter->config->ask_every_ns, effects);
    } else if (exporter->time_out_at_ns == SF_NS_NEVER && now_ns >= exporter->ask_next_ns) {
        try_once(exporter, now_ns, effects);
    }
}

static void begin(struct sf_viewer *exporter, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    exporter->watching = true;
    exporter->tries_count = 0;
    exporter->connections_count++;
    effects->open_connection = true;
    try_once(exporter, now_ns, effects);
}

static void answered(struct sf_viewer *exporter, const struct sf_viewer_input *input,
                     struct sf_viewer_effects *effects)
{
    if (input->request != exporter->requests_count || exporter->time_out_at_ns == SF_NS_NEVER) {
        return; /* the answer to a request that was given up */
    }
    effects->show_whole = input->picture;
    if (input->picture) {
        finish(exporter, effects);
    } else {
        try_later(exporter, input->now_ns + exporter->config->ask_every_ns, effects);
    }
}

static void reset(struct sf_viewer *exporter, const struct sf_viewer_input *input,
                  struct sf_viewer_effects *effects)
{
    if (!exporter->watching || input->connection != exporter->connections_count) {
        return;
    }
    exporter->connections_count++;
    effects->open_connection = true;
    if (exporter->time_out_at_ns != SF_NS_NEVER) {
        give_up(exporter, effects);
        try_later(exporter, input->now_ns + exporter->config->ask_every_ns, effects);
    }
}

/* What was refused for want of a session is asked for again at once. */
static void signed_in(struct sf_viewer *exporter, sf_ns now_ns, struct sf_viewer_effects *effects)
{
    if (exporter->watching && exporter->time_out_at_ns == SF_NS_NEVER) {
        try_once(exporter, now_ns, effects);
    }
}

struct sf_viewer_config sf_exporter_config(const struct sf_viewer_config *hub)
{
    SF_ASSERT(hub != NULL);
    SF_ASSERT(hub->watch_every_ns > 0);
    return (struct sf_viewer_config){
        .watch_every_ns = hub->watch_every_ns,
        .watch_for_ns = hub->watch_for_ns,
        .ask_every_ns = SF_EXPORTER_PAUSE_S * SF_SECOND,
        .time_out_ns = SF_EXPORTER_TIME_OUT_S * SF_SECOND,
        .account = 1,
        .name = hub->name,
    };
}

void sf_exporter_step(struct sf_viewer *exporter, const struct sf_viewer_input *input,
                      struct sf_rng *rng, struct sf_viewer_effects *effects_out)
{
    SF_ASSERT(exporter != NULL);
    SF_ASSERT(input != NULL);
    SF_ASSERT(effects_out != NULL);
    SF_ASSERT(input->now_ns >= 0);
    (void)rng;
    SF_ASSERT(exporter->tries_count <= SF_EXPORTER_TRIES_MAX);
    sf_viewer_check(exporter);
    *effects_out = (struct sf_viewer_effects){.tick_at_ns = SF_NS_NEVER};
    switch (input->kind) {
    case SF_VIEWER_START:
        return;
    case SF_VIEWER_SESSION:
        signed_in(exporter, input->now_ns, effects_out);
        return;
    case SF_VIEWER_WAKE:
        if (!exporter->watching) {
            begin(exporter, input->now_ns, effects_out);
        }
        return;
    case SF_VIEWER_TICK:
        tick(exporter, input->now_ns, effects_out);
        return;
    case SF_VIEWER_ANSWER:
        answered(exporter, input, effects_out);
        return;
    case SF_VIEWER_RESET:
        reset(exporter, input, effects_out);
        return;
    }
    SF_UNREACHABLE();
}
