/* Plays a wave. */
#include "harness/live/wave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/live/outcome.h"
#include "harness/live/recorder.h"
#include "harness/oracle/oracle.h"
#include "harness/sim/rng.h"

enum { ROUNDS = 2, RECOVERY_LIMIT_S = 10 };

struct player;

struct play_step {
    struct player *player;
    struct sf_timer timer;
    struct sf_step seen;
};

/* One play of one cell: a run with a trace of its own. */
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
    struct sf_recorder recorder;
    struct play_step steps[SF_CELL_STEPS_MAX];
};

struct play {
    struct sf_stage *stage;
    const struct sf_wave *wave;
    struct player *players;
    uint32_t players_count;
    uint32_t first_place;   /* of the first player; each has the next one */
    uint32_t playing_count; /* players in the midst of a round */
    bool round_over;
    struct sf_rng rng;
    struct sf_arena judges; /* the checker's memory */
    struct sf_checker checker;
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

static void end_round(struct player *player)
{
    struct play *play = player->wave;
    player->busy |= play->stage->busy_count != player->busy_before;
    SF_ASSERT(play->playing_count > 0);
    play->playing_count--;
    play->round_over = play->playing_count == 0;
}

static uint64_t request_of(const struct play_step *step)
{
    return sf_recorder_request(step->seen.tenant, 1 + (uint32_t)(step - step->player->steps));
}

static void answered(void *context, const struct sf_answer *answer)
{
    struct play_step *step = context;
    struct player *player = step->player;
    struct play *play = player->wave;
    struct sf_step *seen = &step->seen;
    seen->asked = true;
    seen->status = answer->status;
    sf_recorder_answered(&player->recorder, seen->tenant, player->place, request_of(step), answer,
                         sf_loop_now());
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
    sf_ns now_ns = sf_loop_now();
    step->seen.at_ns = now_ns - player->recorder.began_ns;
    sf_recorder_asked(&player->recorder, step->seen.tenant, request_of(step), now_ns);
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

static void play_round(struct play *play, uint32_t round)
{
    sf_ns now = sf_loop_now();
    sf_ns spread = play->wave->spread_ns > 0 ? play->wave->spread_ns : 1;
    play->round_over = play->players_count == 0;
    for (uint32_t i = 0; i < play->players_count; i++) {
        struct player *player = &play->players[i];
        if (round == 0) {
            sf_recorder_begin(&player->recorder, SF_CELL_TENANTS_MAX, now);
        }
        begin_round(player, round, now + (sf_ns)sf_rng_below(&play->rng, (uint64_t)spread));
    }
    bool over = sf_loop_run(play->stage->loop, &play->round_over, SF_NS_NEVER);
    SF_ASSERT(over); /* every ask ends, by the viewer's patience at the latest */
}

/* ---- before and after ---- */

/* A new still at the place of a player. */
static void note_made(void *context, const struct sf_still_made *made)
{
    struct play *play = context;
    if (made->place >= play->first_place && made->place < play->first_place + play->players_count &&
        made->tenant < SF_CELL_TENANTS_MAX) {
        sf_recorder_made(&play->players[made->place - play->first_place].recorder, made,
                         sf_loop_now());
    }
}

static void note_phase(struct play *play, enum sf_phase phase)
{
    static const enum sf_live_event events[SF_PHASES_COUNT] = {
        [SF_PHASE_RELOAD] = SF_LIVE_SERVER_RELOAD,
        [SF_PHASE_RESTART] = SF_LIVE_SERVER_RESTART,
        [SF_PHASE_PURGE] = SF_LIVE_SERVER_PURGE,
        [SF_PHASE_UPGRADE] = SF_LIVE_SERVER_UPGRADE,
    };
    for (uint32_t i = 0; phase != SF_PHASE_STEADY && i < play->players_count; i++) {
        sf_recorder_event(&play->players[i].recorder, events[phase], sf_loop_now());
    }
}

/* Requests for no place, such as health probes, meet the worst condition of the wave. */
static void injure(struct play *play, bool on)
{
    struct sf_injury worst = {.kind = SF_INJURY_OK};
    for (uint32_t i = 0; i < play->players_count; i++) {
        const struct player *player = &play->players[i];
        struct sf_injury injury = on ? player->cell->condition : (struct sf_injury){0};
        sf_origin_injure(play->stage->origin, player->place, injury);
        if (player->cell->condition.kind != SF_INJURY_OK) {
            sf_recorder_event(&play->players[i].recorder, sf_injury_event(&injury), sf_loop_now());
        }
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
    play->first_place = stage->next_place;
    sf_arena_init(&play->judges);
    sf_stills_listen(stage->stills, note_made, play);
    play->players =
        sf_alloc(play->players_count > 0 ? play->players_count : 1, sizeof *play->players);
    for (uint32_t i = 0; i < play->players_count; i++) {
        struct player *player = &play->players[i];
        player->wave = play;
        player->cell = wave->cells[i % wave->cells_count];
        player->result = wave->results[i % wave->cells_count];
        player->place = stage->next_place++;
        player->recorder.stills = stage->stills;
        player->recorder.credentials = &stage->credentials;
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

/* ---- what the trace of a play says ---- */

static struct sf_step *step_of(struct player *player, uint64_t request)
{
    uint32_t number = (uint32_t)request;
    SF_ASSERT(number >= 1);
    SF_ASSERT(number <= player->steps_count);
    return &player->steps[number - 1].seen;
}

static void note_outcome(void *context, const struct sf_ask_outcome *outcome)
{
    struct sf_step *seen = step_of(context, outcome->request);
    bool leftover = seen->leftover && outcome->outcome != SF_OUTCOME_OTHER;
    seen->outcome = leftover ? SF_OUTCOME_LEFTOVER : outcome->outcome;
    seen->owner = outcome->owner.index;
}

static void note_stray_credential(void *context, uint64_t request, struct sf_tenant_id owner)
{
    struct sf_step *seen = step_of(context, request);
    seen->credential = seen->credential == SF_NOBODY ? owner.index : seen->credential;
}

/* What the oracles found. */
struct found {
    uint64_t strays_count;
    uint64_t credentials_count;
};

static struct found judge_play(struct player *player)
{
    struct play *play = player->wave;
    struct sf_recorder *recorder = &player->recorder;
    struct sf_outcome_reader reader = {
        .ended = note_outcome, .stray_credential = note_stray_credential, .context = player};
    sf_arena_reset(&play->judges);
    sf_checker_init(&play->checker, &play->judges, SF_CELL_TENANTS_MAX);
    sf_checker_hear(&play->checker, recorder->records, recorder->count);
    enum sf_verdict all = sf_checker_close(&play->checker);
    (void)all; /* a cell is about strays alone */
    for (uint32_t i = 0; i < recorder->leftovers_count; i++) {
        step_of(player, recorder->leftovers[i])->leftover = true;
    }
    sf_outcomes_hear(&reader, recorder->records, recorder->count);
    struct found found = {0};
    for (uint32_t i = 0; i < play->checker.oracles_count; i++) {
        const struct sf_oracle *oracle = sf_oracles()[i];
        uint64_t count = play->checker.results[i].findings_count;
        found.strays_count += oracle->of_strays ? count : 0;
        found.credentials_count += oracle == &sf_oracle_no_stray_credentials ? count : 0;
    }
    return found;
}

static void count_play(struct player *player)
{
    struct sf_cell_result *result = player->result;
    if (player->busy) {
        result->busy++;
        return;
    }
    struct found found = judge_play(player);
    bool stray = found.strays_count > 0;
    bool credential = found.credentials_count > 0;
    for (uint32_t i = 0; i < player->steps_count; i++) {
        const struct sf_step *seen = &player->steps[i].seen;
        SF_ASSERT(seen->asked);
        result->outcomes[seen->outcome]++;
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
        enum sf_phase phase = play->players[0].cell->phase;
        SF_TRY(sf_stage_phase(stage, phase, play->wave->config, diag));
        note_phase(play, phase);
    }
    injure(play, true);
    if (injured) {
        sf_loop_wait(stage->loop, stage->options.notice_ns);
    }
    play_round(play, 1);
    injure(play, false);
    sf_origin_release(stage->origin);
    for (uint32_t i = 0; i < play->players_count; i++) {
        sf_recorder_end(&play->players[i].recorder, sf_loop_now());
        count_play(&play->players[i]);
    }
    sf_loop_forgive(stage->loop);
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
    sf_stills_listen(stage->stills, NULL, NULL);
    for (uint32_t i = 0; i < play->players_count; i++) {
        sf_recorder_fini(&play->players[i].recorder);
    }
    sf_arena_fini(&play->judges);
    free(play->players);
    free(play);
    return err;
}
