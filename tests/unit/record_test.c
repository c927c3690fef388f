/* The table of record kinds: what is made is read, said, parsed and checked alike. */
#include "harness/trace/record.h"

#include <stdio.h>
#include <string.h>

#include "harness/trace/record_words.h"
#include "tests/unit/random_record.h"
#include "tests/unit/trace_text.h"

enum { HOMES = 4, TIMES = 200 };

static void assert_same(const struct sf_record *actual, const struct sf_record *expected)
{
    struct sf_text text = {0};
    sf_record_say(actual, &text);
    sf_text_add(&text, "\n");
    sf_record_say(expected, &text);
    if (memcmp(actual, expected, sizeof *actual) != 0) {
        fail_msg("actual, expected:\n%s", text.data);
    }
    sf_text_free(&text);
}

static void test_each_kind_is_parsed_from_its_text_form(void **state)
{
    (void)state;
    struct sf_record_bounds bounds;
    struct sf_rng rng;
    sf_record_bounds_init(&bounds, HOMES);
    sf_rng_init(&rng, 1, "records", 0);
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        for (int i = 0; i < TIMES; i++) {
            struct sf_text text = {0};
            const struct sf_record record =
                random_record(&rng, i * SF_MS + i, (enum sf_record_kind)kind, &bounds);
            sf_record_say(&record, &text);
            const struct sf_record parsed = trace_parse_line(text.data);
            assert_same(&parsed, &record);
            sf_text_free(&text);
        }
    }
}

static void test_text_that_is_typed_by_hand_may_leave_fields_out(void **state)
{
    (void)state;
    const struct {
        const char *text;
        struct sf_record record;
    } cases[] = {
        {"100 healed within 50", SF_RECORD(healed, .at_ns = 100, .within_ns = 50)},
        {"110 hub 1 asks", SF_RECORD(ask, .at_ns = 110, .viewer = sf_viewer_id(3))},
        {"161 app 1 is shown its own, integration",
         SF_RECORD(shown, .at_ns = 161, .viewer = sf_viewer_id(4), .largest_share = sf_tenant_id(1),
                   .flags = SF_FLAG_INTEGRATION)},
        {"5 export job 0 sees its own, capture 7, share 100000",
         SF_RECORD(seen, .at_ns = 5, .viewer = sf_viewer_id(2), .capture = 7, .share_ppm = 100000)},
        {"01:00.000000002 end", sf_record_end((struct sf_end_record){SF_MINUTE + 2})},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sf_record parsed = trace_parse_line(cases[i].text);
        assert_same(&parsed, &cases[i].record);
    }
}

/* The layout of saved runs does not change with the table. */
static void test_fields_have_their_places(void **state)
{
    (void)state;
    const struct sf_record seen = SF_RECORD(seen, .viewer = sf_viewer_id(1),
                                            .tenant = sf_tenant_id(2), .camera = sf_camera_id(3),
                                            .request = 4, .capture = 5, .share_ppm = 6, .flags = 7);
    assert_int_equal(seen.who, 1);
    assert_int_equal(seen.a, 2);
    assert_int_equal(seen.b, 3);
    assert_int_equal(seen.c, 4);
    assert_int_equal(seen.d, UINT64_C(5) << 32 | 6);
    assert_int_equal(seen.flags, 7);
    assert_int_equal(sf_seen_of(&seen).capture, 5);
    assert_int_equal(sf_seen_of(&seen).share_ppm, 6);
    const struct sf_record part = SF_RECORD(delivered, .hash = 9, .last_arrival_ns = 8);
    assert_int_equal(part.d, 8);
    assert_int_equal(sf_delivered_of(&part).hash, 0);
    const struct sf_record whole =
        SF_RECORD(delivered, .flags = SF_FLAG_WHOLE, .hash = 9, .last_arrival_ns = 8);
    assert_int_equal(whole.d, 9);
    assert_int_equal(sf_delivered_of(&whole).last_arrival_ns, 0);
    const struct sf_record identity = SF_RECORD(identity, .session = {1});
    assert_int_equal(identity.who, SF_NOBODY);
}

static void test_a_field_is_found_by_its_type(void **state)
{
    (void)state;
    uint64_t number = 0;
    const struct sf_record seen = SF_RECORD(seen, .viewer = {1}, .capture = 5, .request = 4);
    assert_true(sf_record_number(&seen, SF_TYPE_VIEWER, &number));
    assert_int_equal(number, 1);
    assert_true(sf_record_number(&seen, SF_TYPE_CAPTURE, &number));
    assert_int_equal(number, 5);
    assert_true(sf_record_number(&seen, SF_TYPE_REQUEST, &number));
    assert_int_equal(number, 4);
    assert_false(sf_record_number(&seen, SF_TYPE_LINK, &number));
    /* Of two fields of one type, the first. */
    const struct sf_record renewed = SF_RECORD(renewed, .viewer = {1}, .owner = {2});
    assert_true(sf_record_number(&renewed, SF_TYPE_VIEWER, &number));
    assert_int_equal(number, 1);
}

/* A field out of its type's bounds is found, whatever the kind and the field. */
static void test_records_of_another_run_do_not_fit(void **state)
{
    (void)state;
    struct sf_record_bounds bounds;
    struct sf_rng rng;
    sf_record_bounds_init(&bounds, HOMES);
    sf_rng_init(&rng, 2, "records", 0);
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        const struct sf_record record = random_record(&rng, 0, (enum sf_record_kind)kind, &bounds);
        assert_true(sf_record_fits(&bounds, &record));
        const struct sf_field *field = sf_record_kind((enum sf_record_kind)kind)->fields;
        for (; field->name != NULL; field++) {
            struct sf_record wrong = record;
            bool words = sf_field_words(field->type) != NULL;
            uint64_t end = words ? UINT16_MAX - 1 : bounds.end[field->type];
            bool narrow = field->place != SF_PLACE_C && field->place != SF_PLACE_D;
            if (end == UINT64_MAX || (narrow && end > UINT32_MAX)) {
                continue; /* every number is one of this type */
            }
            sf_place_put(&wrong, field->place, end);
            assert_false(sf_record_fits(&bounds, &wrong));
        }
    }
    const struct sf_record unknown = {.kind = SF_RECORD_KINDS_COUNT};
    assert_false(sf_record_fits(&bounds, &unknown));
    const struct sf_record early = SF_RECORD(wake, .at_ns = -1);
    assert_false(sf_record_fits(&bounds, &early));
}

static void test_a_difference_names_the_fields(void **state)
{
    (void)state;
    struct sf_text text = {0};
    const struct sf_record one = trace_parse_line("1 hub 0 sees its own, capture 1, share 5");
    const struct sf_record other = trace_parse_line("1 hub 1 sees its own, capture 2, share 5");
    sf_record_say_difference(&one, &one, &text);
    assert_int_equal(text.length, 0);
    sf_record_say_difference(&one, &other, &text);
    assert_string_equal(text.data, "viewer, tenant, camera, capture");
    sf_text_free(&text);
}

/* Repair: put what the test prints where the page has the tables. */
static void test_the_page_has_the_tables(void **state)
{
    (void)state;
    static char page[1 << 17];
    struct sf_text tables = {0};
    FILE *file = fopen("docs/traces.md", "re");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    sf_record_document(&tables);
    if (strstr(page, tables.data) == NULL) {
        fail_msg("docs/traces.md has not these tables:\n%s", tables.data);
    }
    sf_text_free(&tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_is_parsed_from_its_text_form),
        cmocka_unit_test(test_text_that_is_typed_by_hand_may_leave_fields_out),
        cmocka_unit_test(test_fields_have_their_places),
        cmocka_unit_test(test_a_field_is_found_by_its_type),
        cmocka_unit_test(test_records_of_another_run_do_not_fit),
        cmocka_unit_test(test_a_difference_names_the_fields),
        cmocka_unit_test(test_the_page_has_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
