/* Drivers: YAML files that say how a server is run. */
#include "harness/live/driver.h"

#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/driver-test-XXXXXX";

static void write_text(const char *file, const char *text)
{
    FILE *out = fopen(file, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void expect_refused(const char *text, const char *place_and_words)
{
    struct sf_driver driver;
    struct sf_diag diag = {0};
    char said[1400];
    write_text(path, text);
    assert_int_equal(sf_driver_load(path, &driver, &diag), SF_ERR_INPUT);
    sf_diag_print(&diag, said, sizeof said);
    if (strstr(said, place_and_words) == NULL) {
        fail_msg("'%s' is not in '%s'", place_and_words, said);
    }
    sf_driver_fini(&driver);
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    expect_refused("server: x\nconfig: x.conf\n", ":1:1: start is missing");
    expect_refused("server: x\nconfig: x.conf\nstart: [a]\nrelaod: HUP\n",
                   ":4:1: there is no key 'relaod' in a driver; did you mean 'reload'?");
    expect_refused("server: x\nconfig: x.conf\nstart: [a]\nreload: HUPP\n", ":4:9: reload");
    expect_refused("server: x\nconfig: x.conf\nstart: [a]\ngap: 3\n", ":4:6: gap: ");
    expect_refused("server: x\nconfig: c\nstart: [a]\ncures: {heder: x}\n",
                   "there is no key 'heder' in cures; did you mean 'header'?");
    expect_refused("start: [a]\nconfig: c\n", "server is missing");
}

static void test_every_driver_that_comes_along_is_well_formed(void **state)
{
    (void)state;
    static const char *const names[] = {"nginx", "varnish", "squid", "trafficserver", "haproxy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char file[512];
        struct sf_driver driver;
        struct sf_diag diag = {0};
        snprintf(file, sizeof file, SF_SOURCE_DIR "/share/servers/%s.yaml", names[i]);
        assert_int_equal(sf_driver_load(file, &driver, &diag), SF_OK);
        assert_string_equal(driver.name, names[i]);
        assert_non_null(driver.control_leaky);
        assert_non_null(driver.control_clean);
        for (int j = 0; j < SF_CARRIERS_COUNT; j++) {
            assert_non_null(driver.cures[j]);
        }
        sf_driver_fini(&driver);
    }
}

static void test_a_configuration_must_say_where_it_listens_and_fetches(void **state)
{
    (void)state;
    struct sf_driver driver;
    struct sf_diag diag = {0};
    struct sf_places places = {.values = {[SF_PLACE_DIR] = "/dev/shm/x"}};
    struct sf_keeper_job job;
    char config[] = "/tmp/driver-test-conf-XXXXXX";
    close(mkstemp(config));
    write_text(path, "server: x\nconfig: x.conf\nstart: [a, '{DIR}/x.conf']\nstop: QUIT\n");
    assert_int_equal(sf_driver_load(path, &driver, &diag), SF_OK);
    write_text(config, "listen {LISTEN}; origin {ORIGIN_PORT};");
    assert_int_equal(sf_driver_job(&driver, config, &places, &job, &diag), SF_OK);
    assert_int_equal(job.files_count, 1);
    assert_string_equal(job.files[0].path, "x.conf");
    assert_string_equal(job.start.words[1], "/dev/shm/x/x.conf");
    assert_int_equal(job.stop.signal, SIGQUIT);
    sf_driver_job_fini(&job);
    write_text(config, "listen {LISTEN}; origin 10.0.0.1;");
    assert_int_equal(sf_driver_job(&driver, config, &places, &job, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "{ORIGIN}"));
    sf_driver_job_fini(&job);
    write_text(config, "listen 80; origin {ORIGIN};");
    assert_int_equal(sf_driver_job(&driver, config, &places, &job, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "{LISTEN}"));
    sf_driver_job_fini(&job);
    sf_driver_fini(&driver);
    unlink(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_every_driver_that_comes_along_is_well_formed),
        cmocka_unit_test(test_a_configuration_must_say_where_it_listens_and_fetches),
    };
    close(mkstemp(path));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
