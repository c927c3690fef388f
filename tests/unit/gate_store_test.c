/* A campaign that is kept: killed at random moments, without room on the disk, interrupted. Nothing
 * that was settled is lost, nothing is left, and in the end the result is that of a campaign that
 * was never disturbed. STRAYFRAME_TEST_KILLS says how many kills (16). */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "tests/unit/leftovers.h"
#include "tests/unit/program.h"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

/* A cache in processes of its own: what a kill could leave behind. */
#define GATE "gate --only scenarios/smoke/small.yaml --seeds 150 --json --candidate @/nothing.so"

static void put_folder(const char *words, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (; *words != '\0' && used + sizeof folder < out_bytes; words++) {
        used += (size_t)snprintf(out + used, out_bytes - used, *words == '@' ? "%s" : "%.1s",
                                 *words == '@' ? folder : words);
    }
}

static int gate(const char *words)
{
    char line[1000];
    put_folder(words, line, sizeof line);
    return strayframe(line);
}

static int run_shell(const char *words)
{
    char line[1600];
    put_folder(words, line, sizeof line);
    return shell(line);
}

static json_t *history(void)
{
    assert_int_equal(gate("history @/s.db --json"), 0);
    return parsed();
}

/* The runs of the latest campaign. */
static json_int_t stored_runs(void)
{
    json_t *json = history();
    json_t *campaigns = json_object_get(json, "campaigns");
    size_t count = json_array_size(campaigns);
    json_int_t runs =
        count > 0
            ? json_integer_value(json_object_get(json_array_get(campaigns, count - 1), "runs"))
            : 0;
    json_decref(json);
    return runs;
}

static void assert_only_the_store_is_there(void)
{
    DIR *files = opendir(folder);
    assert_non_null(files);
    for (const struct dirent *entry = readdir(files); entry != NULL; entry = readdir(files)) {
        const char *name = entry->d_name;
        bool is_known = name[0] == '.' || strcmp(name, "nothing.so") == 0 ||
                        strcmp(name, "out") == 0 || strcmp(name, "s.db") == 0 ||
                        strcmp(name, "s.db-wal") == 0 || strcmp(name, "s.db-shm") == 0;
        if (!is_known) {
            fail_msg("%s is left", name);
        }
    }
    closedir(files);
}

static pid_t start(const char *words)
{
    char line[1000];
    char path[100];
    put_folder(words, line, sizeof line);
    put_folder("@/out", path, sizeof path);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        char command[1200];
        snprintf(command, sizeof command, "exec %s/strayframe %s", SF_BINARY_DIR, line);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

static void test_kills_lose_nothing_and_leave_nothing(void **state)
{
    enum { MOMENT_US_MAX = 1200 * 1000 };
    (void)state;
    const char *wanted = getenv("STRAYFRAME_TEST_KILLS");
    long kills = wanted != NULL ? strtol(wanted, NULL, 10) : 16;
    unsigned long moment = 20191226;
    long seed = 1;
    long whole_count = 0;
    json_int_t runs = 0;
    char line[300];
    for (long i = 0; i < kills; i++) {
        int status;
        snprintf(line, sizeof line, GATE " --store @/s.db --resume --seed %ld", seed);
        pid_t pid = start(line);
        moment = moment * 6364136223846793005u + 1442695040888963407u;
        usleep((useconds_t)((moment >> 33) % MOMENT_US_MAX));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_nothing_is_left(folder);
        assert_only_the_store_is_there();
        put_folder("@/s.db", line, sizeof line);
        if (access(line, F_OK) != 0 || gate("history @/s.db") == 2) {
            continue; /* it was killed before there was a store: an empty file, or none */
        }
        json_int_t now = stored_runs();
        if (now < runs) {
            fail_msg("kill %ld: %lld runs were stored, and now %lld are", i, (long long)runs,
                     (long long)now);
        }
        runs = now;
        if (WIFEXITED(
                status)) { /* it was faster: what it printed is what an undisturbed one does */
            char *kept;
            assert_int_equal(run_shell("cat @/out"), 0);
            kept = strdup(strchr(output, '{'));
            snprintf(line, sizeof line, GATE " --seed %ld", seed);
            (void)gate(line);
            assert_string_equal(output, kept);
            free(kept);
            seed += 1000;
            runs = 0;
            whole_count++;
        }
    }
    /* The last one is finished, too. */
    snprintf(line, sizeof line, GATE " --store @/s.db --resume --seed %ld", seed);
    (void)gate(line);
    char *kept = strdup(strchr(output, '{'));
    assert_non_null(strstr(kept, "\"runs\": 150"));
    snprintf(line, sizeof line, GATE " --seed %ld", seed);
    (void)gate(line);
    assert_string_equal(output, kept);
    free(kept);
    print_message("%ld kills, %ld campaigns ended between them\n", kills, whole_count);
    assert_int_equal(run_shell("ls @/s.db-wal"), 2); /* taken in when the last one closed it */
}

/* An interrupted campaign says what it knows; what is left of it is run later. */
static void test_an_interrupted_campaign_goes_on(void **state)
{
    (void)state;
    int status;
    pid_t pid = start(GATE " --seed 5 --seeds 100000 --store @/s.db");
    /* Until a run of this campaign, the only one with that many seeds, is stored. */
    for (int i = 0; i < 2000; i++) {
        bool is_begun = gate("history @/s.db") == 0 && strstr(output, "--seeds 100000") != NULL;
        if (is_begun && stored_runs() > 0) {
            break;
        }
        usleep(20 * 1000);
    }
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
    assert_int_equal(run_shell("cat @/out"), 0);
    assert_says("\"kind\": \"inconclusive\"");
    assert_says("interrupted after");
    assert_true(stored_runs() > 0);
    assert_nothing_is_left(folder);
}

/* ---- without room on the disk ---- */

/* Runs a script in namespaces of its own, where it may mount a small file system on @/disk; 77: the
 * kernel gives none. */
static int in_small_disk(const char *script)
{
    char line[1500];
    if (run_shell("mkdir -p @/disk; unshare -Urm mount -t tmpfs none @/disk") != 0) {
        return 77;
    }
    snprintf(line, sizeof line,
             "unshare -Urm sh -c 'mount -t tmpfs -o size=%s none @/disk; s=%s/strayframe; %s'",
             "400k", SF_BINARY_DIR, script);
    return run_shell(line);
}

#define SMALL_GATE \
    "$s gate --only scenarios/smoke/small.yaml --seeds 1500 --candidate builtin:careful"

static void test_without_room_the_store_stays_whole_and_the_verdict_is_printed(void **state)
{
    (void)state;
    int code =
        in_small_disk(SMALL_GATE " --store @/disk/s.db; echo \"code $?\"; "
                                 "$s history @/disk/s.db; "
                                 "mount -o remount,size=20m @/disk; " SMALL_GATE
                                 " --store @/disk/s.db --resume --json > @/disk/1; " SMALL_GATE
                                 " --json > @/disk/2; cmp @/disk/1 @/disk/2 && echo same");
    if (code == 77) {
        print_message("no namespaces: a limit of the file's size stands for the full disk\n");
        code =
            run_shell("mkdir -p @/disk; s=" SF_BINARY_DIR "/strayframe; "
                      "(trap '' XFSZ; ulimit -f 300; " SMALL_GATE
                      " --store @/disk/s.db; echo \"code $?\"); $s history @/disk/s.db; " SMALL_GATE
                      " --store @/disk/s.db --resume --json > @/disk/1; " SMALL_GATE
                      " --json > @/disk/2; cmp @/disk/1 @/disk/2 && echo same");
    }
    assert_int_equal(code, 0);
    assert_says("code 4");
    assert_says("verdict: inconclusive: the store failed after");
    assert_says("not ended"); /* the history can be read */
    assert_says("same");      /* and the campaign goes on to the end that it would have had */
}

/* The disk is full when only the report is left to be written. */
static void test_the_verdict_is_printed_when_the_report_cannot_be_written(void **state)
{
    (void)state;
    int code = in_small_disk("head -c 1m /dev/zero > @/disk/fill; "
                             "$s gate --only scenarios/smoke/small.yaml --seeds 3 --candidate "
                             "builtin:canary-tenantless --junit @/disk/r.xml; "
                             "echo \"code $?\"; ls @/disk");
    if (code == 77) {
        skip();
    }
    assert_says("verdict: leak:");
    assert_says("code 4");
    assert_null(strstr(output, "r.xml\n"));
}

/* ---- what is said of a store ---- */

static void test_what_cannot_go_on_is_said(void **state)
{
    (void)state;
    assert_int_equal(gate(GATE " --resume"), 2);
    assert_says("--resume goes with --store FILE");
    assert_int_equal(gate("history @/nothing.so"), 2);
    assert_int_equal(gate("history @/none.db"), 2);
    assert_int_equal(gate("history"), 2);
    assert_int_equal(gate("gate --only scenarios/smoke/small.yaml --seeds 3 --candidate "
                          "builtin:careful --store @/new.db --resume --seed cafe123"),
                     3);
    assert_says("a new one begins");
    assert_int_equal(gate("history @/new.db"), 0);
    assert_says("cafe123"); /* the seed is a commit */
    assert_says("seeds 212853027 to 212853029");
    assert_says("inconclusive");
}

static int set_up(void **state)
{
    (void)state;
    char to[100];
    assert_non_null(mkdtemp(folder));
    put_folder("@/nothing.so", to, sizeof to);
    return symlink(SF_BINARY_DIR "/tests/hostile_sound.so", to);
}

static int tear_down(void **state)
{
    (void)state;
    return run_shell("rm -rf @");
}

/* ---- what is in it ---- */

static int add_row(void *context, int count, char **values, char **names)
{
    struct sf_text *rows = context;
    (void)names;
    for (int i = 0; i < count; i++) {
        sf_text_add(rows, "%s|", values[i] != NULL ? values[i] : "");
    }
    sf_text_add(rows, "\n");
    return 0;
}

/* All that was found out; memory alone depends on what a process did before, as is said of it. */
static void read_store(const char *name, struct sf_text *rows)
{
    static const char *const selects[] = {
        "SELECT verdict, reason, runs, wanted, failed, complete FROM campaigns",
        "SELECT number, arm, plan, seed, end, signal, verdict, cut, trace_hash, ended_code, "
        "ended_subject, ended_text, asks, own_whole, blanks, fetches, hex(probes), hex(firsts) "
        "FROM runs ORDER BY number",
        "SELECT * FROM evidence ORDER BY number, oracle",
        "SELECT * FROM findings ORDER BY number, position",
        "SELECT * FROM signatures ORDER BY name",
    };
    char path[500];
    sqlite3 *db;
    rows->length = 0;
    snprintf(path, sizeof path, "%s/%s.db", folder, name);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++) {
        size_t before = rows->length;
        assert_int_equal(sqlite3_exec(db, selects[i], add_row, rows, NULL), SQLITE_OK);
        assert_true(rows->length > before);
    }
    sqlite3_close(db);
}

/* Of a leaky cache in a box, under seeds with pairs, and where a bound of the host's makes runs
 * void: each worker meets that for itself. */
static void test_the_store_never_depends_on_jobs(void **state)
{
    struct sf_text alone = {0};
    struct sf_text together = {0};
    char line[400];
    (void)state;
    link_to(folder, "hostile_leaky", "leaky");
    for (int jobs = 1; jobs <= 5; jobs += 2) {
        snprintf(
            line, sizeof line,
            "gate --only scenarios/gate/refused.yaml --seeds 9 --candidate @/leaky.so --jobs %d "
            "--store @/jobs%d.db",
            jobs, jobs);
        assert_in_range(gate(line), 0, 3);
        snprintf(line, sizeof line, "jobs%d", jobs);
        read_store(line, jobs == 1 ? &alone : &together);
        if (jobs > 1) {
            assert_string_equal(together.data, alone.data);
        }
    }
    sf_text_free(&alone);
    sf_text_free(&together);
    run_shell("rm @/jobs*.db* @/leaky.so");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kills_lose_nothing_and_leave_nothing),
        cmocka_unit_test(test_an_interrupted_campaign_goes_on),
        cmocka_unit_test(test_without_room_the_store_stays_whole_and_the_verdict_is_printed),
        cmocka_unit_test(test_the_verdict_is_printed_when_the_report_cannot_be_written),
        cmocka_unit_test(test_what_cannot_go_on_is_said),
        cmocka_unit_test(test_the_store_never_depends_on_jobs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
