/* The live section of a scenario: a run against a real server instead of the simulated cloud. Its
 * types and their written forms; the options of `strayframe live` have the same. What plays it is
 * harness/live. */
#ifndef STRAYFRAME_SCENARIO_LIVE_H
#define STRAYFRAME_SCENARIO_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bounds.h"
#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"

/* The index of a word in a list that ends with NULL; an error that names the nearest one. */
SF_MUST_USE enum sf_err sf_word_choose(const char *word, const char *const *names,
                                       const char *expected, int *index_out, struct sf_diag *diag);

/* ---- who asks ---- */

enum sf_carrier {
    SF_CARRIER_HEADER, /* a header of its own */
    SF_CARRIER_COOKIE,
    SF_CARRIER_BEARER, /* Authorization: Bearer ... */
    SF_CARRIER_QUERY,
    SF_CARRIER_PATH,
    SF_CARRIERS_COUNT,
};

enum { SF_IDENTITY_NAME_BYTES = 48 };

struct sf_identity {
    enum sf_carrier carrier;
    char name[SF_IDENTITY_NAME_BYTES]; /* of header, cookie or parameter; "" otherwise */
};

/* "header", "cookie" ... */
const char *sf_carrier_name(enum sf_carrier carrier);

/* "header:X-Tenant", "cookie:NAME", "bearer", "query:NAME", "path". */
SF_MUST_USE enum sf_err sf_identity_read(const char *text, struct sf_identity *identity_out,
                                         struct sf_diag *diag);
/* Its written form; at most SF_IDENTITY_NAME_BYTES + 8 bytes. */
void sf_identity_print(const struct sf_identity *identity, char *out, uint32_t out_bytes);

/* ---- what the origin says with a still ---- */

enum sf_etag {
    SF_ETAG_NONE,
    SF_ETAG_SAME, /* all tenants' stills at a place have one */
    SF_ETAG_OWN,
    SF_ETAGS_COUNT,
};

enum { SF_ORIGIN_LINES_MAX = 8, SF_ORIGIN_LINE_BYTES = 128 };

struct sf_says {
    char lines[SF_ORIGIN_LINES_MAX][SF_ORIGIN_LINE_BYTES]; /* "Name: value"; {tenant} in it */
    uint32_t lines_count;
    enum sf_etag etag;
};

/* Adds a header line that the origin says: "Name: value". */
SF_MUST_USE enum sf_err sf_says_add(struct sf_says *says, const char *line, struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_etag_read(const char *text, enum sf_etag *etag_out,
                                     struct sf_diag *diag);
const char *sf_etag_name(enum sf_etag etag);

/* ---- what becomes of the origin's answers ---- */

enum sf_injury_kind {
    SF_INJURY_OK,
    SF_INJURY_DROP,  /* closes the connection without an answer */
    SF_INJURY_5XX,   /* 503 */
    SF_INJURY_SLOW,  /* answers after `time_ns` */
    SF_INJURY_STALL, /* half of the body, then nothing */
    SF_INJURY_CUT,   /* half of the body, then closes the connection */
    SF_INJURY_LOSSY, /* drops `share_ppm` of its answers */
    SF_INJURIES_COUNT,
};

struct sf_injury {
    sf_ns time_ns;
    enum sf_injury_kind kind;
    uint32_t share_ppm;
};

/* "ok", "drop", "5xx", "slow 2.5s", "stall", "cut", "lossy 30%". */
SF_MUST_USE enum sf_err sf_injury_read(const char *text, struct sf_injury *injury_out,
                                       struct sf_diag *diag);
void sf_injury_print(const struct sf_injury *injury, char *out, uint32_t out_bytes);

/* ---- when viewers of one URL ask ---- */

enum sf_arrival_kind {
    SF_ARRIVAL_GAP,      /* one after the other, this long after the one before has ended */
    SF_ARRIVAL_STAGGER,  /* this far apart, whether the one before has ended or not */
    SF_ARRIVAL_TOGETHER, /* all at once */
    SF_ARRIVALS_COUNT,
};

struct sf_arrival {
    sf_ns time_ns; /* GAP: 0 for the server's own */
    enum sf_arrival_kind kind;
    uint32_t reserved;
};

/* "gap 2.3s", "stagger 100ms", "together". */
SF_MUST_USE enum sf_err sf_arrival_read(const char *text, struct sf_arrival *arrival_out,
                                        struct sf_diag *diag);
void sf_arrival_print(const struct sf_arrival *arrival, char *out, uint32_t out_bytes);

/* ---- the section, and what happens during the run ---- */

enum { SF_LIVE_PATH_BYTES = 256, SF_LIVE_ENTRIES_MAX = 64, SF_LIVE_HOMES_MAX = 2047 };

enum sf_live_action {
    SF_LIVE_INJURE, /* the origin, with `injury` from now on */
    SF_LIVE_RELOAD, /* the server, with `config`, or the same */
    SF_LIVE_RESTART,
    SF_LIVE_KILL, /* and start again */
    SF_LIVE_PURGE,
    SF_LIVE_UPGRADE,
    SF_LIVE_IDENTITY_OFF, /* the identity service fails from now on */
    SF_LIVE_IDENTITY_ON,
    SF_LIVE_ACTIONS_COUNT,
};

struct sf_live_entry {
    sf_ns at_ns;
    struct sf_injury injury;
    enum sf_live_action action;
    uint32_t reserved;
    char config[SF_LIVE_PATH_BYTES]; /* RELOAD; "" for the same */
};

/* "reload", "reload CONFIG", "restart", "kill", "purge", "upgrade": of the server. */
SF_MUST_USE enum sf_err sf_live_action_read(const char *text, struct sf_live_entry *entry,
                                            struct sf_diag *diag);
/* Behind the key `origin`, `server` or `identity`; returns the key. */
const char *sf_live_entry_print(const struct sf_live_entry *entry, struct sf_text *out);

/* Zero where a scenario has no such section. */
struct sf_plan_live {
    bool present;
    uint8_t reserved[7];
    char server[SF_LIVE_PATH_BYTES]; /* a driver, by its name or as a file; "" with `url` */
    char url[SF_LIVE_PATH_BYTES];    /* a running cache; "" with `server` */
    char config[SF_LIVE_PATH_BYTES]; /* {server} in it is the driver's name */
    char origin_listen[SF_TEXT_BYTES];
    char host[SF_TEXT_BYTES];
    char path[SF_LIVE_PATH_BYTES]; /* of the URLs; {n} is their number */
    struct sf_identity identity;
    struct sf_says says;
    struct sf_arrival arrival;
    sf_ns latency_ns;  /* of the origin's answers */
    sf_ns time_out_ns; /* the shortest one in the configuration: a quarter is the harness's limit */
    uint32_t shared_by; /* homes whose viewers ask for one URL */
    uint32_t entries_count;
    struct sf_live_entry entries[SF_LIVE_ENTRIES_MAX];
};

/* A section that says nothing. */
void sf_live_default(struct sf_plan_live *live_out);
/* "--path" must tell places apart. */
SF_MUST_USE enum sf_err sf_live_path_check(const char *path, struct sf_diag *diag);

#endif
