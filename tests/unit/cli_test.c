/* The program as a user meets it: exit codes, messages, JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/gate/defects.h"
#include "tests/unit/program.h"

static void test_exit_0_for_a_pass(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml"), 0);
    assert_says("verdict: pass");
}

static void test_exit_1_for_a_fail(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml"), 1);
    assert_says("verdict: fail");
    assert_says("as the scenario expects");
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --expect"), 0);
    assert_int_equal(
        strayframe("run scenarios/smoke/small.yaml --cache builtin:canary-tenantless --expect"), 1);
}

/* The message says which assertion failed, and with what figure. */
static void test_expect_says_what_did_not_come_out(void **state)
{
    (void)state;
    static const char command[] = "run scenarios/canary/stray-pixels.yaml --expect --set %s %s";
    char line[160];
    snprintf(line, sizeof line, command, "expect.affected_min=1", "");
    assert_int_equal(strayframe(line), 0);
    assert_says("as the scenario expects");
    snprintf(line, sizeof line, command, "expect.affected_max=0", "");
    assert_int_equal(strayframe(line), 1);
    assert_says("FAILS");
    assert_says("affected_max: 0");
    assert_says("NOT what the scenario expects");
    snprintf(line, sizeof line, command, "expect.affected_max=0", "--json");
    assert_int_equal(strayframe(line), 1);
    assert_says("\"wanted\": \"affected_max: 0\"");
    assert_says("\"hold\": false");
}

#define GAMBLER SF_BINARY_DIR "/tests/gambler.so"
#define RESTLESS SF_BINARY_DIR "/tests/restless.so"
#define MISCHIEF SF_BINARY_DIR "/tests/mischief.so"

static void test_somebody_elses_cache_that_ends_the_process_or_never_comes_back(void **state)
{
    (void)state;
    static const char exits[] = "scenarios/smoke/small.yaml --cache '" MISCHIEF "?do=exit'";
    static const char hangs[] =
        "scenarios/smoke/small.yaml --run-seconds 1 --cache '" MISCHIEF "?do=hang'";
    static const struct {
        const char *command;
        int code;
        const char *says_exits;
        const char *says_hangs;
    } cases[] = {
        {"run", 1, "with the cache: it ended itself with exit code 0",
         "with the cache: it did not come back in time"},
        {"run --json", 1, "\"SF_CACHE_E_EXITED\"", "\"SF_CACHE_E_HUNG\""},
        {"run --twice", 1, "the run itself fails", "the run itself fails"},
        {"explain", 0, "its process ended itself", "it did not come back in time"},
        {"explain --json", 0, "\"contract\"", "\"contract\""},
    };
    char line[512];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(line, sizeof line, "%s %s", cases[i].command, exits);
        assert_int_equal(strayframe(line), cases[i].code);
        assert_says(cases[i].says_exits);
        snprintf(line, sizeof line, "%s %s", cases[i].command, hangs);
        assert_int_equal(strayframe(line), cases[i].code);
        assert_says(cases[i].says_hangs);
    }
    assert_int_equal(strayframe("gate --only scenarios/smoke/small.yaml --seeds 1 "
                                "--candidate '" MISCHIEF "?do=exit'"),
                     1);
    assert_says("the cache ended in the middle of the run: it ended itself with exit code 0");
    assert_int_equal(strayframe("gate --candidate " SF_BINARY_DIR "/tests/exits_when_loaded.so"),
                     2);
}

/* The JSON stays whole. (It never answers, which is a finding.) */
static void test_what_a_cache_prints_goes_to_stderr(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --json --cache '" MISCHIEF
                                "?do=print' 2>/dev/null"),
                     1);
    json_decref(parsed());
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --json --cache '" MISCHIEF
                                "?do=print' 2>&1 >/dev/null"),
                     1);
    assert_says("here I am");
}

static void test_exit_2_for_bad_input(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run no-such-file.yaml"), 2);
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --set homes.street.cuont=3"), 2);
    assert_says("count");
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --seed minus"), 2);
    assert_says("--seed minus");
    assert_int_equal(strayframe("run"), 2);
    assert_says("FILE is missing");
    assert_int_equal(strayframe("run --sed 3 x"), 2);
    assert_says("did you mean 'seed'?");
    assert_int_equal(strayframe("rnu"), 2);
    assert_says("did you mean 'run'?");
    assert_int_equal(strayframe("gate"), 2);
    assert_says("--candidate is missing");
    assert_int_equal(strayframe("gate --candidate ./nowhere.so"), 2);
    assert_int_equal(strayframe("gate --candidate builtin:boxing-day-fix --only nowhere"), 2);
    assert_int_equal(strayframe(""), 2);
    assert_int_equal(strayframe("run scenarios"), 2);
    assert_says("Is a directory");
    assert_int_equal(strayframe("netem --profiles good-home"), 2);
}

/* Before the work, not after it: a replay takes minutes. */
static void test_a_place_where_nothing_can_be_written_is_refused_at_once(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "replay --report /no/such/folder/page",
        "replay --junit /no/such/folder/page",
        "gate --candidate builtin:boxing-day-fix --junit /no/such/folder/page",
        "prove --report /no/such/folder/page",
        "run scenarios/smoke/small.yaml --save /no/such/folder/page",
        "run scenarios/smoke/small.yaml --junit /no/such/folder/page",
        "shrink scenarios/canary/stray-pixels.yaml --out /no/such/folder/page",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_int_equal(strayframe(commands[i]), 2);
        assert_says("cannot write /no/such/folder/page: No such file or directory");
        assert_null(strstr(output, "verdict"));
    }
}

static void test_list_prints_the_schema(void **state)
{
    (void)state;
    assert_int_equal(strayframe("list schema"), 0);
    json_t *json = parsed();
    assert_non_null(json_object_get(json_object_get(json, "properties"), "timeline"));
    json_decref(json);
}

static void test_exit_3_for_inconclusive(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --events-max 100"), 3);
    assert_says("ended by --events-max");
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --set homes.street.hub=none --set "
                                "homes.street.app=none"),
                     3);
    assert_says("no evidence");
    assert_says(
        "no-stray-pixels judged nothing: no viewer was shown a picture: let its viewers ask");
    assert_says("verdict: inconclusive: nothing happened that is judged by no-stray-pixels, ");
}

static void test_exit_4_when_the_machine_fails(void **state)
{
    (void)state;
    assert_int_equal(strayframe("list keys > /dev/full"), 4);
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --json > /dev/full"), 4);
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml >&-"), 4);
}

static void test_help_answers_for_every_command(void **state)
{
    (void)state;
    assert_int_equal(strayframe("--help"), 0);
    assert_says("Exit codes");
    const char *const commands[] = {"run",     "replay", "gate",  "check",  "print", "list",
                                    "explain", "help",   "netem", "shrink", "prove"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "%s --help", commands[i]);
        assert_int_equal(strayframe(arguments), 0);
        assert_says("Usage: strayframe");
    }
    assert_int_equal(strayframe("help run"), 0);
    assert_says("Usage: strayframe run");
    assert_int_equal(strayframe("help"), 0);
    assert_says("Exit codes");
    assert_int_equal(strayframe("help netem"), 0);
    assert_says("Usage: strayframe netem");
    assert_int_equal(strayframe("help rnu"), 2);
    assert_says("did you mean 'run'?");
    assert_int_equal(strayframe("help --man"), 0);
    assert_says(".TH STRAYFRAME 1");
    assert_int_equal(strayframe("--version"), 0);
    assert_says(SF_VERSION);
}

static void test_run_prints_json(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --seed 3 --json"), 1);
    json_t *json = parsed();
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "fail");
    assert_int_equal(json_integer_value(json_object_get(json, "seed")), 3);
    assert_int_equal(strlen(json_string_value(json_object_get(json, "trace_hash"))), 16);
    json_t *oracles = json_object_get(json, "oracles");
    assert_true(json_array_size(oracles) >= 6);
    json_t *first = json_array_get(oracles, 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "no-stray-pixels");
    assert_true(json_integer_value(json_object_get(first, "evidence")) > 0);
    assert_true(json_integer_value(json_object_get(first, "findings")) > 0);
    assert_true(json_array_size(json_object_get(json, "findings")) > 0);
    json_decref(json);
}

static void test_gate_prints_json_and_never_depends_on_jobs(void **state)
{
    (void)state;
    assert_int_equal(
        strayframe("gate --candidate builtin:boxing-day-update --seeds 3 --jobs 1 --json"), 1);
    char *alone = strdup(output);
    assert_int_equal(
        strayframe("gate --candidate builtin:boxing-day-update --seeds 3 --jobs 3 --json"), 1);
    assert_string_equal(output, alone);
    free(alone);
    json_t *json = parsed();
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "fail");
    assert_non_null(json_string_value(json_object_get(json, "reason")));
    assert_true(json_integer_value(json_object_get(json, "runs")) >= 9);
    json_t *finds = json_object_get(json, "finds");
    assert_true(json_array_size(finds) > 0);
    assert_non_null(json_string_value(json_object_get(json_array_get(finds, 0), "repeat")));
    json_decref(json);
}

static void test_gate_passes_the_sound_and_fails_the_silent(void **state)
{
    (void)state;
    assert_int_equal(strayframe("gate --candidate builtin:boxing-day-fix --seeds 5"), 0);
    assert_int_equal(strayframe("gate --candidate builtin:boxing-day-before --seeds 5"), 0);
    assert_int_equal(strayframe("gate --candidate builtin:canary-silent --seeds 5"), 1);
    assert_says("recovery");
    assert_int_equal(strayframe("gate --candidate builtin:canary-babbler --seeds 2"), 1);
    assert_says("contract: ");
    assert_says("(SF_CACHE_E_");
}

/* Neither leaks. One is otherwise sound, and its twin draws from the host's random numbers; one
 * never answers. */
static void test_gate_does_not_judge_a_cache_that_is_not_deterministic(void **state)
{
    (void)state;
    static const char gate[] = "gate --only scenarios/smoke/small.yaml --seeds 2 --candidate ";
    static const char *const plugins[] = {GAMBLER, "'" GAMBLER "?dice=host'", RESTLESS};
    static const int codes[] = {3, 3, 1}; /* one small scenario has not tested everything */
    char line[512];
    for (int jobs = 1; jobs <= 2; jobs++) {
        for (int i = 0; i < 3; i++) {
            snprintf(line, sizeof line, "%s %s --jobs %d", gate, plugins[i], jobs);
            assert_int_equal(strayframe(line), codes[i]);
            assert_true((strstr(output, "not deterministic") != NULL) == (i != 1));
            assert_true((strstr(output, "--twice") != NULL) == (i != 1));
        }
    }
    snprintf(line, sizeof line, "%s %s --json", gate, GAMBLER);
    assert_int_equal(strayframe(line), 3);
    json_t *json = parsed();
    json_t *differing = json_array_get(json_object_get(json, "not_deterministic"), 0);
    assert_string_equal(json_string_value(json_object_get(differing, "scenario")),
                        "scenarios/smoke/small.yaml");
    assert_int_equal(json_integer_value(json_object_get(differing, "seed")), 1);
    assert_int_equal(
        strayframe(strchr(json_string_value(json_object_get(differing, "repeat")), ' ')), 1);
    assert_says("the runs differ, first in record ");
    json_decref(json);
}

static void test_a_gate_tells_strays_from_the_rest(void **state)
{
    (void)state;
    static const char gate[] = "gate --only scenarios/gate/deploy.yaml --seeds 2 --json";
    char line[256];
    snprintf(line, sizeof line, "%s --candidate builtin:canary-silent", gate);
    assert_int_equal(strayframe(line), 1);
    assert_says("no viewer received another tenant's picture in the 2 runs that came to their end; "
                "recovery failed in 2");
    snprintf(line, sizeof line, "%s --candidate builtin:canary-tenantless", gate);
    assert_int_equal(strayframe(line), 1);
    assert_says("in 2 of 2 runs a viewer received another tenant's picture, or a piece of one");
    json_t *json = parsed();
    assert_int_equal(json_integer_value(json_object_get(json, "stray_runs")), 2);
    json_t *pixels = json_array_get(json_object_get(json, "oracles"), 0);
    assert_string_equal(json_string_value(json_object_get(pixels, "name")), "no-stray-pixels");
    assert_int_equal(json_integer_value(json_object_get(pixels, "failed_runs")), 2);
    assert_true(json_integer_value(json_object_get(pixels, "findings")) >= 2);
    json_decref(json);
}

static void test_run_twice_says_that_both_are_the_same(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/everything.yaml --twice"), 0);
    assert_says("the same twice");
}

static void test_check_names_every_broken_file(void **state)
{
    (void)state;
    assert_int_equal(strayframe("check scenarios/smoke/small.yaml"), 0);
    assert_says("fine");
    assert_int_equal(
        strayframe("check scenarios/smoke/small.yaml /dev/null scenarios/smoke/everything.yaml"),
        2);
    assert_says("everything.yaml: fine");
}

static void test_what_print_prints_runs_to_the_same_trace(void **state)
{
    (void)state;
    char command[512];
    assert_int_equal(strayframe("run scenarios/smoke/everything.yaml --json"), 0);
    json_t *json = parsed();
    char hash[32];
    snprintf(hash, sizeof hash, "%s", json_string_value(json_object_get(json, "trace_hash")));
    json_decref(json);
    snprintf(command, sizeof command,
             "print scenarios/smoke/everything.yaml | %s/strayframe run --json -", SF_BINARY_DIR);
    char full[1024];
    snprintf(full, sizeof full, "%s/strayframe %s 2>&1", SF_BINARY_DIR, command);
    FILE *pipe = popen(full, "r");
    assert_non_null(pipe);
    size_t count = fread(output, 1, sizeof output - 1, pipe);
    output[count] = '\0';
    assert_int_equal(WEXITSTATUS(pclose(pipe)), 0);
    assert_says(hash);
}

/* Each class with everything that is known of it; the median is the baseline file's. */
static void test_list_prints_the_catalogue_with_medians(void **state)
{
    (void)state;
    assert_int_equal(strayframe("list defects"), 0);
    assert_says("D30  ");
    assert_says("needs: ");
    assert_says("in the median after ");
    assert_int_equal(strayframe("list defects --json"), 0);
    json_t *json = parsed();
    const json_t *defects = json_object_get(json, "defects");
    size_t defects_count = 0;
    while (sf_defects()[defects_count].id != NULL) {
        defects_count++;
    }
    assert_int_equal(json_array_size(defects), defects_count);
    const json_t *defect;
    size_t i;
    json_array_foreach(defects, i, defect)
    {
        static const char *const texts[] = {"title", "seen_in", "needs",   "cache",
                                            "twin",  "oracle",  "scenario"};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++) {
            assert_true(json_is_string(json_object_get(defect, texts[j])));
        }
        json_int_t runs = json_integer_value(json_object_get(defect, "median_runs"));
        assert_true(runs >= 1 && runs <= 200);
    }
    json_decref(json);
    assert_int_equal(strayframe("list oracles --json"), 0);
    assert_says("\"name\": \"no-stray-pixels\"");
}

/* Four homes on a good network: nothing of what D02 needs. */
static void test_prove_fails_when_a_class_of_the_baseline_is_missed(void **state)
{
    (void)state;
    assert_int_equal(strayframe("prove --class D02 --only scenarios/smoke/small.yaml --seeds 2"),
                     1);
    assert_says("D02 is in the baseline (");
    assert_says("MISSED");
    assert_int_equal(strayframe("prove --class D02 --only scenarios/smoke/small.yaml --seeds 2 "
                                "--baseline no-such-file.txt"),
                     2);
    assert_int_equal(strayframe("prove --class D03 --only scenarios/gate/on-demand.yaml --seeds 3"),
                     0);
    assert_says("1 of 1 classes are caught");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_0_for_a_pass),
        cmocka_unit_test(test_exit_1_for_a_fail),
        cmocka_unit_test(test_expect_says_what_did_not_come_out),
        cmocka_unit_test(test_somebody_elses_cache_that_ends_the_process_or_never_comes_back),
        cmocka_unit_test(test_what_a_cache_prints_goes_to_stderr),
        cmocka_unit_test(test_exit_2_for_bad_input),
        cmocka_unit_test(test_a_place_where_nothing_can_be_written_is_refused_at_once),
        cmocka_unit_test(test_list_prints_the_schema),
        cmocka_unit_test(test_exit_3_for_inconclusive),
        cmocka_unit_test(test_exit_4_when_the_machine_fails),
        cmocka_unit_test(test_help_answers_for_every_command),
        cmocka_unit_test(test_list_prints_the_catalogue_with_medians),
        cmocka_unit_test(test_prove_fails_when_a_class_of_the_baseline_is_missed),
        cmocka_unit_test(test_run_prints_json),
        cmocka_unit_test(test_gate_prints_json_and_never_depends_on_jobs),
        cmocka_unit_test(test_gate_passes_the_sound_and_fails_the_silent),
        cmocka_unit_test(test_gate_does_not_judge_a_cache_that_is_not_deterministic),
        cmocka_unit_test(test_a_gate_tells_strays_from_the_rest),
        cmocka_unit_test(test_run_twice_says_that_both_are_the_same),
        cmocka_unit_test(test_check_names_every_broken_file),
        cmocka_unit_test(test_what_print_prints_runs_to_the_same_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
