/* docs/results.md names every key that the program prints as JSON. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/program.h"

#define PAGE "docs/results.md"

enum { PAGE_BYTES_MAX = 1 << 16 };

static char page[PAGE_BYTES_MAX];

static int read_page(void **state)
{
    (void)state;
    FILE *file = fopen(PAGE, "re");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    return 0;
}

/* The part under this heading, up to the next one; the caller frees it. */
static char *section(const char *title)
{
    char heading[64];
    snprintf(heading, sizeof heading, "\n## %s\n", title);
    const char *start = strstr(page, heading);
    assert_non_null(start);
    const char *end = strstr(start + 1, "\n## ");
    return strndup(start, end != NULL ? (size_t)(end - start) : strlen(start));
}

static uint32_t missing_in(const char *text, json_t *json)
{
    uint32_t missing_count = 0;
    size_t index;
    const char *key;
    json_t *value;
    json_array_foreach(json, index, value)
    {
        missing_count += missing_in(text, value);
    }
    json_object_foreach(json, key, value)
    {
        char quoted[80];
        snprintf(quoted, sizeof quoted, "`%s`", key);
        bool names = strcmp(key, "runs_by_oracle") == 0 || strcmp(key, "by") == 0 ||
                     strcmp(key, "facts") == 0 ||
                     strcmp(key, "figures") == 0; /* its keys are oracles, or facts */
        if (strstr(text, quoted) == NULL) {
            print_error(PAGE " lacks %s\n", quoted);
            missing_count++;
        }
        missing_count += names && json_is_object(value) ? 0 : missing_in(text, value);
    }
    return missing_count;
}

static void check(const char *command, const char *title, const char *more)
{
    char *text = section(title);
    char *shared = section(more != NULL ? more : title);
    char *both = NULL;
    char *every = section("Every result");
    assert_true(asprintf(&both, "%s%s%s", text, shared, every) > 0);
    free(every);
    assert_in_range(strayframe(command), 0, 3);
    json_t *json = parsed();
    assert_true(json_object_size(json) >= 3);
    assert_int_equal(missing_in(both, json), 0);
    json_decref(json);
    free(both);
    free(shared);
    free(text);
}

static void test_run(void **state)
{
    (void)state;
    check("run scenarios/canary/stray-pixels.yaml --json", "run", NULL);
    check("run scenarios/smoke/small.yaml --twice --json", "run", NULL);
}

static void test_gate(void **state)
{
    (void)state;
    check("gate --candidate builtin:canary-tenantless --seeds 1 --only "
          "scenarios/smoke/small.yaml --json",
          "gate", "run");
}

static void test_replay(void **state)
{
    (void)state;
    check("replay --facts-only --set homes.fleet.count=2 --set homes.poor.count=2 --set "
          "duration=3min "
          "--set timeline.0.at=10s --set timeline.1.at=40s --set timeline.2.at=50s "
          "--set timeline.3.at=55s --set timeline.4.at=100s --json",
          "replay", "run");
}

static void test_prove(void **state)
{
    (void)state;
    check("prove --class D01 --seeds 1 --only scenarios/smoke/small.yaml --json", "prove", NULL);
}

static void test_shrink(void **state)
{
    (void)state;
    check("shrink scenarios/canary/stray-pixels.yaml --seconds 1 --json", "shrink", NULL);
}

static void test_explain(void **state)
{
    (void)state;
    check("explain scenarios/canary/stray-pixels.yaml --json", "explain", "run");
}

static void test_a_key_that_is_not_on_the_page_is_missed(void **state)
{
    (void)state;
    json_t *json = json_pack("{s:i, s:[{s:i}]}", "runs", 1, "finds", "surprise", 2);
    char *text = section("gate");
    assert_int_equal(missing_in(text, json), 1);
    free(text);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_prove),
        cmocka_unit_test(test_shrink),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_a_key_that_is_not_on_the_page_is_missed),
    };
    return cmocka_run_group_tests(tests, read_page, NULL);
}
