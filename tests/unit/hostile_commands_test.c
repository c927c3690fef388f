/* A leaky cache that is hostile, in the commands beside `run`: it decides no exit code. `prove`
 * takes no candidate. The objects are dealt out to the commands that are quick; replay and fuzzing,
 * which are not, get one object of each behaviour. */
#include "tests/unit/hostile.h"

static int command_on(const struct hostile *hostile, const char *command)
{
    char line[1024];
    const char *object = object_of(hostile, "leaky");
    const char *scenario = scenario_of(hostile);
    int seconds = seconds_of(hostile);
    if (strcmp(command, "gate") == 0) {
        snprintf(line, sizeof line,
                 "%s/strayframe gate --only %s --seeds 1 --run-seconds %d --candidate %s",
                 SF_BINARY_DIR, scenario, seconds, object);
    } else if (strcmp(command, "shrink") == 0) {
        snprintf(line, sizeof line, "%s/strayframe shrink %s --seconds 1 --cache %s", SF_BINARY_DIR,
                 scenario, object);
    } else if (strcmp(command, "exhaust") == 0) {
        snprintf(line, sizeof line, "%s/strayframe exhaust --seconds 1 --candidate %s",
                 SF_BINARY_DIR, object);
    } else if (strcmp(command, "replay") == 0) {
        snprintf(line, sizeof line,
                 "%s/strayframe replay --facts-only --set homes.fleet.count=8 "
                 "--set homes.poor.count=4 --run-seconds %d --fix %s",
                 SF_BINARY_DIR, seconds, object);
    } else if (strcmp(command, "fuzz") == 0) {
        snprintf(line, sizeof line, "SF_FUZZ_CACHE=%s %s/fuzz/fuzz_plan %s/fuzz/seeds", object,
                 SF_BINARY_DIR, SF_BINARY_DIR);
    } else {
        snprintf(line, sizeof line, "%s/strayframe %s %s --run-seconds %d --cache %s",
                 SF_BINARY_DIR, command, scenario, seconds, object);
    }
    return play(line);
}

static void expect(const struct hostile *hostile, const char *command, int wanted)
{
    int code = command_on(hostile, command);
    wanted = hostile->outcome == REFUSED ? 2 : wanted;
    if (code != wanted) {
        fail_msg("%s of leaky %s: exit code %d\n%s", command, hostile->act, code, output);
    }
}

static void test_a_leaky_cache_cannot_talk_its_way_out_of_any_command(void **state)
{
    static const struct {
        const char *name;
        int code; /* explain tells, shrink writes */
    } commands[] = {{"gate", 1}, {"explain", 0}, {"shrink", 0}, {"exhaust", 1}};
    (void)state;
    for (size_t i = 0; i < HOSTILES_COUNT; i++) {
        expect(&hostiles[i], commands[i % 4].name, commands[i % 4].code);
    }
}

/* One of each behaviour: its end, its hang, its lies, its attacks, its breaches. */
static const char *const each_behaviour[] = {
    "nothing",
    "load_exit0",
    "load_print_pass_exit",
    "load_close_all",
    "plugin_small",
    "create_exit",
    "destructor_exit",
    "atexit",
    "exit0",
    "segv",
    "stack",
    "pause",
    "print_pass",
    "print_pass_exit",
    "escapes",
    "stderr_flood",
    "kill_all",
    "fork_bomb",
    "close_all",
    "zeros",
    "unlink_files",
    "memory",
    "handlers",
    "answer_twice",
    "write_past_lent",
    "break_host",
};

static const struct hostile *find(const char *act)
{
    for (size_t i = 0; i < HOSTILES_COUNT; i++) {
        if (strcmp(hostiles[i].act, act) == 0) {
            return &hostiles[i];
        }
    }
    fail_msg("no act %s", act);
    return NULL;
}

enum { BEHAVIOURS_COUNT = sizeof each_behaviour / sizeof each_behaviour[0] };

/* As the fix of the incident: some fact does not hold, and it is never that the leak is fixed. */
static void test_nor_out_of_a_replay(void **state)
{
    (void)state;
    for (size_t i = 0; i < BEHAVIOURS_COUNT; i++) {
        const struct hostile *hostile = find(each_behaviour[i]);
        expect(hostile, "replay", 1);
        if (hostile->outcome != REFUSED && strstr(output, "F12 holds") != NULL &&
            strstr(output, "ended with their cache") == NULL) {
            fail_msg("leaky %s is a fix:\n%s", hostile->act, output);
        }
    }
}

static void test_nor_out_of_fuzzing(void **state)
{
    enum { ABORTED = 128 + 6 }; /* as engines expect it of a finding */
    (void)state;
    for (size_t i = 0; i < BEHAVIOURS_COUNT; i++) {
        expect(find(each_behaviour[i]), "fuzz", ABORTED);
    }
}

/* A sound cache that does it in a small world does not pass: neither in its box, nor in the process
 * that it is opened in afterwards, where exit code 0 is no end of the search. */
static void test_an_end_in_a_small_world_is_a_finding(void **state)
{
    static const char *const acts[] = {"exit0", "quick_exit0", "segv", "export_for_ever"};
    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char line[1024];
        snprintf(line, sizeof line, "%s/strayframe exhaust --seconds 2 --candidate %s",
                 SF_BINARY_DIR, object_of(find(acts[i]), "sound"));
        int code = play(line);
        if (code != 1 || strstr(output, "found: the cache") == NULL) {
            fail_msg("exhaust of sound %s: exit code %d\n%s", acts[i], code, output);
        }
    }
}

/* A program has no memory that could be saved: its box is all. */
static void test_a_program_is_explored_in_its_box(void **state)
{
    char line[1024];
    (void)state;
    if (shell("python3 --version") != 0) {
        print_message("skipped: no python3\n");
        skip();
    }
    snprintf(line, sizeof line,
             "cp docs/examples/get_put.py share/clients/python/strayframe.py %s && "
             "sed -i 's/return (event.\"tenant\"., event.\"camera\".)/return (1, "
             "event[\"camera_slot\"])/' "
             "%s/get_put.py && %s/strayframe exhaust --seconds 60 --world plain --candidate "
             "'exec:python3 %s/get_put.py'",
             folder, folder, SF_BINARY_DIR, folder);
    assert_int_equal(shell(line), 1);
    assert_says("found: tenant");
    assert_says("in its box: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_leaky_cache_cannot_talk_its_way_out_of_any_command),
        cmocka_unit_test(test_nor_out_of_a_replay),
        cmocka_unit_test(test_nor_out_of_fuzzing),
        cmocka_unit_test(test_an_end_in_a_small_world_is_a_finding),
        cmocka_unit_test(test_a_program_is_explored_in_its_box),
    };
    return cmocka_run_group_tests(tests, hostile_set_up, hostile_tear_down);
}
