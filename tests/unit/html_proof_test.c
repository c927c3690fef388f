/* The page of the proof over planted defects. */
#include "harness/report/proof.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/gate/defects.h"
#include "tests/unit/html_page.h"

static const char *const files[] = {"scenarios/a & b.yaml", "scenarios/second.yaml"};

/* Every class caught in 4 of 10 runs, with a twin that passes. */
static struct sf_proofs *proofs_create(void)
{
    struct sf_proofs *proofs = sf_alloc(1, sizeof *proofs);
    *proofs = (struct sf_proofs){.scenarios_count = 2};
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        proofs->proofs[proofs->count++] = (struct sf_proof){.defect = defect,
                                                            .runs_count = 10,
                                                            .caught_count = 4,
                                                            .meant_count = 3,
                                                            .median_runs = 2,
                                                            .median_simulated_s = 60.5,
                                                            .twin_runs_count = 10};
    }
    return proofs;
}

static struct sf_text page_of(const struct sf_proofs *proofs)
{
    struct sf_text page = {0};
    sf_report_proofs_html(proofs, files, "strayframe prove --set 'a=<b>'", &page);
    return page;
}

static void test_a_proof_that_holds_says_so(void **state)
{
    (void)state;
    struct sf_proofs *proofs = proofs_create();
    struct sf_text page = page_of(proofs);
    assert_int_equal(count_of(page.data, "<li class=\"fact good\">"), proofs->count);
    assert_true(has(page.data, "Proven.</b>"));
    assert_false(has(page.data, "Not proven."));
    assert_true(has(page.data,
                    "Found in 4 of 10 runs, in 3 by no-stray-pixels; until then it takes "
                    "2 runs or 60.5 simulated seconds (medians)."));
    sf_text_free(&page);
    free(proofs);
}

static void test_the_grid_has_a_bar_for_each_class_and_scenario_that_catches_it(void **state)
{
    (void)state;
    struct sf_proofs *proofs = proofs_create();
    for (uint32_t i = 0; i < proofs->count; i++) {
        proofs->proofs[i].scenarios[0].runs_count = 8;
        proofs->proofs[i].scenarios[1].runs_count = 2;
    }
    proofs->proofs[3].scenarios[0].caught_count = 4;
    proofs->proofs[3].scenarios[0].meant_count = 3;
    struct sf_text page = page_of(proofs);
    assert_int_equal(count_of(page.data, "<span class=\"unseen\">0 of "), 2 * proofs->count - 1);
    assert_true(has(page.data,
                    "<b class=\"others\" style=\"height:13%\"></b><b style=\"height:38%\"></b>"
                    "</i><span class=\"unseen\">4 of 8, 1 by another oracle alone</span>"));
    assert_true(has(page.data, "<bdi>a &amp; b</bdi>"));
    assert_int_equal(check_closed(page.data) > 0, true);
    sf_text_free(&page);
    free(proofs);
}

static void test_missed_classes_and_failed_twins_are_named(void **state)
{
    (void)state;
    struct sf_proofs *proofs = proofs_create();
    proofs->proofs[2].meant_count = 0;
    proofs->proofs[4].false_alarms_count = 1;
    proofs->proofs[4].false_alarm_seed = 77;
    struct sf_text page = page_of(proofs);
    size_t defects_count = 0;
    while (sf_defects()[defects_count].id != NULL) {
        defects_count++;
    }
    char verdict[128];
    snprintf(verdict, sizeof verdict,
             "Not proven.</b> 1 of %zu missed. The twin of 1 of %zu failed.", defects_count,
             defects_count);
    assert_true(has(page.data, verdict));
    assert_int_equal(count_of(page.data, "<li class=\"fact bad\">"), 2);
    assert_true(has(page.data, "strayframe run &#39;scenarios/a &amp; b.yaml&#39; --seed 77"));
    sf_text_free(&page);
    free(proofs);
}

static void test_the_page_is_whole_and_refers_to_nothing_outside(void **state)
{
    (void)state;
    struct sf_proofs *proofs = proofs_create();
    struct sf_text page = page_of(proofs);
    assert_int_equal(check_references(page.data), 1); /* the icon */
    assert_true(check_closed(page.data) >= 300);
    assert_true(has(page.data, "strayframe prove --set &#39;a=&lt;b&gt;&#39;"));
    sf_text_free(&page);
    free(proofs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_proof_that_holds_says_so),
        cmocka_unit_test(test_the_grid_has_a_bar_for_each_class_and_scenario_that_catches_it),
        cmocka_unit_test(test_missed_classes_and_failed_twins_are_named),
        cmocka_unit_test(test_the_page_is_whole_and_refers_to_nothing_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
