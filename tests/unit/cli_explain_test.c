/* `strayframe explain` and the reports as a user meets them. */
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/program.h"

static void test_explain_tells_a_story_and_says_when_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(strayframe("explain scenarios/canary/stray-pixels.yaml"), 0);
    assert_says("no-stray-pixels: the hub of home 2 was shown home 5's capture 0");
    assert_says("\n\nAt 00:");
    assert_says("Likely cause: ");
    assert_says("showed a picture with parts of another");
    assert_says("builtin:canary-transcode");
    assert_says("time");
    assert_says("|---------->|");
    assert_int_equal(strayframe("explain scenarios/canary/stray-pixels.yaml --finding 3 --seed 2"),
                     0);
    assert_says("seed 2, finding 3 of ");
    assert_int_equal(strayframe("explain scenarios/smoke/small.yaml"), 3);
    assert_says("no finding to explain");
    assert_int_equal(strayframe("explain scenarios/smoke/small.yaml --json"), 3);
    json_t *json = parsed();
    assert_true(json_is_null(json_object_get(json, "finding")));
    assert_int_equal(json_array_size(json_object_get(json, "story")), 0);
    json_decref(json);
    assert_int_equal(strayframe("explain scenarios/canary/babble.yaml --finding 4000"), 2);
    assert_says("--finding 4000");
    assert_int_equal(strayframe("explain no-such-file"), 2);
}

static void test_a_story_is_a_page(void **state)
{
    (void)state;
    static const char *const scenarios[] = {"stray-pixels", "stray-bytes", "kill-switch",
                                            "no-link",      "silence",     "babble"};
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "explain scenarios/canary/%s.yaml", scenarios[i]);
        assert_int_equal(strayframe(arguments), 0);
        uint32_t lines_count = 0;
        for (char *line = output; *line != '\0'; lines_count++) {
            size_t length = strcspn(line, "\n");
            if (length > 100) {
                fail_msg("%zu columns: %.*s", length, (int)length, line);
            }
            line += length + 1;
        }
        assert_in_range(lines_count, 5, 66);
    }
}

static void test_the_story_as_a_page_holds_what_the_words_say(void **state)
{
    (void)state;
    char folder[] = "/tmp/sf_story_XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("D", folder, 1);
    assert_int_equal(strayframe("explain scenarios/canary/stray-pixels.yaml --report $D/s.html"),
                     0);
    assert_int_equal(shell("cat $D/s.html"), 0);
    assert_says("<title>the hub of home 2 was shown home 5&#39;s capture 0 (94.6% of the picture): "
                "stray-pixels seed 1, finding 1 of ");
    assert_says(
        "<h1>The hub of home 2 was shown home 5&#39;s capture 0 (94.6% of the picture)</h1>");
    assert_says("alt=\"What was shown on the hub of home 2\"");
    assert_says("alt=\"Still 0 as the camera of home 5 captured it\"");
    assert_says("alt=\"The latest still 0 of the camera that the hub asked for\"");
    assert_says("<code>strayframe explain scenarios/canary/stray-pixels.yaml --seed 1</code>");
    const char *culprit = strstr(output, "<tr class=\"culprit\">");
    assert_non_null(culprit);
    assert_non_null(strstr(culprit, "builtin:canary-transcode answers"));
    assert_true(strstr(culprit, "builtin:canary-transcode answers") < strstr(culprit, "</tr>"));
    assert_says("Likely cause: ");
    assert_says("<b class=\"left\" style=\"left:16.6%;width:calc(33.4% - .35rem)");
    assert_says("asks for its own camera&#39;s picture");
    assert_null(strstr(output, "://"));
    assert_int_equal(strayframe("explain scenarios/canary/stray-pixels.yaml --report /no/s.html"),
                     2);
    /* A saved run has no pictures, and no cache is run for them. */
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --save $D/s.run"), 1);
    assert_int_equal(strayframe("explain $D/s.run --report $D/s.html"), 0);
    assert_int_equal(shell("cat $D/s.html"), 0);
    assert_null(strstr(output, "<img"));
    assert_says("Without pictures: a saved run has none");
    assert_int_equal(shell("rm -r $D"), 0);
}

static void test_explain_as_data_has_stable_keys(void **state)
{
    (void)state;
    assert_int_equal(strayframe("explain scenarios/canary/stray-bytes.yaml --json"), 0);
    json_t *json = parsed();
    json_t *finding = json_object_get(json, "finding");
    assert_non_null(json_string_value(json_object_get(finding, "oracle")));
    json_t *story = json_object_get(json, "story");
    assert_true(json_array_size(story) >= 4);
    json_int_t before_ms = 0;
    for (size_t i = 0; i < json_array_size(story); i++) {
        json_t *step = json_array_get(story, i);
        json_int_t at_ms = json_integer_value(json_object_get(step, "at_ms"));
        assert_true(at_ms >= before_ms);
        before_ms = at_ms;
        assert_non_null(json_string_value(json_object_get(step, "who")));
        assert_non_null(json_string_value(json_object_get(step, "what")));
        assert_int_equal(json_object_size(step), 3);
    }
    assert_true(json_string_length(json_object_get(json, "paragraph")) > 100);
    json_decref(json);
}

static void test_junit_is_written_beside_the_result(void **state)
{
    (void)state;
    char folder[] = "/tmp/sf_junit_XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("D", folder, 1);
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --junit $D/run.xml"), 1);
    assert_says("verdict: fail");
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --expect --junit "
                                "$D/expect.xml"),
                     0);
    assert_int_equal(strayframe("gate --candidate builtin:boxing-day-fix --seeds 5 --junit "
                                "$D/gate.xml"),
                     0);
    assert_int_equal(shell("cat $D/run.xml"), 0);
    assert_says("strayframe run scenarios/canary/stray-pixels.yaml --seed 1<");
    assert_says("<testsuite name=\"strayframe run\" tests=");
    assert_int_equal(shell("cat $D/expect.xml"), 0);
    assert_says("tests=\"1\" failures=\"0\" errors=\"0\"");
    assert_int_equal(shell("cat $D/gate.xml"), 0);
    assert_says("failures=\"0\" errors=\"0\"");
    assert_says("name=\"the gate\" time=");
    assert_int_equal(shell("rm -r $D"), 0);
}

/* Runs it on a terminal; what it wrote is in `output`. */
static void on_a_terminal(const char *no_color)
{
    int terminal;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child < 0) {
        print_message("skipped: there is no pseudo-terminal here (is /dev/pts mounted?)\n");
        skip();
    }
    if (child == 0) {
        if (no_color != NULL) {
            setenv("NO_COLOR", no_color, 1);
        } else {
            unsetenv("NO_COLOR");
        }
        execl(SF_BINARY_DIR "/strayframe", "strayframe", "run", "scenarios/smoke/small.yaml",
              (char *)NULL);
        _exit(127);
    }
    size_t count = 0;
    ssize_t part;
    while ((part = read(terminal, output + count, sizeof output - 1 - count)) > 0) {
        count += (size_t)part;
    }
    output[count] = '\0';
    close(terminal);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_says("verdict: ");
}

static void test_colour_only_on_a_terminal_and_never_with_no_color(void **state)
{
    (void)state;
    on_a_terminal(NULL);
    assert_non_null(strchr(output, '\033'));
    on_a_terminal("1");
    assert_null(strchr(output, '\033'));
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml"), 0);
    assert_null(strchr(output, '\033'));
}

static void test_errors_go_to_stderr(void **state)
{
    (void)state;
    char line[256];
    static const char *const wrong[] = {"run no-such-file", "rnu", "run", "explain /dev/null",
                                        "help rnu"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(line, sizeof line, "%s/strayframe %s 2>/dev/null", SF_BINARY_DIR, wrong[i]);
        assert_int_equal(shell(line), 2);
        assert_string_equal(output, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain_tells_a_story_and_says_when_there_is_none),
        cmocka_unit_test(test_a_story_is_a_page),
        cmocka_unit_test(test_the_story_as_a_page_holds_what_the_words_say),
        cmocka_unit_test(test_explain_as_data_has_stable_keys),
        cmocka_unit_test(test_junit_is_written_beside_the_result),
        cmocka_unit_test(test_colour_only_on_a_terminal_and_never_with_no_color),
        cmocka_unit_test(test_errors_go_to_stderr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
