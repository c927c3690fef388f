/* `strayframe netem`, as a user meets it. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "tests/unit/test.h"

enum { OUTPUT_BYTES_MAX = 1 << 20, WORDS_MAX = 16 };

struct outcome {
    int code;
    char *out;
    char *err;
};

static char *read_all(int file)
{
    char *text = calloc(1, OUTPUT_BYTES_MAX);
    ssize_t length = pread(file, text, OUTPUT_BYTES_MAX - 1, 0);
    assert_true(length >= 0);
    close(file);
    return text;
}

static int scratch_file(void)
{
    char path[] = "/tmp/netem-command-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    unlink(path);
    return file;
}

/* Runs the command in a process of its own. `input` goes to its standard input; `out_path` takes
 * its standard output, NULL to keep it. */
static struct outcome call(const char *input, const char *out_path, const char *const *words)
{
    char *argv[WORDS_MAX + 1] = {0}; /* execv wants them without const, and changes nothing */
    for (int i = 0; words[i] != NULL; i++) {
        assert_true(i < WORDS_MAX);
        memcpy(&argv[i], &words[i], sizeof argv[i]);
    }
    int files[3] = {scratch_file(), scratch_file(), scratch_file()};
    assert_int_equal(pwrite(files[0], input, strlen(input), 0), (ssize_t)strlen(input));
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int out = out_path != NULL ? open(out_path, O_WRONLY | O_CLOEXEC) : files[1];
        dup2(files[0], 0);
        dup2(out, 1);
        dup2(files[2], 2);
        execv(SF_BINARY_DIR "/strayframe", argv);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    close(files[0]);
    return (struct outcome){WEXITSTATUS(status), read_all(files[1]), read_all(files[2])};
}

static void release(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

#define CALL(input, ...) \
    call(input, NULL, (const char *const[]){"strayframe", "netem", __VA_ARGS__, NULL})

static void test_a_spec_is_described_with_its_traps(void **state)
{
    (void)state;
    struct outcome got = CALL("", "loss 10% 25% delay 20ms");
    assert_int_equal(got.code, 0);
    assert_non_null(strstr(got.out, "limit 1000 delay 20ms loss 10% 25%\n"));
    assert_non_null(strstr(got.out, "note, column 10: "));
    assert_non_null(strstr(got.out, "lost        1."));
    assert_string_equal(got.err, "");
    release(&got);
}

static void test_words_may_be_given_one_by_one(void **state)
{
    (void)state;
    struct outcome got = CALL("", "delay", "20ms", "--packets", "10", "loss", "1%");
    assert_int_equal(got.code, 0);
    assert_non_null(strstr(got.out, "limit 1000 delay 20ms loss 1%\n"));
    assert_non_null(strstr(got.out, "10 packets of 1000 bytes"));
    release(&got);
}

static void test_packets_are_replayed(void **state)
{
    (void)state;
    struct outcome got = CALL("1,0,100,0\n2,500,100,0\n", "delay 5ms", "--replay", "-");
    assert_int_equal(got.code, 0);
    assert_string_equal(got.out, "seq,sent_ns,recv_ns,corrupted\n1,0,5000000,0\n2,500,5000500,0\n");
    assert_string_equal(got.err, "");
    release(&got);
}

static void test_the_seed_decides_and_the_specs_own_goes_first(void **state)
{
    (void)state;
    struct sf_text packets = {0};
    for (int i = 0; i < 200; i++) {
        sf_text_add(&packets, "%d,%d,100,0\n", i, i * 1000);
    }
    struct outcome one = CALL(packets.data, "loss 50%", "--replay", "-", "--seed", "1");
    struct outcome two = CALL(packets.data, "loss 50%", "--replay", "-", "--seed", "2");
    struct outcome none = CALL(packets.data, "loss 50%", "--replay", "-");
    struct outcome own = CALL(packets.data, "loss 50% seed 2", "--replay", "-", "--seed", "1");
    assert_string_not_equal(one.out, two.out);
    assert_string_equal(one.out, none.out);
    assert_string_equal(two.out, own.out);
    release(&one);
    release(&two);
    release(&none);
    release(&own);
    sf_text_free(&packets);
}

static void test_json_is_json(void **state)
{
    (void)state;
    struct outcome got = CALL("", "delay 5ms 1ms seed 9", "--json", "--packets", "100");
    assert_int_equal(got.code, 0);
    json_error_t error;
    json_t *object = json_loads(got.out, 0, &error);
    assert_non_null(object);
    const char *spec;
    const char *seed;
    const char *kind;
    json_int_t packets;
    assert_int_equal(json_unpack(object, "{s:s, s:s, s:[{s:s}], s:{s:I}}", "spec", &spec, "seed",
                                 &seed, "notes", "kind", &kind, "run", "packets", &packets),
                     0);
    assert_string_equal(spec, "limit 1000 delay 5ms 1ms seed 9");
    assert_string_equal(seed, "9");
    assert_string_equal(kind, "jitter-reorders");
    assert_int_equal(packets, 100);
    json_decref(object);
    release(&got);

    got = CALL("7,0,100,0\n", "loss 100%", "--json", "--replay", "-");
    object = json_loads(got.out, 0, &error);
    assert_non_null(object);
    json_int_t seq;
    json_int_t recv_ns;
    assert_int_equal(
        json_unpack(object, "{s:[{s:I, s:I}]}", "rows", "seq", &seq, "recv_ns", &recv_ns), 0);
    assert_int_equal(seq, 7);
    assert_int_equal(recv_ns, -1);
    json_decref(object);
    release(&got);
}

static void check_refusal(struct outcome got, const char *part)
{
    assert_int_equal(got.code, 2);
    assert_string_equal(got.out, "");
    if (strstr(got.err, part) == NULL) {
        fail_msg("expected '%s' in: %s", part, got.err);
    }
    release(&got);
}

static void test_bad_input_is_exit_code_2_and_writes_nothing(void **state)
{
    (void)state;
    check_refusal(CALL("", "delay 10ms losss 5%"),
                  "column 12: unknown keyword 'losss', did you mean 'loss'");
    check_refusal(CALL("", "delay 10ms losss 5%"), "\n  delay 10ms losss 5%\n             ^\n");
    check_refusal(CALL("", "loss 5%", "--replay", "/no/such/file"), "/no/such/file: cannot open");
    check_refusal(CALL("1,2\n", "loss 5%", "--replay", "-"), "standard input:1:4: ");
    check_refusal(CALL("", "loss 5%", "--seed", "x"), "--seed x: expected");
    check_refusal(CALL("", "loss 5%", "--packets", "0"), "--packets 0: expected");
    check_refusal(CALL("", "loss 5%", "--interval", "5"), "--interval expects");
    check_refusal(CALL("", "loss 5%", "--bytes", "0"), "--bytes 0: expected");
    check_refusal(CALL("", "rate 8bit", "--packets", "10000000"), "exceeds the range of virtual time");
    check_refusal(CALL("", "loss 5%", "--frobnicate"), "unknown option --frobnicate");
    check_refusal(CALL("", "--json"), "expected a spec");
    check_refusal(CALL("", "delay 5ms 1ms distribution x", "--tables", "/"),
                  "unknown distribution 'x'");
}

static void expect_refusal(const char *const *words, const char *says)
{
    struct outcome got = call("", NULL, words);
    assert_int_equal(got.code, 2);
    assert_string_equal(got.out, "");
    if (strstr(got.err, says) == NULL) {
        fail_msg("'%s' does not say '%s'", got.err, says);
    }
    release(&got);
}

#define REFUSED(says, ...) \
    expect_refusal((const char *const[]){"strayframe", "netem", __VA_ARGS__, NULL}, says)

static void test_a_device_is_touched_only_where_it_is_said_to_be(void **state)
{
    (void)state;
    REFUSED("--dev lo needs --netns NAME", "delay 1ms", "--dev", "lo");
    REFUSED("--dev lo needs --netns NAME", "--dev", "lo", "--show");
    REFUSED("need --dev INTERFACE", "delay 1ms", "--netns", "nowhere");
    REFUSED("need --dev INTERFACE", "--remove");
    REFUSED("contradict", "delay 1ms", "--dev", "lo", "--netns", "a", "--outside-namespace");
    REFUSED("two commands", "--dev", "lo", "--netns", "a", "--show", "--remove");
    REFUSED("--show takes no spec", "delay 1ms", "--dev", "lo", "--netns", "a", "--show");
    REFUSED("needs a spec to set", "--dev", "lo", "--netns", "a");
    REFUSED("nothing is sent", "delay 1ms", "--dev", "lo", "--netns", "a", "--packets", "5");
    REFUSED("column 7", "delay xms", "--dev", "lo", "--netns", "strayframe-nowhere");
    REFUSED("ip netns add strayframe-nowhere", "delay 1ms", "--dev", "lo", "--netns",
            "strayframe-nowhere");
    REFUSED("is no name", "--show", "--dev", "lo", "--netns", "../../proc/1/ns/net");
    REFUSED("no interface 'strayframe-if'", "--show", "--dev", "strayframe-if",
            "--outside-namespace");
}

static void test_a_full_disk_is_exit_code_4(void **state)
{
    (void)state;
    static const char *const describing[] = {"strayframe", "netem", "loss 5%",
                                             "--packets",  "10",    NULL};
    static const char *const replaying[] = {"strayframe", "netem", "loss 5%",
                                            "--replay",   "-",     NULL};
    struct outcome got = call("", "/dev/full", describing);
    assert_int_equal(got.code, 4);
    assert_non_null(strstr(got.err, "cannot write"));
    release(&got);
    got = call("1,1,1,0\n", "/dev/full", replaying);
    assert_int_equal(got.code, 4);
    release(&got);
}

static void test_help_and_profiles_go_to_standard_output(void **state)
{
    (void)state;
    struct outcome got = CALL("", "--help");
    assert_int_equal(got.code, 0);
    assert_non_null(strstr(got.out, "--replay FILE"));
    release(&got);
    got = CALL("", "--profiles");
    assert_int_equal(got.code, 0);
    assert_non_null(strstr(got.out, "extremely-poor\n"));
    release(&got);
}

static void test_a_link_that_changes_is_described_state_by_state(void **state)
{
    (void)state;
    struct outcome got = CALL("", "states good 2s delay 20ms | gone 1s profile outage");
    assert_int_equal(got.code, 0);
    assert_non_null(strstr(got.out, "states good 2s limit 1000 delay 20ms | gone 1s limit 1000 "
                                    "loss 100%\n"));
    assert_non_null(strstr(got.out, "note, column 1: 'states' is not tc's"));
    assert_non_null(strstr(got.out, "good, as if it stayed so (lasts 2s):\n"));
    assert_non_null(strstr(got.out, "gone, as if it stayed so (lasts 1s):\n"));
    assert_non_null(strstr(got.out, "lost        0.000%\n"));
    assert_non_null(strstr(got.out, "lost        100.000%"));
    assert_non_null(strstr(got.out, "the whole, 66 changes of state:\n"));
    assert_non_null(strstr(got.out, "lost        33.000%"));
    release(&got);
}

static void test_a_link_that_changes_is_json_too(void **state)
{
    (void)state;
    struct outcome got =
        CALL("", "states a 10ms..20ms | b 1s loss 10%", "--json", "--packets", "1000");
    assert_int_equal(got.code, 0);
    json_t *object = json_loads(got.out, 0, NULL);
    assert_non_null(object);
    const char *names[2];
    const char *spec;
    json_int_t least;
    json_int_t longest;
    json_int_t lost;
    json_int_t changes;
    assert_int_equal(json_unpack(object, "{s:[{s:s, s:I, s:I}, {s:s, s:s, s:{s:I}}], s:{s:I}}",
                                 "states", "name", &names[0], "dwell_ns_min", &least,
                                 "dwell_ns_max", &longest, "name", &names[1], "spec", &spec, "run",
                                 "lost", &lost, "run", "state_changes", &changes),
                     0);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
    assert_string_equal(spec, "limit 1000 loss 10%");
    assert_int_equal(least, 10000000);
    assert_int_equal(longest, 20000000);
    assert_in_range(lost, 70, 130);
    assert_int_equal(changes, 1);
    json_decref(object);
    release(&got);
}

static void test_packets_are_replayed_through_states(void **state)
{
    (void)state;
    struct outcome got = CALL("1,0,100,0\n2,1999999,100,0\n3,2000000,100,0\n4,3000000,100,0\n",
                              "states a 2ms delay 5ms | b 1ms loss 100%", "--replay", "-");
    assert_int_equal(got.code, 0);
    assert_string_equal(got.out, "seq,sent_ns,recv_ns,corrupted\n1,0,5000000,0\n"
                                 "2,1999999,6999999,0\n3,2000000,-1,0\n4,3000000,8000000,0\n");
    release(&got);
    got = CALL("1,9000000000000000000,100,0\n", "states a 1ms | b 1ms", "--replay", "-");
    assert_int_equal(got.code, 2);
    assert_non_null(strstr(got.err, "more than 10000000 times"));
    release(&got);
}

static void test_a_kernel_is_not_asked_for_what_is_ours(void **state)
{
    (void)state;
    struct outcome got = CALL("", "delay 5ms 1ms keep-order", "--dev", "v0", "--netns", "none");
    assert_int_equal(got.code, 2);
    assert_non_null(strstr(got.err, "no kernel's netem can do it"));
    release(&got);
    got = CALL("", "states a 1s | b 1s", "--dev", "v0", "--netns", "none");
    assert_int_equal(got.code, 2);
    assert_non_null(strstr(got.err, "one set of parameters at a time"));
    release(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_spec_is_described_with_its_traps),
        cmocka_unit_test(test_words_may_be_given_one_by_one),
        cmocka_unit_test(test_packets_are_replayed),
        cmocka_unit_test(test_the_seed_decides_and_the_specs_own_goes_first),
        cmocka_unit_test(test_json_is_json),
        cmocka_unit_test(test_bad_input_is_exit_code_2_and_writes_nothing),
        cmocka_unit_test(test_a_device_is_touched_only_where_it_is_said_to_be),
        cmocka_unit_test(test_a_full_disk_is_exit_code_4),
        cmocka_unit_test(test_help_and_profiles_go_to_standard_output),
        cmocka_unit_test(test_a_link_that_changes_is_described_state_by_state),
        cmocka_unit_test(test_a_link_that_changes_is_json_too),
        cmocka_unit_test(test_packets_are_replayed_through_states),
        cmocka_unit_test(test_a_kernel_is_not_asked_for_what_is_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
