#include "harness/run/pair.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/base/ids.h"
#include "harness/box/box.h"
#include "harness/run/parting.h"
#include "harness/sim/rng.h"

enum heard_kind { HEARD_ANSWER, HEARD_BYTES, HEARD_STOPPED };

/* What went to a viewer of another tenant, in the order in which it went. */
struct heard {
    enum heard_kind kind;
    uint32_t bytes_count;          /* BYTES */
    uint64_t hash;                 /* BYTES */
    struct sf_world_answer answer; /* ANSWER; of the others its time and request alone */
};

/* The answer of a request in which the varied tenant has a part. */
struct own_answer {
    uint64_t request;
    uint32_t total_bytes;
};

enum phase { PHASE_LEARN, PHASE_COMPARE, PHASE_LOOK };

struct difference {
    enum sf_influence what; /* NONE: there is none */
    uint32_t place;         /* in what was heard */
    struct heard heard;     /* of the side that has it; of the first run, if both have */
    uint64_t values[2];     /* of the ordinary run, of the varied one */
    uint32_t offset_bytes;
};

struct sf_pair {
    struct sf_world_variation ordinary;
    struct sf_world_variation varied;
    struct sf_world_observer observer;
    enum phase phase;
    struct heard *heard; /* owned: of the first run */
    uint32_t heard_count;
    uint32_t heard_capacity;
    struct own_answer *own; /* owned */
    uint32_t own_count;
    uint32_t own_capacity;
    uint32_t own_next;      /* where the search for the next one begins */
    uint32_t place;         /* how much the second run was heard of */
    uint64_t answers_count; /* of the second run, compared */
    struct difference difference;
    uint8_t *looked[2]; /* owned: the bytes at the difference, of both runs */
    uint32_t looked_count[2];
    int side;       /* that is looked at */
    bool is_whole;  /* the first run came to its end: it has nothing further */
    bool is_steady; /* the ordinary run, once more, gave the same answers */
};

struct sf_pair *sf_pair_create(void)
{
    return sf_alloc(1, sizeof(struct sf_pair));
}

void sf_pair_destroy(struct sf_pair *pair)
{
    if (pair != NULL) {
        free(pair->heard);
        free(pair->own);
        free(pair->looked[0]);
        free(pair->looked[1]);
        free(pair);
    }
}

/* ---- what is heard ---- */

static void learn(struct sf_pair *pair, const struct heard *heard)
{
    if (pair->heard_count == pair->heard_capacity) {
        pair->heard_capacity = pair->heard_capacity * 2 + 1024;
        pair->heard = sf_realloc(pair->heard, pair->heard_capacity, sizeof *pair->heard);
    }
    pair->heard[pair->heard_count++] = *heard;
}

static void learn_own(struct sf_pair *pair, const struct sf_world_answer *answer)
{
    if (pair->own_count == pair->own_capacity) {
        pair->own_capacity = pair->own_capacity * 2 + 256;
        pair->own = sf_realloc(pair->own, pair->own_capacity, sizeof *pair->own);
    }
    pair->own[pair->own_count++] =
        (struct own_answer){.request = answer->request, .total_bytes = answer->total_bytes};
}

static struct difference differ(enum sf_influence what, uint64_t ordinary, uint64_t varied)
{
    return (struct difference){.what = what, .values = {ordinary, varied}};
}

static struct difference compare_answers(const struct sf_world_answer *one,
                                         const struct sf_world_answer *other)
{
    if (one->status != other->status || one->refusal != other->refusal) {
        return differ(SF_INFLUENCE_STATUS, one->status, other->status);
    }
    if (one->total_bytes != other->total_bytes || one->range_offset != other->range_offset) {
        return differ(SF_INFLUENCE_LENGTH, one->total_bytes, other->total_bytes);
    }
    if (one->said != other->said) {
        return differ(SF_INFLUENCE_FLAGS, one->said, other->said);
    }
    if (one->validator != other->validator) {
        return differ(SF_INFLUENCE_VALIDATOR, one->validator, other->validator);
    }
    if (one->session != other->session) {
        return differ(SF_INFLUENCE_SESSION, one->session, other->session);
    }
    return differ(SF_INFLUENCE_NONE, 0, 0);
}

/* `one` is of the ordinary run. */
static struct difference compare_heard(const struct heard *one, const struct heard *other)
{
    if (one->answer.request != other->answer.request) {
        return differ(SF_INFLUENCE_ORDER, one->answer.request, other->answer.request);
    }
    if (one->kind != other->kind) {
        return differ(SF_INFLUENCE_STOPPED, one->kind, other->kind);
    }
    if (one->answer.at_ns != other->answer.at_ns) {
        return differ(SF_INFLUENCE_TIME, (uint64_t)one->answer.at_ns,
                      (uint64_t)other->answer.at_ns);
    }
    switch (one->kind) {
    case HEARD_ANSWER:
        return compare_answers(&one->answer, &other->answer);
    case HEARD_BYTES:
        return one->bytes_count != other->bytes_count
                   ? differ(SF_INFLUENCE_LENGTH, one->bytes_count, other->bytes_count)
               : one->hash != other->hash ? differ(SF_INFLUENCE_BYTES, one->hash, other->hash)
                                          : differ(SF_INFLUENCE_NONE, 0, 0);
    case HEARD_STOPPED:
        return differ(SF_INFLUENCE_NONE, 0, 0);
    }
    SF_UNREACHABLE();
}

static void compare(struct sf_pair *pair, const struct heard *heard)
{
    uint32_t place = pair->place++;
    if (pair->difference.what != SF_INFLUENCE_NONE) {
        return;
    }
    pair->answers_count += heard->kind == HEARD_ANSWER;
    if (place >= pair->heard_count) {
        pair->difference = differ(SF_INFLUENCE_FURTHER, 0, heard->answer.request);
        pair->difference.heard = *heard;
    } else {
        pair->difference = compare_heard(&pair->heard[place], heard);
        pair->difference.heard = pair->heard[place];
    }
    pair->difference.place = place;
}

/* The bytes at the place of the difference. A cache that answers otherwise without any change is
 * not deterministic: then a difference says nothing. */
static void look(struct sf_pair *pair, const struct heard *heard, const uint8_t *bytes)
{
    uint32_t place = pair->place++;
    uint32_t count = heard->bytes_count;
    if (pair->side == 0) {
        pair->is_steady &= place < pair->heard_count
                               ? compare_heard(&pair->heard[place], heard).what == SF_INFLUENCE_NONE
                               : !pair->is_whole;
    }
    if (place == pair->difference.place && bytes != NULL) {
        pair->looked[pair->side] = sf_realloc(pair->looked[pair->side], count, 1);
        memcpy(pair->looked[pair->side], bytes, count);
        pair->looked_count[pair->side] = count;
    }
}

static void hear(struct sf_pair *pair, const struct heard *heard, const uint8_t *bytes)
{
    switch (pair->phase) {
    case PHASE_LEARN:
        learn(pair, heard);
        return;
    case PHASE_COMPARE:
        compare(pair, heard);
        return;
    case PHASE_LOOK:
        look(pair, heard, bytes);
        return;
    }
    SF_UNREACHABLE();
}

static void hear_answer(void *context, const struct sf_world_answer *answer)
{
    struct sf_pair *pair = context;
    if (!answer->of_varied) {
        hear(pair, &(struct heard){.kind = HEARD_ANSWER, .answer = *answer}, NULL);
    } else if (pair->phase == PHASE_LEARN) {
        learn_own(pair, answer);
    }
}

static void hear_bytes(void *context, sf_ns at_ns, uint64_t request, bool of_varied,
                       const uint8_t *bytes, uint32_t count)
{
    const struct heard heard = {
        .kind = HEARD_BYTES,
        .bytes_count = count,
        .answer = {.at_ns = at_ns, .request = request},
    };
    if (!of_varied) {
        struct heard hashed = heard;
        hashed.hash = sf_hash(bytes, count);
        hear(context, &hashed, bytes);
    }
}

static void hear_stopped(void *context, sf_ns at_ns, uint64_t request, bool of_varied)
{
    if (!of_varied) {
        hear(context,
             &(struct heard){.kind = HEARD_STOPPED, .answer = {.at_ns = at_ns, .request = request}},
             NULL);
    }
}

/* What the answer had in the ordinary run. The same requests come, mostly in the same order. */
static uint32_t paid_bytes(void *context, uint64_t request, uint32_t total_bytes)
{
    struct sf_pair *pair = context;
    for (uint32_t i = 0; i < pair->own_count; i++) {
        const uint32_t at = (pair->own_next + i) % pair->own_count;
        if (pair->own[at].request == request) {
            pair->own_next = at + 1;
            uint32_t bytes = pair->own[at].total_bytes;
            return bytes > 0 && bytes < total_bytes ? bytes : total_bytes;
        }
    }
    return total_bytes;
}

/* ---- the pair ---- */

/* The homes of a plan that was made smaller keep their numbers, and so the one that is drawn stays
 * while it is there. */
static uint32_t draw_home(const struct sf_plan *plan, uint64_t seed)
{
    uint32_t drawn = 0;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t first = sf_plan_group_number(plan, i);
        for (uint32_t k = 0; k < plan->groups[i].homes_count; k++) {
            uint64_t number = sf_rng_derive(seed, "varied", first + k);
            drawn = number < least ? first + k : drawn;
            least = number < least ? number : least;
        }
    }
    return drawn;
}

void sf_pair_begin(struct sf_pair *pair, const struct sf_plan *plan, uint64_t seed)
{
    SF_ASSERT(pair != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->vary != SF_VARY_NOTHING);
    pair->ordinary = (struct sf_world_variation){
        .home_number = plan->vary_home > 0 ? plan->vary_home - 1 : draw_home(plan, seed),
        .key = sf_rng_derive(seed, "varied-content", 0),
    };
    pair->varied = pair->ordinary;
    pair->varied.kind = plan->vary;
    pair->observer = (struct sf_world_observer){
        .answer = hear_answer, .bytes = hear_bytes, .stopped = hear_stopped, .context = pair};
    pair->phase = PHASE_LEARN;
    pair->heard_count = 0;
    pair->own_count = 0;
}

const struct sf_world_variation *sf_pair_variation(const struct sf_pair *pair)
{
    SF_ASSERT(pair != NULL);
    return &pair->ordinary;
}

const struct sf_world_observer *sf_pair_observer(const struct sf_pair *pair)
{
    SF_ASSERT(pair != NULL);
    SF_ASSERT(pair->phase == PHASE_LEARN);
    return &pair->observer;
}

/* One further run. False if it did not come to its end. */
static bool run_again(struct sf_pair *pair, const struct sf_pair_runs *runs,
                      const struct sf_world_setup *first, const struct sf_world_variation *varied,
                      struct sf_parting *parting)
{
    bool finished;
    struct sf_world_setup setup = *first;
    struct sf_trace *trace = sf_alloc(1, sizeof *trace);
    pair->observer.paid_bytes = varied->kind == SF_VARY_LENGTH ? paid_bytes : NULL;
    setup.variation = varied;
    setup.observer = &pair->observer;
    setup.trace = trace;
    setup.exhibits = NULL;
    do {
        pair->place = 0;
        pair->answers_count = 0;
        pair->own_next = 0;
        if (pair->phase == PHASE_COMPARE) {
            pair->difference = differ(SF_INFLUENCE_NONE, 0, 0);
        }
        sf_trace_init(trace);
        if (parting != NULL) {
            sf_parting_begin(parting, varied->kind != SF_VARY_NOTHING);
            sf_trace_listen(trace, (struct sf_trace_listener){sf_parting_hear, parting});
        }
        sf_box_run_begins(runs->seconds_max, true);
        sf_world_build(runs->world, &setup);
        finished = sf_world_run(runs->world, runs->events_max, 0);
        sf_world_clear(runs->world);
        sf_trace_end(trace);
    } while (sf_box_run_mispredicted());
    sf_box_run_ends();
    free(trace);
    return finished;
}

static void compare_ends(struct sf_pair *pair, bool both_finished)
{
    if (pair->difference.what == SF_INFLUENCE_NONE && both_finished &&
        pair->place < pair->heard_count) {
        const struct heard *heard = &pair->heard[pair->place];
        pair->difference = differ(SF_INFLUENCE_MISSING, heard->answer.request, 0);
        pair->difference.heard = *heard;
        pair->difference.place = pair->place;
    }
    /* What came further may have been cut off in the first run. */
    if (pair->difference.what == SF_INFLUENCE_FURTHER && !both_finished) {
        pair->difference = differ(SF_INFLUENCE_NONE, 0, 0);
    }
}

/* Where the answer's bytes begin that were passed at the place of the difference. */
static uint32_t part_offset(const struct sf_pair *pair)
{
    uint32_t offset = 0;
    uint64_t request = pair->difference.heard.answer.request;
    for (uint32_t i = 0; i < pair->difference.place; i++) {
        const struct heard *heard = &pair->heard[i];
        offset += heard->answer.request == request ? heard->bytes_count : 0;
    }
    return offset;
}

static uint64_t eight_bytes(const uint8_t *bytes, uint32_t count, uint32_t from)
{
    uint64_t value = 0;
    for (uint32_t i = from; i < from + 8; i++) {
        value = value << 8 | (i < count ? bytes[i] : 0);
    }
    return value;
}

/* The first byte that is another one, and the eight from there on of both. */
static void find_bytes(struct sf_pair *pair)
{
    uint32_t at = 0;
    uint32_t counts[2] = {pair->looked_count[0], pair->looked_count[1]};
    while (at < counts[0] && at < counts[1] && pair->looked[0][at] == pair->looked[1][at]) {
        at++;
    }
    pair->difference.offset_bytes = part_offset(pair) + at;
    for (int side = 0; side < 2; side++) {
        pair->difference.values[side] = eight_bytes(pair->looked[side], counts[side], at);
    }
}

static void add_difference(const struct sf_pair *pair, struct sf_tenant_id tenant, sf_ns end_ns,
                           const struct sf_parting *parting, struct sf_trace *trace)
{
    const struct difference *difference = &pair->difference;
    const struct sf_world_answer *answer = &difference->heard.answer;
    const struct sf_viewer_id viewer = sf_viewer_id((uint32_t)(answer->request >> 32));
    sf_trace_add(trace,
                 SF_RECORD(influence_values, .at_ns = end_ns, .viewer = viewer,
                           .offset_bytes = difference->offset_bytes,
                           .ordinary = difference->values[0], .varied = difference->values[1]));
    sf_trace_add(trace, SF_RECORD(influence, .at_ns = end_ns, .viewer = viewer, .tenant = tenant,
                                  .what = (uint32_t)difference->what, .request = answer->request,
                                  .sent_ns = answer->at_ns));
    if (parting->found) {
        sf_trace_add(trace,
                     SF_RECORD(parted, .at_ns = end_ns, .tenant = tenant, .kind = parting->kind,
                               .number = parting->number, .parted_ns = parting->at_ns));
    }
}

/* Both runs again: the bytes at the difference, and where the traces part. */
static void look_at_both(struct sf_pair *pair, const struct sf_pair_runs *runs,
                         const struct sf_world_setup *setup, struct sf_parting *parting)
{
    pair->phase = PHASE_LOOK;
    pair->is_steady = true;
    for (pair->side = 0; pair->side < 2; pair->side++) {
        pair->looked_count[pair->side] = 0;
        bool finished = run_again(pair, runs, setup,
                                  pair->side == 0 ? &pair->ordinary : &pair->varied, parting);
        pair->is_steady &=
            pair->side == 1 || !pair->is_whole || (finished && pair->place == pair->heard_count);
    }
    sf_parting_end(parting);
    if (pair->difference.what == SF_INFLUENCE_BYTES) {
        find_bytes(pair);
    }
}

void sf_pair_compare(struct sf_pair *pair, const struct sf_pair_runs *runs,
                     const struct sf_world_setup *setup, struct sf_trace *trace)
{
    SF_ASSERT(pair != NULL);
    SF_ASSERT(runs != NULL);
    SF_ASSERT(setup != NULL);
    SF_ASSERT(trace != NULL);
    const struct sf_tenant_id tenant = sf_world_varied_tenant(runs->world);
    if (sf_tenant_is_none(tenant) ||
        (pair->varied.kind == SF_VARY_LENGTH && !sf_world_may_lengthen(runs->world))) {
        return;
    }
    pair->phase = PHASE_COMPARE;
    pair->is_whole = runs->finished;
    bool finished = run_again(pair, runs, setup, &pair->varied, NULL);
    compare_ends(pair, finished && runs->finished);
    uint64_t answers_count = pair->answers_count;
    struct sf_parting parting = {0};
    bool differs = pair->difference.what != SF_INFLUENCE_NONE;
    if (differs) {
        look_at_both(pair, runs, setup, &parting);
    }
    if (!differs || pair->is_steady) {
        sf_trace_add(trace, SF_RECORD(varied, .at_ns = runs->end_ns, .tenant = tenant,
                                      .what = (uint32_t)pair->varied.kind,
                                      .answers_count = answers_count));
    }
    if (differs && pair->is_steady) {
        add_difference(pair, tenant, runs->end_ns, &parting, trace);
    }
    sf_parting_fini(&parting);
}
