#include "harness/net/netem_spec.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_units.h"
#include "harness/net/profiles.h"

enum sf_err sf_netem_spec_fail(const struct sf_netem_spec *spec, uint32_t column, const char *what,
                               const char *detail)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(detail != NULL);
    return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, column, "%s%s", what, detail);
}

/* The next word, which must be there. */
enum sf_err sf_netem_spec_take(struct sf_netem_spec *spec, const char *expected,
                               struct sf_netem_word *word_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(expected != NULL);
    SF_ASSERT(word_out != NULL);
    *word_out = spec->words[spec->next];
    if (word_out->text == NULL) {
        return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word_out->column,
                          "expected %s after '%s'", expected, spec->keyword);
    }
    spec->next++;
    return SF_OK;
}

/* Optional numbers are taken only if they start with a digit: ".5%" and "-1" do not. */
bool sf_netem_spec_number_follows(const struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    const char *text = spec->words[spec->next].text;
    return text != NULL && text[0] >= '0' && text[0] <= '9';
}

bool sf_netem_spec_signed_number_follows(const struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    const char *text = spec->words[spec->next].text;
    return sf_netem_spec_number_follows(spec) || (text != NULL && text[0] == '-');
}

bool sf_netem_spec_word_follows(const struct sf_netem_spec *spec, const char *name)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(name != NULL);
    const char *text = spec->words[spec->next].text;
    return text != NULL && strncmp(name, text, strlen(text)) == 0;
}

/* Says what is wrong with a number. `expected` is a noun with its form, such as "a time (20ms)". */
enum sf_err sf_netem_spec_bad_number(const struct sf_netem_spec *spec,
                                     const struct sf_netem_word *word, enum sf_netem_number result,
                                     const char *expected)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(word != NULL);
    SF_ASSERT(expected != NULL);
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
    return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, word->column,
                      "expected %s after '%s', but '%s' %s", expected, spec->keyword, word->text,
                      wrong);
}

enum sf_err sf_netem_spec_percent_and_rest(struct sf_netem_spec *spec, uint32_t *fraction_out,
                                           uint32_t *rest_out, uint32_t *column_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(fraction_out != NULL);
    SF_ASSERT(rest_out != NULL);
    static const char expected[] = "a percentage from 0% to 100%";
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    enum sf_netem_number result = sf_netem_read_percent_and_rest(word.text, fraction_out, rest_out);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    if (strcmp(word.text, "%") == 0) {
        sf_netem_note(spec->notes, SF_NETEM_NOTE_NO_NUMBER, word.column,
                      "a percent sign without a number is 0%%, as tc reads it");
    }
    if (column_out != NULL) {
        *column_out = word.column;
    }
    return SF_OK;
}

enum sf_err sf_netem_spec_percent(struct sf_netem_spec *spec, uint32_t *fraction_out,
                                  uint32_t *column_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(fraction_out != NULL);
    uint32_t rest;
    return sf_netem_spec_percent_and_rest(spec, fraction_out, &rest, column_out);
}

enum sf_err sf_netem_spec_correlation(struct sf_netem_spec *spec, uint32_t *fraction_out,
                                      uint32_t *column_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(fraction_out != NULL);
    SF_ASSERT(column_out != NULL);
    if (!sf_netem_spec_number_follows(spec)) {
        return SF_OK;
    }
    spec->correlation_present = true;
    return sf_netem_spec_percent(spec, fraction_out, column_out);
}

enum sf_err sf_netem_spec_time(struct sf_netem_spec *spec, sf_ns *time_out, uint32_t *column_out,
                               bool was_microseconds)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(time_out != NULL);
    static const char expected[] = "a time, such as 20ms (units s, ms, us, ns)";
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    bool unit_given;
    enum sf_netem_number result = sf_netem_read_time(word.text, time_out, &unit_given);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    if (!unit_given && *time_out != 0) {
        sf_netem_note(spec->notes, SF_NETEM_NOTE_UNITLESS_TIME, word.column,
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

enum sf_err sf_netem_spec_table(struct sf_netem_spec *spec, const struct sf_netem_table **table_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(table_out != NULL);
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, "the name of a distribution", &word));
    struct sf_diag inner = {0};
    enum sf_err err = sf_netem_tables_find(spec->tables, word.text, table_out, &inner);
    if (err != SF_OK) {
        /* A message about a place within a file keeps that place, in words. */
        char text[sizeof inner.message + sizeof inner.file + 32];
        sf_diag_print(&inner, text, sizeof text);
        return sf_fail_at(spec->diag, err, NULL, 0, word.column, "%s", text);
    }
    return SF_OK;
}

enum sf_err sf_netem_spec_s32(struct sf_netem_spec *spec, int32_t *value_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(value_out != NULL);
    static const char expected[] = "a whole number of bytes";
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    enum sf_netem_number result = sf_netem_read_s32(word.text, value_out);
    return result == SF_NETEM_NUMBER_OK ? SF_OK
                                        : sf_netem_spec_bad_number(spec, &word, result, expected);
}

enum sf_err sf_netem_spec_u32(struct sf_netem_spec *spec, const char *expected, uint32_t *value_out,
                              uint32_t *column_out)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(expected != NULL);
    SF_ASSERT(value_out != NULL);
    struct sf_netem_word word;
    SF_TRY(sf_netem_spec_take(spec, expected, &word));
    enum sf_netem_number result = sf_netem_read_u32(word.text, value_out);
    if (result != SF_NETEM_NUMBER_OK) {
        return sf_netem_spec_bad_number(spec, &word, result, expected);
    }
    if (column_out != NULL) {
        *column_out = word.column;
    }
    return SF_OK;
}

/* Cuts `text`, which is changed, into words. Every word's column is `at`, or counted from the
 * text's start where that is 0. */
static enum sf_err cut(struct sf_netem_spec *spec, char *text, uint32_t *count, uint32_t at)
{
    static const char blanks[] = " \t\r\n";
    char *cursor = text;
    for (;;) {
        cursor += strspn(cursor, blanks);
        uint32_t column = at > 0 ? at : (uint32_t)(cursor - text) + 1;
        if (*cursor == '\0') {
            spec->words[*count] = (struct sf_netem_word){NULL, column};
            return SF_OK;
        }
        if (*count == SF_NETEM_WORDS_MAX) {
            return sf_netem_spec_fail(spec, column, "too many words: ", "256 at most");
        }
        spec->words[(*count)++] = (struct sf_netem_word){cursor, column};
        cursor += strcspn(cursor, blanks);
        if (*cursor != '\0') {
            *cursor++ = '\0';
        }
    }
}

/* `profile NAME` at word `at`: its spec takes the place of the two words. */
static enum sf_err expand_profile(struct sf_netem_spec *spec, uint32_t at)
{
    struct sf_netem_word name = spec->words[at + 1];
    if (name.text == NULL) {
        return sf_netem_spec_fail(spec, name.column, "expected the name of a profile ",
                                  "after 'profile'");
    }
    const struct sf_netem_profile *profile = sf_netem_profile_find(name.text);
    if (profile == NULL) {
        const char *nearest = sf_text_nearest(name.text, sf_netem_profile_names);
        return sf_fail_at(spec->diag, SF_ERR_INPUT, NULL, 0, name.column,
                          "unknown profile '%s'%s%s%s; known are good-home, congested-uplink, "
                          "bad-wifi, extremely-poor and outage",
                          name.text, nearest != NULL ? ", did you mean '" : "",
                          nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
    }
    sf_netem_note(spec->notes, SF_NETEM_NOTE_PROFILE, spec->words[at].column,
                  "'profile' is not tc's; for tc write: %s", profile->spec);

    struct sf_netem_word tail[SF_NETEM_WORDS_MAX + 1];
    uint32_t tail_count = 0;
    do {
        tail[tail_count] = spec->words[at + 2 + tail_count];
    } while (tail[tail_count++].text != NULL);
    uint32_t count = at;
    spec->profile_text = sf_strdup(profile->spec);
    SF_TRY(cut(spec, spec->profile_text, &count, name.column));
    if (count + tail_count > SF_NETEM_WORDS_MAX + 1) {
        return sf_netem_spec_fail(spec, name.column, "too many words: ", "256 at most");
    }
    memcpy(&spec->words[count], tail, tail_count * sizeof tail[0]);
    return SF_OK;
}

enum sf_err sf_netem_spec_open(struct sf_netem_spec *spec, const char *text)
{
    SF_ASSERT(spec != NULL);
    spec->text = sf_strdup(text);
    spec->profile_text = NULL;
    spec->next = 0;
    uint32_t count = 0;
    SF_TRY(cut(spec, spec->text, &count, 0));
    for (uint32_t i = 0; spec->words[i].text != NULL; i++) {
        if (strcmp(spec->words[i].text, "profile") != 0) {
            continue;
        }
        if (spec->profile_text != NULL) {
            return sf_netem_spec_fail(spec, spec->words[i].column,
                                      "a second profile: ", "a link has one");
        }
        SF_TRY(expand_profile(spec, i));
    }
    return SF_OK;
}

void sf_netem_spec_close(struct sf_netem_spec *spec)
{
    SF_ASSERT(spec != NULL);
    free(spec->text);
    free(spec->profile_text);
    spec->text = NULL;
    spec->profile_text = NULL;
}
