#include "harness/exhaust/words.h"

#define NUMBER(WORD, MEMBER, MIN, MAX)                                 \
    {                                                                  \
        WORD, offsetof(struct sf_small_world, MEMBER), false, MIN, MAX \
    }
#define FLAG(WORD, MEMBER)                                        \
    {                                                             \
        WORD, offsetof(struct sf_small_world, MEMBER), true, 0, 1 \
    }

enum { STILL_MIN = 8, STILL_MAX = SF_SMALL_STILL_BYTES_MAX - 128, STEP_MAX = 64, TIMES_MAX = 100 };

const struct sf_small_field sf_small_fields[] = {
    NUMBER("tenants", tenants, 1, SF_SMALL_TENANTS_MAX),
    NUMBER("cameras", cameras, 1, SF_SMALL_CAMERAS_MAX),
    NUMBER("nodes", nodes, 1, SF_SMALL_NODES_MAX),
    NUMBER("still_bytes", still_bytes, STILL_MIN, STILL_MAX - 3 * STEP_MAX),
    NUMBER("still_step", still_step, 0, STEP_MAX),
    NUMBER("still_turn", still_turn, 0, STEP_MAX),
    NUMBER("rows", rows, 0, 8),
    NUMBER("pieces", pieces, 0, SF_SMALL_PIECES_MAX),
    NUMBER("capacity_stills", capacity_stills, 0, TIMES_MAX),
    NUMBER("tick_ms", tick_ms, 0, 1000),
    NUMBER("uploads_max", uploads_max, 0, TIMES_MAX),
    NUMBER("requests_max", requests_max, 0, TIMES_MAX),
    NUMBER("waits_max", waits_max, 0, TIMES_MAX),
    NUMBER("others_max", others_max, 0, TIMES_MAX),
    NUMBER("fetches_max", fetches_max, 0, TIMES_MAX),
    NUMBER("timers_max", timers_max, 0, TIMES_MAX),
    NUMBER("connections_max", connections_max, 0, TIMES_MAX),
    FLAG("validator_is_size", validator_is_size),
    FLAG("serial_shared", serial_shared),
    FLAG("private", is_private),
    FLAG("viewers_keep", viewers_keep),
    FLAG("renews", renews),
    FLAG("names_jpg", names_jpg),
    FLAG("front_door", front_door),
    {NULL, 0, false, 0, 0},
};

const char *const sf_small_family_words[] = {
    "cut",   "parts",    "delta",  "cancel",     "connection",  "slow",   "fetch-parts",
    "store", "identity", "time",   "invalidate", "reconfigure", "deploy", "node",
    "clock", "device",   "export", "app",        "range",       "settle", "sale",
    "guest", "slots",    "state",  "under-way",  NULL,
};
_Static_assert(1u << (sizeof sf_small_family_words / sizeof sf_small_family_words[0] - 2) ==
                   SF_SMALL_UNDER_WAY,
               "a word for each family");

const char *const sf_small_numbering_words[] = {"mixed",   "low16",   "low32", "high32",
                                                "counted", "decimal", NULL};
_Static_assert(sizeof sf_small_numbering_words / sizeof sf_small_numbering_words[0] - 1 ==
                   SF_SMALL_NUMBERINGS_COUNT,
               "a word for each numbering");

const char *const sf_small_expect_words[] = {"leak", "contract", "nothing", NULL};
const char *const sf_small_path_words[] = {"display", "app", "export", NULL};
