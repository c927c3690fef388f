/* The plan: everything that a run depends on, and nothing else. A scenario file loads into a plan,
 * a plan prints as a scenario file, and load(print(plan)) == plan. Whatever finds a failure (a
 * scenario, a sweep of seeds, a fuzzer, the shrinker) ends as a plan. */
#ifndef STRAYFRAME_SCENARIO_PLAN_H
#define STRAYFRAME_SCENARIO_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bounds.h"
#include "harness/base/time.h"
#include "harness/net/netem_states.h"
#include "harness/scenario/live.h"
#include "harness/scenario/param.h"

/* Where a scenario is silent. */
#define SF_PLAN_CACHE_FALLBACK "builtin:boxing-day-fix"
#define SF_PLAN_START_FALLBACK_S INT64_C(1577880000) /* 2020-01-01T12:00:00Z */
enum { SF_PLAN_SEED_FALLBACK = 1, SF_GATE_EVERY_MAX = 1000 };

/* The network that does nothing. Every plan has it at index 0, no file has to define it. */
#define SF_NETWORK_PERFECT "perfect"

/* A run's length. */
#define SF_DURATION_NS_MIN SF_MS
#define SF_DURATION_NS_MAX (366 * 24 * SF_HOUR)

/* One of the states of a network that changes: another network, which stays the same, and
 * for how long; drawn anew each time, uniformly from min to max. */
struct sf_plan_state {
    uint32_t network_index;
    uint32_t reserved;
    sf_ns dwell_ns_min; /* SF_NETEM_DWELL_NS_MIN to SF_NETEM_DWELL_NS_MAX */
    sf_ns dwell_ns_max;
};

/* A network that homes can be on: the two directions of a home's connection. With states it has
 * none of its own: each direction goes through the states on its own, round and round. */
struct sf_plan_network {
    char name[SF_TEXT_BYTES];
    struct sf_netem_config up;   /* home to cloud */
    struct sf_netem_config down; /* cloud to home */
    uint32_t states_count;       /* 0: it does not change; or 2 to SF_NETEM_STATES_MAX */
    uint32_t reserved;
    struct sf_plan_state states[SF_NETEM_STATES_MAX];
};

/* The values of one parameter table (an actor's configuration). */
struct sf_plan_section {
    int64_t values[SF_PARAMS_MAX];
};

/* The sections of a plan, in the order of `sf_plan_tables`. */
enum sf_plan_section_kind {
    SF_SECTION_CAMERA, /* per group */
    SF_SECTION_HUB,    /* per group */
    SF_SECTION_APP,    /* per group */
    SF_SECTION_EXPECT, /* per group; by enum sf_assertion, its first rows */
    SF_SECTION_GROUP_COUNT,
    SF_SECTION_CLOUD = SF_SECTION_GROUP_COUNT, /* once */
    SF_SECTION_STILL,                          /* once */
    SF_SECTION_DESTINATIONS,                   /* once */
    SF_SECTION_COUNT,
};

/* Chance, and every name and number that a home has in the world, go by its number; 0 for the
 * first (a scenario file counts from 1). So a home can be taken out of a plan, and nothing changes
 * for the others. */
enum { SF_NUMBER_NEXT = 0xffffffff };

/* Homes that are alike. Each has one tenant, one camera, and a hub and an app where the section
 * says so. */
struct sf_plan_group {
    char name[SF_TEXT_BYTES];
    uint32_t number; /* of the first of them; SF_NUMBER_NEXT: after those of the group before */
    uint32_t homes_count;                    /* at least 1 */
    uint32_t network_index;                  /* into networks */
    bool linked;                             /* the owner linked the account to the integration */
    uint32_t time_zones_count;               /* at least 1; each home draws one */
    int32_t time_zones_s[SF_TIME_ZONES_MAX]; /* offset from UTC in s, -12 h to +14 h */
    struct sf_plan_section sections[SF_SECTION_GROUP_COUNT];
};

/* What an entry of the time line can do, a row for each key that it is written under:
 *
 *     X(KEY, ACTION, value, beside, on, fault, help)
 *
 * and behind it SF_STARTS(kind) for an action that starts a job. The members of struct sf_action
 * (harness/scenario/actions.h) tell what the columns are. ALSO is a second key of the action
 * before: the entry's `on` tells the two apart. */
/* clang-format off */
#define SF_ACTIONS(X, ALSO)                                                                        \
    X(deploy, DEPLOY, CACHE, NODE | EVERY, false, false,                                           \
      "a new cache takes over")                                                                    \
    X(network, NETWORK, NETWORK, HOMES | DIRECTION, false, true,                                   \
      "homes change to this network")                                                              \
    X(heal, HEAL, NETWORK, 0, false, false, /* progress is judged from here on */                  \
      "faults end, every home changes to this network")                                            \
    X(kill_switch, KILL_SWITCH, SWITCH, 0, false, false,                                           \
      "the operator blocks the integration")                                                       \
    X(link, LINK, HOMES, 0, true, false,                                                           \
      "these homes link the integration")                                                          \
    ALSO(unlink, LINK, HOMES, 0, false, false,                                                     \
      "these homes unlink the integration")                                                        \
    X(expire, EXPIRE, HOMES, 0, false, false,                                                      \
      "the sessions of these homes' viewers expire; each has to sign in again")                    \
    X(reconfigure, RECONFIGURE, OPTIONS, NODE, false, false,                                       \
      "new options are pushed to the cache that runs")                                             \
    X(node_lost, NODE, NODE, 0, false, true,                                                       \
      "this node of the cache ends at once, with all that it had in memory")                       \
    ALSO(node_back, NODE, NODE, 0, true, false,                                                    \
      "this node of the cache comes back, empty")                                                  \
    X(node_clock, NODE_CLOCK, STEP, NODE, false, true,                                             \
      "the wall clock of nodes steps by this much")                                                \
    X(camera_clock, CAMERA_CLOCK, STEP, HOMES, false, true,                                        \
      "the clock of these homes' cameras steps by this much")                                      \
    X(power_off, POWER, HOMES, 0, false, true,                                                     \
      "cameras and viewers of these homes lose power")                                             \
    ALSO(power_on, POWER, HOMES, 0, true, false,                                                   \
      "they start again, all at once; a camera counts its stills from 0 again")                    \
    X(wake, WAKE, HOMES, 0, false, false,                                                          \
      "a person in each of these homes starts watching, all at once")                              \
    X(identity, IDENTITY, SWITCH, 0, false, true,                                                  \
      "the identity service answers (on) or fails (off)")                                          \
    X(store, STORE, SWITCH, 0, false, true,                                                        \
      "the shared store answers (on) or fails (off)")                                              \
    X(backup, BACKUP, SWITCH, HOMES, false, false,                                                 \
      "the owners of these homes consent to a backup of their stills (on) or withdraw it (off)")   \
    X(firmware, FIRMWARE, VERSION, HOMES, false, false,                                            \
      "these homes' cameras change to this version of their firmware")                             \
    X(export, EXPORT, HOMES, 0, false, false,                                                      \
      "the owners of these homes ask for a copy of their latest stills",                           \
      SF_STARTS(EXPORT))                                                                           \
    X(forget_camera, FORGET, HOMES, 0, false, false,                                               \
      "the cache is to forget the stills of these homes' cameras")                                 \
    ALSO(forget_account, FORGET, HOMES, 0, true, false,                                            \
      "the cache is to forget all that belongs to the owners of these homes")                      \
    X(share, SHARE, HOMES, 0, true, false,                                                         \
      "the owners of these homes' cameras share each with a guest, the account of the next home")  \
    ALSO(unshare, SHARE, HOMES, 0, false, false,                                                   \
      "they withdraw that")                                                                        \
    X(new_owner, NEW_OWNER, HOMES, 0, false, false,                                                \
      "each of these homes' cameras is reset and registered by a new owner, the account of the "   \
      "next home; its viewers here go on asking")                                                  \
    X(trade_slots, TRADE_SLOTS, HOMES, 0, false, false,                                            \
      "in these homes' accounts each camera takes the slot of the next one")
/* clang-format on */

#define SF_ACTION_OF_ROW(KEY, ACTION, ...) SF_ACTION_##ACTION,
#define SF_ACTION_NO_ROW(...)
enum sf_plan_action { SF_ACTIONS(SF_ACTION_OF_ROW, SF_ACTION_NO_ROW) SF_ACTIONS_COUNT };
#undef SF_ACTION_OF_ROW
#undef SF_ACTION_NO_ROW

enum sf_plan_direction {
    SF_DIRECTION_BOTH,
    SF_DIRECTION_UP,
    SF_DIRECTION_DOWN,
};

/* By value, NULL-terminated. */
extern const char *const sf_plan_direction_names[];

enum { SF_GROUP_ALL = 0xffffffff, SF_NODE_ALL = 0xffffffff };

/* What an action has no use for is zero in a plan's normal form. */
struct sf_plan_entry {
    sf_ns at_ns;
    enum sf_plan_action action;
    uint32_t group_index; /* homes concerned; SF_GROUP_ALL for every home */
    uint32_t network_index;
    enum sf_plan_direction direction;
    uint32_t node;     /* of the cache; SF_NODE_ALL for every node */
    uint32_t version;  /* of the firmware */
    sf_ns duration_ns; /* between nodes, from 0; or a clock's step, either way */
    bool on;
    char cache[SF_CACHE_SPEC_BYTES]; /* a cache; or new options for the one that runs */
};

/* What becomes of one packet, whatever chance would say. */
enum sf_plan_fate_kind {
    SF_PLAN_FATE_LOST,
    SF_PLAN_FATE_DELAYED, /* arrives once, undamaged, after delay_ns */
    SF_PLAN_FATE_DUPLICATED,
    SF_PLAN_FATE_CORRUPTED,
};

/* By value, NULL-terminated. A fate's direction is one of two: up, down. */
extern const char *const sf_plan_fate_names[];
extern const char *const sf_plan_fate_direction_names[];

struct sf_plan_fate {
    uint64_t packet; /* of the link, counted from 0 in the order in which it was given them */
    sf_ns delay_ns;  /* DELAYED: 0 to SF_DURATION_NS_MAX */
    uint32_t home;   /* counted from 0 over all groups in order; from 1 in a file */
    enum sf_plan_direction direction; /* UP or DOWN */
    enum sf_plan_fate_kind kind;
    uint32_t reserved;
};

/* What the scenario's author says must come out; checked by the tests and by `run`. */
enum sf_plan_expectation {
    SF_EXPECT_PASS,
    SF_EXPECT_FAIL, /* a planted fault: `expect_oracle` must have at least one finding */
    SF_EXPECT_INCONCLUSIVE,
};

/* By value, NULL-terminated. */
extern const char *const sf_plan_expectation_names[];

/* What a second run changes of one tenant's stills, to see whether another tenant's viewers get
 * anything else. */
enum sf_plan_vary {
    SF_VARY_NOTHING, /* there is one run */
    SF_VARY_CONTENT, /* at equal length */
    SF_VARY_LENGTH,
};

/* By value, NULL-terminated. */
extern const char *const sf_plan_vary_names[];

struct sf_plan {
    char name[SF_TEXT_BYTES]; /* the file's name without ".yaml" by custom; [a-z0-9-] */
    char title[256];          /* one sentence for a person; may be "" */
    uint64_t seed;
    bool swarm; /* each run draws which of the faults it has: see swarm.h */
    enum sf_plan_vary vary;
    uint32_t vary_home;   /* a home whose account's stills are varied, from 1; 0: the seed draws */
    uint32_t gate_every;  /* a campaign of many scenarios runs it under one seed of this many, from
                             the first on: 1 to SF_GATE_EVERY_MAX */
    int64_t start_unix_s; /* the wall clock of the simulated world at virtual time 0, UTC */
    sf_ns duration_ns;
    char cache[SF_CACHE_SPEC_BYTES]; /* "builtin:NAME?options" or the path of a .so */
    struct sf_plan_section cloud;
    struct sf_plan_section still;
    uint32_t networks_count;
    struct sf_plan_network networks[SF_NETWORKS_MAX];
    uint32_t groups_count;
    struct sf_plan_group groups[SF_GROUPS_MAX];
    uint32_t timeline_count; /* in order of at_ns; entries at one instant keep the file's order */
    struct sf_plan_entry timeline[SF_TIMELINE_MAX];
    uint32_t fates_count; /* in order of home, direction and packet, each packet at most once */
    struct sf_plan_fate fates[SF_FATES_MAX];
    enum sf_plan_expectation expect;
    char expect_oracle[SF_TEXT_BYTES]; /* "" unless expect is FAIL */
    uint32_t texts_count;              /* at least 1: text 0 is "" */
    char texts[SF_TEXTS_MAX][SF_TEXT_BYTES];
    struct sf_plan_section destinations;
    struct sf_plan_section assertions; /* by enum sf_assertion; beside `expect` */
    struct sf_plan_live live;          /* a run of a real server; zero otherwise */
};

/* Hands the loader the actors' tables: one for each section kind. Valid for the program's life. */
struct sf_plan_schema {
    const struct sf_param_table *tables[SF_SECTION_COUNT];
    const char *const *oracle_names; /* NULL-terminated; what `expect: {oracle: ...}` may name */
};

/* A plan with every value at its fallback: the network that does nothing, no homes; no name and no
 * duration yet, so it does not pass sf_plan_check. Every byte is written, padding too: plans that
 * started here can be compared with memcmp. */
void sf_plan_default(const struct sf_plan_schema *schema, struct sf_plan *plan_out);

/* A group with every value at its fallback, but for `name` and `homes_count`, which have none. */
void sf_plan_group_default(const struct sf_plan_schema *schema, struct sf_plan_group *group_out);

/* Lets a network that changes be only its state number `state`, for good. */
void sf_plan_network_settle(struct sf_plan *plan, uint32_t network, uint32_t state);

/* Takes back what the plan asserts beside its verdict. */
void sf_plan_assert_nothing(struct sf_plan *plan);

/* Negative, 0 or positive: the order of fates in a plan. */
int sf_plan_fate_compare(const struct sf_plan_fate *one, const struct sf_plan_fate *other);

/* Brings an edited plan into the one form that the loader gives: the timeline in
 * order, texts numbered in order of use and without unused ones, what no reader looks at zeroed.
 * After it load(print(plan)) == plan, byte for byte. The plan has passed sf_plan_check, but for the
 * order of the timeline. */
void sf_plan_normalise(const struct sf_plan_schema *schema, struct sf_plan *plan);

/* The number of a group's first home, below SF_HOMES_MAX in a checked plan. */
uint32_t sf_plan_group_number(const struct sf_plan *plan, uint32_t group);

/* How many homes there are in all groups together. */
uint32_t sf_plan_homes_count(const struct sf_plan *plan);

/* Index of `text` in the plan's table, added where it is new; UINT32_MAX when the table is full or
 * the text too long. */
uint32_t sf_plan_text(struct sf_plan *plan, const char *text);

#endif
