#include "harness/net/netem_show.h"

#include <string.h>

#include "harness/base/assert.h"

bool sf_netem_show_name_follows(const struct sf_netem_spec *spec, const char *name)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(name != NULL);
    const char *text = spec->words[spec->next].text;
    return text != NULL && strcmp(text, name) == 0;
}

/* Takes `name`, if it is the next word. */
static bool take_name(struct sf_netem_spec *spec, const char *name)
{
    bool there = sf_netem_show_name_follows(spec, name);
    spec->next += there;
    spec->keyword = there ? name : spec->keyword;
    return there;
}

/* `name`, if it is the next word, and the word after it. */
static enum sf_err skip_pair(struct sf_netem_spec *spec, const char *name, const char *expected)
{
    struct sf_netem_word ignored;
    return take_name(spec, name) ? sf_netem_spec_take(spec, expected, &ignored) : SF_OK;
}

enum sf_err sf_netem_show_head(struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    uint32_t column = spec->words[spec->next].column;
    if (!take_name(spec, "qdisc")) {
        return SF_OK;
    }
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, "'netem'", &word));
    if (strcmp(word.text, "netem") != 0) {
        return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word.column,
                          "expected 'netem' after 'qdisc', not '%s': a link is a netem, give the "
                          "line of that one",
                          word.text);
    }
    spec->keyword = "netem";
    SF_TRY(sf_netem_spec_take(spec, "a handle, such as 8001:", &word));
    if (word.text[strlen(word.text) - 1] != ':') {
        return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word.column,
                          "expected a handle, such as 8001:, after 'netem', not '%s'", word.text);
    }
    SF_TRY(skip_pair(spec, "dev", "the name of a device"));
    if (!take_name(spec, "root")) {
        SF_TRY(skip_pair(spec, "parent", "a class, such as 1:1"));
    }
    SF_TRY(skip_pair(spec, "refcnt", "a number"));
    spec->keyword = NULL;
    spec->columns.shown = column;
    spec->correlation_present = true; /* one that is shown had been sent */
    sf_netem_note(spec->notes, SF_NETEM_NOTE_SHOWN, column,
                  "tc shows a time in three digits, a percentage in six and a rate cut short: what "
                  "was set more finely is not in this line");
    return SF_OK;
}

void sf_netem_show_finish(const struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    const struct sf_netem_config *config = spec->config;
    if (spec->columns.shown != 0 && config->jitter_ns != 0 && config->delay_table == NULL) {
        sf_netem_note(spec->notes, SF_NETEM_NOTE_SHOWN, spec->columns.jitter,
                      "tc does not show which distribution a jitter has: taken as uniform, as tc "
                      "itself would; add its name if it had one, such as distribution normal");
    }
}

/* "NAME PERCENT" for each of `count` names, all of them and in this order. */
static enum sf_err read_percents(struct sf_netem_spec *spec, const char *const *names,
                                 uint32_t *const *fractions_out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sf_netem_word word = spec->words[spec->next];
        if (!take_name(spec, names[i])) {
            return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word.column,
                              "expected '%s' and a percentage, for '%s' has names%s%s%s", names[i],
                              names[0], word.text != NULL ? ", not '" : "",
                              word.text != NULL ? word.text : "", word.text != NULL ? "'" : "");
        }
        SF_TRY(sf_netem_spec_percent(spec, fractions_out[i], i == 0 ? &spec->columns.loss : NULL));
    }
    return SF_OK;
}

enum sf_err sf_netem_show_state(struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    static const char *const names[] = {"p13", "p31", "p32", "p23", "p14"};
    struct sf_netem_config *config = spec->config;
    uint32_t *const fractions[] = {&config->state.p13, &config->state.p31, &config->state.p32,
                                   &config->state.p23, &config->state.p14};
    return read_percents(spec, names, fractions, sizeof names / sizeof names[0]);
}

enum sf_err sf_netem_show_gemodel(struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    static const char *const names[] = {"p", "r", "1-h", "1-k"};
    struct sf_netem_config *config = spec->config;
    uint32_t lost_when_bad = 0;
    uint32_t *const fractions[] = {&config->gemodel.p, &config->gemodel.r, &lost_when_bad,
                                   &config->gemodel.k1};
    SF_TRY(read_percents(spec, names, fractions, sizeof names / sizeof names[0]));
    config->gemodel.h = SF_NETEM_ALWAYS - lost_when_bad;
    return SF_OK;
}

enum sf_err sf_netem_show_overheads(struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    struct sf_netem_config *config = spec->config;
    if (take_name(spec, "packetoverhead")) {
        SF_TRY(sf_netem_spec_s32(spec, &config->packet_overhead_bytes));
    }
    if (take_name(spec, "cellsize")) {
        SF_TRY(sf_netem_spec_u32(spec, "a cell size in bytes", &config->cell_bytes, NULL));
    }
    if (take_name(spec, "celloverhead")) {
        SF_TRY(sf_netem_spec_s32(spec, &config->cell_overhead_bytes));
    }
    return SF_OK;
}

enum sf_err sf_netem_show_slot_named(const struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    const struct sf_netem_word *word = &spec->words[spec->next];
    sf_ns time;
    bool unit_given = false;
    if (word->text == NULL ||
        sf_netem_read_time(word->text, &time, &unit_given) != SF_NETEM_NUMBER_OK || !unit_given) {
        return SF_OK;
    }
    return sf_netem_spec_fail(spec, word->column,
                              "expected the name of a distribution, which tc does not show: ",
                              "put it before the times, such as distribution normal 10ms 1ms");
}
