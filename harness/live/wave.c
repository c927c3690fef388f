/* Plays a wave. */
#include "harness/live/wave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/sim/rng.h"

enum { ROUNDS = 2, RECOVERY_LIMIT_S = 10 };

struct player;

struct play_step {
    struct player *player;
    struct sf_timer timer;
    struct sf_step seen;
    struct sf_text odd; /* an answer to be looked at closely when the round is over */
    bool odd_whole;
};

/* One play of one cell. */
struct player {
    struct play *wave;
    const struct sf_cell *cell;
    struct sf_cell_result *result;
    uint32_t place;
    uint32_t steps_count;
    uint32_t first[ROUNDS + 1]; /* the first step of each round */
    uint32_t open_count;        /* asks of this round without an answer */
    uint64_t busy_before;       /* the stage's count when this round began */
    bool busy;
    sf_ns began_ns;
    struct play_step steps[SF_CELL_STEPS_MAX];
};

struct play {
    struct sf_stage *stage;
    const struct sf_wave *wave;
    struct player *players;
    uint32_t players_count;
    uint32_t playing_count; /* players in the midst of a round */
    bool round_over;
    struct sf_rng rng;
};

static bool is_parallel(const struct sf_cell *cell)
{
    return cell->arrival.kind != SF_ARRIVAL_GAP;
}

static sf_ns gap_of(const struct player *player)
{
    sf_ns gap = player->cell->arrival.kind == SF_ARRIVAL_GAP ? player->cell->arrival.time_ns : 0;
    return gap > 0 ? gap : player->wave->wave->gap_ns;
}

/* ---- who asks, in which order ---- */

static void add_step(struct player *player, uint32_t round, uint32_t tenant)
{
    SF_ASSERT(player->steps_count < SF_CELL_STEPS_MAX);
    player->steps[player->steps_count++] = (struct play_step){
        .player = player,
        .seen = {.round = round, .tenant = tenant, .owner = SF_NOBODY, .credential = SF_NOBODY}};
}

/* How often each tenant asks in the second round. Where only a share of the answers is lost, once
 * is mostly not enough. */
static uint32_t turns_of(const struct sf_cell *cell, uint32_t early)
{
    enum { TURNS_MAX = 4 };
    if (cell->condition.kind != SF_INJURY_LOSSY || is_parallel(cell)) {
        return 1;
    }
    uint32_t turns = (SF_CELL_STEPS_MAX - early) / cell->tenants;
    return turns < TURNS_MAX ? turns : TURNS_MAX;
}

/* One by one: the last tenant has not asked before the origin is injured. It then asks first:
 * the server has only other tenants' stills. All at once: each tenant, twice, the last one leading.
 */
static void lay_steps(struct player *player)
{
    uint32_t tenants = player->cell->tenants;
    uint32_t early = is_parallel(player->cell) ? tenants : tenants - 1;
    for (uint32_t i = 0; i < early; i++) {
        add_step(player, 0, i);
    }
    player->first[1] = player->steps_count;
    for (uint32_t turn = 0; turn < turns_of(player->cell, early); turn++) {
        add_step(player, 1, tenants - 1);
        for (uint32_t i = 0; i < tenants - 1; i++) {
            add_step(player, 1, i);
        }
    }
    player->first[2] = player->steps_count;
}

/* ---- one ask ---- */

static void note_credential(void *context, uint32_t tenant)
{
    struct sf_step *seen = context;
    if (tenant != seen->tenant && seen->credential == SF_NOBODY) {
        seen->credential = tenant;
    }
}

static void end_round(struct player *player)
{
    struct play *play = player->wave;
    player->busy |= play->stage->busy_count != player->busy_before;
    SF_ASSERT(play->playing_count > 0);
    play->playing_count--;
    play->round_over = play->playing_count == 0;
}

static void answered(void *context, const struct sf_answer *answer)
{
    struct play_step *step = context;
    struct player *player = step->player;
    struct play *play = player->wave;
    struct sf_step *seen = &step->seen;
    struct sf_seen what;
    if (!sf_stills_recognise(play->stage->stills, seen->tenant, answer->bytes, answer->count,
                             answer->whole, &what)) {
        sf_text_add_bytes(&step->odd, answer->bytes, answer->count);
        step->odd_whole = answer->whole;
    }
    seen->asked = true;
    seen->status = answer->status;
    seen->outcome = what.outcome;
    seen->owner = what.owner;
    sf_credentials_find(&play->stage->credentials, answer->headers, note_credential, seen);
    player->open_count--;
    uint32_t next = (uint32_t)(step - player->steps) + 1;
    if (!is_parallel(player->cell) && next < player->first[seen->round + 1]) {
        player->open_count++;
        sf_loop_set(play->stage->loop, &player->steps[next].timer, sf_loop_now() + gap_of(player));
    } else if (player->open_count == 0) {
        end_round(player);
    }
}

static void ask(void *context)
{
    struct play_step *step = context;
    struct player *player = step->player;
    struct sf_stage *stage = player->wave->stage;
    struct sf_request request;
    sf_stage_request(stage, &player->cell->identity, step->seen.tenant, player->place, &request);
    step->seen.at_ns = sf_loop_now() - player->began_ns;
    struct sf_ask asked = {
        .home = step->seen.tenant,
        .path = request.path,
        .headers = {request.header[0] != '\0' ? request.header : NULL},
        .patience_ns = stage->options.patience_ns,
        .done = answered,
        .context = step,
    };
    sf_viewers_ask(stage->viewers, &stage->target, &asked);
}

/* ---- a round ---- */

static void begin_round(struct player *player, uint32_t round, sf_ns at_ns)
{
    struct play *play = player->wave;
    uint32_t first = player->first[round];
    uint32_t count = is_parallel(player->cell) ? player->first[round + 1] - first : 1;
    player->busy_before = play->stage->busy_count;
    player->open_count = count;
    play->playing_count++;
    for (uint32_t i = 0; i < count; i++) {
        struct play_step *step = &player->steps[first + i];
        sf_loop_set(play->stage->loop, &step->timer,
                    at_ns + (sf_ns)i * player->cell->arrival.time_ns * is_parallel(player->cell));
    }
}

/* Close looks take long, and would make the harness late while requests are under way. */
static void look_closely(struct play *play)
{
    for (uint32_t i = 0; i < play->players_count; i++) {
        for (uint32_t j = 0; j < play->players[i].steps_count; j++) {
            struct play_step *step = &play->players[i].steps[j];
            if (step->odd.length > 0) {
                struct sf_seen what;
                sf_stills_judge(play->stage->stills, step->seen.tenant,
                                (const uint8_t *)step->odd.data, step->odd.length, step->odd_whole,
                                &what);
                step->seen.outcome = what.outcome;
                step->seen.owner = what.owner;
            }
            sf_text_free(&step->odd);
        }
    }
}

static void play_round(struct play *play, uint32_t round)
{
    sf_ns now = sf_loop_now();
    sf_ns spread = play->wave->spread_ns > 0 ? play->wave->spread_ns : 1;
    play->round_over = play->players_count == 0;
    for (uint32_t i = 0; i < play->players_count; i++) {
        struct player *player = &play->players[i];
        if (round == 0) {
            player->began_ns = now;
        }
        begin_round(player, round, now + (sf_ns)sf_rng_below(&play->rng, (uint64_t)spread));
    }
    bool over = sf_loop_run(play->stage->loop, &play->round_over, SF_NS_NEVER);
    SF_ASSERT(over); /* every ask ends, by the viewer's patience at the latest */
}

/* ---- before and after ---- */

/* Requests for no place, such as health probes, meet the worst condition of the wave. */
static void injure(struct play *play, bool on)
{
    struct sf_injury worst = {.kind = SF_INJURY_OK};
    for (uint32_t i = 0; i < play->players_count; i++) {
        const struct player *player = &play->players[i];
        struct sf_injury injury = on ? player->cell->condition : (struct sf_injury){0};
        sf_origin_injure(play->stage->origin, player->place, injury);
        bool worse = injury.kind == SF_INJURY_DROP ||
                     (injury.kind != SF_INJURY_OK && worst.kind == SF_INJURY_OK);
        worst = worse ? injury : worst;
    }
    sf_origin_injure_rest(play->stage->origin, worst);
}

static bool is_injured(const struct play *play)
{
    for (uint32_t i = 0; i < play->players_count; i++) {
        if (play->players[i].cell->condition.kind != SF_INJURY_OK) {
            return true;
        }
    }
    return false;
}

static struct play *prepare(struct sf_stage *stage, const struct sf_wave *wave)
{
    struct play *play = sf_alloc(1, sizeof *play);
    play->stage = stage;
    play->wave = wave;
    sf_rng_init(&play->rng, stage->credentials.secret, "wave", stage->next_place);
    play->players_count = wave->cells_count * wave->repeats;
    play->players =
        sf_alloc(play->players_count > 0 ? play->players_count : 1, sizeof *play->players);
    for (uint32_t i = 0; i < play->players_count; i++) {
        struct player *player = &play->players[i];
        player->wave = play;
        player->cell = wave->cells[i % wave->cells_count];
        player->result = wave->results[i % wave->cells_count];
        player->place = stage->next_place++;
        lay_steps(player);
        for (uint32_t j = 0; j < player->steps_count; j++) {
            player->steps[j].timer = (struct sf_timer){.fire = ask, .context = &player->steps[j]};
        }
        sf_origin_set_place(stage->origin, player->place, &player->cell->says,
                            is_parallel(player->cell) ? wave->latency_ns : 0);
    }
    return play;
}

/* Had one tenant been served when another asked? Only then there was something to leak. */
static bool was_exercised(const struct player *player)
{
    for (uint32_t i = 0; i < player->first[1]; i++) {
        const struct sf_step *early = &player->steps[i].seen;
        if (early->outcome == SF_OUTCOME_OWN) {
            return true; /* all tenants ask in the second round */
        }
    }
    return false;
}

static bool was_served_early(const struct player *player, uint32_t tenant)
{
    for (uint32_t i = 0; i < player->first[1]; i++) {
        const struct sf_step *early = &player->steps[i].seen;
        if (early->tenant == tenant && early->outcome == SF_OUTCOME_OWN) {
            return true;
        }
    }
    return false;
}

static void count_play(const struct player *player)
{
    struct sf_cell_result *result = player->result;
    if (player->busy) {
        result->busy++;
        return;
    }
    bool stray = false;
    bool credential = false;
    for (uint32_t i = 0; i < player->steps_count; i++) {
        const struct sf_step *seen = &player->steps[i].seen;
        SF_ASSERT(seen->asked);
        result->outcomes[seen->outcome]++;
        stray |= seen->outcome == SF_OUTCOME_OTHER;
        credential |= seen->credential != SF_NOBODY;
        if (seen->round == 1 && was_served_early(player, seen->tenant)) {
            result->owners_asked++;
            result->owners_served += seen->outcome == SF_OUTCOME_OWN;
        }
    }
    result->plays++;
    result->strays += stray;
    result->credentials += credential;
    result->exercised += was_exercised(player);
    if ((stray || credential) && result->leaking++ == 0) {
        result->steps_count = player->steps_count;
        for (uint32_t i = 0; i < player->steps_count; i++) {
            result->steps[i] = player->steps[i].seen;
        }
    }
}

static enum sf_err play_all(struct play *play, struct sf_diag *diag)
{
    struct sf_stage *stage = play->stage;
    bool injured = is_injured(play);
    play_round(play, 0);
    sf_loop_wait(stage->loop, play->wave->gap_ns);
    if (play->players_count > 0) {
        SF_TRY(sf_stage_phase(stage, play->players[0].cell->phase, play->wave->config, diag));
    }
    injure(play, true);
    if (injured) {
        sf_loop_wait(stage->loop, stage->options.notice_ns);
    }
    play_round(play, 1);
    injure(play, false);
    sf_origin_release(stage->origin);
    look_closely(play);
    sf_loop_forgive(stage->loop);
    for (uint32_t i = 0; i < play->players_count; i++) {
        count_play(&play->players[i]);
    }
    /* The server may have taken the origin for dead: the next wave begins when it answers again. */
    return injured ? sf_stage_ready(stage, RECOVERY_LIMIT_S * SF_SECOND, diag) : SF_OK;
}

enum sf_err sf_wave_play(struct sf_stage *stage, const struct sf_wave *wave, struct sf_diag *diag)
{
    SF_ASSERT(stage != NULL);
    SF_ASSERT(wave != NULL);
    SF_ASSERT(stage->next_place + wave->cells_count * wave->repeats < SF_STAGE_PLACES_MAX);
    struct play *play = prepare(stage, wave);
    enum sf_err err = play_all(play, diag);
    free(play->players);
    free(play);
    return err;
}
