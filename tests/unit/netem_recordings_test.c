/* The model beside real kernels: recordings of sch_netem on Linux 7.2 and 6.12, replayed packet for
 * packet.
 *
 * Each file has one row a copy, `seq,sent_ns,recv_ns,corrupted`; cases.txt says what the link was.
 * Lost, duplicated, corrupted and marked must agree for every packet; times within 1 us (the
 * recording's timers fire up to half a microsecond late), or within the 20 us that a kernel needed
 * for its own work where its clock counted instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/netem_replay.h"

#define FOLDER SF_SOURCE_DIR "/tests/data/netem/recordings/"

struct recording {
    struct sf_netem_config config;
    struct sf_netem_sent_list sent;
    struct sf_netem_arrived *rows;
    size_t rows_count;
};

/* What the two may differ by. */
struct tolerance {
    sf_ns time_ns;
    uint64_t first_packets; /* at the start, whose fate depends on what a kernel does not seed */
    uint64_t fates_max;     /* differing fates allowed among those */
};

static void load_case(const char *name, struct recording *recording)
{
    FILE *file = fopen(FOLDER "cases.txt", "re");
    assert_non_null(file);
    char line[512];
    size_t name_length = strlen(name);
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, name, name_length) == 0 && line[name_length] == '|';
    }
    fclose(file);
    assert_true(found);

    /* name|count|interval_us|payload|burst|wait_ms|extra|netem ARGS */
    char *fields[8];
    char *cursor = line;
    for (int i = 0; i < 8; i++) {
        fields[i] = cursor;
        cursor = strchr(cursor, i < 7 ? '|' : '\n');
        assert_non_null(cursor);
        *cursor++ = '\0';
    }
    struct sf_diag diag = {0};
    if (sf_netem_parse(fields[7], &recording->config, NULL, &diag) != SF_OK) {
        fail_msg("%s: %s", fields[7], diag.message);
    }
    uint32_t bytes = (uint32_t)atoi(fields[3]) + 42;
    bool ect = strcmp(fields[6], "-t 2") == 0;
    for (size_t i = 0; i < recording->rows_count; i++) {
        const struct sf_netem_arrived *row = &recording->rows[i];
        struct sf_netem_sent packet = {row->seq, row->sent_ns, bytes, ect};
        if (i == 0 || row->seq != recording->rows[i - 1].seq) {
            sf_netem_sent_add(&recording->sent, &packet);
        }
    }
    assert_int_equal(recording->sent.count, atoi(fields[1]));
}

static void load(const char *name, struct recording *recording)
{
    memset(recording, 0, sizeof *recording);
    char path[512];
    snprintf(path, sizeof path, FOLDER "%s.csv.gz", name);
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    char line[128];
    assert_non_null(gzgets(file, line, sizeof line));
    assert_string_equal(line, "seq,sent_ns,recv_ns,corrupted\n");
    size_t capacity = 1 << 16;
    recording->rows = calloc(capacity, sizeof *recording->rows);
    assert_non_null(recording->rows);
    while (gzgets(file, line, sizeof line) != NULL) {
        assert_true(recording->rows_count < capacity);
        struct sf_netem_arrived *row = &recording->rows[recording->rows_count++];
        assert_int_equal(sscanf(line, "%" SCNu64 ",%" SCNd64 ",%" SCNd64 ",%" SCNu32, &row->seq,
                                &row->sent_ns, &row->recv_ns, &row->flags),
                         4);
    }
    gzclose(file);
    load_case(name, recording);
}

static void unload(struct recording *recording)
{
    free(recording->rows);
    sf_netem_sent_free(&recording->sent);
}

static size_t copies_of(const struct sf_netem_arrived *rows, size_t rows_count, size_t at)
{
    size_t count = 1;
    while (at + count < rows_count && rows[at + count].seq == rows[at].seq) {
        count++;
    }
    return count;
}

static bool same_fate(const struct sf_netem_arrived *theirs, const struct sf_netem_arrived *ours)
{
    return theirs->flags == ours->flags && (theirs->recv_ns < 0) == (ours->recv_ns < 0);
}

/* Compares packet by packet; reports the first difference that is not tolerated. */
static void compare(const char *name, const struct recording *recording,
                    const struct sf_netem_arrived_list *ours, const struct tolerance *tolerance)
{
    size_t their_at = 0;
    size_t our_at = 0;
    uint64_t fates_differ = 0;
    sf_ns worst_ns = 0;
    while (their_at < recording->rows_count) {
        const struct sf_netem_arrived *theirs = &recording->rows[their_at];
        const struct sf_netem_arrived *mine = &ours->items[our_at];
        size_t their_copies = copies_of(recording->rows, recording->rows_count, their_at);
        size_t our_copies = copies_of(ours->items, ours->count, our_at);
        assert_int_equal(theirs->seq, mine->seq);
        bool same = their_copies == our_copies;
        for (size_t i = 0; i < their_copies && same; i++) {
            same = same_fate(&theirs[i], &mine[i]);
        }
        if (!same && theirs->seq < tolerance->first_packets) {
            fates_differ++;
        } else if (!same) {
            fail_msg("%s: packet %" PRIu64 ": the kernel %zu copies, first at %" PRId64
                     " flags %" PRIu32 "; here %zu, %" PRId64 ", %" PRIu32,
                     name, theirs->seq, their_copies, theirs->recv_ns, theirs->flags, our_copies,
                     mine->recv_ns, mine->flags);
        }
        for (size_t i = 0; i < their_copies && same; i++) {
            sf_ns off_ns = theirs[i].recv_ns - mine[i].recv_ns;
            off_ns = off_ns < 0 ? -off_ns : off_ns;
            worst_ns = off_ns > worst_ns ? off_ns : worst_ns;
            if (off_ns > tolerance->time_ns) {
                fail_msg("%s: packet %" PRIu64 " arrived at %" PRId64 ", here at %" PRId64, name,
                         theirs->seq, theirs[i].recv_ns, mine[i].recv_ns);
            }
        }
        their_at += their_copies;
        our_at += our_copies;
    }
    assert_int_equal(our_at, ours->count);
    assert_true(fates_differ <= tolerance->fates_max);
    print_message("%s: %zu packets, %zu rows; largest difference in time %" PRId64
                  " ns, fates that differ %" PRIu64 "\n",
                  name, recording->sent.count, ours->count, worst_ns, fates_differ);
}

static void replay_and_compare(const char *name, const struct tolerance *tolerance)
{
    struct recording recording;
    load(name, &recording);
    struct sf_netem_arrived_list ours = {0};
    sf_netem_replay(&recording.config, 0, NULL, 0, &recording.sent, &ours);
    compare(name, &recording, &ours, tolerance);
    sf_netem_arrived_free(&ours);
    unload(&recording);
}

static const struct tolerance exact = {.time_ns = SF_US};

static void test_exact_recordings_agree_packet_for_packet(void **state)
{
    (void)state;
    static const char *const names[] = {
        "s_loss10",        "s_gemodel",   "s_state",        "s_delay_normal",
        "s_delay_uniform", "s_dup_delay", "s_reorder_gap5", "s_rate_overhead",
        "s_limit20",       "s_ecn",       "s_slot_dist",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        replay_and_compare(names[i], &exact);
    }
}

static void test_combinations_agree_in_every_fate(void **state)
{
    (void)state;
    static const char *const names[] = {
        "k_dup_ecn_corrupt",
        "k_everything",
        "k_everything_ecn",
        "k_jitter_above_delay",
        "k_jitter_above_delay_rate",
        "k_reorder_dup_rate",
        "k_cells",
        "k_experimental",
        "k_gemodel_ecn",
        "k_cap",
    };
    struct tolerance counted = {.time_ns = 20 * SF_US};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        replay_and_compare(names[i], &counted);
    }
}

/* A kernel does not seed the first memory of a correlation, so the first draws differ; with a
 * weight of a quarter (a fifth) on the past they have met again within a few packets. */
static void test_correlations_agree_once_their_start_value_is_forgotten(void **state)
{
    (void)state;
    struct tolerance start = {.time_ns = SF_US, .first_packets = 20, .fates_max = 3};
    replay_and_compare("s_loss30c25", &start);
    replay_and_compare("s_corrupt10c20", &start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_recordings_agree_packet_for_packet),
        cmocka_unit_test(test_combinations_agree_in_every_fate),
        cmocka_unit_test(test_correlations_agree_once_their_start_value_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
