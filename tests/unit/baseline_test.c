/* The file of what was caught before: what is written is read again, and what is not understood is
 * refused with its place. */
#include "harness/gate/baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/gate/defects.h"
#include "tests/unit/test.h"

static enum sf_err read_text(const char *text, struct sf_baseline *baseline, struct sf_diag *diag)
{
    char path[] = "/tmp/strayframe-baseline-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    enum sf_err err = sf_baseline_read(path, baseline, diag);
    unlink(path);
    return err;
}

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    static struct sf_proofs proofs;
    proofs = (struct sf_proofs){.count = 3};
    proofs.proofs[0] =
        (struct sf_proof){.defect = &sf_defects()[0], .meant_count = 4, .median_runs = 7};
    proofs.proofs[1] = (struct sf_proof){.defect = &sf_defects()[1]}; /* missed */
    proofs.proofs[2] =
        (struct sf_proof){.defect = &sf_defects()[2], .meant_count = 1, .median_runs = 160};
    struct sf_text text = {0};
    sf_baseline_write(&proofs, &text);
    struct sf_baseline baseline;
    struct sf_diag diag = {0};
    assert_int_equal(read_text(text.data, &baseline, &diag), SF_OK);
    sf_text_free(&text);
    assert_int_equal(baseline.count, 2);
    assert_int_equal(sf_baseline_class_of(&baseline, "D01")->median_runs, 7);
    assert_null(sf_baseline_class_of(&baseline, "D02"));
    assert_int_equal(sf_baseline_class_of(&baseline, "D03")->median_runs, 160);
}

static void test_lines_without_a_class_are_passed_over(void **state)
{
    (void)state;
    struct sf_baseline baseline;
    struct sf_diag diag = {0};
    assert_int_equal(read_text("# so\n\n  D02\t3 # often\r\n", &baseline, &diag), SF_OK);
    assert_int_equal(baseline.count, 1);
    assert_int_equal(baseline.classes[0].median_runs, 3);
    assert_int_equal(baseline.classes[0].line, 3);
}

static void test_what_is_not_understood_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"D01 2\nD02\n", "median number of runs"},
        {"D01 2\nD02 -1\n", "median number of runs"},
        {"D01 2\nD02 0\n", "median number of runs"},
        {"D01 2\nD02 3 4\n", "median number of runs"},
        {"D01 2\nD02 1.5\n", "median number of runs"},
        {"D01 2\nD99 3\n", "no class 'D99'"},
        {"D01 2\nD01 3\n", "twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_baseline baseline;
        struct sf_diag diag = {0};
        assert_int_equal(read_text(cases[i].text, &baseline, &diag), SF_ERR_INPUT);
        assert_int_equal(diag.line, 2);
        assert_non_null(strstr(diag.message, cases[i].message));
    }
    struct sf_baseline baseline;
    struct sf_diag diag = {0};
    assert_int_equal(sf_baseline_read("/no/such/file", &baseline, &diag), SF_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_lines_without_a_class_are_passed_over),
        cmocka_unit_test(test_what_is_not_understood_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
