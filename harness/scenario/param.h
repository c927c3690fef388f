/* Parameter tables: how an actor tells the scenario loader which keys it has, without the loader
 * knowing the actor. An actor's keys are one list, a macro with a row for each key:
 *
 *     #define SF_DOOR_PARAMS(X)                                                        \
 *         X(DURATION, shuts_after, 4 * SF_SECOND, 0, SF_HOUR, "shuts after this long") \
 *         X(SWITCH, squeaks, 0, "a planted fault: it squeaks", .role = SF_ROLE_PRESENT)
 *
 * SF_PARAM_MEMBER makes the members of the actor's configuration of it, SF_PARAM_ROW the rows of
 * its table; neither has an order of its own. A row's form goes by its kind:
 *
 *     DURATION, COUNT or SHARE   name, fallback, min, max, help
 *     SWITCH                     name, fallback (0 or 1), help
 *     CHOICE                     name, fallback, choices, help
 *     TEXT                       name, help
 *
 * Behind the help text may stand what the checks, a swarm and the decoder do with the key. The
 * member is called as the key, with its unit: shuts_after_ns, a share's ends in _ppm. */
#ifndef STRAYFRAME_SCENARIO_PARAM_H
#define STRAYFRAME_SCENARIO_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sf_param_kind {
    SF_PARAM_DURATION, /* ns; written "250ms", "4s", "1h30min" */
    SF_PARAM_COUNT,    /* a whole number */
    SF_PARAM_BOOL,     /* true or false, kept as 1 or 0 */
    SF_PARAM_PPM,      /* a share in parts per million; written "1.5%" */
    SF_PARAM_CHOICE,   /* one of `choices`, kept as its index */
    SF_PARAM_TEXT,     /* a name, kept as its index in the plan's table of texts */
};

/* What the loader's own checks have to know of a key. */
enum sf_param_role {
    SF_ROLE_NONE,
    SF_ROLE_PRESENT,  /* BOOL: a home has the actor at all; "app: none" is short for its false */
    SF_ROLE_CAPTURES, /* DURATION: a camera takes a still this often; 0: never */
    SF_ROLE_ASKS,     /* DURATION: a viewer asks for a still this often */
    SF_ROLE_STRANGER, /* BOOL: a viewer asks for the camera of another home */
    SF_ROLE_NODES,    /* COUNT: nodes of the cache */
    SF_ROLE_RECOVERY, /* DURATION: time that a run must have after the heal */
};

/* What a swarm (harness/scenario/swarm.h) does with the value. */
enum sf_param_swarm {
    SF_SWARM_KEEPS,
    SF_SWARM_DROPS, /* sets it to 0 in half of the runs */
    SF_SWARM_HEATS, /* a quarter of it, itself or four times it, for each group; in a section of a
                       group only */
};

/* How the decoder of a fuzzer's bytes (harness/scenario/decode.h) draws a value. One byte is the
 * usual value, or one of `count` common ones: base + step * (0 to count - 1); a text's are an index
 * into `texts`. The usual value comes out unless the byte says otherwise, as one in `one_in` does.
 * The bytes can also give any value from min to max, where the two are set.
 *
 * min and max bound what a sound cache can pass with: a bound on a time that no cache can keep, or
 * a viewer that gives up before any answer can come, would be a false alarm. */
struct sf_param_decode {
    const char *not_drawn; /* why it keeps its fallback; NULL: it is drawn */
    uint32_t one_in;       /* 1: always one of the common ones */
    uint32_t count;
    int64_t usual;
    int64_t base;
    int64_t step;
    int64_t min;
    int64_t max;
    const char *const *texts; /* TEXT only; NULL-terminated */
    bool disturbs; /* also after the heal: usual in a plan that heals, unless a literal sets it */
};

struct sf_param {
    const char *name;
    enum sf_param_kind kind;
    int64_t fallback; /* the value where the scenario is silent; for TEXT always 0, the text "" */
    int64_t min;      /* inclusive; unused for BOOL, CHOICE, TEXT */
    int64_t max;      /* inclusive */
    const char *const *choices; /* NULL-terminated; CHOICE only */
    const char *help;           /* one line for `list` and the schema */
    enum sf_param_role role;
    bool period; /* how often something happens: shrinking tries longer ones, not the fallback */
    enum sf_param_swarm swarm;
    const char *swarm_stream; /* the stream of chance that a swarm draws from, and its index; an */
    uint64_t swarm_index;     /* index is ignored by HEATS, which goes by group and viewer */
    struct sf_param_decode decode;
};

/* What may stand behind a row's help text, beside `.role = ...`. A row of a table that the decoder
 * reads has one of the forms with DRAWN. */
#define SF_DROPPED(STREAM, INDEX) \
    .swarm = SF_SWARM_DROPS, .swarm_stream = (STREAM), .swarm_index = (INDEX)
#define SF_HEATED(STREAM) .swarm = SF_SWARM_HEATS, .swarm_stream = (STREAM)
#define SF_DRAWN(ONE_IN, BASE, STEP, COUNT, MIN, MAX) \
    SF_DRAWN_OR(BASE, ONE_IN, BASE, STEP, COUNT, MIN, MAX)
/* The same with another usual value. */
#define SF_DRAWN_OR(USUAL, ONE_IN, BASE, STEP, COUNT, MIN, MAX) \
    .decode = {.one_in = (ONE_IN),                              \
               .count = (COUNT),                                \
               .usual = (USUAL),                                \
               .base = (BASE),                                  \
               .step = (STEP),                                  \
               .min = (MIN),                                    \
               .max = (MAX)}
/* The same for what goes on disturbing after the heal, where an owner is to get its own in time. */
#define SF_DRAWN_DISTURBING(USUAL, ONE_IN, BASE, STEP, COUNT, MIN, MAX) \
    .decode = {.one_in = (ONE_IN),                                      \
               .count = (COUNT),                                        \
               .usual = (USUAL),                                        \
               .base = (BASE),                                          \
               .step = (STEP),                                          \
               .min = (MIN),                                            \
               .max = (MAX),                                            \
               .disturbs = true}
/* A switch that is usually at FALLBACK. */
#define SF_DRAWN_SWITCH(FALLBACK, ONE_IN) \
    .decode = {.one_in = (ONE_IN), .count = 1, .usual = (FALLBACK), .base = !(FALLBACK)}
/* COUNT words from FIRST on; usually the word 0. */
#define SF_DRAWN_WORD(ONE_IN, FIRST, COUNT) \
    .decode = {.one_in = (ONE_IN), .count = (COUNT), .base = (FIRST), .step = 1}
/* One of COUNT texts; usually the first. */
#define SF_DRAWN_TEXT(ONE_IN, TEXTS, COUNT) \
    .decode = {.one_in = (ONE_IN), .count = (COUNT), .step = 1, .texts = (TEXTS)}
#define SF_NOT_DRAWN(WHY) .decode = {.not_drawn = (WHY)}
/* A planted fault of the simulation, not of a cache. */
#define SF_NOT_DRAWN_FAULT SF_NOT_DRAWN("a planted fault of the simulation: every cache would fail")

/* A row of a list as a member of the actor's configuration. */
#define SF_PARAM_MEMBER(KIND, ...) SF_MEMBER_##KIND(__VA_ARGS__)
#define SF_MEMBER_DURATION(NAME, ...) int64_t NAME##_ns;
#define SF_MEMBER_COUNT(NAME, ...) int64_t NAME;
#define SF_MEMBER_SHARE(NAME, ...) int64_t NAME##_ppm;
#define SF_MEMBER_SWITCH(NAME, ...) int64_t NAME;
#define SF_MEMBER_CHOICE(NAME, ...) int64_t NAME;
#define SF_MEMBER_TEXT(NAME, ...) int64_t NAME;

/* A row of a list as a row of the table. The variable part begins with the help text. */
#define SF_PARAM_ROW(KIND, ...) SF_ROW_##KIND(__VA_ARGS__)
#define SF_ROW_NUMBER(KIND, NAME, FALLBACK, MIN, MAX, ...) \
    {.name = (NAME),                                       \
     .kind = (KIND),                                       \
     .fallback = (FALLBACK),                               \
     .min = (MIN),                                         \
     .max = (MAX),                                         \
     .help = __VA_ARGS__},
#define SF_ROW_DURATION(NAME, ...) SF_ROW_NUMBER(SF_PARAM_DURATION, #NAME, __VA_ARGS__)
#define SF_ROW_COUNT(NAME, ...) SF_ROW_NUMBER(SF_PARAM_COUNT, #NAME, __VA_ARGS__)
#define SF_ROW_SHARE(NAME, ...) SF_ROW_NUMBER(SF_PARAM_PPM, #NAME, __VA_ARGS__)
#define SF_ROW_SWITCH(NAME, FALLBACK, ...) \
    {.name = #NAME, .kind = SF_PARAM_BOOL, .fallback = (FALLBACK), .help = __VA_ARGS__},
#define SF_ROW_CHOICE(NAME, FALLBACK, CHOICES, ...) \
    {.name = #NAME,                                 \
     .kind = SF_PARAM_CHOICE,                       \
     .fallback = (FALLBACK),                        \
     .choices = (CHOICES),                          \
     .help = __VA_ARGS__},
#define SF_ROW_TEXT(NAME, ...) {.name = #NAME, .kind = SF_PARAM_TEXT, .help = __VA_ARGS__},

enum { SF_PARAMS_MAX = 48 };

struct sf_param_table {
    const char *name; /* the section's key in a scenario: "camera", "hub" ... */
    const char *help;
    const struct sf_param *params;
    uint32_t params_count; /* at most SF_PARAMS_MAX */
};

#endif
