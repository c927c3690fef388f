#include "harness/net/netem_grammar.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_units.h"
#include "harness/net/profiles.h"

enum { WORDS_MAX = 256 };

struct word {
    const char *text;
    uint32_t column;
};

/* A spec being read. `words` ends with an entry whose text is NULL, at the column past the end. */
struct parser {
    struct word words[WORDS_MAX + 1];
    uint32_t next;       /* the word to be read */
    const char *keyword; /* being read */
    struct sf_netem_tables *tables;
    struct sf_netem_config *config;
    struct sf_netem_columns columns;
    struct sf_netem_notes *notes;
    struct sf_diag *diag;
    bool correlation_present; /* one that makes tc send them */
};

static const char *const keyword_names[] = {
    "limit",   "latency", "delay",     "loss",         "drop", "seed", "ecn",     "reorder",
    "corrupt", "gap",     "duplicate", "distribution", "rate", "slot", "profile", NULL,
};

static enum sf_err fail_at(const struct parser *parser, uint32_t column, const char *what,
                           const char *detail)
{
    return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, column, "%s%s", what, detail);
}

/* The next word, which must be there. */
static enum sf_err take(struct parser *parser, const char *expected, struct word *word_out)
{
    *word_out = parser->words[parser->next];
    if (word_out->text == NULL) {
        return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word_out->column,
                          "expected %s after '%s'", expected, parser->keyword);
    }
    parser->next++;
    return SF_OK;
}

/* Optional numbers are taken only if they start with a digit: ".5%" and "-1" do not. */
static bool number_follows(const struct parser *parser)
{
    const char *text = parser->words[parser->next].text;
    return text != NULL && text[0] >= '0' && text[0] <= '9';
}

static bool signed_number_follows(const struct parser *parser)
{
    const char *text = parser->words[parser->next].text;
    return number_follows(parser) || (text != NULL && text[0] == '-');
}

static bool word_follows(const struct parser *parser, const char *name)
{
    const char *text = parser->words[parser->next].text;
    return text != NULL && strncmp(name, text, strlen(text)) == 0;
}

/* Says what is wrong with a number. `expected` is a noun with its form, such as "a time (20ms)". */
static enum sf_err bad_number(const struct parser *parser, const struct word *word,
                              enum sf_netem_number result, const char *expected)
{
    const char *wrong = "is not one";
    switch (result) {
    case SF_NETEM_NUMBER_OK:
        SF_UNREACHABLE();
    case SF_NETEM_NUMBER_MALFORMED:
        break;
    case SF_NETEM_NUMBER_NEGATIVE:
        wrong = "is negative";
        break;
    case SF_NETEM_NUMBER_TOO_LARGE:
        wrong = "is too large";
        break;
    }
    return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word->column,
                      "expected %s after '%s', but '%s' %s", expected, parser->keyword, word->text,
                      wrong);
}

static enum sf_err take_percent(struct parser *parser, uint32_t *fraction_out, uint32_t *column_out)
{
    static const char expected[] = "a percentage from 0% to 100%";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_percent(word.text, fraction_out);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    if (strcmp(word.text, "%") == 0) {
        sf_netem_note(parser->notes, SF_NETEM_NOTE_NO_NUMBER, word.column,
                      "a percent sign without a number is 0%%, as tc reads it");
    }
    if (column_out != NULL) {
        *column_out = word.column;
    }
    return SF_OK;
}

static enum sf_err take_correlation(struct parser *parser, uint32_t *fraction_out,
                                    uint32_t *column_out)
{
    if (!number_follows(parser)) {
        return SF_OK;
    }
    parser->correlation_present = true;
    return take_percent(parser, fraction_out, column_out);
}

static enum sf_err take_time(struct parser *parser, sf_ns *time_out, uint32_t *column_out,
                             bool was_microseconds)
{
    static const char expected[] = "a time, such as 20ms (units s, ms, us, ns)";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    bool unit_given;
    enum sf_netem_number result = sf_netem_read_time(word.text, time_out, &unit_given);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    if (!unit_given && *time_out != 0) {
        sf_netem_note(parser->notes, SF_NETEM_NOTE_UNITLESS_TIME, word.column,
                      "'%s' has no unit and is read as nanoseconds%s; write ns, us, ms or s",
                      word.text,
                      was_microseconds ? ", as tc does since 6.10 (before, it meant microseconds)"
                                       : ", as tc does");
    }
    if (column_out != NULL) {
        *column_out = word.column;
    }
    return SF_OK;
}

static enum sf_err take_table(struct parser *parser, const struct sf_netem_table **table_out)
{
    struct word word;
    SF_TRY(take(parser, "the name of a distribution", &word));
    struct sf_diag inner = {0};
    enum sf_err err = sf_netem_tables_find(parser->tables, word.text, table_out, &inner);
    if (err != SF_OK) {
        /* A message about a place within a file keeps that place, in words. */
        char text[sizeof inner.message + sizeof inner.file + 32];
        sf_diag_print(&inner, text, sizeof text);
        return sf_fail_at(parser->diag, err, NULL, 0, word.column, "%s", text);
    }
    return SF_OK;
}

static enum sf_err read_limit(struct parser *parser)
{
    static const char expected[] = "a number of packets";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_size(word.text, &parser->config->limit_packets);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    parser->columns.limit = word.column;
    return SF_OK;
}

static enum sf_err read_delay(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    struct sf_netem_columns *columns = &parser->columns;
    SF_TRY(take_time(parser, &config->delay_ns, &columns->delay, true));
    if (!number_follows(parser)) {
        return SF_OK;
    }
    SF_TRY(take_time(parser, &config->jitter_ns, &columns->jitter, true));
    if (config->jitter_ns > SF_NETEM_JITTER_NS_MAX) {
        config->jitter_ns = SF_NETEM_JITTER_NS_MAX;
        sf_netem_note(parser->notes, SF_NETEM_NOTE_JITTER_CAPPED, columns->jitter,
                      "the jitter is capped at 2.147 s, as in the kernel");
    }
    return take_correlation(parser, &config->delay_correlation, &columns->delay_correlation);
}

static enum sf_err read_loss_random(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    SF_TRY(take_percent(parser, &config->loss, &parser->columns.loss));
    return take_correlation(parser, &config->loss_correlation, &parser->columns.loss_correlation);
}

static enum sf_err read_loss_state(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    config->loss_model = SF_NETEM_LOSS_STATE;
    SF_TRY(take_percent(parser, &config->state.p13, &parser->columns.loss));
    config->state.p31 = SF_NETEM_ALWAYS - config->state.p13;
    config->state.p32 = 0;
    config->state.p23 = SF_NETEM_ALWAYS;
    config->state.p14 = 0;
    uint32_t *const rest[] = {&config->state.p31, &config->state.p32, &config->state.p23,
                              &config->state.p14};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0] && number_follows(parser); i++) {
        SF_TRY(take_percent(parser, rest[i], NULL));
    }
    return SF_OK;
}

static enum sf_err read_loss_gemodel(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    config->loss_model = SF_NETEM_LOSS_GEMODEL;
    SF_TRY(take_percent(parser, &config->gemodel.p, &parser->columns.loss));
    config->gemodel.r = SF_NETEM_ALWAYS - config->gemodel.p;
    config->gemodel.h = 0;
    config->gemodel.k1 = 0;
    if (!number_follows(parser)) {
        return SF_OK;
    }
    SF_TRY(take_percent(parser, &config->gemodel.r, NULL));
    if (!number_follows(parser)) {
        return SF_OK;
    }
    uint32_t lost_when_bad;
    SF_TRY(take_percent(parser, &lost_when_bad, NULL));
    config->gemodel.h = SF_NETEM_ALWAYS - lost_when_bad;
    if (!number_follows(parser)) {
        return SF_OK;
    }
    return take_percent(parser, &config->gemodel.k1, NULL);
}

static enum sf_err read_loss(struct parser *parser)
{
    static const char expected[] = "a percentage, 'random', 'state' or 'gemodel'";
    static const char *const models[] = {"random", "state", "gemodel", NULL};
    const struct sf_netem_config *config = parser->config;
    if (config->loss > 0 || config->loss_model != SF_NETEM_LOSS_RANDOM) {
        return fail_at(parser, parser->words[parser->next - 1].column,
                       "a second loss model: ", "a link has one");
    }
    if (number_follows(parser)) {
        return read_loss_random(parser);
    }
    struct word word;
    SF_TRY(take(parser, expected, &word));
    if (strcmp(word.text, "random") == 0) {
        return read_loss_random(parser);
    }
    if (strcmp(word.text, "state") == 0) {
        return read_loss_state(parser);
    }
    if (strcmp(word.text, "gemodel") == 0) {
        return read_loss_gemodel(parser);
    }
    const char *nearest = sf_text_nearest(word.text, models);
    return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word.column,
                      "expected %s after '%s', not '%s'%s%s%s", expected, parser->keyword,
                      word.text, nearest != NULL ? "; did you mean '" : "",
                      nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static enum sf_err read_seed(struct parser *parser)
{
    static const char expected[] = "a whole number (decimal, 64 bits)";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_u64(word.text, &parser->config->seed);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    parser->config->seed_given = true;
    return SF_OK;
}

static enum sf_err read_ecn(struct parser *parser)
{
    parser->config->ecn = true;
    parser->columns.ecn = parser->words[parser->next - 1].column;
    return SF_OK;
}

static enum sf_err read_reorder(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    struct sf_netem_columns *columns = &parser->columns;
    SF_TRY(take_percent(parser, &config->reorder, &columns->reorder));
    return take_correlation(parser, &config->reorder_correlation, &columns->reorder_correlation);
}

static enum sf_err read_corrupt(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    struct sf_netem_columns *columns = &parser->columns;
    SF_TRY(take_percent(parser, &config->corrupt, &columns->corrupt));
    return take_correlation(parser, &config->corrupt_correlation, &columns->corrupt_correlation);
}

static enum sf_err read_gap(struct parser *parser)
{
    static const char expected[] = "a number of packets";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_u32(word.text, &parser->config->gap);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    parser->columns.gap = word.column;
    return SF_OK;
}

/* Its correlation does not by itself make tc send correlations. */
static enum sf_err read_duplicate(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    struct sf_netem_columns *columns = &parser->columns;
    SF_TRY(take_percent(parser, &config->duplicate, &columns->duplicate));
    if (!number_follows(parser)) {
        return SF_OK;
    }
    return take_percent(parser, &config->duplicate_correlation, &columns->duplicate_correlation);
}

static enum sf_err read_distribution(struct parser *parser)
{
    parser->columns.distribution = parser->words[parser->next - 1].column;
    return take_table(parser, &parser->config->delay_table);
}

static enum sf_err take_s32(struct parser *parser, int32_t *value_out)
{
    static const char expected[] = "a whole number of bytes";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_s32(word.text, value_out);
    return result == SF_NETEM_NUMBER_OK ? SF_OK : bad_number(parser, &word, result, expected);
}

static enum sf_err take_u32(struct parser *parser, uint32_t *value_out)
{
    static const char expected[] = "a whole number of bytes";
    struct word word;
    SF_TRY(take(parser, expected, &word));
    enum sf_netem_number result = sf_netem_read_u32(word.text, value_out);
    return result == SF_NETEM_NUMBER_OK ? SF_OK : bad_number(parser, &word, result, expected);
}

static enum sf_err read_rate(struct parser *parser)
{
    static const char expected[] = "a rate, such as 5mbit (bit, kbit, mbit, gbit; bps is bytes)";
    struct sf_netem_config *config = parser->config;
    struct word word;
    SF_TRY(take(parser, expected, &word));
    parser->columns.rate = word.column;
    if (strchr(word.text, '%') != NULL) {
        return fail_at(parser, word.column, "a rate in percent is a share of a device's speed, ",
                       "and a link here has no device: write the rate itself");
    }
    enum sf_netem_number result = sf_netem_read_rate(word.text, &config->rate_bytes_per_second);
    if (result != SF_NETEM_NUMBER_OK) {
        return bad_number(parser, &word, result, expected);
    }
    if (signed_number_follows(parser)) {
        SF_TRY(take_s32(parser, &config->packet_overhead_bytes));
    }
    if (number_follows(parser)) {
        SF_TRY(take_u32(parser, &config->cell_bytes));
    }
    if (signed_number_follows(parser)) {
        SF_TRY(take_s32(parser, &config->cell_overhead_bytes));
    }
    return SF_OK;
}

static enum sf_err read_slot_range(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    SF_TRY(take_time(parser, &config->slot_delay_ns_min, NULL, false));
    if (!number_follows(parser)) {
        config->slot_delay_ns_max = config->slot_delay_ns_min;
        return SF_OK;
    }
    uint32_t column;
    SF_TRY(take_time(parser, &config->slot_delay_ns_max, &column, false));
    if (config->slot_delay_ns_max < config->slot_delay_ns_min) {
        return fail_at(parser, column, "the slot's maximum is ", "below its minimum");
    }
    return SF_OK;
}

static enum sf_err read_slot_table(struct parser *parser)
{
    static const char expected[] = "a time (MIN [MAX]) or 'distribution'";
    struct sf_netem_config *config = parser->config;
    struct word word;
    SF_TRY(take(parser, expected, &word));
    if (strcmp(word.text, "distribution") != 0) {
        return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word.column,
                          "expected %s after '%s', not '%s'%s", expected, parser->keyword,
                          word.text,
                          strncmp("distribution", word.text, strlen(word.text)) == 0
                              ? "; 'distribution' is not abbreviated here"
                              : "");
    }
    SF_TRY(take_table(parser, &config->slot_table));
    SF_TRY(take_time(parser, &config->slot_table_delay_ns, NULL, false));
    uint32_t column;
    SF_TRY(take_time(parser, &config->slot_table_jitter_ns, &column, false));
    if (config->slot_table_jitter_ns == 0) {
        return fail_at(parser, column, "the slot's jitter ", "must be above 0");
    }
    if (config->slot_table_jitter_ns > SF_NETEM_JITTER_NS_MAX) {
        config->slot_table_jitter_ns = SF_NETEM_JITTER_NS_MAX;
        sf_netem_note(parser->notes, SF_NETEM_NOTE_JITTER_CAPPED, column,
                      "the slot's jitter is capped at 2.147 s, as in the kernel");
    }
    return SF_OK;
}

/* `packets` may be followed by `bytes`, not the other way round. */
static enum sf_err read_slot_quota(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    struct word word;
    if (word_follows(parser, "packets")) {
        static const char expected[] = "a number of packets after 'packets'";
        parser->next++;
        SF_TRY(take(parser, expected, &word));
        enum sf_netem_number result = sf_netem_read_s32(word.text, &config->slot_packets_max);
        if (result == SF_NETEM_NUMBER_OK && config->slot_packets_max < 0) {
            result = SF_NETEM_NUMBER_NEGATIVE; /* tc sends it, the kernel refuses it */
        }
        if (result != SF_NETEM_NUMBER_OK) {
            return bad_number(parser, &word, result, expected);
        }
    }
    if (word_follows(parser, "bytes")) {
        static const char expected[] = "a number of bytes after 'bytes'";
        parser->next++;
        SF_TRY(take(parser, expected, &word));
        uint32_t bytes;
        enum sf_netem_number result = sf_netem_read_size(word.text, &bytes);
        if (result == SF_NETEM_NUMBER_OK && bytes > INT32_MAX) {
            result = SF_NETEM_NUMBER_TOO_LARGE; /* the same */
        }
        if (result != SF_NETEM_NUMBER_OK) {
            return bad_number(parser, &word, result, expected);
        }
        config->slot_bytes_max = (int32_t)bytes;
    }
    return SF_OK;
}

static enum sf_err read_slot(struct parser *parser)
{
    parser->columns.slot = parser->words[parser->next - 1].column;
    SF_TRY(number_follows(parser) ? read_slot_range(parser) : read_slot_table(parser));
    return read_slot_quota(parser);
}

/* Keywords in the order in which tc tries them: an abbreviation is the first that it fits. */
static const struct keyword {
    const char *name;
    enum sf_err (*read)(struct parser *parser);
} keywords[] = {
    {"limit", read_limit}, {"latency", read_delay},       {"delay", read_delay},
    {"loss", read_loss},   {"drop", read_loss},           {"seed", read_seed},
    {"ecn", read_ecn},     {"reorder", read_reorder},     {"corrupt", read_corrupt},
    {"gap", read_gap},     {"duplicate", read_duplicate}, {"distribution", read_distribution},
    {"rate", read_rate},   {"slot", read_slot},
};
enum { KEYWORDS_COUNT = sizeof keywords / sizeof keywords[0] };

static enum sf_err unknown_word(const struct parser *parser, const struct word *word)
{
    if (strcmp(word->text, "netem") == 0 || strcmp(word->text, "tc") == 0) {
        return fail_at(parser, word->column, "leave out what comes before the parameters: ",
                       "write only what follows 'netem' on tc's line");
    }
    if (strchr("0123456789.-+", word->text[0]) != NULL) {
        bool digit = word->text[0] >= '0' && word->text[0] <= '9';
        return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word->column,
                          "'%s' is one number too many%s%s%s%s", word->text,
                          parser->keyword != NULL ? " for '" : "",
                          parser->keyword != NULL ? parser->keyword : "",
                          parser->keyword != NULL ? "'" : "",
                          digit ? "" : ", or an optional one, which must begin with a digit");
    }
    const char *nearest = sf_text_nearest(word->text, keyword_names);
    return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, word->column,
                      "unknown keyword '%s'%s%s%s; known are limit, delay, loss, duplicate, "
                      "corrupt, reorder, gap, distribution, rate, slot, ecn, seed and profile",
                      word->text, nearest != NULL ? ", did you mean '" : "",
                      nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
}

static enum sf_err read_words(struct parser *parser)
{
    while (parser->words[parser->next].text != NULL) {
        struct word word = parser->words[parser->next];
        const struct keyword *keyword = NULL;
        for (int i = 0; i < KEYWORDS_COUNT && keyword == NULL; i++) {
            if (strncmp(keywords[i].name, word.text, strlen(word.text)) == 0) {
                keyword = &keywords[i];
            }
        }
        if (keyword == NULL) {
            return unknown_word(parser, &word);
        }
        parser->next++;
        parser->keyword = keyword->name;
        SF_TRY(keyword->read(parser));
    }
    return SF_OK;
}

/* What tc refuses, or completes, once it has seen all of the line. */
static enum sf_err finish(struct parser *parser)
{
    struct sf_netem_config *config = parser->config;
    const struct sf_netem_columns *columns = &parser->columns;
    if (config->reorder > 0) {
        if (config->delay_ns == 0) {
            return fail_at(parser, columns->reorder,
                           "reordering needs a delay to overtake: ", "add one, such as delay 10ms");
        }
        config->gap = config->gap > 0 ? config->gap : 1;
    } else if (config->gap > 0) {
        return fail_at(parser, columns->gap, "a gap needs a share of packets to reorder: ",
                       "add reorder, such as reorder 25%");
    }
    if (config->ecn && config->loss == 0 && config->loss_model == SF_NETEM_LOSS_RANDOM) {
        return fail_at(parser, columns->ecn,
                       "ecn needs a loss to mark instead: ", "add one, such as loss 1%");
    }
    if (config->delay_table != NULL && (config->delay_ns == 0 || config->jitter_ns == 0)) {
        return fail_at(parser, columns->distribution,
                       "a distribution needs a delay and a jitter: ", "such as delay 50ms 10ms");
    }
    if (config->duplicate_correlation > 0 && !parser->correlation_present) {
        config->duplicate_correlation = 0;
        sf_netem_note(parser->notes, SF_NETEM_NOTE_CORRELATION_DROPPED,
                      columns->duplicate_correlation,
                      "tc does not send the correlation of a duplicate unless another correlation "
                      "is given, so it has no effect here either");
    }
    return SF_OK;
}

/* Cuts `text`, which is changed, into words. Column 0 of `at` means: count from the text's start;
 * otherwise every word is at that column. */
static enum sf_err cut(struct parser *parser, char *text, uint32_t *count, uint32_t at)
{
    static const char blanks[] = " \t\r\n";
    char *cursor = text;
    for (;;) {
        cursor += strspn(cursor, blanks);
        uint32_t column = at > 0 ? at : (uint32_t)(cursor - text) + 1;
        if (*cursor == '\0') {
            parser->words[*count] = (struct word){NULL, column};
            return SF_OK;
        }
        if (*count == WORDS_MAX) {
            return fail_at(parser, column, "too many words: ", "256 at most");
        }
        parser->words[(*count)++] = (struct word){cursor, column};
        cursor += strcspn(cursor, blanks);
        if (*cursor != '\0') {
            *cursor++ = '\0';
        }
    }
}

/* `profile NAME` at word `at`: its spec takes the place of the two words. *texts_out owns the
 * spec's copy. */
static enum sf_err expand_profile(struct parser *parser, uint32_t at, char **copy_out)
{
    struct word name = parser->words[at + 1];
    if (name.text == NULL) {
        return fail_at(parser, name.column, "expected the name of a profile ", "after 'profile'");
    }
    const struct sf_netem_profile *profile = sf_netem_profile_find(name.text);
    if (profile == NULL) {
        const char *nearest = sf_text_nearest(name.text, sf_netem_profile_names);
        return sf_fail_at(parser->diag, SF_ERR_INPUT, NULL, 0, name.column,
                          "unknown profile '%s'%s%s%s; known are good-home, congested-uplink, "
                          "bad-wifi, extremely-poor and outage",
                          name.text, nearest != NULL ? ", did you mean '" : "",
                          nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
    }
    sf_netem_note(parser->notes, SF_NETEM_NOTE_PROFILE, parser->words[at].column,
                  "'profile' is not tc's; for tc write: %s", profile->spec);

    struct word tail[WORDS_MAX + 1];
    uint32_t tail_count = 0;
    do {
        tail[tail_count] = parser->words[at + 2 + tail_count];
    } while (tail[tail_count++].text != NULL);
    uint32_t count = at;
    *copy_out = sf_strdup(profile->spec);
    SF_TRY(cut(parser, *copy_out, &count, name.column));
    if (count + tail_count > WORDS_MAX + 1) {
        return fail_at(parser, name.column, "too many words: ", "256 at most");
    }
    memcpy(&parser->words[count], tail, tail_count * sizeof tail[0]);
    return SF_OK;
}

/* Only the first profile is expanded here; a second is an unknown keyword's error. */
static enum sf_err expand_profiles(struct parser *parser, char **copy_out)
{
    for (uint32_t i = 0; parser->words[i].text != NULL; i++) {
        if (strcmp(parser->words[i].text, "profile") == 0) {
            if (*copy_out != NULL) {
                return fail_at(parser, parser->words[i].column,
                               "a second profile: ", "a link has one");
            }
            SF_TRY(expand_profile(parser, i, copy_out));
        }
    }
    return SF_OK;
}

enum sf_err sf_netem_parse_with(const char *spec, struct sf_netem_tables *tables,
                                struct sf_netem_config *config_out,
                                struct sf_netem_notes *notes_out, struct sf_diag *diag)
{
    sf_netem_config_default(config_out);
    if (notes_out != NULL) {
        notes_out->count = 0;
    }
    struct parser *parser = sf_alloc(1, sizeof *parser);
    parser->tables = tables;
    parser->config = config_out;
    parser->notes = notes_out;
    parser->diag = diag;
    char *words = sf_strdup(spec);
    char *profile_words = NULL;

    uint32_t count = 0;
    enum sf_err err = cut(parser, words, &count, 0);
    if (err == SF_OK) {
        err = expand_profiles(parser, &profile_words);
    }
    if (err == SF_OK) {
        err = read_words(parser);
    }
    if (err == SF_OK) {
        err = finish(parser);
    }
    if (err == SF_OK) {
        sf_netem_note_config(notes_out, config_out, &parser->columns);
    }
    free(words);
    free(profile_words);
    free(parser);
    return err;
}

enum sf_err sf_netem_parse(const char *spec, struct sf_netem_config *config_out,
                           struct sf_netem_notes *notes_out, struct sf_diag *diag)
{
    return sf_netem_parse_with(spec, NULL, config_out, notes_out, diag);
}
