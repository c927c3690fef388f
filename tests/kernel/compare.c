/* Lays what a real kernel did beside what the model does with the same packets at the same times.
 *
 *     compare CASES FOLDER              the recordings in FOLDER must agree with the model
 *     compare CASES FOLDER CANARIES     they must not agree with what CANARIES says they are
 *
 * Where the kernel took the seed, the cases marked `exact` are compared packet for packet: lost,
 * doubled, flipped, marked alike, and arrived at the same time but for the kernel's own work.
 *
 * Every case is also compared by its statistics (enum statistic), which is all there is on a kernel
 * that cannot be seeded. The model sends the very same packets MODEL_RUNS times under different
 * seeds; that gives each statistic its mean and its standard deviation, bursts, queues and all,
 * without a formula for each. The kernel's value must be within BOUND_DEVIATIONS of the mean, plus
 * what the kernel's own work takes. For a normal distribution 4.9 deviations are passed by chance
 * once in a million; 5.5 leave room for a deviation that is itself estimated (to 4 % from 400 runs)
 * and for tails of rare events that are not quite normal. Some 300 numbers are judged in a run, so
 * a false alarm is due about once in 100,000 runs.
 *
 * Power: a true difference of 5.5 + 3 deviations is noticed with 99.9 %. With 6000 packets that is
 * 10 % loss against 13.3 %; with 3000 delays of 50 +- 20 ms a mean that is off by 1.8 ms or a
 * spread that is off by 7 %; a fixed delay that is off by 0.2 ms. canaries.txt holds such
 * neighbours, and each must be told apart. */
#include <inttypes.h>
#include <math.h>

#include "harness/net/netem_replay.h"
#include "tests/kernel/case_list.h"

enum { MODEL_RUNS = 400, CANARY_COLUMNS = 2, COPIES_MAX = 2 };

static const double BOUND_DEVIATIONS = 5.5;

/* A packet arrives some instructions after its time, and the clock counts instructions. */
static const sf_ns OWN_WORK_NS = 80 * SF_US;

enum statistic {
    LOST,
    EXTRA_COPIES,
    FLIPPED,
    MARKED,
    LOSS_RUNS,        /* their number: with the losses, the mean length of a burst */
    LOSS_RUN_SQUARES, /* sum of squared lengths: the spread of burst lengths */
    OVERTAKEN,        /* arrived after a packet that was sent later */
    DELAY_MEAN,
    DELAY_P01,
    DELAY_P10,
    DELAY_P50,
    DELAY_P90,
    DELAY_P99,
    SPACING_P50, /* between arrivals: what a rate or a slot makes */
    SPACING_P90,
    STATISTICS_COUNT,
};

static const struct {
    const char *name;
    bool time; /* ns; else per packet sent, in millionths */
} statistics[STATISTICS_COUNT] = {
    [LOST] = {"lost", false},
    [EXTRA_COPIES] = {"extra copies", false},
    [FLIPPED] = {"flipped", false},
    [MARKED] = {"marked", false},
    [LOSS_RUNS] = {"bursts of loss", false},
    [LOSS_RUN_SQUARES] = {"squared burst lengths", false},
    [OVERTAKEN] = {"overtaken", false},
    [DELAY_MEAN] = {"mean delay", true},
    [DELAY_P01] = {"delay, 1st percentile", true},
    [DELAY_P10] = {"delay, 10th percentile", true},
    [DELAY_P50] = {"delay, median", true},
    [DELAY_P90] = {"delay, 90th percentile", true},
    [DELAY_P99] = {"delay, 99th percentile", true},
    [SPACING_P50] = {"spacing, median", true},
    [SPACING_P90] = {"spacing, 90th percentile", true},
};

struct values {
    double of[STATISTICS_COUNT];
};

static int compare_ns(const void *a, const void *b)
{
    sf_ns left = *(const sf_ns *)a;
    sf_ns right = *(const sf_ns *)b;
    return (left > right) - (left < right);
}

static double percentile(const sf_ns *sorted, size_t count, size_t percent)
{
    return count == 0 ? 0 : (double)sorted[(count - 1) * percent / 100];
}

static void measure_times(const struct sf_netem_arrived_list *rows, struct values *out)
{
    sf_ns *delays = calloc(rows->count + 1, sizeof *delays);
    sf_ns *arrivals = calloc(rows->count + 1, sizeof *arrivals);
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i].recv_ns >= 0) {
            delays[count] = rows->items[i].recv_ns - rows->items[i].sent_ns;
            arrivals[count] = rows->items[i].recv_ns;
            out->of[DELAY_MEAN] += (double)delays[count];
            count++;
        }
    }
    out->of[DELAY_MEAN] /= count > 0 ? (double)count : 1;
    qsort(delays, count, sizeof *delays, compare_ns);
    qsort(arrivals, count, sizeof *arrivals, compare_ns);
    out->of[DELAY_P01] = percentile(delays, count, 1);
    out->of[DELAY_P10] = percentile(delays, count, 10);
    out->of[DELAY_P50] = percentile(delays, count, 50);
    out->of[DELAY_P90] = percentile(delays, count, 90);
    out->of[DELAY_P99] = percentile(delays, count, 99);
    size_t spacings = count > 0 ? count - 1 : 0;
    for (size_t i = 0; i < spacings; i++) {
        arrivals[i] = arrivals[i + 1] - arrivals[i];
    }
    qsort(arrivals, spacings, sizeof *arrivals, compare_ns);
    out->of[SPACING_P50] = percentile(arrivals, spacings, 50);
    out->of[SPACING_P90] = percentile(arrivals, spacings, 90);
    free(delays);
    free(arrivals);
}

static void measure(const struct sf_netem_arrived_list *rows, uint32_t sent_count,
                    struct values *out)
{
    *out = (struct values){0};
    sf_ns latest_ns = -1;
    uint32_t run_length = 0;
    for (size_t i = 0; i <= rows->count; i++) {
        const struct sf_netem_arrived *row = i < rows->count ? &rows->items[i] : NULL;
        if (row != NULL && row->recv_ns < 0) {
            out->of[LOST]++;
            run_length++;
            continue;
        }
        out->of[LOSS_RUNS] += run_length > 0;
        out->of[LOSS_RUN_SQUARES] += (double)run_length * run_length;
        run_length = 0;
        if (row == NULL) {
            break;
        }
        out->of[EXTRA_COPIES] += i > 0 && row->seq == row[-1].seq;
        out->of[FLIPPED] += (row->flags & SF_NETEM_ARRIVED_CORRUPTED) != 0;
        out->of[MARKED] += (row->flags & SF_NETEM_ARRIVED_CE) != 0;
        /* Some of the kernel's work may lie between two arrivals that are due at once. */
        out->of[OVERTAKEN] += row->recv_ns + OWN_WORK_NS < latest_ns;
        latest_ns = row->recv_ns > latest_ns ? row->recv_ns : latest_ns;
    }
    for (int i = 0; i < STATISTICS_COUNT; i++) {
        out->of[i] *= statistics[i].time ? 1 : 1e6 / sent_count;
    }
    measure_times(rows, out);
}

/* What the guest wrote. */
static void load_rows(const struct kernel_case *one, const char *folder,
                      struct sf_netem_arrived_list *rows, struct sf_netem_sent_list *sent)
{
    char path[256];
    char line[128];
    snprintf(path, sizeof path, "%s/%s.csv", folder, one->name);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        die("cannot read", path);
    }
    rows->items = calloc((size_t)one->count * COPIES_MAX, sizeof *rows->items);
    while (rows->count < (size_t)one->count * COPIES_MAX &&
           fgets(line, sizeof line, file) != NULL) {
        struct sf_netem_arrived *row = &rows->items[rows->count++];
        if (sscanf(line, "%" SCNu64 ",%" SCNd64 ",%" SCNd64 ",%" SCNu32, &row->seq, &row->sent_ns,
                   &row->recv_ns, &row->flags) != 4) {
            die("not a row", line);
        }
        if (rows->count == 1 || row[-1].seq != row->seq) {
            struct sf_netem_sent packet = {row->seq, row->sent_ns, one->frame_bytes, one->ect != 0};
            sf_netem_sent_add(sent, &packet);
        }
    }
    fclose(file);
    if (sent->count != one->count) {
        die("packets are missing in", path);
    }
}

/* How many statistics are out of bounds; with `says`, each is printed. */
static int judge_shares(const struct kernel_case *one, const struct sf_netem_config *config,
                        const struct sf_netem_sent_list *sent,
                        const struct sf_netem_arrived_list *rows, bool says)
{
    static struct values runs[MODEL_RUNS];
    struct values kernel;
    struct sf_netem_config unseeded = *config;
    unseeded.seed_given = false;
    measure(rows, one->count, &kernel);
    for (uint32_t i = 0; i < MODEL_RUNS; i++) {
        struct sf_netem_arrived_list arrived = {0};
        sf_netem_replay(&unseeded, 1000 + i, NULL, 0, sent, &arrived);
        measure(&arrived, one->count, &runs[i]);
        sf_netem_arrived_free(&arrived);
    }
    int wrong = 0;
    for (int k = 0; k < STATISTICS_COUNT; k++) {
        double mean = 0;
        double square = 0;
        for (int i = 0; i < MODEL_RUNS; i++) {
            mean += runs[i].of[k] / MODEL_RUNS;
        }
        for (int i = 0; i < MODEL_RUNS; i++) {
            square += (runs[i].of[k] - mean) * (runs[i].of[k] - mean) / (MODEL_RUNS - 1);
        }
        double bound = BOUND_DEVIATIONS * sqrt(square) +
                       (statistics[k].time ? (double)OWN_WORK_NS : 0.5e6 / one->count);
        if (fabs(kernel.of[k] - mean) > bound) {
            wrong++;
            if (says) {
                printf("  %s, %s: the kernel %.0f, the model %.0f, may be off by %.0f (%s)\n",
                       one->name, statistics[k].name, kernel.of[k], mean, bound,
                       statistics[k].time ? "ns" : "ppm");
            }
        }
    }
    return wrong;
}

/* Packets whose fate differs. */
static int judge_exactly(const struct kernel_case *one, const struct sf_netem_config *config,
                         const struct sf_netem_sent_list *sent,
                         const struct sf_netem_arrived_list *rows, bool says, sf_ns *worst_ns_out)
{
    struct sf_netem_arrived_list ours = {0};
    sf_netem_replay(config, 0, NULL, 0, sent, &ours);
    int wrong = ours.count != rows->count;
    *worst_ns_out = 0;
    for (size_t i = 0; i < rows->count && i < ours.count; i++) {
        const struct sf_netem_arrived *theirs = &rows->items[i];
        const struct sf_netem_arrived *mine = &ours.items[i];
        sf_ns off_ns = theirs->recv_ns > mine->recv_ns ? theirs->recv_ns - mine->recv_ns
                                                       : mine->recv_ns - theirs->recv_ns;
        bool alike =
            theirs->seq == mine->seq && theirs->flags == mine->flags && off_ns <= OWN_WORK_NS;
        if (alike && off_ns > *worst_ns_out) {
            *worst_ns_out = off_ns;
        }
        if (!alike && wrong++ == 0 && says) {
            printf("  %s, packet %" PRIu64 ": the kernel %" PRId64 " ns flags %u, the model packet "
                   "%" PRIu64 " %" PRId64 " ns flags %u\n",
                   one->name, theirs->seq, theirs->recv_ns - theirs->sent_ns, theirs->flags,
                   mine->seq, mine->recv_ns - mine->sent_ns, mine->flags);
        }
    }
    sf_netem_arrived_free(&ours);
    return wrong;
}

static bool seed_was_taken(const char *folder)
{
    char path[256];
    char word[16] = "";
    snprintf(path, sizeof path, "%s/seed", folder);
    FILE *file = fopen(path, "re");
    if (file == NULL || fscanf(file, "%15s", word) != 1) {
        die("cannot read", path);
    }
    fclose(file);
    return strcmp(word, "taken") == 0;
}

/* Returns how many cases disagree. */
static int compare_all(const struct kernel_case *cases, uint32_t count, const char *folder)
{
    bool seeded = seed_was_taken(folder);
    int exact_count = 0;
    int wrong = 0;
    uint64_t packets = 0;
    sf_ns worst_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct kernel_case *one = &cases[i];
        struct sf_netem_arrived_list rows = {0};
        struct sf_netem_sent_list sent = {0};
        load_rows(one, folder, &rows, &sent);
        bool bad = judge_shares(one, &one->config, &sent, &rows, true) > 0;
        if (seeded && one->exact) {
            sf_ns case_ns;
            bad = judge_exactly(one, &one->config, &sent, &rows, true, &case_ns) > 0 || bad;
            worst_ns = case_ns > worst_ns ? case_ns : worst_ns;
            packets += one->count;
            exact_count++;
        }
        wrong += bad;
        sf_netem_arrived_free(&rows);
        sf_netem_sent_free(&sent);
    }
    printf("%u links by their statistics, %d of them wrong", count, wrong);
    if (seeded) {
        printf("; %d of them packet for packet (%" PRIu64 " packets, at most %" PRId64 " ns apart)",
               exact_count, packets, worst_ns);
    }
    printf("\n");
    return wrong;
}

static const struct kernel_case *find_case(const struct kernel_case *cases, uint32_t count,
                                           const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(cases[i].name, name) == 0) {
            return &cases[i];
        }
    }
    die("no such case", name);
    return NULL;
}

/* Whether the comparison falls for one wrong description. */
static bool falls_for(const struct kernel_case *one, const char *spec, const char *folder)
{
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    if (sf_netem_parse(spec, &config, NULL, &diag) != SF_OK) {
        die(spec, diag.message);
    }
    struct sf_netem_arrived_list rows = {0};
    struct sf_netem_sent_list sent = {0};
    load_rows(one, folder, &rows, &sent);
    bool fell = judge_shares(one, &config, &sent, &rows, false) == 0;
    sf_netem_arrived_free(&rows);
    sf_netem_sent_free(&sent);
    return fell;
}

/* On a kernel with seeds: another seed must not fit. */
static int wrong_seeds(const struct kernel_case *cases, uint32_t count, const char *folder)
{
    int fell = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!cases[i].exact) {
            continue;
        }
        struct sf_netem_arrived_list rows = {0};
        struct sf_netem_sent_list sent = {0};
        struct sf_netem_config config = cases[i].config;
        sf_ns worst_ns;
        config.seed++;
        load_rows(&cases[i], folder, &rows, &sent);
        bool chance = config.loss != 0 || config.jitter_ns != 0 || config.duplicate != 0 ||
                      config.corrupt != 0 || config.loss_model != SF_NETEM_LOSS_RANDOM;
        if (chance && judge_exactly(&cases[i], &config, &sent, &rows, false, &worst_ns) == 0) {
            printf("  %s: another seed passes\n", cases[i].name);
            fell++;
        }
        sf_netem_arrived_free(&rows);
        sf_netem_sent_free(&sent);
    }
    return fell;
}

static int compare_canaries(const struct kernel_case *cases, uint32_t count, const char *folder,
                            const char *path)
{
    FILE *file = fopen(path, "re");
    char line[CASE_LINE_BYTES];
    int canaries = 0;
    int fell = 0;
    if (file == NULL) {
        die("cannot open", path);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        char *bar = strstr(line, " | ");
        if (line[0] == '#' || bar == NULL) {
            continue;
        }
        *bar = '\0';
        bar[3 + strcspn(bar + 3, "\n")] = '\0';
        canaries++;
        if (falls_for(find_case(cases, count, line), bar + 3, folder)) {
            printf("  %s: passes as '%s'\n", line, bar + 3);
            fell++;
        }
    }
    fclose(file);
    if (seed_was_taken(folder)) {
        fell += wrong_seeds(cases, count, folder);
    }
    printf("%d wrong descriptions, %d not noticed\n", canaries, fell);
    return fell + (canaries == 0);
}

int main(int argc, char **argv)
{
    static struct kernel_case cases[CASES_MAX];
    if (argc != 3 && argc != 4) {
        die("usage: compare CASES FOLDER [CANARIES]", "");
    }
    uint32_t count = read_cases(argv[1], cases);
    int wrong = argc == 3 ? compare_all(cases, count, argv[2])
                          : compare_canaries(cases, count, argv[2], argv[3]);
    return wrong == 0 && count > 0 ? 0 : 1;
}
