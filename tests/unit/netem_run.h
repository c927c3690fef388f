/* A link under test, and the caller's side of it: packets at a fixed spacing, copies delivered as
 * they fall due, and what became of them in counts. */
#ifndef STRAYFRAME_TESTS_UNIT_NETEM_RUN_H
#define STRAYFRAME_TESTS_UNIT_NETEM_RUN_H

#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_grammar.h"
#include "tests/unit/test.h"

enum { FRAME_BYTES = 1000 };

static inline void parse(const char *spec, struct sf_netem_config *config)
{
    struct sf_diag diag = {0};
    if (sf_netem_parse(spec, config, NULL, &diag) != SF_OK) {
        fail_msg("'%s': %s", spec, diag.message);
    }
}

struct run {
    struct sf_netem link;
    struct sf_netem_fate *fates; /* one a packet */
    sf_ns *due;                  /* copies under way, unsorted */
    size_t due_count;
    uint64_t packets_count;
    sf_ns spacing_ns;
};

static inline void run_open(struct run *run, const struct sf_netem_config *config, uint64_t seed,
                            uint64_t packets_max, sf_ns spacing_ns)
{
    memset(run, 0, sizeof *run);
    sf_netem_init(&run->link, config, seed);
    run->fates = calloc(packets_max, sizeof *run->fates);
    run->due = calloc(packets_max * 2, sizeof *run->due);
    run->spacing_ns = spacing_ns;
}

static inline void run_close(struct run *run)
{
    free(run->fates);
    free(run->due);
}

static inline void deliver_until(struct run *run, sf_ns now_ns)
{
    for (size_t i = 0; i < run->due_count;) {
        if (run->due[i] < now_ns) {
            sf_netem_departed(&run->link);
            run->due[i] = run->due[--run->due_count];
        } else {
            i++;
        }
    }
}

static inline void run_packets(struct run *run, uint64_t count, bool ect)
{
    for (uint64_t i = 0; i < count; i++) {
        sf_ns now_ns = (sf_ns)run->packets_count * run->spacing_ns;
        deliver_until(run, now_ns);
        struct sf_netem_fate *fate = &run->fates[run->packets_count++];
        sf_netem_decide(&run->link, now_ns, FRAME_BYTES, ect, fate);
        for (uint32_t k = 0; k < fate->copies_count; k++) {
            assert_true(fate->copy[k].deliver_ns >= now_ns);
            run->due[run->due_count++] = fate->copy[k].deliver_ns;
        }
        assert_int_equal(sf_netem_waiting_count(&run->link), run->due_count);
    }
}

/* What became of a run's packets, in counts. */
struct tally {
    uint64_t lost, full, twice, copies, corrupted, marked, at_once, bursts;
    sf_ns delay_sum_ns, delay_ns_min, delay_ns_max;
};

static inline struct tally tally_of(const struct run *run)
{
    struct tally tally = {.delay_ns_min = SF_NS_NEVER};
    bool lost_before = false;
    for (uint64_t i = 0; i < run->packets_count; i++) {
        const struct sf_netem_fate *fate = &run->fates[i];
        bool lost = fate->copies_count == 0;
        tally.bursts += lost && !lost_before;
        lost_before = lost;
        tally.lost += lost;
        tally.full += fate->dropped_by_limit;
        tally.twice += fate->copies_count == 2;
        for (uint32_t k = 0; k < fate->copies_count; k++) {
            sf_ns delay_ns = fate->copy[k].deliver_ns - (sf_ns)i * run->spacing_ns;
            tally.copies++;
            tally.corrupted += fate->copy[k].corrupted;
            tally.marked += fate->copy[k].ce_marked;
            tally.at_once += delay_ns == 0;
            tally.delay_sum_ns += delay_ns;
            tally.delay_ns_min = delay_ns < tally.delay_ns_min ? delay_ns : tally.delay_ns_min;
            tally.delay_ns_max = delay_ns > tally.delay_ns_max ? delay_ns : tally.delay_ns_max;
        }
    }
    return tally;
}

static inline struct tally run_spec(const char *spec, uint64_t count, sf_ns spacing_ns, bool ect)
{
    struct sf_netem_config config;
    parse(spec, &config);
    struct run run;
    run_open(&run, &config, 7, count, spacing_ns);
    run_packets(&run, count, ect);
    struct tally tally = tally_of(&run);
    run_close(&run);
    return tally;
}

static inline sf_ns decide_one(struct sf_netem *link, sf_ns now_ns, uint32_t bytes)
{
    struct sf_netem_fate fate;
    sf_netem_decide(link, now_ns, bytes, false, &fate);
    assert_int_equal(fate.copies_count, 1);
    return fate.copy[0].deliver_ns;
}

#endif
