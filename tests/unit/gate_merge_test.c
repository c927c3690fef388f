/* A campaign in shards: together they give what the campaign in one piece gives. */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/program.h"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

/* "@" is the folder. */
static int run(const char *words, bool shell_line)
{
    char line[2000];
    size_t used = 0;
    for (; *words != '\0' && used + sizeof folder < sizeof line; words++) {
        used += (size_t)snprintf(line + used, sizeof line - used, *words == '@' ? "%s" : "%.1s",
                                 *words == '@' ? folder : words);
    }
    return shell_line ? shell(line) : strayframe(line);
}

/* What a part of the campaign cannot know, and what names the machine's kernel. */
static char *result(void)
{
    json_t *json = parsed();
    json_object_del(json, "box_lacks");
    json_object_del(json, "command");
    json_t *comparison = json_object_get(json, "comparison");
    if (json_is_object(comparison)) {
        json_object_del(comparison, "first_difference");
    }
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_SORT_KEYS);
    json_decref(json);
    return text;
}

static void assert_shards_give_the_same(const char *gate, int shards, int code)
{
    char line[1000];
    char stores[500] = "";
    snprintf(line, sizeof line, "%s --json", gate);
    assert_int_equal(run(line, false), code);
    char *whole = result();
    assert_int_equal(run("rm -f @/*.db", true), 0);
    for (int i = 1; i <= shards; i++) {
        snprintf(line, sizeof line, "%s --shard %d/%d --store @/%d.db --jobs %d", gate, i, shards,
                 i, 1 + i % 3);
        if (run(line, false) != 0) {
            fail_msg("%s: %s", line, output);
        }
        assert_says("`strayframe merge` gives the verdict");
        snprintf(stores + strlen(stores), sizeof stores - strlen(stores), " @/%d.db",
                 shards + 1 - i);
    }
    snprintf(line, sizeof line, "merge --json%s", stores);
    assert_int_equal(run(line, false), code);
    char *merged = result();
    assert_string_equal(merged, whole);
    free(merged);
    free(whole);
}

#define SCENARIOS "--only scenarios/gate/rollout.yaml --scenarios scenarios/smoke/small.yaml"

static void test_shards_give_what_the_whole_gives(void **state)
{
    (void)state;
    assert_shards_give_the_same("gate " SCENARIOS
                                " --seeds 7 --candidate builtin:boxing-day-update "
                                "--set still.width=128 --set still.height=64",
                                3, 1);
    assert_shards_give_the_same("gate " SCENARIOS " --seeds 5 --candidate builtin:careful "
                                "--baseline builtin:boxing-day-fix",
                                2, 3);
    /* More shards than seeds: some have nothing to do. */
    assert_shards_give_the_same("gate " SCENARIOS " --seeds 2 --candidate builtin:careful", 5, 3);
}

static void test_what_is_missing_makes_the_verdict_inconclusive(void **state)
{
    (void)state;
    char line[400];
    assert_int_equal(run("rm -f @/*.db", true), 0);
    for (int i = 1; i <= 3; i++) {
        snprintf(line, sizeof line,
                 "gate --only scenarios/smoke/small.yaml --seeds 40 --store @/%d.db "
                 "--candidate builtin:careful --shard %d/3",
                 i, i);
        assert_int_equal(run(line, false), 0);
    }
    assert_int_equal(run("merge @/1.db @/3.db", false), 3);
    assert_says("shard 2 of 3 is missing");
    assert_int_equal(run("merge @/2.db @/3.db", false), 3);
    assert_says("shard 1 of 3 is missing"); /* and with it the controls */
    /* The same shard twice counts once. */
    assert_int_equal(run("merge @/1.db @/2.db @/2.db @/3.db --json", false), 3);
    char *twice = result();
    assert_int_equal(run("merge @/1.db @/2.db @/3.db --json", false), 3);
    char *once = result();
    assert_string_equal(twice, once);
    free(twice);
    free(once);
}

static void test_what_does_not_belong_together_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run("gate --only scenarios/smoke/small.yaml --seeds 4 --store @/other.db "
                         "--candidate builtin:boxing-day-fix --shard 2/3",
                         false),
                     0);
    assert_int_equal(run("merge @/1.db @/other.db", false), 2);
    assert_says("has no shard of the campaign in");
    assert_int_equal(run("merge @/none.db", false), 2);
    assert_int_equal(run("merge", false), 2);
    static const char *const wrong[] = {"0/3", "4/3", "1", "1/", "/3", "1/3x", "a/b", "1/99999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[300];
        snprintf(line, sizeof line,
                 "gate --candidate builtin:careful --seeds 4 --store @/x.db --shard %s", wrong[i]);
        assert_int_equal(run(line, false), 2);
        assert_says("expected I/N");
    }
    assert_int_equal(run("gate --candidate builtin:careful --store @/x.db --shard 1/2", false), 2);
    assert_says("--shard goes with --seeds");
    assert_int_equal(run("gate --candidate builtin:careful --seeds 4 --shard 1/2", false), 2);
    assert_says("--shard goes with --store");
}

/* A shard that was interrupted is not complete, goes on, and is complete then. */
static void test_a_shard_goes_on(void **state)
{
    (void)state;
    char line[400];
    snprintf(line, sizeof line,
             "gate --only scenarios/gate/soak.yaml --seeds 2000 --seconds 1 --store @/slow.db "
             "--candidate builtin:careful --shard 2/2 --resume");
    assert_int_equal(run(line, false), 3);
    assert_says("shard 2 of 2, not complete");
    assert_int_equal(run("merge @/slow.db", false), 3);
    assert_says("shard 2 of 2 is not complete");
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    return run("rm -rf @", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shards_give_what_the_whole_gives),
        cmocka_unit_test(test_what_is_missing_makes_the_verdict_inconclusive),
        cmocka_unit_test(test_what_does_not_belong_together_is_refused),
        cmocka_unit_test(test_a_shard_goes_on),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
