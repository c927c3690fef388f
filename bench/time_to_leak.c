/* How many random decoded plans it takes until each planted class is found, and whether its twin is
 * found to break anything: plain chance, which every guided search has to beat.
 *
 *     time_to_leak find CLASS|all [TRIALS [EXECUTIONS_MAX]]     executions of each trial, and the
 * median time_to_leak twins CLASS|all CPU_SECONDS                  alarms of the twins, which
 * should be none time_to_leak pass CACHE CPU_SECONDS                       the same of any cache
 *     time_to_leak speed CACHE CPU_SECONDS                      plans, events and CPU time of each
 *
 * Only a finding of the oracle that is meant for the class counts. An alarm is printed with the
 * plan.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/usage.h"
#include "harness/base/arena.h"
#include "harness/gate/defects.h"
#include "harness/report/report.h"
#include "harness/run/decoded.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/scenario.h"
#include "harness/sim/rng.h"

enum { INPUT_BYTES = 768, TRIALS_MAX = 100 };

static struct sf_decoded decoded;
static struct sf_run_result result;
static struct sf_runner *runner;

static void load(const char *cache, const char *before)
{
    struct sf_diag diag = {0};
    if (sf_decoded_load(&decoded, cache, before, &diag) != SF_OK) {
        fprintf(stderr, "time_to_leak: %s\n", diag.message);
        exit(2);
    }
}

/* What ran when one of the program's own promises was broken. */
static void print_plan(int signal_number)
{
    (void)signal_number;
    struct sf_text text = {0};
    sf_scenario_print(&decoded.plan, sf_run_schema(), &text);
    fprintf(stderr, "%s\n", text.data);
    sf_text_free(&text);
}

/* Input `number` of a trial. */
static void run(uint64_t trial, uint64_t number)
{
    uint8_t bytes[INPUT_BYTES];
    struct sf_rng rng;
    struct sf_diag diag = {0};
    sf_rng_init(&rng, trial, "time-to-leak", number);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)sf_rng_below(&rng, 256);
    }
    sf_decoded_input(&decoded, bytes, sizeof bytes);
    if (sf_plan_check(&decoded.plan, sf_run_schema(), &diag) != SF_OK) {
        fprintf(stderr, "time_to_leak: trial %" PRIu64 ", input %" PRIu64 ": %s\n", trial, number,
                diag.message);
        exit(1);
    }
    const struct sf_run_options options = {.seed = decoded.plan.seed};
    sf_run(runner, &decoded.plan, &decoded.caches, &options, &result);
}

static bool found_by(const char *oracle)
{
    for (uint32_t i = 0; i < result.oracles_count; i++) {
        if (strcmp(sf_oracles()[i]->name, oracle) == 0) {
            return result.oracles[i].findings_count > 0;
        }
    }
    return false;
}

static int compare(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

/* "| D01 | 1 | 1 2 1 | 10 of 10 |" */
static void find(const struct sf_defect *defect, uint64_t trials, uint64_t executions_max)
{
    uint64_t took[TRIALS_MAX];
    uint64_t found_count = 0;
    load(defect->cache, defect->before);
    for (uint64_t trial = 0; trial < trials; trial++) {
        took[trial] = executions_max + 1;
        for (uint64_t i = 1; i <= executions_max; i++) {
            run(trial, i);
            if (found_by(defect->oracle)) {
                took[trial] = i;
                found_count++;
                break;
            }
        }
    }
    qsort(took, trials, sizeof took[0], compare);
    uint64_t median = took[trials / 2];
    printf("| %s | %s%" PRIu64 " | %s%" PRIu64 " | %" PRIu64 " of %" PRIu64 " |\n", defect->id,
           median > executions_max ? "over " : "", median - (median > executions_max),
           took[trials - 1] > executions_max ? "over " : "",
           took[trials - 1] - (took[trials - 1] > executions_max), found_count, trials);
    fflush(stdout);
}

static void print_alarm(const char *cache, uint64_t number)
{
    struct sf_text text = {0};
    for (uint32_t i = 0; i < result.findings_kept; i++) {
        sf_text_add(&text, "# ");
        sf_report_finding(&result.findings[i], &text);
        sf_text_add(&text, "\n");
    }
    sf_scenario_print(&decoded.plan, sf_run_schema(), &text);
    fprintf(stderr, "# %s, input %" PRIu64 "\n%s\n---\n", cache, number, text.data);
    sf_text_free(&text);
}

static uint64_t pass(const char *cache, const char *before, double cpu_s, uint64_t *alarms_count)
{
    load(cache, before);
    double until_s = usage_cpu_s() + cpu_s;
    uint64_t number = 0;
    while (usage_cpu_s() < until_s) {
        run(1000, number);
        if (result.verdict == SF_VERDICT_FAIL) {
            ++*alarms_count;
            print_alarm(cache, number);
        }
        number++;
    }
    return number;
}

static bool wanted(const struct sf_defect *defect, const char *word)
{
    return strcmp(word, "all") == 0 || strstr(word, defect->id) != NULL;
}

static int twins(const char *word, double cpu_s)
{
    uint64_t alarms_count = 0;
    uint64_t runs_count = 0;
    uint64_t classes_count = 0;
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        classes_count += wanted(defect, word);
    }
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        if (wanted(defect, word)) {
            /* the version before stays the defective one only where it is no leak of its own */
            runs_count += pass(defect->twin, NULL, cpu_s / (double)classes_count, &alarms_count);
        }
    }
    printf("%" PRIu64 " runs of twins, %" PRIu64 " alarms\n", runs_count, alarms_count);
    return alarms_count > 0;
}

static int speed(const char *cache, double cpu_s)
{
    load(cache, NULL);
    uint64_t plans = 0;
    uint64_t events = 0;
    double homes = 0;
    double seconds = 0;
    run(1, 0);
    double from_s = usage_cpu_s();
    for (; usage_cpu_s() - from_s < cpu_s; plans++) {
        run(1, plans);
        events += result.events_count;
        homes += result.homes_count;
        seconds += (double)decoded.plan.duration_ns / 1e9;
    }
    double took_s = usage_cpu_s() - from_s;
    printf("%" PRIu64 " plans, %.0f a CPU-second; a plan: %.1f homes, %.1f s, %.0f events, %.0f ns "
           "an event\n",
           plans, (double)plans / took_s, homes / (double)plans, seconds / (double)plans,
           (double)events / (double)plans, took_s * 1e9 / (double)events);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc < 3) {
        fprintf(stderr, "Usage: time_to_leak find CLASS|all [TRIALS [EXECUTIONS_MAX]]\n"
                        "       time_to_leak twins CLASS|all CPU_SECONDS\n"
                        "       time_to_leak pass|speed CACHE CPU_SECONDS\n");
        return 2;
    }
    runner = sf_runner_create();
    signal(SIGABRT, print_plan);
    double cpu_s = argc > 3 ? strtod(argv[3], NULL) : 60;
    if (strcmp(what, "twins") == 0) {
        return twins(argv[2], cpu_s);
    }
    if (strcmp(what, "pass") == 0) {
        uint64_t alarms_count = 0;
        uint64_t runs_count = pass(argv[2], NULL, cpu_s, &alarms_count);
        printf("%" PRIu64 " runs, %" PRIu64 " alarms\n", runs_count, alarms_count);
        return alarms_count > 0;
    }
    if (strcmp(what, "speed") == 0) {
        return speed(argv[2], cpu_s);
    }
    uint64_t trials = argc > 3 ? strtoull(argv[3], NULL, 10) : 10;
    trials = trials > TRIALS_MAX ? TRIALS_MAX : trials;
    uint64_t executions_max = argc > 4 ? strtoull(argv[4], NULL, 10) : 1000;
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        if (wanted(defect, argv[2])) {
            find(defect, trials, executions_max);
        }
    }
    return 0;
}
