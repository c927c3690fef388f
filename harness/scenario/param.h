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

/* When the decoder of a fuzzer's bytes (harness/scenario/decode.h) sets the value. */
enum sf_param_phase {
    SF_PHASE_NEVER,
    SF_PHASE_ACTOR,   /* with the actor; without a byte more where the actor is not present */
    SF_PHASE_NODES,   /* with the nodes of the cache and what happens to them */
    SF_PHASE_BACKUP,  /* once the time line has a consent to a backup */
    SF_PHASE_ACCOUNT, /* once the time line has cameras of an account trade their slots */
};

/* How the decoder draws a value: base + step * (a byte modulo count); for a BOOL, whether the byte
 * modulo count is 1. A count of 0 takes no byte: the value is the base. */
struct sf_param_decode {
    enum sf_param_phase phase;
    uint32_t turn; /* from 1, order within phase and table: so a corpus keeps its meaning */
    int64_t base;
    int64_t step;
    uint32_t count;
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

/* What may stand behind a row's help text, beside `.role = ...`. */
#define SF_DROPPED(STREAM, INDEX) \
    .swarm = SF_SWARM_DROPS, .swarm_stream = (STREAM), .swarm_index = (INDEX)
#define SF_HEATED(STREAM) .swarm = SF_SWARM_HEATS, .swarm_stream = (STREAM)
#define SF_DECODED(PHASE, TURN, BASE, STEP, COUNT) \
    .decode = {SF_PHASE_##PHASE, (TURN), (BASE), (STEP), (COUNT)}
#define SF_NOT_DECODED .decode = {SF_PHASE_NEVER, 0, 0, 0, 0}
#define SF_DECODED_AS(PHASE, VALUE) .decode = {SF_PHASE_##PHASE, 0, (VALUE), 0, 0}

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
