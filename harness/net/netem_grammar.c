#include "harness/net/netem_grammar.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_show.h"
#include "harness/net/netem_spec.h"
#include "harness/net/netem_units.h"

/* One function for each of tc's keywords, called with the keyword already taken. */

static enum sf_err read_limit(struct sf_netem_spec *spec)
{
    static const char expected[] = "a number of packets";
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    enum sf_netem_number result = sf_netem_read_size(word.text, &spec->config->limit_packets);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    spec->columns.limit = word.column;
    return SF_OK;
}

static enum sf_err read_delay(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    struct sf_netem_columns *columns = &spec->columns;
    SF_TRY(sf_netem_spec_time(spec, &config->delay_ns, &columns->delay, true));
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    SF_TRY(sf_netem_spec_time(spec, &config->jitter_ns, &columns->jitter, true));
    if (config->jitter_ns > SF_NETEM_JITTER_NS_MAX) {
        config->jitter_ns = SF_NETEM_JITTER_NS_MAX;
        sf_netem_note(spec->notes, SF_NETEM_NOTE_JITTER_CAPPED, columns->jitter,
                      "the jitter is capped at 2.147 s, as in the kernel");
    }
    return sf_netem_spec_correlation(spec, &config->delay_correlation, &columns->delay_correlation);
}

static enum sf_err read_loss_random(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    SF_TRY(sf_netem_spec_percent(spec, &config->loss, &spec->columns.loss));
    return sf_netem_spec_correlation(spec, &config->loss_correlation,
                                     &spec->columns.loss_correlation);
}

static enum sf_err read_loss_state(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    config->loss_model = SF_NETEM_LOSS_STATE;
    if (sf_netem_show_name_follows(spec, "p13")) {
        return sf_netem_show_state(spec);
    }
    SF_TRY(sf_netem_spec_percent_and_rest(spec, &config->state.p13, &config->state.p31,
                                          &spec->columns.loss));
    config->state.p32 = 0;
    config->state.p23 = SF_NETEM_ALWAYS;
    config->state.p14 = 0;
    uint32_t *const rest[] = {&config->state.p31, &config->state.p32, &config->state.p23,
                              &config->state.p14};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0] && sf_netem_spec_number_follows(spec);
         i++) {
        SF_TRY(sf_netem_spec_percent(spec, rest[i], NULL));
    }
    return SF_OK;
}

static enum sf_err read_loss_gemodel(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    config->loss_model = SF_NETEM_LOSS_GEMODEL;
    if (sf_netem_show_name_follows(spec, "p")) {
        return sf_netem_show_gemodel(spec);
    }
    SF_TRY(sf_netem_spec_percent_and_rest(spec, &config->gemodel.p, &config->gemodel.r,
                                          &spec->columns.loss));
    config->gemodel.h = 0;
    config->gemodel.k1 = 0;
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    SF_TRY(sf_netem_spec_percent(spec, &config->gemodel.r, NULL));
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    uint32_t lost_when_bad;
    SF_TRY(sf_netem_spec_percent(spec, &lost_when_bad, NULL));
    config->gemodel.h = SF_NETEM_ALWAYS - lost_when_bad;
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    return sf_netem_spec_percent(spec, &config->gemodel.k1, NULL);
}

static enum sf_err read_loss(struct sf_netem_spec *spec)
{
    static const char expected[] = "a percentage, 'random', 'state' or 'gemodel'";
    static const char *const models[] = {"random", "state", "gemodel", NULL};
    const struct sf_netem_config *config = spec->config;
    if (config->loss > 0 || config->loss_model != SF_NETEM_LOSS_RANDOM) {
        return sf_netem_spec_fail(spec, spec->words[spec->next - 1].column,
                                  "a second loss model: ", "a link has one");
    }
    if (sf_netem_spec_number_follows(spec)) {
        return read_loss_random(spec);
    }
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    if (strcmp(word.text, "random") == 0) {
        return read_loss_random(spec);
    }
    if (strcmp(word.text, "state") == 0) {
        return read_loss_state(spec);
    }
    if (strcmp(word.text, "gemodel") == 0) {
        return read_loss_gemodel(spec);
    }
    const char *nearest = sf_text_nearest(word.text, models);
    return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word.column,
                      "expected %s after '%s', not '%s'%s%s%s", expected, spec->keyword, word.text,
                      nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "'?" : "");
}

static enum sf_err read_seed(struct sf_netem_spec *spec)
{
    static const char expected[] = "a whole number (decimal, 64 bits)";
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    enum sf_netem_number result = sf_netem_read_u64(word.text, &spec->config->seed);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    spec->config->seed_given = true;
    return SF_OK;
}

static enum sf_err read_ecn(struct sf_netem_spec *spec)
{
    spec->config->ecn = true;
    spec->columns.ecn = spec->words[spec->next - 1].column;
    return SF_OK;
}

/* Ours. */
static enum sf_err read_keep_order(struct sf_netem_spec *spec)
{
    spec->config->keep_order = true;
    spec->columns.keep_order = spec->words[spec->next - 1].column;
    return SF_OK;
}

static enum sf_err read_reorder(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    struct sf_netem_columns *columns = &spec->columns;
    SF_TRY(sf_netem_spec_percent(spec, &config->reorder, &columns->reorder));
    return sf_netem_spec_correlation(spec, &config->reorder_correlation,
                                     &columns->reorder_correlation);
}

static enum sf_err read_corrupt(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    struct sf_netem_columns *columns = &spec->columns;
    SF_TRY(sf_netem_spec_percent(spec, &config->corrupt, &columns->corrupt));
    return sf_netem_spec_correlation(spec, &config->corrupt_correlation,
                                     &columns->corrupt_correlation);
}

static enum sf_err read_gap(struct sf_netem_spec *spec)
{
    return sf_netem_spec_u32(spec, "a number of packets", &spec->config->gap, &spec->columns.gap);
}

/* Its correlation alone does not make tc send correlations. */
static enum sf_err read_duplicate(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    struct sf_netem_columns *columns = &spec->columns;
    SF_TRY(sf_netem_spec_percent(spec, &config->duplicate, &columns->duplicate));
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    return sf_netem_spec_percent(spec, &config->duplicate_correlation,
                                 &columns->duplicate_correlation);
}

static enum sf_err read_distribution(struct sf_netem_spec *spec)
{
    spec->columns.distribution = spec->words[spec->next - 1].column;
    return sf_netem_spec_table(spec, &spec->config->delay_table);
}

static enum sf_err read_rate(struct sf_netem_spec *spec)
{
    static const char expected[] = "a rate, such as 5mbit (bit, kbit, mbit, gbit; bps is bytes)";
    struct sf_netem_config *config = spec->config;
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    spec->columns.rate = word.column;
    if (strchr(word.text, '%') != NULL) {
        return sf_netem_spec_fail(spec, word.column,
                                  "a rate in percent is a share of a device's speed, ",
                                  "and a link here has no device: write the rate itself");
    }
    enum sf_netem_number result = sf_netem_read_rate(word.text, &config->rate_bytes_per_second);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    if (sf_netem_spec_signed_number_follows(spec)) {
        SF_TRY(sf_netem_spec_s32(spec, &config->packet_overhead_bytes));
    }
    if (sf_netem_spec_number_follows(spec)) {
        SF_TRY(sf_netem_spec_u32(spec, "a cell size in bytes", &config->cell_bytes, NULL));
    }
    if (sf_netem_spec_signed_number_follows(spec)) {
        SF_TRY(sf_netem_spec_s32(spec, &config->cell_overhead_bytes));
    }
    return sf_netem_show_overheads(spec);
}

static enum sf_err read_slot_range(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    SF_TRY(sf_netem_spec_time(spec, &config->slot_delay_ns_min, NULL, false));
    if (!sf_netem_spec_number_follows(spec)) {
        config->slot_delay_ns_max = config->slot_delay_ns_min;
        return SF_OK;
    }
    uint32_t column;
    SF_TRY(sf_netem_spec_time(spec, &config->slot_delay_ns_max, &column, false));
    if (config->slot_delay_ns_max < config->slot_delay_ns_min) {
        return sf_netem_spec_fail(spec, column, "the slot's maximum is ", "below its minimum");
    }
    return SF_OK;
}

static enum sf_err read_slot_table(struct sf_netem_spec *spec)
{
    static const char expected[] = "a time (MIN [MAX]) or 'distribution'";
    struct sf_netem_config *config = spec->config;
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    if (strcmp(word.text, "distribution") != 0) {
        return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word.column,
                          "expected %s after '%s', not '%s'%s", expected, spec->keyword, word.text,
                          strncmp("distribution", word.text, strlen(word.text)) == 0
                              ? "; 'distribution' is not abbreviated here"
                              : "");
    }
    SF_TRY(sf_netem_show_slot_named(spec));
    SF_TRY(sf_netem_spec_table(spec, &config->slot_table));
    SF_TRY(sf_netem_spec_time(spec, &config->slot_table_delay_ns, NULL, false));
    uint32_t column;
    SF_TRY(sf_netem_spec_time(spec, &config->slot_table_jitter_ns, &column, false));
    if (config->slot_table_jitter_ns == 0) {
        return sf_netem_spec_fail(spec, column, "the slot's jitter ", "must be above 0");
    }
    if (config->slot_table_jitter_ns > SF_NETEM_JITTER_NS_MAX) {
        config->slot_table_jitter_ns = SF_NETEM_JITTER_NS_MAX;
        sf_netem_note(spec->notes, SF_NETEM_NOTE_JITTER_CAPPED, column,
                      "the slot's jitter is capped at 2.147 s, as in the kernel");
    }
    return SF_OK;
}

/* `packets` may be followed by `bytes`, not the other way round. */
static enum sf_err read_slot_quota(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    struct sf_netem_word word;
    if (sf_netem_spec_word_follows(spec, "packets")) {
        static const char expected[] = "a number of packets after 'packets'";
        spec->next++;
        SF_TRY(sf_netem_spec_take(spec, expected, &word));
        enum sf_netem_number result = sf_netem_read_s32(word.text, &config->slot_packets_max);
        if (result == SF_NETEM_NUMBER_OK && config->slot_packets_max < 0) {
            result = SF_NETEM_NUMBER_NEGATIVE; /* tc sends it, the kernel refuses it */
        }
        if (result != SF_NETEM_NUMBER_OK) {
            return sf_netem_spec_bad_number(spec, &word, result, expected);
        }
    }
    if (sf_netem_spec_word_follows(spec, "bytes")) {
        static const char expected[] = "a number of bytes after 'bytes'";
        spec->next++;
        SF_TRY(sf_netem_spec_take(spec, expected, &word));
        uint32_t bytes;
        enum sf_netem_number result = sf_netem_read_size(word.text, &bytes);
        if (result == SF_NETEM_NUMBER_OK && bytes > INT32_MAX) {
            result = SF_NETEM_NUMBER_TOO_LARGE; /* the same */
        }
        if (result != SF_NETEM_NUMBER_OK) {
            return sf_netem_spec_bad_number(spec, &word, result, expected);
        }
        config->slot_bytes_max = (int32_t)bytes;
    }
    return SF_OK;
}

static enum sf_err read_slot(struct sf_netem_spec *spec)
{
    spec->columns.slot = spec->words[spec->next - 1].column;
    SF_TRY(sf_netem_spec_number_follows(spec) ? read_slot_range(spec) : read_slot_table(spec));
    return read_slot_quota(spec);
}

/* Keywords in the order in which tc tries them: an abbreviation is the first that it fits. */
static const struct keyword {
    const char *name;
    enum sf_err (*read)(struct sf_netem_spec *spec);
} keywords[] = {
    {"limit", read_limit}, {"latency", read_delay},       {"delay", read_delay},
    {"loss", read_loss},   {"drop", read_loss},           {"seed", read_seed},
    {"ecn", read_ecn},     {"reorder", read_reorder},     {"corrupt", read_corrupt},
    {"gap", read_gap},     {"duplicate", read_duplicate}, {"distribution", read_distribution},
    {"rate", read_rate},   {"slot", read_slot},
};
enum { KEYWORDS_COUNT = sizeof keywords / sizeof keywords[0] };

static const char *const keyword_names[] = {
    "limit", "latency", "delay",   "loss",       "drop",      "seed",
    "ecn",   "reorder", "corrupt", "gap",        "duplicate", "distribution",
    "rate",  "slot",    "profile", "keep-order", NULL,
};

/* Ours comes last, and only in full: no short form of tc's can mean it. */
static const struct keyword keep_order = {"keep-order", read_keep_order};

static const struct keyword *keyword_find(const char *word)
{
    for (int i = 0; i < KEYWORDS_COUNT; i++) {
        if (strncmp(keywords[i].name, word, strlen(word)) == 0) {
            return &keywords[i];
        }
    }
    return strcmp(keep_order.name, word) == 0 ? &keep_order : NULL;
}

static enum sf_err unknown_word(const struct sf_netem_spec *spec, const struct sf_netem_word *word)
{
    if (strcmp(word->text, "netem") == 0 || strcmp(word->text, "tc") == 0) {
        return sf_netem_spec_fail(spec, word->column,
                                  "leave out what comes before the parameters: ",
                                  "write only what follows 'netem' on tc's line");
    }
    if (strcmp(word->text, "Sent") == 0 || strcmp(word->text, "qdisc") == 0) {
        return sf_netem_spec_fail(spec, word->column, "a second line of 'tc qdisc show': ",
                                  "a link takes one, without statistics");
    }
    if (strcmp(word->text, "states") == 0 || strcmp(word->text, "|") == 0) {
        return sf_netem_spec_fail(spec, word->column, "here stand the parameters of one state, ",
                                  "and 'states' begins a whole link that changes");
    }
    if (strchr("0123456789.-+", word->text[0]) != NULL) {
        bool digit = word->text[0] >= '0' && word->text[0] <= '9';
        return sf_fail_at(
            spec->diag, SF_ERR_INPUT, NULL, 0, word->column, "'%s' is one number too many%s%s%s%s",
            word->text, spec->keyword != NULL ? " for '" : "",
            spec->keyword != NULL ? spec->keyword : "", spec->keyword != NULL ? "'" : "",
            digit ? "" : ", or an optional one, which must begin with a digit");
    }
    const char *nearest = sf_text_nearest(word->text, keyword_names);
    return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word->column,
                      "unknown keyword '%s'%s%s%s; known are limit, delay, loss, duplicate, "
                      "corrupt, reorder, gap, distribution, rate, slot, ecn, seed, profile and "
                      "keep-order",
                      word->text, nearest != NULL ? ", did you mean '" : "",
                      nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
}

static enum sf_err read_words(struct sf_netem_spec *spec)
{
    SF_TRY(sf_netem_show_head(spec));
    while (spec->words[spec->next].text != NULL) {
        struct sf_netem_word word = spec->words[spec->next];
        const struct keyword *keyword = keyword_find(word.text);
        if (keyword == NULL) {
            return unknown_word(spec, &word);
        }
        spec->next++;
        spec->keyword = keyword->name;
        SF_TRY(keyword->read(spec));
    }
    return SF_OK;
}

/* What tc refuses, or completes, once it has seen all of the line. */
static enum sf_err finish(struct sf_netem_spec *spec)
{
    struct sf_netem_config *config = spec->config;
    const struct sf_netem_columns *columns = &spec->columns;
    if (config->reorder > 0) {
        if (config->delay_ns == 0) {
            return sf_netem_spec_fail(
                spec, columns->reorder,
                "reordering needs a delay to overtake: ", "add one, such as delay 10ms");
        }
        config->gap = config->gap > 0 ? config->gap : 1;
    } else if (config->gap > 0) {
        return sf_netem_spec_fail(spec, columns->gap, "a gap needs a share of packets to reorder: ",
                                  "add reorder, such as reorder 25%");
    }
    if (config->ecn && config->loss == 0 && config->loss_model == SF_NETEM_LOSS_RANDOM) {
        return sf_netem_spec_fail(spec, columns->ecn,
                                  "ecn needs a loss to mark instead: ", "add one, such as loss 1%");
    }
    if (config->delay_table != NULL && (config->delay_ns == 0 || config->jitter_ns == 0)) {
        return sf_netem_spec_fail(
            spec, columns->distribution,
            "a distribution needs a delay and a jitter: ", "such as delay 50ms 10ms");
    }
    if (config->keep_order && config->reorder > 0) {
        return sf_netem_spec_fail(spec, columns->keep_order, "keep-order contradicts reorder: ",
                                  "a packet cannot both overtake and not overtake");
    }
    sf_netem_show_finish(spec);
    if (config->duplicate_correlation > 0 && !spec->correlation_present) {
        config->duplicate_correlation = 0;
        sf_netem_note(spec->notes, SF_NETEM_NOTE_CORRELATION_DROPPED,
                      columns->duplicate_correlation,
                      "tc does not send the correlation of a duplicate unless another correlation "
                      "is given, so it has no effect here either");
    }
    return SF_OK;
}

enum sf_err sf_netem_parse_with(const char *spec, struct sf_netem_tables *tables,
                                struct sf_netem_config *config_out,
                                struct sf_netem_notes *notes_out, struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(config_out != NULL);
    sf_netem_config_default(config_out);
    if (notes_out != NULL) {
        notes_out->count = 0;
    }
    struct sf_netem_spec *reading = sf_alloc(1, sizeof *reading);
    reading->tables = tables;
    reading->config = config_out;
    reading->notes = notes_out;
    reading->diag = diag;
    enum sf_err err = sf_netem_spec_open(reading, spec);
    if (err == SF_OK) {
        err = read_words(reading);
    }
    if (err == SF_OK) {
        err = finish(reading);
    }
    if (err == SF_OK) {
        sf_netem_note_config(notes_out, config_out, &reading->columns);
    }
    sf_netem_spec_close(reading);
    free(reading);
    return err;
}

enum sf_err sf_netem_parse(const char *spec, struct sf_netem_config *config_out,
                           struct sf_netem_notes *notes_out, struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(config_out != NULL);
    return sf_netem_parse_with(spec, NULL, config_out, notes_out, diag);
}
