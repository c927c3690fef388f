/* What engines begin with, as files: scenarios made into bytes, and random plans of full length. An
 * engine that begins with short inputs loses to plain chance for a long time, since every choice of
 * an empty input is the first one.
 *
 *     fuzz_seeds FOLDER RANDOM_COUNT SCENARIO...
 *
 * Prints each scenario that no bytes mean, with the key that is in the way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/run/run.h"
#include "harness/scenario/decode.h"
#include "harness/scenario/scenario.h"
#include "harness/sim/rng.h"

enum { RANDOM_BYTES = 768 };

static const char *folder;

static void keep(const char *name, const uint8_t *bytes, size_t count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%.200s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        fprintf(stderr, "fuzz_seeds: %s: %s\n", path, strerror(errno));
        exit(4);
    }
}

static void keep_random(uint32_t number)
{
    struct sf_rng rng;
    uint8_t bytes[RANDOM_BYTES];
    char name[32];
    sf_rng_init(&rng, 1, "fuzz-seeds", number);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)sf_rng_below(&rng, 256);
    }
    snprintf(name, sizeof name, "random-%03u", number);
    keep(name, bytes, sizeof bytes);
}

/* The last two parts of the path: "gate/soak.yaml". */
static const char *short_path(const char *path)
{
    const char *from = path + strlen(path);
    for (uint32_t slashes = 0; from > path; from--) {
        slashes += from[-1] == '/';
        if (slashes == 2) {
            break;
        }
    }
    return from;
}

/* Small worlds of `strayframe exhaust` are no scenarios. */
static void keep_scenario(const char *path, struct sf_plan *plan)
{
    uint8_t bytes[SF_PLAN_INPUT_BYTES_MAX];
    struct sf_diag diag = {0};
    size_t count = 0;
    if (sf_scenario_load(path, sf_run_schema(), NULL, 0, plan, &diag) != SF_OK) {
        fprintf(stderr, "fuzz_seeds: %s: %s\n", path, diag.message);
        exit(2);
    }
    const struct sf_plan_versions versions = sf_plan_versions_of(plan);
    if (sf_plan_encode(plan, &versions, sf_run_schema(), bytes, &count, &diag) != SF_OK) {
        char *colon = strstr(diag.message, ": no bytes");
        *(colon != NULL ? colon : diag.message) = '\0';
        printf("%s %s\n", short_path(path), diag.message);
        return;
    }
    keep(plan->name, bytes, count);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "Usage: fuzz_seeds FOLDER RANDOM_COUNT SCENARIO...\n");
        return 2;
    }
    folder = argv[1];
    for (uint32_t i = 0; i < strtoul(argv[2], NULL, 10); i++) {
        keep_random(i);
    }
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    for (int i = 3; i < argc; i++) {
        keep_scenario(argv[i], plan);
    }
    free(plan);
    return 0;
}
