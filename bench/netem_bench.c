/* How long a decision takes. Prints nanoseconds a packet for a few links; best of five runs, which
 * is what the code costs where nothing else disturbs it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/netem_queue.h"

enum { PACKETS = 2000000, RUNS = 5, RING = 1 << 16 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Decisions only. Each copy is reported gone at once, so that the limit stays out of it. */
static double decide_ns(const struct sf_netem_config *config)
{
    struct sf_netem link;
    sf_netem_init(&link, config, 1);
    uint64_t copies = 0;
    double start_s = now_s();
    for (int i = 0; i < PACKETS; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link, (sf_ns)i * 10000, 1200, true, &fate);
        copies += fate.copies_count;
        for (uint32_t k = 0; k < fate.copies_count; k++) {
            sf_netem_departed(&link);
        }
    }
    double elapsed_s = now_s() - start_s;
    return copies > 0 ? elapsed_s * 1e9 / PACKETS : 0;
}

/* Through the queue, with about a thousand packets waiting where the link delays. */
static double queue_ns(const struct sf_netem_config *config, struct sf_netem_waiting *storage)
{
    struct sf_netem_queue queue;
    sf_netem_queue_init(&queue, config, 1, storage, RING);
    struct sf_netem_delivery delivery;
    double start_s = now_s();
    for (int i = 0; i < PACKETS; i++) {
        sf_ns now_ns = (sf_ns)i * 20000;
        sf_netem_queue_enqueue(&queue, now_ns, 1200, true, (uint64_t)i);
        while (sf_netem_queue_dequeue(&queue, now_ns, &delivery)) {
        }
    }
    return (now_s() - start_s) * 1e9 / PACKETS;
}

static const struct {
    const char *name;
    const char *spec;
} links[] = {
    {"nothing", "limit 60000"},
    {"loss", "limit 60000 loss 10%"},
    {"loss, delay", "limit 60000 loss 10% delay 20ms"},
    {"loss, delay, jitter", "limit 60000 loss 1% delay 20ms 5ms"},
    {"the same, keep-order", "limit 60000 loss 1% delay 20ms 5ms keep-order"},
    {"gemodel, table", "limit 60000 loss gemodel 1% 20% 50% delay 20ms 5ms distribution normal"},
    {"everything",
     "limit 60000 delay 20ms 5ms 25% distribution pareto loss gemodel 5% 30% 70% 1% ecn "
     "duplicate 10% 20% corrupt 5% 20% reorder 25% 20% gap 3 rate 1gbit 20 53 5"},
};

int main(void)
{
    struct sf_netem_waiting *storage = calloc(RING, sizeof *storage);
    if (storage == NULL) {
        return 4;
    }
    printf("%-22s %10s %10s\n", "ns a packet", "decide", "queue");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct sf_netem_config config;
        struct sf_diag diag = {0};
        if (sf_netem_parse(links[i].spec, &config, NULL, &diag) != SF_OK) {
            fprintf(stderr, "%s: %s\n", links[i].spec, diag.message);
            free(storage);
            return 2;
        }
        double decide_best = 1e9;
        double queue_best = 1e9;
        for (int run = 0; run < RUNS; run++) {
            double decide = decide_ns(&config);
            double queue = queue_ns(&config, storage);
            decide_best = decide < decide_best ? decide : decide_best;
            queue_best = queue < queue_best ? queue : queue_best;
        }
        printf("%-22s %10.1f %10.1f\n", links[i].name, decide_best, queue_best);
    }
    free(storage);
    return 0;
}
