/* Records that no run ever wrote, with every field a value of its type in a run of `homes_count`
 * homes. */
#ifndef STRAYFRAME_TESTS_RANDOM_RECORD_H
#define STRAYFRAME_TESTS_RANDOM_RECORD_H

#include "harness/sim/rng.h"
#include "harness/trace/record_words.h"

static inline uint64_t random_words(struct sf_rng *rng, const struct sf_word *words)
{
    uint32_t count = 0;
    uint64_t bits = 0;
    while (words[count].word != NULL) {
        count++;
    }
    const struct sf_word *chosen = &words[sf_rng_u64(rng) % count];
    for (uint32_t i = 0; i < count; i++) {
        bool bit = words[i].mask == words[i].value && words[i].mask != chosen->mask;
        bits |= bit && sf_rng_u64(rng) % 2 == 0 ? words[i].value : 0u;
    }
    return bits | chosen->value;
}

static inline uint64_t random_number(struct sf_rng *rng, const struct sf_record_bounds *bounds,
                                     enum sf_field_type type)
{
    uint64_t drawn = sf_rng_u64(rng);
    uint64_t small = sf_rng_u64(rng) % 2 == 0 ? drawn % 64 : drawn;
    if (sf_field_words(type) != NULL) {
        return random_words(rng, sf_field_words(type));
    }
    if (sf_field_none(type) != NULL && drawn % 5 == 0) {
        return SF_NOBODY;
    }
    return bounds->end[type] == UINT64_MAX ? small : small % bounds->end[type];
}

static inline struct sf_record random_record(struct sf_rng *rng, sf_ns at_ns,
                                             enum sf_record_kind kind,
                                             const struct sf_record_bounds *bounds)
{
    struct sf_record record = sf_record_blank(kind);
    record.at_ns = at_ns;
    for (const struct sf_field *field = sf_record_kind(kind)->fields; field->name != NULL;
         field++) {
        sf_place_put(&record, field->place, random_number(rng, bounds, field->type));
    }
    return record;
}

#endif
