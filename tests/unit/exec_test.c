/* Caches that are programs: an exchange is recorded and repeated; what is no message is a finding.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/program.h"

#define PYTHON "exec:python3 docs/examples/get_put.py"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

static void test_a_recorded_exchange_is_fed_to_the_program_alone(void **state)
{
    char line[600];
    (void)state;
    snprintf(line, sizeof line,
             "run scenarios/smoke/small.yaml --cache '" PYTHON "' --log-messages %s/log", folder);
    assert_int_equal(strayframe(line), 0);
    snprintf(line, sizeof line, "talk %s/log -- python3 docs/examples/get_put.py", folder);
    assert_int_equal(strayframe(line), 0);
    assert_says("the same as recorded: ");
    snprintf(line, sizeof line, "talk %s/log -- true", folder);
    assert_int_equal(strayframe(line), 1);
    assert_says("(it ended)");
    snprintf(line, sizeof line, "talk %s/log --process 99 -- true", folder);
    assert_int_equal(strayframe(line), 2);
    snprintf(line, sizeof line, "%s/log", folder);
    unlink(line);
}

/* It cannot receive the answer of a call: the fetch ends as abandoned. */
static void test_a_fetch_that_is_one_too_many_ends_as_abandoned(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/gate/refused.yaml --seed 2 --cache '" PYTHON "'"),
                     0);
    assert_says("verdict: pass");
}

/* What a program may write, and what is said of it. */
static void test_what_is_no_message_is_said(void **state)
{
#define HELLO "{\"call\":\"hello\",\"protocol\":1,\"name\":\"x\",\"version\":\"1\",\"events\":[]}"
    static const struct {
        const char *prints;
        const char *says;
    } cases[] = {
        {"garbage\n", "it is no JSON"},
        {"{\"call\":\"fly\"}\n", "there is no call 'fly'"},
        {"{\"call\":\"hello\"}\n", "lacks 'protocol'"},
        {"{\"call\":\"hello\",\"call\":\"done\"}\n", "it is no JSON"},
        {"{\"call\":7}\n", "it has no string 'call'"},
        {"{\"call\":\"done\"}\n", "does not answer 'hello'"},
        {"{\"call\":\"hello\",\"protocol\":2,\"name\":\"x\",\"version\":\"1\",\"events\":[]}\n",
         "version 2 of the protocol, not 1"},
        {"{\"call\":\"hello\",\"protocol\":1,\"name\":3,\"version\":\"1\",\"events\":[]}\n",
         "'name' is no string"},
        {"{\"call\":\"answer\",\"request\":\"12\",\"status\":\"ok\"}\n", "16 hexadecimal digits"},
        {"{\"call\":\"log\",\"text\":\"\xff\"}\n", "it is no JSON"},
        {HELLO "\n" HELLO "\n", "not followed by 'done'"},
        {"", "it ended itself with exit code 0"},
    };
    (void)state;
    char line[1200];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/said", folder);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(cases[i].prints, file);
        assert_int_equal(fclose(file), 0);
        snprintf(line, sizeof line, "run scenarios/smoke/small.yaml --cache 'exec:cat %s'", path);
        assert_int_equal(strayframe(line), 2);
        assert_says(cases[i].says);
        unlink(path);
    }
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --cache 'exec:/no/such/thing'"), 2);
    assert_says("cannot be started: No such file");
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --cache \"exec:cat 'x\""), 2);
    assert_says("closed quotes");
    assert_int_equal(
        strayframe("run scenarios/smoke/small.yaml --cache 'exec:head -c 1000000 /dev/zero'"), 2);
    assert_says("longer than 65536 bytes");
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_recorded_exchange_is_fed_to_the_program_alone),
        cmocka_unit_test(test_a_fetch_that_is_one_too_many_ends_as_abandoned),
        cmocka_unit_test(test_what_is_no_message_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
