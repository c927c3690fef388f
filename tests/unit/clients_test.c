/* The client libraries (share/clients): in each language the example cache, and a cache that uses
 * every event and every call, give the same runs as in C. A language whose compiler is not
 * installed is skipped. */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/program.h"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

struct client {
    const char *compiler; /* in PATH */
    /* A shell command, which builds $to from the source $from (without its ending); NULL: the
     * source is run as it is. */
    const char *build;
    bool is_object;
};

static const struct client python = {"python3", NULL, false};
static const struct client rust = {"rustc", "rustc --edition 2021 -O -D warnings -o $to $from.rs",
                                   false};
static const struct client go = {"go",
                                 "cd ${from}_go && GOCACHE=$to.cache GOFLAGS=-mod=mod GOPROXY=off "
                                 "GOTOOLCHAIN=local go build -o $to",
                                 false};
static const struct client cpp = {"c++",
                                  "c++ -std=c++17 -Wall -Wextra -Werror -shared -fPIC -O2 -I "
                                  "harness/cache -I share/clients/cpp -o $to $from.cpp",
                                  true};

/* Scenarios with lost nodes, cancelled requests and hand-overs; and with reconfigurations, the
 * identity service and sessions, steps of the clock and the shared store. */
static const char *const scenarios[][3] = {{"deploy", "lost-node", "poor-network"},
                                           {"busy-day", "rollout", "mass-return"}};

static void hash_of(const char *scenario, const char *cache, char hash[32])
{
    char line[700];
    snprintf(line, sizeof line, "run scenarios/gate/%s.yaml --json --cache '%s' 2>/dev/null",
             scenario, cache);
    assert_in_range(strayframe(line), 0, 1); /* the thorough cache is not correct */
    json_t *json = parsed();
    snprintf(hash, 32, "%s", json_string_value(json_object_get(json, "trace_hash")));
    json_decref(json);
}

/* The cache of `source` in the client's language against the one in C. */
static void compare(const struct client *client, const char *source, const char *c_cache,
                    const char *const scenario_names[3])
{
    char line[1024];
    char cache[512];
    const char *name = strrchr(source, '/') + 1;
    snprintf(cache, sizeof cache, "exec:python3 %s.py", source);
    if (client->build != NULL) {
        snprintf(line, sizeof line, "from=%s; to=%s/%s%s; %s", source, folder, name,
                 client->is_object ? ".so" : "", client->build);
        if (shell(line) != 0) {
            fail_msg("%s:\n%s", line, output);
        }
        snprintf(cache, sizeof cache, client->is_object ? "%s/%s.so" : "exec:%s/%s", folder, name);
    }
    for (size_t i = 0; i < 3; i++) {
        char expected[32];
        char actual[32];
        hash_of(scenario_names[i], c_cache, expected);
        hash_of(scenario_names[i], cache, actual);
        assert_string_equal(actual, expected);
    }
}

static void check(const struct client *client)
{
    char line[100];
    snprintf(line, sizeof line, "command -v %s", client->compiler);
    if (shell(line) != 0) {
        print_message("%s is not installed\n", client->compiler);
        skip();
    }
    compare(client, "docs/examples/get_put", SF_BINARY_DIR "/tests/hostile_sound.so", scenarios[0]);
    compare(client, "tests/clients/thorough", SF_BINARY_DIR "/tests/thorough.so", scenarios[1]);
}

static void test_python_gives_the_same_runs_as_c(void **state)
{
    (void)state;
    check(&python);
}

static void test_rust_gives_the_same_runs_as_c(void **state)
{
    (void)state;
    check(&rust);
}

static void test_go_gives_the_same_runs_as_c(void **state)
{
    (void)state;
    check(&go);
}

static void test_cpp_gives_the_same_runs_as_c(void **state)
{
    (void)state;
    check(&cpp);
}

/* The comparison is worth something only if the runs depend on what the cache does. */
static void test_the_two_caches_give_different_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char get_put[32];
        char thorough[32];
        hash_of(scenarios[1][i], SF_BINARY_DIR "/tests/hostile_sound.so", get_put);
        hash_of(scenarios[1][i], SF_BINARY_DIR "/tests/thorough.so", thorough);
        assert_string_not_equal(get_put, thorough);
    }
}

/* hiredis over the shared store: a pool that uses the connection of a cancelled request again hands
 * its reply to the next one. */
static void test_hiredis_with_and_without_the_defect_of_cancelled_requests(void **state)
{
    static const char *const flags[] = {"", "-DREUSE"};
    char line[1024];
    (void)state;
    if (shell("pkg-config --exists hiredis && command -v cc") != 0) {
        print_message("libhiredis-dev is not installed\n");
        skip();
    }
    for (int reuse = 0; reuse < 2; reuse++) {
        snprintf(line, sizeof line,
                 "cc -std=c11 -Wall -shared -fPIC -O2 %s -I harness/cache -o %s/redis.so "
                 "docs/examples/get_put_redis.c -lhiredis",
                 flags[reuse], folder);
        assert_int_equal(shell(line), 0);
        snprintf(line, sizeof line,
                 "run docs/examples/slow_store.yaml --seed 2 --cache %s/redis.so", folder);
        assert_int_equal(strayframe(line), reuse);
        assert_says(reuse ? "verdict: fail" : "verdict: pass");
    }
    assert_says("no-stray-pixels: the hub of home 7 was shown home 2's capture");
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
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
        cmocka_unit_test(test_python_gives_the_same_runs_as_c),
        cmocka_unit_test(test_rust_gives_the_same_runs_as_c),
        cmocka_unit_test(test_go_gives_the_same_runs_as_c),
        cmocka_unit_test(test_cpp_gives_the_same_runs_as_c),
        cmocka_unit_test(test_the_two_caches_give_different_runs),
        cmocka_unit_test(test_hiredis_with_and_without_the_defect_of_cancelled_requests),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
