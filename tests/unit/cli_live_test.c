/* `strayframe live` as a user meets it, with nginx, where it is installed. */
#include "tests/unit/program.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CONFIGS SF_SOURCE_DIR "/share/configs/"
#define NGINX "live --server nginx --repeats 2 --config " CONFIGS

static void need_nginx(void)
{
    if (shell("command -v nginx") != 0) {
        print_message("skipped: nginx is not installed (package nginx-light)\n");
        skip();
    }
}

static int64_t count_in_cell(const char *key)
{
    json_t *report = parsed();
    json_t *cells = json_object_get(report, "cells");
    assert_int_equal(json_array_size(cells), 1);
    json_t *value = json_object_get(json_array_get(cells, 0), key);
    assert_non_null(value);
    int64_t count = json_integer_value(value);
    json_decref(report);
    return count;
}

static void test_mistakes_on_the_command_line_are_named(void **state)
{
    (void)state;
    assert_int_equal(strayframe("live"), 2);
    assert_says("--server NAME --config PATH, or --url URL");
    assert_int_equal(strayframe("live --server ngnix --config x"), 2);
    assert_says("did you mean 'nginx'?");
    assert_int_equal(strayframe("live --server nginx"), 2);
    assert_says("needs --config");
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --identity coockie:x"), 2);
    assert_says("did you mean 'cookie'?");
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --condition slow"), 2);
    assert_says("--condition 'slow'");
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --path /cam"), 2);
    assert_says("{n}");
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --matrix quick --condition drop"), 2);
    assert_says("--matrix has its own");
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --tenants 1"), 2);
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --origin-header nonsense"), 2);
    assert_int_equal(strayframe("live --url http://192.0.2.1"), 2);
    assert_says("loopback");
}

static void test_a_leak_is_told_with_commands_and_a_cure(void **state)
{
    (void)state;
    need_nginx();
    assert_int_equal(
        strayframe(NGINX "nginx-default.conf --json --identity cookie:sid "
                         "--origin-header 'Cache-Control: max-age=60' --arrival 'gap 300ms'"),
        1);
    assert_says("\"verdict\": \"fail\"");
    assert_says("$cookie_sid");
    assert_says("curl -s -H 'Cookie: sid=tenant1-");
    assert_true(count_in_cell("other") >= 2);
    assert_int_equal(count_in_cell("leaking"), 2);
    assert_int_equal(count_in_cell("plays"), 2);
}

static void test_the_incident_needs_a_poor_network(void **state)
{
    (void)state;
    need_nginx();
    assert_int_equal(strayframe(NGINX "nginx-boxing-day.conf --json"), 0);
    assert_int_equal(count_in_cell("other"), 0);
    assert_int_equal(strayframe(NGINX "nginx-boxing-day.conf --json --condition drop"), 1);
    assert_true(count_in_cell("other") >= 2);
    assert_int_equal(strayframe(NGINX "nginx-safe.conf --json --condition drop"), 0);
    assert_int_equal(count_in_cell("other"), 0);
    assert_int_equal(count_in_cell("owners_served"), 2); /* and owners are served */
}

/* The picture is right, and the header is a stranger's. */
static void test_a_stray_credential_is_a_leak(void **state)
{
    (void)state;
    need_nginx();
    assert_int_equal(strayframe(NGINX
                                "nginx-leaky.conf --json --identity query:token "
                                "--origin-header 'Set-Cookie: id={tenant}' --arrival 'gap 300ms'"),
                     1);
    assert_true(count_in_cell("stray_credentials") >= 2);
}

static void test_a_server_that_cannot_start_is_noticed_at_once(void **state)
{
    (void)state;
    need_nginx();
    assert_int_equal(shell("printf 'listen {LISTEN}; origin {ORIGIN};' > live_test.conf"), 0);
    assert_int_equal(strayframe("live --server nginx --config live_test.conf"), 2);
    assert_says("ended with exit code 1 before it answered");
    assert_says("directive is not allowed here"); /* nginx's own words */
    unlink("live_test.conf");
}

/* A program that holds a server, with its process number and the lines that it prints. */
static pid_t hold(const char *config, char *lines, size_t bytes)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
        dup2(ends[1], 1);
        close(ends[0]);
        execl(SF_BINARY_DIR "/strayframe", "strayframe", "live", "--server", "nginx", "--config",
              config, "--origin-header", "Cache-Control: max-age=60", "--hold", NULL);
        _exit(127);
    }
    close(ends[1]);
    size_t count = 0;
    ssize_t got = 1;
    lines[0] = '\0';
    while (got > 0 && count + 1 < bytes && strstr(lines, "ORIGIN=") == NULL) {
        got = read(ends[0], lines + count, bytes - 1 - count);
        count += got > 0 ? (size_t)got : 0;
        lines[count] = '\0';
    }
    close(ends[0]);
    assert_non_null(strstr(lines, "SERVER=http://127.0.0.1:"));
    return pid;
}

/* The commands that a report prints show the leak to a person who types them. */
static void test_the_printed_commands_show_the_leak(void **state)
{
    (void)state;
    need_nginx();
    if (shell("command -v curl") != 0) {
        print_message("skipped: curl is not installed\n");
        skip();
    }
    assert_int_equal(strayframe(NGINX "nginx-default.conf --json --arrival 'gap 300ms' "
                                      "--origin-header 'Cache-Control: max-age=60'"),
                     1);
    json_t *report = parsed();
    const char *commands = json_string_value(
        json_object_get(json_array_get(json_object_get(report, "cells"), 0), "curl"));
    assert_non_null(commands);
    char lines[256];
    pid_t pid = hold(CONFIGS "nginx-default.conf", lines, sizeof lines);
    FILE *script = fopen("live_commands.sh", "we");
    assert_non_null(script);
    fprintf(script, "%s%s", lines, commands);
    fclose(script);
    assert_int_equal(shell("sh live_commands.sh"), 0);
    char *second = strchr(output, '\n') + 1;
    assert_memory_equal(output, second, 64); /* tenant 1 got tenant 0's still */
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    unlink("live_commands.sh");
    json_decref(report);
}

static int servers_of(pid_t pid)
{
    char line[128];
    snprintf(line, sizeof line,
             "grep -l '[s]trayframe-%d-' /proc/[0-9]*/cmdline 2>/dev/null | wc -l", (int)pid);
    shell(line);
    return atoi(output);
}

static void end_with(int number)
{
    char lines[256];
    char left[64];
    pid_t pid = hold(CONFIGS "nginx-default.conf", lines, sizeof lines);
    assert_true(servers_of(pid) > 0);
    kill(pid, number);
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 100 && servers_of(pid) > 0; i++) {
        poll(NULL, 0, 50);
    }
    assert_int_equal(servers_of(pid), 0);
    snprintf(left, sizeof left, "ls -d /dev/shm/strayframe-%d-*", (int)pid);
    assert_int_not_equal(shell(left), 0);
}

/* A service with content of its own: HTML and JSON that name the account, and a time that changes.
 * The pages below /cached are cached under a key without the account, those below /private with. */
static const char service[] =
    "pid nginx.pid; events {} # {ORIGIN}\n"
    "http {\n"
    "  access_log off;\n"
    "  map $http_x_account $who { default stranger; key-one alice.liddell; key-two bob.cratchit; "
    "}\n"
    "  proxy_cache_path {DIR}/cache keys_zone=pages:1m; proxy_temp_path {DIR}/temp;\n"
    "  client_body_temp_path {DIR}/body;\n"
    "  server {\n"
    "    listen {LISTEN};\n"
    "    location /direct/me { return 200 "
    "'{\"name\":\"$who\",\"at\":\"$msec\",\"kind\":\"account\"}'; }\n"
    "    location /direct/news { return 200 '<p>the same for every account</p>'; }\n"
    "    location /direct/ { return 200 '<h1>Welcome $who</h1> request $request_id'; }\n"
    "    location /cached/ { proxy_pass http://{LISTEN}/direct/; proxy_cache pages;\n"
    "      proxy_cache_key $uri; proxy_cache_valid 60s; }\n"
    "    location /private/ { proxy_pass http://{LISTEN}/direct/; proxy_cache pages;\n"
    "      proxy_cache_key $uri$http_x_account; proxy_cache_valid 60s; }\n"
    "  }\n"
    "}\n";

static int learn(const char *server, const char *below, const char *options)
{
    char line[2048];
    snprintf(
        line, sizeof line,
        "printf 'learn: 1\ndirect: %s/direct\naccounts:\n  - {name: one, header: \"X-Account: "
        "key-one\"}\n  - {name: two, header: \"X-Account: key-two\"}\npages: [/home, /me, "
        "/news]\n' > live_learn.yaml && %s/strayframe live --learn live_learn.yaml --url %s/%s %s",
        server, SF_BINARY_DIR, server, below, options);
    return shell(line);
}

static void test_a_service_is_judged_by_its_own_content(void **state)
{
    (void)state;
    need_nginx();
    char lines[256];
    FILE *out = fopen("live_service.conf", "we");
    assert_non_null(out);
    fputs(service, out);
    fclose(out);
    pid_t pid = hold("live_service.conf", lines, sizeof lines);
    char *server = lines + strlen("SERVER=");
    server[strcspn(server, "\n")] = '\0';
    assert_int_equal(learn(server, "cached", ""), 1);
    assert_says("/me                              one by one  LEAK  3/3");
    assert_says("two was answered with what is one's");
    assert_says("/news: says the same to every account: not exercised");
    assert_null(strstr(output, "key-one")); /* neither credentials nor content are printed */
    assert_null(strstr(output, "alice"));
    assert_int_equal(learn(server, "private", "--json"), 0);
    assert_says("\"verdict\": \"pass\"");
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    unlink("live_service.conf");
    unlink("live_learn.yaml");
}

/* A service that takes stills in, one for each account. The pages below /cached are cached under a
 * key without the account. */
static const char store[] =
    "pid nginx.pid; events {} # {ORIGIN}\n"
    "http {\n"
    "  access_log off;\n"
    "  map $http_x_account $who { default stranger; key-one alice; key-two bob; }\n"
    "  proxy_cache_path {DIR}/cache keys_zone=pages:1m; proxy_temp_path {DIR}/temp;\n"
    "  client_body_temp_path {DIR}/body;\n"
    "  server {\n"
    "    listen {LISTEN};\n"
    "    location /direct/ { alias {DIR}/stills/$who/; dav_methods PUT; create_full_put_path on; "
    "}\n"
    "    location /refuse/ { return 403; }\n"
    "    location /cached/ { proxy_pass http://{LISTEN}/direct/; proxy_cache pages;\n"
    "      proxy_cache_key $uri; proxy_cache_valid 60s; }\n"
    "    location /private/ { proxy_pass http://{LISTEN}/direct/; proxy_cache pages;\n"
    "      proxy_cache_key $uri$http_x_account; proxy_cache_valid 60s; }\n"
    "  }\n"
    "}\n";

static int upload(const char *server, const char *direct, const char *below)
{
    char line[2048];
    snprintf(line, sizeof line,
             "printf 'learn: 1\ndirect: %s/%s\naccounts:\n  - {name: one, header: \"X-Account: "
             "key-one\"}\n  - {name: two, header: \"X-Account: key-two\"}\npages: [/cam.jpg]\n"
             "upload: {method: PUT, path: /cam.jpg}\nrepeats: 2\n' > live_upload.yaml && "
             "%s/strayframe live --learn live_upload.yaml --url %s/%s",
             server, direct, SF_BINARY_DIR, server, below);
    return shell(line);
}

static void test_stills_are_put_in_through_a_services_own_interface(void **state)
{
    (void)state;
    need_nginx();
    char lines[256];
    FILE *out = fopen("live_store.conf", "we");
    assert_non_null(out);
    fputs(store, out);
    fclose(out);
    pid_t pid = hold("live_store.conf", lines, sizeof lines);
    char *server = lines + strlen("SERVER=");
    server[strcspn(server, "\n")] = '\0';
    assert_int_equal(upload(server, "direct", "cached"), 1);
    assert_says("/cam.jpg                         one by one  LEAK  2/2");
    assert_says("two was answered with what is one's");
    assert_null(strstr(output, "key-one"));
    assert_int_equal(upload(server, "direct", "private"), 0);
    assert_int_equal(upload(server, "refuse", "cached"), 2);
    assert_says("the upload of one was answered with status 403");
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    unlink("live_store.conf");
    unlink("live_upload.yaml");
}

/* A short incident: one run, from its scenario to its story. */
static const char scenario[] =
    "strayframe: 1\nname: short\nduration: 9s\n"
    "live: {server: nginx, config: '{server}-boxing-day', shared_by: 2, arrival: gap 2.5s,\n"
    "  origin: {headers: ['Cache-Control: max-age=1']}}\n"
    "homes: [{name: a, count: 4, hub: {watch_every: 1min, watch_for: 1min, ask_every: 5s, "
    "time_out: 2s}}]\n"
    "timeline: [{at: 100ms, origin: slow 10ms}, {at: 4s, origin: drop}]\n"
    "expect: {verdict: fail, oracle: no-stray-pixels, strays_from: 4s}\n"
    "arms: [{name: well, set: {timeline: [], expect: {verdict: pass}}}]\n";

static void test_a_live_scenario_is_run_saved_judged_again_and_explained(void **state)
{
    (void)state;
    need_nginx();
    FILE *out = fopen("live_short.yaml", "we");
    assert_non_null(out);
    fputs(scenario, out);
    fclose(out);
    assert_int_equal(strayframe("run live_short.yaml --save live_short.run"), 1);
    assert_says("real servers: another run may differ");
    assert_says("no-stray-pixels: the hub of home");
    assert_int_equal(strayframe("run live_short.run --expect"), 0); /* judged again, not played */
    assert_says("as the scenario expects");
    assert_int_equal(strayframe("check live_short.run"), 0);
    assert_int_equal(strayframe("explain live_short.run"), 0);
    assert_says("while the origin failed, the server answered with");
    assert_says("closes connections instead of answering");
    assert_int_equal(strayframe("live live_short.yaml --set arm=well"), 2);
    assert_says("--set arm");
    assert_int_equal(strayframe("live live_short.yaml --json"), 0);
    assert_says("\"name\": \"short-well\"");
    assert_int_equal(strayframe("run live_short.yaml --twice"), 2);
    assert_says("never the same twice");
    assert_int_equal(strayframe("shrink live_short.yaml"), 2);
    assert_says("a run of real servers");
    unlink("live_short.yaml");
    unlink("live_short.run");
}

static void test_nothing_is_left_behind(void **state)
{
    (void)state;
    need_nginx();
    end_with(SIGINT);
    end_with(SIGKILL);
    end_with(SIGSEGV);
}

int main(void)
{
    signal(SIGINT, SIG_DFL); /* ignored by what a shell starts in its background */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_on_the_command_line_are_named),
        cmocka_unit_test(test_a_leak_is_told_with_commands_and_a_cure),
        cmocka_unit_test(test_the_incident_needs_a_poor_network),
        cmocka_unit_test(test_a_stray_credential_is_a_leak),
        cmocka_unit_test(test_a_server_that_cannot_start_is_noticed_at_once),
        cmocka_unit_test(test_the_printed_commands_show_the_leak),
        cmocka_unit_test(test_a_service_is_judged_by_its_own_content),
        cmocka_unit_test(test_stills_are_put_in_through_a_services_own_interface),
        cmocka_unit_test(test_a_live_scenario_is_run_saved_judged_again_and_explained),
        cmocka_unit_test(test_nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
