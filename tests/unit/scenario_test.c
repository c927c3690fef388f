/* Scenario files: what is refused and in which words, what an accepted file means, how it prints.
 * The broken files are data, tests/data/scenario/broken.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "sim_cloud/caches/builtin.h"
#include "tests/unit/scenario_fixture.h"

static char *file_read(const char *path, size_t *bytes_out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = sf_alloc(1 << 20, 1);
    *bytes_out = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

/* "\xNN" to bytes, in place. */
static size_t decode(char *text)
{
    char *to = text;
    unsigned byte;
    for (char *from = text; *from != '\0'; to++) {
        if (from[0] == '\\' && from[1] == 'x' && sscanf(from + 2, "%2x", &byte) == 1) {
            *to = (char)byte;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    return (size_t)(to - text);
}

static size_t broken_check(const char *title, const char *expected, char *text)
{
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    char message[2048];
    size_t bytes = decode(text);
    enum sf_err err = sf_scenario_parse(text, bytes, "s", &fixture_schema, NULL, 0, plan, &diag);
    sf_diag_print(&diag, message, sizeof message);
    free(plan);
    const char *said = strncmp(message, "s:", 2) == 0 ? message + 2 : message;
    if (err == SF_ERR_INPUT && strcmp(said, expected) == 0) {
        return 0;
    }
    print_error("%s:\n  expected: %s\n  said:     %s\n", title, expected,
                err == SF_OK ? "nothing, it was accepted" : said);
    return 1;
}

static void test_each_broken_file_is_refused_in_its_words(void **state)
{
    (void)state;
    size_t bytes = 0;
    char *table = file_read(SF_SOURCE_DIR "/tests/data/scenario/broken.txt", &bytes);
    size_t cases_count = 0;
    size_t failed_count = 0;
    char *at = strstr(table, "\n== ");
    while (at != NULL) {
        char *title = at + strlen("\n== ");
        char *message = strchr(title, '\n') + 1;
        char *text = strstr(message, "\n--\n");
        assert_non_null(text);
        title[strcspn(title, "\n")] = '\0';
        *text = '\0';
        text += strlen("\n--\n");
        at = strncmp(text, "== ", 3) == 0 ? text - 1 : strstr(text, "\n== ");
        if (at != NULL) {
            at[0] = '\0';
        }
        failed_count += broken_check(title, message, text);
        cases_count++;
    }
    free(table);
    assert_int_equal(failed_count, 0);
    assert_true(cases_count >= 170);
}

static enum sf_err parse(const char *text, const struct sf_scenario_override *overrides,
                         size_t overrides_count, struct sf_plan *plan, char message[2048])
{
    struct sf_diag diag = {0};
    enum sf_err err = sf_scenario_parse(text, strlen(text), "s.yaml", &fixture_schema, overrides,
                                        overrides_count, plan, &diag);
    message[0] = '\0';
    if (err != SF_OK) {
        sf_diag_print(&diag, message, 2048);
    }
    return err;
}

static void assert_prints(const struct sf_plan *plan, const char *expected)
{
    struct sf_text out = {0};
    sf_scenario_print(plan, &fixture_schema, &out);
    assert_string_equal(out.data, expected);
    sf_text_free(&out);
}

static const char full[] = "strayframe: 1\n"
                           "name: boxing-day-2019\n"
                           "title: The update of 26 December 2019 goes live on a running service\n"
                           "seed: 42\n"
                           "start: 2019-12-26T22:00:00Z\n"
                           "duration: 30min\n"
                           "cache: builtin:boxing-day-before\n"
                           "still:\n"
                           "  width: 640\n"
                           "  height: 360\n"
                           "  quality: 80\n"
                           "cloud:\n"
                           "  request_deadline: 3s\n"
                           "  store_loss: 1.5%\n"
                           "  front_door_open: true\n"
                           "networks:\n"
                           "  good:\n"
                           "    both: delay 20ms 5ms loss 0.1%\n"
                           "  extremely-poor:\n"
                           "    up: delay 300ms 200ms loss gemodel 5% 30% 70% 1%\n"
                           "    down: limit 50 delay 1s\n"
                           "  up-only:\n"
                           "    up: loss 1%\n"
                           "  nothing: {}\n"
                           "homes:\n"
                           "  - name: fleet\n"
                           "    count: 1028\n"
                           "    network: good\n"
                           "    time_zones: [\"+00:00\", \"+01:00\", \"-09:30\"]\n"
                           "    camera:\n"
                           "      model: mijia-1080p\n"
                           "      night: always\n"
                           "    hub:\n"
                           "      watch_every: 7min\n"
                           "  - name: poor\n"
                           "    count: 4\n"
                           "    network: extremely-poor\n"
                           "    linked: false\n"
                           "    camera:\n"
                           "      model: \"1080\"\n"
                           "      upload_every: 0s\n"
                           "    hub: none\n"
                           "    app:\n"
                           "      present: true\n"
                           "  - name: plain\n"
                           "    count: 1\n"
                           "timeline:\n"
                           "  - at: 10min\n"
                           "    deploy: builtin:boxing-day-update?a=1&b=2\n"
                           "  - at: 12min\n"
                           "    network: extremely-poor\n"
                           "    homes: fleet\n"
                           "    direction: up\n"
                           "  - at: 13min\n"
                           "    network: good\n"
                           "  - at: 20min\n"
                           "    kill_switch: true\n"
                           "  - at: 1201s\n"
                           "    kill_switch: false\n"
                           "  - at: 25min\n"
                           "    unlink: poor\n"
                           "  - at: 25min\n"
                           "    link: all\n"
                           "  - at: 28min\n"
                           "    heal: perfect\n"
                           "expect:\n"
                           "  verdict: fail\n"
                           "  oracle: no-stray-pixels\n";

static void test_canonical_file_prints_as_it_is(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    char message[2048];
    assert_int_equal(parse(full, NULL, 0, plan, message), SF_OK);
    assert_prints(plan, full);
    free(plan);
}

static void test_plan_says_what_the_file_says(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    char message[2048];
    assert_int_equal(parse(full, NULL, 0, plan, message), SF_OK);
    assert_string_equal(plan->name, "boxing-day-2019");
    assert_int_equal(plan->seed, 42);
    assert_int_equal(plan->start_unix_s, 1577397600);
    assert_int_equal(plan->duration_ns, 30 * SF_MINUTE);
    assert_string_equal(plan->cache, "builtin:boxing-day-before");
    assert_int_equal(plan->still.values[0], 640);
    const struct sf_cloud_config *cloud = (const struct sf_cloud_config *)plan->cloud.values;
    assert_int_equal(cloud->request_deadline_ns, 3 * SF_SECOND);
    assert_int_equal(cloud->store_loss_ppm, 15000);
    assert_int_equal(cloud->front_door_open, 1);
    assert_int_equal(cloud->resends_max, 4);
    assert_int_equal(plan->networks_count, 5);
    assert_string_equal(plan->networks[0].name, SF_NETWORK_PERFECT);
    assert_int_equal(plan->networks[2].up.delay_ns, 300 * SF_MS);
    assert_int_equal(plan->networks[2].down.limit_packets, 50);
    assert_int_equal(plan->networks[3].down.loss, 0);
    assert_int_equal(plan->groups_count, 3);
    assert_int_equal(sf_plan_homes_count(plan), 1033);
    assert_int_equal(plan->groups[0].time_zones_s[2], -34200);
    assert_int_equal(plan->groups[0].network_index, 1);
    assert_true(plan->groups[0].linked);
    assert_false(plan->groups[1].linked);
    assert_int_equal(plan->groups[2].network_index, 0);
    const struct sf_viewer_config *hub =
        (const struct sf_viewer_config *)plan->groups[1].sections[SF_SECTION_HUB].values;
    const struct sf_viewer_config *app =
        (const struct sf_viewer_config *)plan->groups[1].sections[SF_SECTION_APP].values;
    assert_int_equal(hub->present, 0);
    assert_int_equal(app->present, 1);
    assert_int_equal(plan->texts_count, 3);
    const struct sf_camera_config *camera =
        (const struct sf_camera_config *)plan->groups[1].sections[SF_SECTION_CAMERA].values;
    assert_string_equal(plan->texts[camera->model], "1080");
    assert_int_equal(plan->timeline_count, 8);
    assert_int_equal(plan->timeline[1].action, SF_ACTION_NETWORK);
    assert_int_equal(plan->timeline[1].group_index, 0);
    assert_int_equal(plan->timeline[1].direction, SF_DIRECTION_UP);
    assert_int_equal(plan->timeline[2].group_index, SF_GROUP_ALL);
    assert_int_equal(plan->timeline[5].action, SF_ACTION_LINK);
    assert_false(plan->timeline[5].on);
    assert_int_equal(plan->timeline[6].group_index, SF_GROUP_ALL);
    assert_true(plan->timeline[6].on);
    assert_int_equal(plan->expect, SF_EXPECT_FAIL);
    free(plan);
}

static void test_other_ways_to_write_mean_the_same(void **state)
{
    (void)state;
    static const char same[] =
        "\xef\xbb\xbf# the same\r\n"
        "expect: {verdict: pass}\r\n"
        "timeline:\r\n"
        "- {at: 2s, kill_switch: off}\r\n"
        "- {kill_switch: \"on\", at: 0.5s}\r\n"
        "- {at: 2s, heal: bad}\r\n"
        "networks:\r\n"
        "  bad:\r\n"
        "    both: 'loss 2%'\r\n"
        "    down: >-\r\n"
        "      delay 1ms\r\n"
        "      loss 1%\r\n"
        "duration: 1h30min\r\n"
        "cloud: {store_loss: 0.0001%}\r\n"
        "homes: [{count: 2, name: 'a', linked: Yes, app: none, hub: none}]\r\n"
        "title: ''\r\n"
        "name: 's'\r\n"
        "strayframe: \"1\"\r\n";
    struct sf_plan *plan = fixture_plan_create();
    char message[2048];
    parse(same, NULL, 0, plan, message);
    assert_string_equal(message, "");
    assert_prints(plan, "strayframe: 1\n"
                        "name: s\n"
                        "seed: 1\n"
                        "duration: 90min\n"
                        "cache: " SF_PLAN_CACHE_FALLBACK "\n"
                        "cloud:\n"
                        "  store_loss: 0.0001%\n"
                        "networks:\n"
                        "  bad:\n"
                        "    up: loss 2%\n"
                        "    down: delay 1ms loss 1%\n"
                        "homes:\n"
                        "  - name: a\n"
                        "    count: 2\n"
                        "    hub: none\n"
                        "timeline:\n"
                        "  - at: 500ms\n"
                        "    kill_switch: true\n"
                        "  - at: 2s\n"
                        "    kill_switch: false\n"
                        "  - at: 2s\n"
                        "    heal: bad\n");
    free(plan);
}

static void test_absent_viewer_with_values_says_that_it_is_absent(void **state)
{
    (void)state;
    static const char text[] = "strayframe: 1\n"
                               "name: s\n"
                               "seed: 1\n"
                               "duration: 1s\n"
                               "cache: " SF_PLAN_CACHE_FALLBACK "\n"
                               "homes:\n"
                               "  - name: a\n"
                               "    count: 1\n"
                               "    hub:\n"
                               "      present: false\n"
                               "      ask_every: 2s\n"
                               "    app:\n"
                               "      present: false\n"
                               "      ask_every: 2s\n";
    struct sf_plan *plan = fixture_plan_create();
    char message[2048];
    parse(text, NULL, 0, plan, message);
    assert_string_equal(message, "");
    assert_prints(plan, text);
    free(plan);
}

static void test_cache_where_a_scenario_is_silent_is_built_in(void **state)
{
    (void)state;
    const struct sf_cache_plugin *const *caches = sf_builtin_caches();
    for (size_t i = 0; caches[i] != NULL; i++) {
        if (strcmp(caches[i]->name, &SF_PLAN_CACHE_FALLBACK[strlen("builtin:")]) == 0) {
            return;
        }
    }
    fail_msg("no built-in cache is called %s", SF_PLAN_CACHE_FALLBACK);
}

static void test_files_that_cannot_be_read_are_told_apart(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load("/no/such.yaml", &fixture_schema, NULL, 0, plan, &diag),
                     SF_ERR_INPUT);
    assert_string_equal(diag.file, "/no/such.yaml");
    assert_non_null(strstr(diag.message, "No such file"));
    assert_int_equal(sf_scenario_load(SF_SOURCE_DIR, &fixture_schema, NULL, 0, plan, &diag),
                     SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "Is a directory"));
    /* Nothing is mapped at its beginning: an error of input and output. */
    assert_int_equal(sf_scenario_load("/proc/self/mem", &fixture_schema, NULL, 0, plan, &diag),
                     SF_ERR_MACHINE);
    assert_int_equal(sf_scenario_load("/no/such.yaml", &fixture_schema, NULL, 0, plan, NULL),
                     SF_ERR_INPUT);
    free(plan);
}

static void test_load_reads_what_parse_reads(void **state)
{
    (void)state;
    char path[] = "/tmp/strayframe-scenario-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, full, strlen(full)), strlen(full));
    close(descriptor);
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(path, &fixture_schema, NULL, 0, plan, &diag), SF_OK);
    unlink(path);
    assert_prints(plan, full);
    free(plan);
}

static void test_huge_files_are_refused(void **state)
{
    (void)state;
    size_t bytes = (1 << 20) + 1;
    char *text = sf_alloc(bytes, 1);
    memset(text, '#', bytes);
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_parse(text, bytes, "s", &fixture_schema, NULL, 0, plan, &diag),
                     SF_ERR_INPUT);
    assert_string_equal(diag.message, "the file is larger than a scenario can be (1048576 bytes)");
    assert_int_equal(sf_scenario_parse(text, 0, "s", &fixture_schema, NULL, 0, plan, &diag),
                     SF_ERR_INPUT);
    assert_string_equal(diag.message, "the file is empty; a scenario starts with 'strayframe: 1'");
    free(plan);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_broken_file_is_refused_in_its_words),
        cmocka_unit_test(test_canonical_file_prints_as_it_is),
        cmocka_unit_test(test_plan_says_what_the_file_says),
        cmocka_unit_test(test_other_ways_to_write_mean_the_same),
        cmocka_unit_test(test_absent_viewer_with_values_says_that_it_is_absent),
        cmocka_unit_test(test_cache_where_a_scenario_is_silent_is_built_in),
        cmocka_unit_test(test_files_that_cannot_be_read_are_told_apart),
        cmocka_unit_test(test_load_reads_what_parse_reads),
        cmocka_unit_test(test_huge_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
