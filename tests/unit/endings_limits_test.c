/* A machine that gives too little: exit code 4 with a sentence, whichever command it is, and never
 * a verdict on the cache. And what a cache that ends, hangs or prints does to reports. */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/leftovers.h"
#include "tests/unit/program.h"

#define SMALL "scenarios/smoke/small.yaml"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

/* `@` in the words is the folder; a line of shell. */
static int play(const char *limits, const char *words)
{
    char line[2048] = "";
    snprintf(line, sizeof line, "%s%s/strayframe ", limits, SF_BINARY_DIR);
    for (const char *at = words; *at != '\0'; at++) {
        size_t used = strlen(line);
        assert_true(used + sizeof folder < sizeof line);
        snprintf(line + used, sizeof line - used, *at == '@' ? "%s" : "%.1s",
                 *at == '@' ? folder : at);
    }
    int code = shell(line);
    assert_nothing_is_left(folder);
    return code;
}

static void expect_machine(const char *limits, const char *words)
{
    int code = play(limits, words);
    if (code != 4 || strstr(output, "strayframe: ") == NULL ||
        strstr(output, "\nverdict: f") != NULL) {
        fail_msg("%s %s: exit code %d\n%s", limits, words, code, output);
    }
}

static void test_files_that_may_not_grow_are_said(void **state)
{
    (void)state;
    expect_machine("ulimit -f 1; ", "run " SMALL " --cache @/sound.so --save @/saved");
    expect_machine("ulimit -f 0; ",
                   "gate --only " SMALL " --seeds 1 --candidate @/sound.so --junit @/x");
    expect_machine("ulimit -f 1; ", "explain " SMALL " --cache @/leaky.so --report @/x");
    expect_machine("ulimit -f 0; ", "shrink " SMALL " --seconds 1 --cache @/leaky.so --out @/x");
    expect_machine("ulimit -f 0; ", "exhaust --seconds 1 --candidate @/leaky.so --out @/x");
    assert_int_equal(play("! ls @/x @/saved; ", "--version"), 0);
}

static void test_a_small_stack_is_said(void **state)
{
    static const char *const commands[] = {
        "run " SMALL,     "gate --candidate builtin:careful",   "prove", "replay", "shrink " SMALL,
        "explain " SMALL, "exhaust --candidate builtin:careful"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        expect_machine("ulimit -s 64; ", commands[i]);
    }
}

static void test_little_memory_is_said(void **state)
{
#ifdef SF_SANITIZED
    (void)state;
    print_message("skipped: a sanitizer needs more address space than any limit\n");
    skip();
#else
    static const char *const commands[] = {
        "run " SMALL " --cache @/sound.so",
        "gate --only " SMALL " --seeds 1 --candidate @/sound.so",
        "prove --class D05 --seeds 1",
        "replay --facts-only",
        "shrink " SMALL " --seconds 1 --cache @/leaky.so",
        "explain " SMALL " --cache @/leaky.so",
    };
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        bool is_said = false;
        for (int kib = 88000; kib > 20000 && !is_said;
             kib -= 4000) { /* the first that is too little */
            char limits[40];
            snprintf(limits, sizeof limits, "ulimit -v %d; ", kib);
            int code = play(limits, commands[i]);
            is_said = code == 4 && strstr(output, "strayframe: ") != NULL;
            if (code != 0 && code != 1 && code != 3 && !is_said) {
                fail_msg("%s %s: exit code %d\n%s", limits, commands[i], code, output);
            }
        }
        assert_true(is_said);
    }
#endif
}

/* As a user without rights: root has as many processes as it likes. */
static void test_few_processes_are_said(void **state)
{
    static const char *const commands[] = {
        "run " SMALL " --cache @/sound.so",
        "gate --only " SMALL " --seeds 1 --candidate @/sound.so",
        "exhaust --seconds 1 --candidate @/sound.so",
    };
    /* The leak sanitizer looks from a process of its own. */
    static const char as_nobody[] = "ASAN_OPTIONS=detect_leaks=0 "
                                    "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    char line[300];
    (void)state;
    snprintf(line, sizeof line, "%stest -x %s/strayframe", as_nobody, SF_BINARY_DIR);
    if (geteuid() != 0 || shell(line) != 0) {
        print_message("skipped: not root, or the program is in a folder of root's\n");
        skip();
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        snprintf(line, sizeof line, "ulimit -p 1; %s", as_nobody);
        expect_machine(line, commands[i]);
    }
    snprintf(line, sizeof line, "ulimit -p 3; %s", as_nobody); /* the worker, and no box for it */
    expect_machine(line, commands[1]);
}

/* ---- caches ---- */

static void test_json_answers_when_the_cache_has_crashed(void **state)
{
    (void)state;
    assert_int_equal(play("", "run " SMALL " --json --cache @/segv.so 2>&-"), 1);
    json_t *json = parsed();
    const json_t *ended = json_object_get(json, "ended");
    assert_string_not_equal(json_string_value(json_object_get(ended, "text")), "");
    json_decref(json);
    assert_int_equal(play("", "explain " SMALL " --json --cache @/segv.so 2>&-"), 0);
    json = parsed();
    assert_non_null(json_object_get(json, "paragraph"));
    json_decref(json);
}

static void test_a_run_that_leaks_twice_fails(void **state)
{
    (void)state;
    assert_int_equal(play("", "run " SMALL " --twice --cache @/leaky.so"), 1);
}

static void test_a_shrink_ends_in_time_with_a_cache_that_hangs(void **state)
{
    (void)state;
    assert_int_equal(play("", "shrink " SMALL " --seconds 1 --json --cache @/pause.so 2>&-"), 0);
    json_t *json = parsed(); /* no part was tried after the time was up, but for the first */
    assert_in_range(json_array_size(json_object_get(json, "necessities")), 0, 1);
    json_decref(json);
}

static void test_a_path_that_is_no_utf_8_is_refused_where_json_is_wanted(void **state)
{
    (void)state;
    assert_int_equal(play("", "gate --json --candidate @/$(printf '\\377').so"), 2);
    assert_says("not UTF-8");
    assert_int_equal(play("", "run /nonexistent-$(printf '\\033[2J\\n')x"), 2);
    assert_null(strchr(output, '\033'));
}

/* ---- */

static int set_up(void **state)
{
    char line[100];
    (void)state;
    assert_non_null(mkdtemp(folder));
    link_to(folder, "hostile_sound", "sound");
    link_to(folder, "hostile_leaky", "leaky");
    link_to(folder, "hostile_leaky", "segv");
    link_to(folder, "hostile_leaky", "pause");
    snprintf(line, sizeof line, "chmod 755 %s", folder);
    return shell(line);
}

static int tear_down(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return shell(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_that_may_not_grow_are_said),
        cmocka_unit_test(test_a_small_stack_is_said),
        cmocka_unit_test(test_little_memory_is_said),
        cmocka_unit_test(test_few_processes_are_said),
        cmocka_unit_test(test_json_answers_when_the_cache_has_crashed),
        cmocka_unit_test(test_a_run_that_leaks_twice_fails),
        cmocka_unit_test(test_a_shrink_ends_in_time_with_a_cache_that_hangs),
        cmocka_unit_test(test_a_path_that_is_no_utf_8_is_refused_where_json_is_wanted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
