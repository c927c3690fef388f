/* The language of a fuzzer's bytes, read and written by one walk over the plan: each function here
 * either takes a value from the bytes or, when writing, puts bytes down that mean the value which
 * is already there. So what is written reads as the same value.
 *
 * A value that no bytes mean is noted when writing, with the key that stands for it, and the walk
 * goes on. Private to the decoder's files. */
#ifndef STRAYFRAME_SCENARIO_CODEC_H
#define STRAYFRAME_SCENARIO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/net/netem.h"
#include "harness/scenario/decode.h"
#include "harness/scenario/plan.h"

/* A decoded time line has at most this many entries before the heal. */
enum { SF_CODEC_ENTRIES_MAX = 64 };

struct sf_situation;

struct sf_codec {
    const struct sf_plan_schema *schema;
    const struct sf_plan_versions *versions;
    struct sf_plan *plan; /* when writing it is only read */
    const uint8_t *bytes; /* NULL when writing */
    size_t left;
    uint8_t *out;
    size_t out_count;
    size_t out_max;
    bool writes;
    bool heals;
    bool calm;                            /* a situation, and little besides */
    uint32_t good_network;                /* that heals */
    const struct sf_situation *situation; /* codec_situations.c; NULL: none */
    bool stuck;                           /* a value could not be written */
    char stuck_at[SF_STUCK_BYTES];        /* the key of the first one */
    char where[SF_STUCK_BYTES / 2];       /* what is walked over: "homes.2." */
};

/* Sets `where`, which stands before every key that is noted. */
__attribute__((format(printf, 2, 3))) void sf_codec_at(struct sf_codec *codec, const char *format,
                                                       ...);

/* Notes that the value of this key cannot be written. */
void sf_codec_stuck(struct sf_codec *codec, const char *key);

/* What a byte means: see struct sf_param_decode, whose members these are. A literal counts in
 * `unit` from `min`. */
struct sf_code {
    uint32_t one_in;
    uint32_t count;
    int64_t usual;
    int64_t base;
    int64_t step;
    int64_t min;
    int64_t max;
    int64_t unit; /* 0: 1 */
};

/* One byte, or some more with a literal. Missing bytes are 0. */
int64_t sf_code_value(struct sf_codec *codec, const char *key, int64_t value,
                      const struct sf_code *code);

/* A literal alone: of `code` only min, max and unit matter. */
int64_t sf_code_literal(struct sf_codec *codec, const char *key, int64_t value,
                        const struct sf_code *code);

/* One of `count`, in one byte. */
uint32_t sf_code_choice(struct sf_codec *codec, const char *key, uint32_t value, uint32_t count);

/* A switch that is off unless the byte says otherwise, as one in `one_in` does. */
bool sf_code_rare(struct sf_codec *codec, const char *key, bool value, uint32_t one_in);

/* The values of an actor's table, in its order; none behind a switch that says that the home has no
 * such actor. */
void sf_code_section(struct sf_codec *codec, enum sf_plan_section_kind kind,
                     struct sf_plan_section *section);

/* The index of the network that heals; of the first one in a plan that never heals. */
uint32_t sf_codec_good_network(const struct sf_plan *plan);

/* Names are numbers: nothing in a run depends on them. */
void sf_codec_name_networks(struct sf_plan *plan, uint32_t good);
void sf_codec_name_homes(struct sf_plan *plan);

/* A network with these figures both ways; of what it was, its name stays. */
void sf_codec_steady_network(struct sf_plan_network *network, sf_ns delay_ns, sf_ns jitter_ns,
                             uint32_t loss_percent);

/* What the situation needs at least of the time with faults, and its entries of the time line. */
sf_ns sf_situation_faults_ns(const struct sf_codec *codec, sf_ns faults_ns);
void sf_situation_happens(struct sf_codec *codec, sf_ns until_ns);

/* The parts of a plan, in the order of the bytes. */
void sf_code_networks(struct sf_codec *codec);
void sf_code_homes(struct sf_codec *codec);
void sf_code_situation(struct sf_codec *codec);
void sf_code_timeline(struct sf_codec *codec);
void sf_code_fates(struct sf_codec *codec);

#endif
