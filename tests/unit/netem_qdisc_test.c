/* The messages to the kernel, laid beside what tc sends; and what can be seen of qdisc.c on any
 * machine. What needs sch_netem is in tests/kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/text.h"
#include "harness/net/kernel/qdisc.h"
#include "harness/net/kernel/rtnl.h"
#include "harness/net/netem_grammar.h"

enum { LINE_BYTES_MAX = 4096, COLUMNS = 4 };

struct line {
    char *text; /* owned; the columns point into it */
    const char *columns[COLUMNS];
};

static bool read_line(FILE *file, struct line *line)
{
    size_t capacity = 0;
    line->text = NULL;
    while (getline(&line->text, &capacity, file) > 0) {
        line->text[strcspn(line->text, "\n")] = '\0';
        if (line->text[0] == '#' || line->text[0] == '\0') {
            continue;
        }
        char *at = line->text;
        for (int i = 0; i < COLUMNS; i++) {
            line->columns[i] = at;
            char *bar = strstr(at, " |");
            assert_true((bar != NULL) == (i < COLUMNS - 1));
            if (bar != NULL) {
                *bar = '\0';
                at = bar + 2 + (bar[2] == ' ');
            }
        }
        return true;
    }
    free(line->text);
    return false;
}

static enum sf_qdisc_verb verb_of(const char *word)
{
    static const char *const words[] = {"add", "change", "replace", "delete"};
    static const enum sf_qdisc_verb verbs[] = {SF_QDISC_ADD, SF_QDISC_CHANGE, SF_QDISC_REPLACE,
                                               SF_QDISC_REMOVE};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(word, words[i]) == 0) {
            return verbs[i];
        }
    }
    fail_msg("unknown verb %s", word);
    return SF_QDISC_ADD;
}

static void parse(const char *spec, struct sf_netem_config *config)
{
    struct sf_diag diag = {0};
    if (sf_netem_parse(spec, config, NULL, &diag) != SF_OK) {
        fail_msg("%s: %s", spec, diag.message);
    }
}

static struct nl_msg *build(enum sf_qdisc_encoding encoding, enum sf_qdisc_verb verb,
                            const struct sf_netem_config *config, enum sf_qdisc_extent extent)
{
    struct nl_msg *message;
    struct sf_diag diag = {0};
    if (sf_qdisc_message(1, verb, config, encoding, extent, &message, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    return message;
}

/* Writes `bytes` the way that `expected` is written: hex, and (N:HASH) wherever that stands. */
static void render_like(const char *expected, const uint8_t *bytes, size_t count,
                        struct sf_text *out)
{
    size_t at = 0;
    while (at < count) {
        size_t written = out->length;
        size_t table = 0;
        if (strlen(expected) > written && expected[written] == '(') {
            table = strtoul(expected + written + 1, NULL, 10);
        }
        if (table == 0 || table > count - at) {
            sf_text_add(out, "%02x", bytes[at++]);
            continue;
        }
        uint64_t hash = 0xcbf29ce484222325;
        for (size_t i = 0; i < table; i++) {
            hash = (hash ^ bytes[at + i]) * 0x100000001b3;
        }
        sf_text_add(out, "(%zu:%016" PRIx64 ")", table, hash);
        at += table;
    }
}

static void test_message_is_the_one_that_tc_sends(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/netem/tc_messages.txt", "re");
    assert_non_null(file);
    struct line line;
    int counts[2] = {0};
    while (read_line(file, &line)) {
        enum sf_qdisc_encoding encoding =
            strcmp(line.columns[0], "ticks") == 0 ? SF_QDISC_TICKS : SF_QDISC_NANOSECONDS;
        struct sf_netem_config config;
        parse(line.columns[2], &config);
        struct nl_msg *message = build(encoding, verb_of(line.columns[1]), &config, SF_QDISC_BRIEF);
        struct nlmsghdr *header = nlmsg_hdr(message);
        assert_int_equal(header->nlmsg_seq, 0);
        header->nlmsg_pid = 0;
        struct sf_text ours = {0};
        render_like(line.columns[3], (const uint8_t *)header, header->nlmsg_len, &ours);
        if (strcmp(ours.data, line.columns[3]) != 0) {
            fail_msg("%s %s\n  tc   %s\n  ours %s", line.columns[0], line.columns[2],
                     line.columns[3], ours.data);
        }
        counts[encoding]++;
        sf_text_free(&ours);
        nlmsg_free(message);
        free(line.text);
    }
    fclose(file);
    assert_true(counts[SF_QDISC_TICKS] >= 35);
    assert_true(counts[SF_QDISC_NANOSECONDS] >= 40);
}

/* The message of a request is of the shape of the one in an answer. */
static void test_read_gives_back_every_parameter(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/netem/tc_messages.txt", "re");
    assert_non_null(file);
    struct line line;
    int count = 0;
    while (read_line(file, &line)) {
        for (int i = 0; i < 2; i++) {
            struct sf_netem_config config;
            parse(line.columns[2], &config);
            struct nl_msg *message = build(SF_QDISC_NANOSECONDS, SF_QDISC_ADD, &config,
                                           i == 0 ? SF_QDISC_BRIEF : SF_QDISC_WHOLE);
            nlmsg_hdr(message)->nlmsg_type = RTM_NEWQDISC;
            struct sf_qdisc_state got;
            int index;
            uint32_t parent;
            assert_true(sf_qdisc_read(nlmsg_hdr(message), &index, &parent, &got));
            assert_int_equal(index, 1);
            assert_int_equal(parent, TC_H_ROOT);
            assert_true(got.netem);
            assert_int_equal(got.config.seed_given, config.seed_given);
            assert_int_equal(got.config.seed, config.seed);
            config.delay_table = NULL;
            config.slot_table = NULL;
            assert_true(sf_netem_config_same(&config, &got.config));
            assert_true(sf_qdisc_same(&config, &got.config));
            nlmsg_free(message);
            count++;
        }
        free(line.text);
    }
    fclose(file);
    assert_true(count >= 150);
}

static void test_read_takes_ticks_where_there_is_nothing_better(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("delay 100ms 20ms", &config);
    struct nl_msg *message = build(SF_QDISC_TICKS, SF_QDISC_ADD, &config, SF_QDISC_BRIEF);
    struct sf_qdisc_state got;
    int index;
    uint32_t parent;
    assert_true(sf_qdisc_read(nlmsg_hdr(message), &index, &parent, &got));
    assert_int_equal(got.config.delay_ns, 100 * SF_MS);
    assert_int_equal(got.config.jitter_ns, 20 * SF_MS);
    nlmsg_free(message);
}

/* Every prefix, in memory of just that size, for the sanitizer to watch. */
static void test_read_survives_a_message_that_is_cut(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("delay 20ms 5ms 10% loss gemodel 5% ecn duplicate 10% corrupt 5% reorder 25% gap 3 "
          "rate 100gbit 20 53 5 slot 5ms 20ms packets 7 seed 3",
          &config);
    struct nl_msg *message = build(SF_QDISC_NANOSECONDS, SF_QDISC_ADD, &config, SF_QDISC_BRIEF);
    uint32_t whole = nlmsg_hdr(message)->nlmsg_len;
    for (uint32_t bytes = sizeof(struct nlmsghdr); bytes < whole; bytes++) {
        struct nlmsghdr *cut = malloc(bytes);
        memcpy(cut, nlmsg_hdr(message), bytes);
        cut->nlmsg_len = bytes;
        struct sf_qdisc_state got;
        int index;
        uint32_t parent;
        /* Read or refused: the parameters that are returned are those of the message. */
        if (sf_qdisc_read(cut, &index, &parent, &got)) {
            assert_false(sf_qdisc_same(&config, &got.config) && got.config.seed_given);
        }
        free(cut);
    }
    nlmsg_free(message);
}

static void test_whole_message_says_the_zeros(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("delay 1ms", &config);
    struct nl_msg *message = build(SF_QDISC_NANOSECONDS, SF_QDISC_CHANGE, &config, SF_QDISC_WHOLE);
    struct nlmsghdr *header = nlmsg_hdr(message);
    const struct nlattr *options = nlmsg_find_attr(header, sizeof(struct tcmsg), TCA_OPTIONS);
    assert_non_null(options);
    struct nlattr *attributes[16] = {0};
    struct nlattr *head = (struct nlattr *)(void *)((char *)nla_data(options) + 24);
    assert_int_equal(nla_parse(attributes, 15, head, nla_len(options) - 24, NULL), 0);
    static const int expected[] = {TCA_NETEM_CORR,     TCA_NETEM_REORDER, TCA_NETEM_CORRUPT,
                                   TCA_NETEM_RATE,     TCA_NETEM_ECN,     TCA_NETEM_LATENCY64,
                                   TCA_NETEM_JITTER64, TCA_NETEM_SLOT};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_non_null(attributes[expected[i]]);
    }
    nlmsg_free(message);
}

static void test_removal_needs_no_parameters(void **state)
{
    (void)state;
    struct nl_msg *message = build(SF_QDISC_NANOSECONDS, SF_QDISC_REMOVE, NULL, SF_QDISC_WHOLE);
    assert_int_equal(nlmsg_hdr(message)->nlmsg_type, RTM_DELQDISC);
    nlmsg_free(message);
}

static void test_message_refuses_what_does_not_fit(void **state)
{
    (void)state;
    struct sf_netem_config config;
    struct nl_msg *message;
    struct sf_diag diag = {0};
    parse("delay 275s", &config);
    assert_int_equal(
        sf_qdisc_message(1, SF_QDISC_ADD, &config, SF_QDISC_TICKS, SF_QDISC_BRIEF, &message, &diag),
        SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "274.8 s"));

    static const int16_t entries[SF_NETEM_TABLE_ENTRIES_MAX];
    struct sf_netem_table table = {
        .name = "flat", .entries = entries, .entries_count = SF_NETEM_TABLE_ENTRIES_MAX};
    parse("delay 20ms 5ms", &config);
    config.delay_table = &table;
    nlmsg_free(build(SF_QDISC_NANOSECONDS, SF_QDISC_ADD, &config, SF_QDISC_WHOLE));
    config.slot_table = &table;
    assert_int_equal(sf_qdisc_message(1, SF_QDISC_ADD, &config, SF_QDISC_NANOSECONDS,
                                      SF_QDISC_BRIEF, &message, &diag),
                     SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "32768 entries together"));

    parse("delay 20ms 5ms keep-order", &config);
    assert_int_equal(sf_qdisc_message(1, SF_QDISC_ADD, &config, SF_QDISC_NANOSECONDS,
                                      SF_QDISC_BRIEF, &message, &diag),
                     SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "no kernel's netem can do it"));
    config.keep_order = false;
    nlmsg_free(build(SF_QDISC_NANOSECONDS, SF_QDISC_ADD, &config, SF_QDISC_BRIEF));
}

static struct sf_namespace make_or_skip(void)
{
    struct sf_namespace space;
    struct sf_diag diag = {0};
    if (sf_namespace_create(&space, &diag) != SF_OK) {
        print_message("skipped: %s\n", diag.message);
        skip();
    }
    return space;
}

static void test_set_refuses_an_unknown_interface(void **state)
{
    (void)state;
    struct sf_namespace space = make_or_skip();
    struct sf_netem_config config;
    parse("delay 1ms", &config);
    struct sf_qdisc_outcome outcome;
    struct sf_qdisc_state shown;
    struct sf_diag diag = {0};
    assert_int_equal(sf_qdisc_set(&space, "nowhere", &config, &outcome, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "no interface 'nowhere'"));
    assert_false(outcome.no_netem);
    assert_int_equal(sf_qdisc_look(&space, "nowhere", &shown, &diag), SF_ERR_INPUT);
    assert_int_equal(sf_qdisc_remove(&space, "nowhere", &diag), SF_ERR_INPUT);
    assert_int_equal(sf_qdisc_remove(&space, "lo", &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "no netem at the root of lo but noqueue"));
    sf_namespace_fini(&space);
}

/* Either answer is right on some machine; none but these two is. */
static void test_set_works_or_names_what_the_kernel_lacks(void **state)
{
    (void)state;
    struct sf_namespace space = make_or_skip();
    struct sf_qdisc_abilities abilities;
    struct sf_diag diag = {0};
    if (sf_qdisc_probe(&abilities, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    struct sf_netem_config config;
    parse("delay 50ms 10ms loss 1% seed 9", &config);
    struct sf_qdisc_outcome outcome;
    enum sf_err err = sf_qdisc_set(&space, "lo", &config, &outcome, &diag);
    if (abilities.netem) {
        assert_int_equal(err, SF_OK);
        assert_int_equal(outcome.seed_ignored, !abilities.seed);
        assert_int_equal(sf_qdisc_remove(&space, "lo", &diag), SF_OK);
    } else {
        print_message("this kernel has no sch_netem\n");
        assert_int_equal(err, SF_ERR_MACHINE);
        assert_true(outcome.no_netem);
        assert_non_null(strstr(diag.message, "modprobe sch_netem"));
    }
    sf_namespace_fini(&space);
}

/* A qdisc of a kind that no kernel has. */
static struct nl_msg *unknown_kind(void)
{
    struct nl_msg *message = sf_rtnl_message(RTM_NEWQDISC, NLM_F_CREATE, 256);
    struct tcmsg header = {.tcm_ifindex = 1, .tcm_parent = TC_H_ROOT};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_text(message, TCA_KIND, "strayframe");
    return message;
}

/* The reason in words travels behind the error. */
static void test_kernel_speaks_in_its_own_words(void **state)
{
    (void)state;
    struct sf_namespace space = make_or_skip();
    struct sf_rtnl rtnl;
    assert_int_equal(sf_rtnl_open(&rtnl, &space, NULL), SF_OK);
    struct nl_msg *message = unknown_kind();
    struct sf_rtnl_reply reply;
    assert_int_equal(sf_rtnl_ask(&rtnl, message, &reply, NULL), SF_OK);
    nlmsg_free(message);
    assert_int_equal(reply.error, ENOENT);
    assert_string_equal(reply.text, "Specified qdisc kind is unknown");
    struct sf_diag diag = {0};
    assert_int_equal(sf_rtnl_do(&rtnl, unknown_kind(), "do this", &diag), SF_ERR_MACHINE);
    assert_string_equal(diag.message, "cannot do this: the kernel says: Specified qdisc kind is "
                                      "unknown (No such file or directory)");
    sf_rtnl_close(&rtnl);
    sf_namespace_fini(&space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_is_the_one_that_tc_sends),
        cmocka_unit_test(test_read_gives_back_every_parameter),
        cmocka_unit_test(test_read_takes_ticks_where_there_is_nothing_better),
        cmocka_unit_test(test_read_survives_a_message_that_is_cut),
        cmocka_unit_test(test_whole_message_says_the_zeros),
        cmocka_unit_test(test_removal_needs_no_parameters),
        cmocka_unit_test(test_message_refuses_what_does_not_fit),
        cmocka_unit_test(test_set_refuses_an_unknown_interface),
        cmocka_unit_test(test_set_works_or_names_what_the_kernel_lacks),
        cmocka_unit_test(test_kernel_speaks_in_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
