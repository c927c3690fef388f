/* The table of the proof: which class is missed without which oracle, and what is still caught. */
#include "harness/report/proof.h"

#include <string.h>

#include "tests/unit/test.h"

static uint32_t index_of(const char *oracle)
{
    uint32_t index = 0;
    while (strcmp(sf_oracles()[index]->name, oracle) != 0) {
        index++;
    }
    return index;
}

/* Ten runs with findings of these oracles, `alone_count` of them without either of the two that
 * look for stray frames. */
static struct sf_proof proof_of(uint32_t class, const char *other, uint32_t alone_count)
{
    struct sf_proof proof = {.defect = &sf_defects()[class],
                             .runs_count = 40,
                             .caught_count = 10,
                             .meant_count = 10,
                             .median_runs = 4,
                             .twin_runs_count = 8};
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        proof.left_counts[i] = 10;
    }
    proof.left_counts[sf_removals_count() - 1] = alone_count;
    proof.oracle_counts[index_of("no-stray-pixels")] = 10;
    proof.oracle_counts[index_of("no-stray-bytes")] = 10;
    if (other != NULL) {
        proof.oracle_counts[index_of(other)] = alone_count;
    }
    return proof;
}

/* D01 is seen by others in three runs, D02 by no other, and D03 by others in each run. */
static const struct sf_proofs *proofs_made(void)
{
    static struct sf_proofs proofs;
    proofs = (struct sf_proofs){.count = 3};
    proofs.proofs[0] = proof_of(0, "recovery", 3);
    proofs.proofs[1] = proof_of(1, NULL, 0);
    proofs.proofs[2] = proof_of(2, "whole-or-flagged", 10);
    return &proofs;
}

static void assert_has(const struct sf_text *text, const char *part)
{
    if (strstr(text->data, part) == NULL) {
        fail_msg("'%s' is not in\n%s", part, text->data);
    }
}

static void assert_has_not(const struct sf_text *text, const char *part)
{
    if (strstr(text->data, part) != NULL) {
        fail_msg("'%s' is in\n%s", part, text->data);
    }
}

static void test_text_says_what_is_missed_and_what_is_still_caught(void **state)
{
    (void)state;
    static const char *const files[] = {"scenarios/gate/deploy.yaml"};
    struct sf_text text = {0};
    sf_report_proofs_text(proofs_made(), files, &text);
    assert_has(&text, "  without no-stray-pixels, no-stray-bytes\n    missed: D02\n"
                      "    still caught: D01, 3 catches of 10: recovery 3\n"
                      "    still caught: D03, 10 catches of 10: whole-or-flagged 10\n");
    assert_has(&text, "no difference without no-stray-pixels, or no-stray-bytes, or ");
    sf_text_free(&text);
}

static void test_an_oracle_that_one_class_needs_is_told(void **state)
{
    (void)state;
    static const char *const files[] = {"scenarios/gate/deploy.yaml"};
    struct sf_proofs proofs = *proofs_made();
    proofs.proofs[0].left_counts[index_of("no-stray-bytes")] = 0;
    proofs.proofs[2].left_counts[index_of("no-stray-bytes")] = 9;
    struct sf_text text = {0};
    sf_report_proofs_text(&proofs, files, &text);
    assert_has(&text, "  without no-stray-bytes\n    missed: D01\n"
                      "    still caught: D03, 9 catches of 10: no-stray-pixels 10, "
                      "whole-or-flagged 10\n");
    assert_has(&text, "no difference without no-stray-pixels, or valid-link, or ");
    sf_text_free(&text);
}

static void test_json_has_the_removals(void **state)
{
    (void)state;
    json_t *json = sf_report_proofs_json(proofs_made());
    const json_t *removals = json_object_get(json, "removals");
    assert_int_equal(json_array_size(removals), sf_removals_count());
    const json_t *both = json_array_get(removals, sf_removals_count() - 1);
    assert_int_equal(json_array_size(json_object_get(both, "without")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(both, "missed"), 0)),
                        "D02");
    const json_t *left = json_array_get(json_object_get(both, "still_caught"), 0);
    assert_string_equal(json_string_value(json_object_get(left, "id")), "D01");
    assert_int_equal(json_integer_value(json_object_get(left, "caught")), 3);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(left, "by"), "recovery")),
                     3);
    const json_t *one = json_array_get(removals, 0);
    assert_int_equal(json_array_size(json_object_get(one, "missed")), 0);
    json_decref(json);
}

static void test_html_has_the_removals(void **state)
{
    (void)state;
    struct sf_text page = {0};
    sf_report_proofs_html(proofs_made(), (const char *const[]){"a.yaml"}, "strayframe prove",
                          &page);
    assert_has(&page, "<td>D02</td><td>D01</td></tr>");
    assert_has(&page, "<tr><th scope=\"row\">no-stray-pixels, no-stray-bytes</th>");
    assert_has_not(&page, "<script");
    sf_text_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_says_what_is_missed_and_what_is_still_caught),
        cmocka_unit_test(test_an_oracle_that_one_class_needs_is_told),
        cmocka_unit_test(test_json_has_the_removals),
        cmocka_unit_test(test_html_has_the_removals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
