#include "harness/net/netem_states.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_units.h"

static const char marker[] = "states";
static const char blanks[] = " \t\r\n";

void sf_netem_states_plain(const struct sf_netem_config *config, struct sf_netem_states *states)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(states != NULL);
    memset(states, 0, sizeof *states);
    states->count = 1;
    states->items[0].dwell_ns_min = SF_NS_NEVER;
    states->items[0].dwell_ns_max = SF_NS_NEVER;
    states->items[0].config = *config;
}

/* The list being read. The text is cut into pieces as the reading goes on; a place in it is a
 * column of the original. */
struct reading {
    char *text; /* owned */
    struct sf_netem_tables *tables;
    struct sf_netem_states *states;
    struct sf_netem_notes *notes;
    struct sf_diag *diag;
};

static uint32_t column_of(const struct reading *reading, const char *at)
{
    return (uint32_t)(at - reading->text) + 1;
}

SF_MUST_USE static enum sf_err fail(const struct reading *reading, const char *at, const char *what,
                                    const char *detail)
{
    return sf_fail_at(reading->diag, SF_ERR_INPUT, NULL, 0, column_of(reading, at), "%s%s", what,
                      detail);
}

/* Cuts the next word off; an empty one at the end. */
static char *take_word(char **cursor)
{
    char *word = *cursor + strspn(*cursor, blanks);
    char *end = word + strcspn(word, blanks);
    *cursor = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

SF_MUST_USE static enum sf_err read_name(struct reading *reading, const char *word,
                                         struct sf_netem_state *state)
{
    size_t length = strlen(word);
    if (length == 0) {
        return fail(reading, word, "expected a state: NAME DWELL SPEC, ",
                    "such as good 10s..30s delay 20ms");
    }
    if (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != length ||
        length >= sizeof state->name) {
        return fail(reading, word, "the name of a state is made of small letters, digits and '-', ",
                    "63 at most");
    }
    for (uint32_t i = 0; i < reading->states->count; i++) {
        if (strcmp(reading->states->items[i].name, word) == 0) {
            return fail(reading, word, "two states are called ", word);
        }
    }
    memcpy(state->name, word, length);
    return SF_OK;
}

static bool read_time(const char *text, sf_ns *time_out)
{
    bool unit_given = false;
    return sf_netem_read_time(text, time_out, &unit_given) == SF_NETEM_NUMBER_OK && unit_given &&
           *time_out >= SF_NETEM_DWELL_NS_MIN && *time_out <= SF_NETEM_DWELL_NS_MAX;
}

SF_MUST_USE static enum sf_err read_dwell(struct reading *reading, char *word,
                                          struct sf_netem_state *state)
{
    char *between = strstr(word, "..");
    if (between != NULL) {
        *between = '\0';
    }
    if (!read_time(word, &state->dwell_ns_min)) {
        return fail(reading, word, "expected how long the state lasts, such as 10s or 10s..30s ",
                    "(units s, ms, us, ns; from 1ms to 366 days)");
    }
    state->dwell_ns_max = state->dwell_ns_min;
    if (between == NULL) {
        return SF_OK;
    }
    const char *end = between + strlen("..");
    if (!read_time(end, &state->dwell_ns_max)) {
        return fail(reading, end, "expected the longest time after '..', ", "such as 10s..30s");
    }
    if (state->dwell_ns_max < state->dwell_ns_min) {
        return fail(reading, end, "the longest time is ", "below the shortest");
    }
    return SF_OK;
}

/* The spec from `at` on. Its columns become those of the whole text. */
SF_MUST_USE static enum sf_err read_spec(struct reading *reading, const char *at,
                                         struct sf_netem_config *config)
{
    uint32_t offset = column_of(reading, at) - 1;
    struct sf_netem_notes *notes = sf_alloc(1, sizeof *notes);
    struct sf_diag inner = {0};
    enum sf_err err = sf_netem_parse_with(at, reading->tables, config, notes, &inner);
    if (err != SF_OK && inner.column > 0) {
        err = sf_fail_at(reading->diag, err, NULL, 0, inner.column + offset, "%s", inner.message);
    } else if (err != SF_OK && reading->diag != NULL) {
        *reading->diag = inner;
    }
    for (uint32_t i = 0; err == SF_OK && i < notes->count; i++) {
        const struct sf_netem_note *note = &notes->items[i];
        sf_netem_note(reading->notes, note->kind, note->column > 0 ? note->column + offset : 0,
                      "%s", note->text);
    }
    free(notes);
    return err;
}

/* One piece between two '|'. */
SF_MUST_USE static enum sf_err read_state(struct reading *reading, char *piece)
{
    if (reading->states->count == SF_NETEM_STATES_MAX) {
        return fail(reading, piece + strspn(piece, blanks), "too many states: ", "16 at most");
    }
    struct sf_netem_state *state = &reading->states->items[reading->states->count];
    SF_TRY(read_name(reading, take_word(&piece), state));
    SF_TRY(read_dwell(reading, take_word(&piece), state));
    SF_TRY(read_spec(reading, piece, &state->config));
    reading->states->count++;
    return SF_OK;
}

SF_MUST_USE static enum sf_err read_list(struct reading *reading, char *cursor)
{
    while (cursor != NULL) {
        char *bar = strchr(cursor, '|');
        if (bar != NULL) {
            *bar = '\0';
        }
        SF_TRY(read_state(reading, cursor));
        cursor = bar != NULL ? bar + 1 : NULL;
        if (cursor == NULL && reading->states->count < 2) {
            return fail(reading, reading->text + strlen(marker),
                        "a link that changes has at least two states, ", "with a '|' in between");
        }
    }
    return SF_OK;
}

enum sf_err sf_netem_states_parse(const char *text, struct sf_netem_tables *tables,
                                  struct sf_netem_states *states, struct sf_netem_notes *notes,
                                  struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(states != NULL);
    size_t blank = strspn(text, blanks);
    bool marked = strncmp(text + blank, marker, strlen(marker)) == 0 &&
                  strchr(" \t\r\n|", text[blank + strlen(marker)]) != NULL; /* the end, too */
    if (!marked) {
        struct sf_netem_config config;
        SF_TRY(sf_netem_parse_with(text, tables, &config, notes, diag));
        sf_netem_states_plain(&config, states);
        return SF_OK;
    }
    memset(states, 0, sizeof *states);
    if (notes != NULL) {
        notes->count = 0;
    }
    struct reading reading = {sf_strdup(text), tables, states, notes, diag};
    sf_netem_note(notes, SF_NETEM_NOTE_STATES, (uint32_t)blank + 1,
                  "'states' is not tc's: a kernel has one set of parameters at a time");
    enum sf_err err = read_list(&reading, reading.text + blank + strlen(marker));
    free(reading.text);
    return err;
}

void sf_netem_dwell_print(const struct sf_netem_state *state, struct sf_text *text)
{
    SF_ASSERT(state != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(state->dwell_ns_min <= state->dwell_ns_max);
    sf_netem_print_time(text, state->dwell_ns_min);
    if (state->dwell_ns_max != state->dwell_ns_min) {
        sf_text_add(text, "..");
        sf_netem_print_time(text, state->dwell_ns_max);
    }
}

void sf_netem_states_print(const struct sf_netem_states *states, struct sf_text *text)
{
    SF_ASSERT(states != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(states->count > 0);
    SF_ASSERT(states->count <= SF_NETEM_STATES_MAX);
    for (uint32_t i = 0; i < states->count; i++) {
        const struct sf_netem_state *state = &states->items[i];
        if (state->name[0] != '\0') {
            sf_text_add(text, "%s %s ", i == 0 ? marker : " |", state->name);
            sf_netem_dwell_print(state, text);
            sf_text_add(text, " ");
        }
        sf_netem_print(&state->config, text);
    }
}
