/* docs/defects.md says of each planted class what the program says of it, and pages name as many as
 * there are. The table to paste is printed where it is not the page's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/text.h"
#include "harness/gate/baseline.h"
#include "harness/gate/defects.h"
#include "tests/unit/test.h"

enum { PAGE_BYTES = 1 << 20 };

static char *page_of(const char *path)
{
    static char page[PAGE_BYTES];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t count = fread(page, 1, sizeof page - 1, file);
    assert_int_equal(fclose(file), 0);
    page[count] = '\0';
    return page;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void add_row(const struct sf_baseline *baseline, const struct sf_defect *defect,
                    struct sf_text *out)
{
    const struct sf_baseline_class *class = sf_baseline_class_of(baseline, defect->id);
    sf_text_add(out, "| %s | %s | %s | %s | `%s` | %s |", defect->id, defect->title,
                defect->seen_in, defect->needs, defect->oracle, file_name(defect->scenario));
    if (class != NULL) {
        sf_text_add(out, " %u |\n", class->median_runs);
    } else {
        sf_text_add(out, " |\n");
    }
}

static void test_the_page_has_a_row_for_each_class(void **state)
{
    (void)state;
    struct sf_baseline baseline;
    struct sf_diag diag = {0};
    struct sf_text table = {0};
    assert_int_equal(sf_baseline_read(SF_BASELINE_FILE, &baseline, &diag), SF_OK);
    sf_text_add(&table,
                "| class | what | where it was seen | a run needs | oracle | scenario | runs "
                "|\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        add_row(&baseline, defect, &table);
    }
    if (strstr(page_of("docs/defects.md"), table.data) == NULL) {
        printf("%s", table.data);
        fail_msg("docs/defects.md has not this table");
    }
    sf_text_free(&table);
}

static void test_pages_name_as_many_classes_as_there_are(void **state)
{
    (void)state;
    static const char *const pages[] = {"README.md", "docs/defects.md"};
    uint32_t count = 0;
    char expected[64];
    while (sf_defects()[count].id != NULL) {
        count++;
    }
    snprintf(expected, sizeof expected, "%u classes of defect", count);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (strstr(page_of(pages[i]), expected) == NULL) {
            fail_msg("%s does not say '%s'", pages[i], expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_has_a_row_for_each_class),
        cmocka_unit_test(test_pages_name_as_many_classes_as_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
