/* The grammar beside tc's: a table of specs with what tc said and sent
 * (tests/data/netem/grammar.txt); and what only we say: columns, suggestions, notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/profiles.h"

#define TABLE SF_SOURCE_DIR "/tests/data/netem/grammar.txt"

/* One line of the table. */
struct expectation {
    char *tc;
    char *ours;
    char *spec;
    char *wire;
};

static char *trim(char *text)
{
    while (*text == ' ') {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\n')) {
        text[--length] = '\0';
    }
    return text;
}

/* False for a comment or an empty line. */
static bool cut_line(char *line, struct expectation *out)
{
    if (line[0] == '#' || line[0] == '\n') {
        return false;
    }
    char *fields[4] = {line, NULL, NULL, NULL};
    for (int i = 1; i < 4; i++) {
        fields[i] = strchr(fields[i - 1], '|');
        if (fields[i] == NULL) {
            assert_int_equal(i, 3); /* only the last may be missing */
            fields[i] = fields[i - 1] + strlen(fields[i - 1]);
            break;
        }
        *fields[i]++ = '\0';
    }
    out->tc = trim(fields[0]);
    out->ours = trim(fields[1]);
    out->spec = trim(fields[2]);
    out->wire = trim(fields[3]);
    return true;
}

/* tc 6.1's clock: whole microseconds, then ticks of 64 ns. */
static uint32_t ticks(sf_ns time_ns, bool as_microseconds)
{
    double microseconds = as_microseconds ? (double)time_ns : (double)(uint32_t)(time_ns / 1000);
    return (uint32_t)(microseconds * 15.625);
}

static uint64_t fnv(const struct sf_netem_table *table)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < table->entries_count; i++) {
        uint16_t bits = (uint16_t)table->entries[i];
        value = (value ^ (bits & 0xff)) * 0x100000001b3u;
        value = (value ^ (bits >> 8)) * 0x100000001b3u;
    }
    return value;
}

/* "KEY=A,B,...", left out where every part is 0, as the script does. */
static void add_parts(struct sf_text *text, const char *key, const int64_t *parts, int count)
{
    bool zero = true;
    for (int i = 0; i < count; i++) {
        zero = zero && parts[i] == 0;
    }
    if (zero) {
        return;
    }
    sf_text_add(text, " %s=", key);
    for (int i = 0; i < count; i++) {
        sf_text_add(text, "%s%" PRId64, i > 0 ? "," : "", parts[i]);
    }
}

#define ADD(text, key, ...)                              \
    add_parts(text, key, (const int64_t[]){__VA_ARGS__}, \
              (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

/* The fields of a config as tc 6.1 would have sent them, in one fixed order. */
static void wire_of(const struct sf_netem_config *config, bool as_microseconds,
                    struct sf_text *text)
{
    sf_text_add(text, "limit=%" PRIu32, config->limit_packets);
    ADD(text, "latency", ticks(config->delay_ns, as_microseconds));
    ADD(text, "jitter", ticks(config->jitter_ns, as_microseconds));
    ADD(text, "loss", config->loss);
    ADD(text, "gap", config->gap);
    ADD(text, "dup", config->duplicate);
    ADD(text, "corr", config->delay_correlation, config->loss_correlation,
        config->duplicate_correlation);
    ADD(text, "reorder", config->reorder, config->reorder_correlation);
    ADD(text, "ecn", config->ecn);
    ADD(text, "corrupt", config->corrupt, config->corrupt_correlation);
    if (config->loss_model == SF_NETEM_LOSS_STATE) {
        ADD(text, "state", config->state.p13, config->state.p31, config->state.p32,
            config->state.p23, config->state.p14);
    } else if (config->loss_model == SF_NETEM_LOSS_GEMODEL) {
        ADD(text, "gemodel", config->gemodel.p, config->gemodel.r, config->gemodel.h,
            config->gemodel.k1);
    }
    ADD(text, "rate", (int64_t)config->rate_bytes_per_second, config->packet_overhead_bytes,
        config->cell_bytes, config->cell_overhead_bytes);
    ADD(text, "slot", config->slot_delay_ns_min, config->slot_delay_ns_max,
        config->slot_packets_max, config->slot_bytes_max, config->slot_table_delay_ns,
        config->slot_table_jitter_ns);
    const struct sf_netem_table *const tables[] = {config->delay_table, config->slot_table};
    for (int i = 0; i < 2; i++) {
        if (tables[i] != NULL) {
            sf_text_add(text, " %s=%" PRIu32 ":%016" PRIx64, i == 0 ? "dist" : "slotdist",
                        tables[i]->entries_count, fnv(tables[i]));
        }
    }
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the words of a wire text, for the order of attributes is tc's business. */
static char *sorted(const char *text)
{
    char *copy = strdup(text);
    char *words[40];
    size_t count = 0;
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    qsort(words, count, sizeof words[0], compare_words);
    char *out = calloc(1, strlen(text) + 2);
    for (size_t i = 0; i < count; i++) {
        strcat(strcat(out, words[i]), " ");
    }
    free(copy);
    return out;
}

static void check_wire(const struct expectation *expectation, const struct sf_netem_config *config)
{
    struct sf_text wire = {0};
    wire_of(config, strcmp(expectation->ours, "ns") == 0, &wire);
    char *theirs = sorted(expectation->wire);
    char *mine = sorted(wire.data);
    if (strcmp(theirs, mine) != 0) {
        fail_msg("'%s'\n  tc:   %s\n  here: %s", expectation->spec, theirs, mine);
    }
    free(theirs);
    free(mine);
    sf_text_free(&wire);
}

static void check_round_trip(const struct sf_netem_config *config, const char *canonical)
{
    struct sf_text line = {0};
    sf_netem_print(config, &line);
    if (canonical != NULL) {
        assert_string_equal(line.data, canonical);
    }
    struct sf_netem_config again;
    struct sf_diag diag = {0};
    if (sf_netem_parse(line.data, &again, NULL, &diag) != SF_OK) {
        fail_msg("printed '%s', which is refused: %s", line.data, diag.message);
    }
    if (!sf_netem_config_same(config, &again)) {
        fail_msg("printed '%s', which reads back differently", line.data);
    }
    sf_text_free(&line);
}

static void check_line(const struct expectation *expectation)
{
    bool same = strcmp(expectation->ours, "=") == 0 || strcmp(expectation->ours, "ns") == 0;
    bool accepted = strcmp(same ? expectation->tc : expectation->ours, "ok") == 0;
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    enum sf_err err = sf_netem_parse(expectation->spec, &config, NULL, &diag);
    if (accepted && err != SF_OK) {
        fail_msg("'%s' is refused: %s", expectation->spec, diag.message);
    }
    if (!accepted) {
        if (err != SF_ERR_INPUT) {
            fail_msg("'%s' is accepted", expectation->spec);
        }
        assert_in_range(diag.column, 1, strlen(expectation->spec) + 1);
        assert_true(strlen(diag.message) > 0);
        return;
    }
    if (same) {
        check_wire(expectation, &config);
    }
    check_round_trip(&config, same ? NULL : expectation->wire);
}

static void test_every_line_of_the_table_means_what_tc_made_of_it(void **state)
{
    (void)state;
    FILE *file = fopen(TABLE, "re");
    assert_non_null(file);
    char line[1024];
    int accepted = 0;
    int refused = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        struct expectation expectation;
        if (!cut_line(line, &expectation)) {
            continue;
        }
        check_line(&expectation);
        accepted += strcmp(expectation.tc, "ok") == 0;
        refused += strcmp(expectation.tc, "refused") == 0;
    }
    fclose(file);
    print_message("%d accepted by tc, %d refused\n", accepted, refused);
    assert_true(accepted >= 150);
    assert_true(refused >= 90);
}

/* A refusal, its column and a part of its message. */
static void check_refusal(const char *spec, uint32_t column, const char *part)
{
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    assert_int_equal(sf_netem_parse(spec, &config, NULL, &diag), SF_ERR_INPUT);
    if (diag.column != column || strstr(diag.message, part) == NULL) {
        fail_msg("'%s': column %" PRIu32 ": %s", spec, diag.column, diag.message);
    }
}

static void test_refusals_name_the_place_and_what_was_meant(void **state)
{
    (void)state;
    check_refusal("delay 10ms losss 5%", 12, "did you mean 'loss'");
    check_refusal("delay 10ms dublicate 5%", 12, "did you mean 'duplicate'");
    check_refusal("delay", 6, "expected a time");
    check_refusal("delay ", 7, "expected a time");
    check_refusal("  delay 10parsec", 9, "'10parsec' is not one");
    check_refusal("delay -5ms", 7, "is negative");
    check_refusal("loss 120%", 6, "is too large");
    check_refusal("loss gemodle 1%", 6, "did you mean 'gemodel'");
    check_refusal("loss 5% loss 6%", 9, "second loss model");
    check_refusal("loss 5% .5%", 9, "must begin with a digit");
    check_refusal("limit 10 20", 10, "one number too many for 'limit'");
    check_refusal("delay 10ms 1ms distribution nromal", 29, "did you mean 'normal'");
    check_refusal("delay 10ms 1ms distribution uniform", 29, "a jitter alone is uniform");
    check_refusal("loss 1% reorder 5%", 17, "needs a delay");
    check_refusal("delay 10ms gap 5", 16, "add reorder");
    check_refusal("delay 10ms ecn", 12, "add one, such as loss 1%");
    check_refusal("distribution normal delay 10ms", 1, "a delay and a jitter");
    check_refusal("profile bad-wify", 9, "did you mean 'bad-wifi'");
    check_refusal("rate 50%", 6, "write the rate itself");
    check_refusal("slot 10ms 5ms", 11, "below its minimum");
    check_refusal("slot dist normal 1ms 1ms", 6, "not abbreviated");
    check_refusal("tc qdisc add dev eth0 root netem delay 10ms", 1, "what follows 'netem'");
    check_refusal("profile outage loss 5%", 16, "second loss model");
    check_refusal("delay 10ms keep-order reorder 5%", 12, "contradicts reorder");
    check_refusal("delay 10ms keep", 12, "unknown keyword 'keep'"); /* ours is not cut short */
    check_refusal("delay 10ms keep-ordre", 12, "did you mean 'keep-order'");
    check_refusal("delay 10ms keep-order 5ms", 23, "one number too many for 'keep-order'");
    check_refusal("loss 5% states", 9, "'states' begins a whole link");
}

static void test_a_spec_of_too_many_words_is_refused(void **state)
{
    (void)state;
    struct sf_text spec = {0};
    for (int i = 0; i < 128; i++) {
        sf_text_add(&spec, "limit %d ", i);
    }
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    assert_int_equal(sf_netem_parse(spec.data, &config, NULL, &diag), SF_OK);
    assert_int_equal(config.limit_packets, 127);
    sf_text_add(&spec, "ecn");
    assert_int_equal(sf_netem_parse(spec.data, &config, NULL, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "256"));
    sf_text_free(&spec);
}

/* The note of a kind, or NULL. */
static const struct sf_netem_note *note_of(const struct sf_netem_notes *notes,
                                           enum sf_netem_note_kind kind)
{
    for (uint32_t i = 0; i < notes->count; i++) {
        if (notes->items[i].kind == kind) {
            return &notes->items[i];
        }
    }
    return NULL;
}

static void check_note(const char *spec, enum sf_netem_note_kind kind, uint32_t column,
                       const char *part)
{
    struct sf_netem_config config;
    struct sf_netem_notes notes = {0};
    struct sf_diag diag = {0};
    assert_int_equal(sf_netem_parse(spec, &config, &notes, &diag), SF_OK);
    const struct sf_netem_note *note = note_of(&notes, kind);
    if (note == NULL) {
        fail_msg("'%s': no note '%s'", spec, sf_netem_note_name(kind));
        return;
    }
    if (note->column != column || strstr(note->text, part) == NULL) {
        fail_msg("'%s': column %" PRIu32 ": %s", spec, note->column, note->text);
    }
}

static void test_traps_are_noted_where_they_stand(void **state)
{
    (void)state;
    check_note("delay 100", SF_NETEM_NOTE_UNITLESS_TIME, 7, "microseconds");
    check_note("slot 100", SF_NETEM_NOTE_UNITLESS_TIME, 6, "nanoseconds");
    check_note("corrupt %", SF_NETEM_NOTE_NO_NUMBER, 9, "0%");
    check_note("loss 10% 25%", SF_NETEM_NOTE_CORRELATION, 10, "about 1.7");
    check_note("loss 0.3% 25%", SF_NETEM_NOTE_CORRELATION, 11, "about 0.00%");
    check_note("loss 30% 100%", SF_NETEM_NOTE_CORRELATION, 10, "every packet or to none");
    check_note("corrupt 20% 30%", SF_NETEM_NOTE_CORRELATION, 13, "about 8.3");
    check_note("duplicate 1% 5%", SF_NETEM_NOTE_CORRELATION_DROPPED, 14, "no effect");
    check_note("delay 10ms 5ms 25%", SF_NETEM_NOTE_DELAY_CORRELATION, 16, "no effect");
    check_note("delay 10ms 5ms", SF_NETEM_NOTE_JITTER_REORDERS, 12, "reorders");
    check_note("delay 5ms 10ms", SF_NETEM_NOTE_JITTER_ABOVE_DELAY, 11, "sent at once");
    check_note("delay 10ms 20ms distribution normal", SF_NETEM_NOTE_JITTER_ABOVE_DELAY, 12,
               "at once");
    check_note("delay 5s 4s", SF_NETEM_NOTE_JITTER_CAPPED, 10, "2.147 s");
    check_note("delay 500ms", SF_NETEM_NOTE_LIMIT, 0, "2000 packets/s");
    check_note("limit 10 delay 20ms rate 100mbit", SF_NETEM_NOTE_LIMIT, 7, "500 packets/s");
    check_note("limit 0", SF_NETEM_NOTE_LIMIT, 7, "drops every packet");
    check_note("delay 10ms reorder 25% gap 5", SF_NETEM_NOTE_REORDER_GAP, 20, "about 12.5");
    check_note("delay 10ms reorder 25% 50% gap 5", SF_NETEM_NOTE_REORDER_GAP, 20, "about 5.");
    check_note("loss state 60% 20% 10% 30% 60%", SF_NETEM_NOTE_STATE_WRAPS, 12, "p13 + p14");
    check_note("rate 7bit", SF_NETEM_NOTE_RATE_ZERO, 6, "no rate");
    check_note("slot 1s 5s", SF_NETEM_NOTE_SLOT_WRAPS, 1, "overflows");
    check_note("slot 0", SF_NETEM_NOTE_SLOT_OFF, 1, "slots are off");
    check_note("delay 10ms 5ms keep-order", SF_NETEM_NOTE_KEEP_ORDER, 16, "not tc's");
    check_note("profile outage", SF_NETEM_NOTE_PROFILE, 1, "for tc write: limit 1000 loss 100%");
}

static void test_a_spec_without_traps_has_no_notes(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "",
        "loss 5%",
        "delay 20ms",
        "loss gemodel 1% 20% 50% 0.1% ecn",
        "limit 100000 delay 50ms 10ms rate 10mbit",
        "delay 10ms reorder 25%",
        "delay 50ms 20ms distribution pareto rate 10mbit", /* never below 36 ms */
        "duplicate 1% corrupt 0.1% seed 7",
        "slot 5ms 10ms",
    };
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct sf_netem_config config;
        struct sf_netem_notes notes = {0};
        assert_int_equal(sf_netem_parse(specs[i], &config, &notes, NULL), SF_OK);
        if (notes.count > 0) {
            fail_msg("'%s': %s", specs[i], notes.items[0].text);
        }
    }
}

static void test_every_profile_can_be_read_and_printed(void **state)
{
    (void)state;
    int count = 0;
    for (const struct sf_netem_profile *profile = sf_netem_profiles; profile->name != NULL;
         profile++) {
        struct sf_netem_config direct;
        struct sf_netem_config named;
        struct sf_diag diag = {0};
        struct sf_text spec = {0};
        sf_text_add(&spec, "profile %s", profile->name);
        assert_int_equal(sf_netem_parse(profile->spec, &direct, NULL, &diag), SF_OK);
        assert_int_equal(sf_netem_parse(spec.data, &named, NULL, &diag), SF_OK);
        assert_true(sf_netem_config_same(&direct, &named));
        assert_string_equal(sf_netem_profile_names[count], profile->name);
        assert_true(strlen(profile->summary) > 10);
        assert_true(strlen(profile->source) > 10);
        check_round_trip(&direct, NULL);
        sf_text_free(&spec);
        count++;
    }
    assert_int_equal(count, 5);
    assert_null(sf_netem_profile_names[count]);
}

/* Any 32-bit fraction prints as a percentage that reads back as itself. */
static void test_probabilities_survive_printing(void **state)
{
    (void)state;
    struct sf_netem_random random;
    sf_netem_random_seed(&random, 5);
    struct sf_netem_config config;
    for (int i = 0; i < 3000; i++) {
        sf_netem_config_default(&config);
        config.loss = i < 3 ? (uint32_t)i + 1 : sf_netem_random_u32(&random);
        config.loss_correlation =
            i % 2 == 0 ? UINT32_MAX - (uint32_t)i : sf_netem_random_u32(&random);
        config.duplicate_correlation = sf_netem_random_u32(&random) >> (i % 32);
        config.delay_ns =
            (sf_ns)(sf_netem_random_u32(&random)) * (i % 4 == 0 ? SF_SECOND : i % 7 + 1);
        config.jitter_ns = (sf_ns)(sf_netem_random_u32(&random) >> 1);
        config.rate_bytes_per_second = sf_netem_random_u32(&random);
        check_round_trip(&config, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_line_of_the_table_means_what_tc_made_of_it),
        cmocka_unit_test(test_refusals_name_the_place_and_what_was_meant),
        cmocka_unit_test(test_a_spec_of_too_many_words_is_refused),
        cmocka_unit_test(test_traps_are_noted_where_they_stand),
        cmocka_unit_test(test_a_spec_without_traps_has_no_notes),
        cmocka_unit_test(test_every_profile_can_be_read_and_printed),
        cmocka_unit_test(test_probabilities_survive_printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
