/* Puts the matrix together from its dimensions. */
#include "harness/live/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

static const struct sf_identity identities[] = {
    {.carrier = SF_CARRIER_HEADER, .name = "X-Tenant"},
    {.carrier = SF_CARRIER_COOKIE, .name = "session"},
    {.carrier = SF_CARRIER_BEARER},
    {.carrier = SF_CARRIER_QUERY, .name = "token"},
    {.carrier = SF_CARRIER_PATH},
};
enum { IDENTITIES_COUNT = sizeof identities / sizeof identities[0] };

/* What the origin says. {carrier} is the header that tells tenants apart. */
static const struct answer {
    const char *name;
    const char *lines[3];
    enum sf_etag etag;
} answers[] = {
    {.name = "nothing"},
    {.name = "private", .lines = {"Cache-Control: private, max-age=60"}},
    {.name = "no-store", .lines = {"Cache-Control: no-store"}},
    {.name = "no-cache", .lines = {"Cache-Control: no-cache"}, .etag = SF_ETAG_OWN},
    {.name = "no-cache, equal ETags", .lines = {"Cache-Control: no-cache"}, .etag = SF_ETAG_SAME},
    {.name = "max-age=0", .lines = {"Cache-Control: max-age=0"}},
    {.name = "max-age=1", .lines = {"Cache-Control: max-age=1"}},
    {.name = "max-age=60", .lines = {"Cache-Control: max-age=60"}},
    {.name = "Vary", .lines = {"Cache-Control: max-age=60", "Vary: {carrier}"}},
    {.name = "two Vary lines",
     .lines = {"Cache-Control: max-age=60", "Vary: {carrier}", "Vary: Accept-Encoding"}},
    {.name = "Set-Cookie",
     .lines = {"Cache-Control: max-age=60", "Set-Cookie: id={tenant}; Path=/"}},
    {.name = "stale-if-error", .lines = {"Cache-Control: max-age=1, stale-if-error=600"}},
};
enum { ANSWERS_COUNT = sizeof answers / sizeof answers[0] };

static const struct sf_injury conditions[] = {
    {.kind = SF_INJURY_OK},
    {.kind = SF_INJURY_DROP},
    {.kind = SF_INJURY_5XX},
    {.kind = SF_INJURY_SLOW, .time_ns = 2500 * SF_MS},
    {.kind = SF_INJURY_STALL},
    {.kind = SF_INJURY_CUT},
    {.kind = SF_INJURY_SLOW, .time_ns = 300 * SF_MS},
};
enum { CONDITIONS_QUICK_COUNT = 6, CONDITIONS_COUNT = sizeof conditions / sizeof conditions[0] };

static const char *header_that_tells(const struct sf_identity *identity)
{
    switch (identity->carrier) {
    case SF_CARRIER_COOKIE:
        return "Cookie";
    case SF_CARRIER_BEARER:
        return "Authorization";
    case SF_CARRIER_HEADER:
    case SF_CARRIER_QUERY:
    case SF_CARRIER_PATH:
    case SF_CARRIERS_COUNT:
        return "X-Tenant";
    }
    SF_UNREACHABLE();
}

struct list {
    struct sf_cell *cells;
    uint32_t count;
};

static struct sf_cell *add(struct list *list, const struct sf_identity *identity,
                           const struct answer *answer, struct sf_injury condition)
{
    SF_ASSERT(list->count < SF_MATRIX_CELLS_MAX);
    struct sf_cell *cell = &list->cells[list->count++];
    *cell = (struct sf_cell){.identity = *identity,
                             .says_name = answer->name,
                             .says = {.etag = answer->etag},
                             .condition = condition,
                             .tenants = 2};
    for (uint32_t i = 0; i < 3 && answer->lines[i] != NULL; i++) {
        const char *hole = strstr(answer->lines[i], "{carrier}");
        snprintf(cell->says.lines[i], SF_ORIGIN_LINE_BYTES, "%.*s%s",
                 hole != NULL ? (int)(hole - answer->lines[i]) : SF_ORIGIN_LINE_BYTES - 1,
                 answer->lines[i], hole != NULL ? header_that_tells(identity) : "");
        cell->says.lines_count++;
    }
    return cell;
}

static bool is_named(const struct answer *answer, const char *const *names)
{
    while (*names != NULL && strcmp(*names, answer->name) != 0) {
        names++;
    }
    return *names != NULL;
}

/* One by one, steady: the base of every matrix. */
static void add_base(struct list *list, const struct sf_identity *identity,
                     uint32_t conditions_count)
{
    for (uint32_t i = 0; i < ANSWERS_COUNT; i++) {
        for (uint32_t j = 0; j < conditions_count; j++) {
            add(list, identity, &answers[i], conditions[j]);
        }
    }
}

/* Several at once, while the origin is well: what is shared among waiting requests. */
static void add_crowds(struct list *list, const struct sf_identity *identity, bool all)
{
    static const char *const quick[] = {"private", "no-cache, equal ETags", "max-age=60", "nothing",
                                        NULL};
    for (uint32_t i = 0; i < ANSWERS_COUNT; i++) {
        if (!all && !is_named(&answers[i], quick)) {
            continue;
        }
        struct sf_cell *cell = add(list, identity, &answers[i], conditions[0]);
        cell->arrival.kind = SF_ARRIVAL_TOGETHER;
        cell->tenants = 3;
        cell = add(list, identity, &answers[i], conditions[0]);
        cell->arrival = (struct sf_arrival){.kind = SF_ARRIVAL_STAGGER, .time_ns = 100 * SF_MS};
        cell->tenants = all ? 5 : 2;
        if (all) {
            add(list, identity, &answers[i], conditions[1])->tenants = 3;
        }
    }
}

static void add_phases(struct list *list, const struct sf_identity *identity, bool all)
{
    static const char *const quick[] = {"max-age=60", "max-age=1", NULL};
    uint32_t last = all ? SF_PHASE_PURGE : SF_PHASE_RESTART;
    for (uint32_t phase = SF_PHASE_RELOAD; phase <= last; phase++) {
        for (uint32_t i = 0; i < ANSWERS_COUNT; i++) {
            if (all || is_named(&answers[i], quick)) {
                add(list, identity, &answers[i], conditions[0])->phase = (enum sf_phase)phase;
                add(list, identity, &answers[i], conditions[1])->phase = (enum sf_phase)phase;
            }
        }
    }
}

struct sf_cell *sf_matrix_cells(enum sf_matrix matrix, uint32_t *count_out)
{
    SF_ASSERT(count_out != NULL);
    bool all = matrix == SF_MATRIX_FULL;
    struct list list = {.cells = sf_alloc(SF_MATRIX_CELLS_MAX, sizeof *list.cells)};
    for (uint32_t i = 0; i < IDENTITIES_COUNT; i++) {
        add_base(&list, &identities[i], all ? CONDITIONS_COUNT : CONDITIONS_QUICK_COUNT);
        add_crowds(&list, &identities[i], all);
        add_phases(&list, &identities[i], all);
    }
    *count_out = list.count;
    return list.cells;
}
