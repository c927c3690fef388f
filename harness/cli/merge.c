/* strayframe merge: one verdict from the shards of a campaign. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/gate.h"
#include "harness/report/gate.h"

enum { SHARDS_MAX = 4096, RUN_SECONDS = 60 };

static const struct cli_option options[] = {
    {"accept", "FILE", "known findings that are accepted, as for gate"},
    {"confidence", "SHARE", "of bounds and intervals (0.95)"},
    {"max-regression", "LIST", "how much worse than the baseline the candidate may serve"},
    CLI_OPTION_REPORT,
    CLI_OPTIONS_CI,
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

/* A shard, and in which of the stores it is. */
struct shard {
    uint32_t store; /* from 1; 0: none yet */
    int64_t campaign;
    bool complete;
    uint32_t wanted_count;
};

struct merge {
    const struct cli_args *args;
    struct sf_store *stores[CLI_WORDS_MAX];
    uint32_t store; /* that is read now */
    uint64_t identity;
    bool has_identity;
    bool found; /* in this store */
    char *candidate;
    char *baseline;
    char *version;
    uint64_t seed_first;
    uint32_t seeds_count;
    uint32_t shards_count;
    struct shard *shards; /* by number, from 0 */
    char *files[SF_GATE_SCENARIOS_MAX];
    uint32_t files_count;
    struct sf_campaign_scenario scenarios[SF_GATE_SCENARIOS_MAX];
    struct sf_scenario_override sets[CLI_SETS_MAX];
    uint32_t sets_count;
    struct sf_campaign_file took_part[SF_CAMPAIGN_FILES_MAX]; /* owned texts */
    uint32_t took_part_count;
    struct sf_text options;
    struct sf_text commit;
    struct sf_text machines;      /* of all shards, each once */
    char started[CLI_TIME_BYTES]; /* of the first shard, and the end of the last */
    char ended[CLI_TIME_BYTES];
};

/* ---- which campaign ---- */

/* The latest campaign of the first store says what is merged. */
static void note_first(void *context, const struct sf_store_history *row)
{
    struct merge *merge = context;
    free(merge->candidate);
    free(merge->baseline);
    free(merge->version);
    merge->candidate = sf_strdup(row->candidate);
    merge->baseline = sf_strdup(row->baseline);
    merge->version = sf_strdup(row->version);
    merge->identity = row->campaign.identity;
    merge->has_identity = true;
    merge->seed_first = row->seed_first;
    merge->seeds_count = row->seeds_count;
    merge->shards_count = row->shards_count;
    sf_text_free(&merge->options);
    sf_text_free(&merge->commit);
    sf_text_add(&merge->options, "%s", row->options);
    sf_text_add(&merge->commit, "%s", row->commit);
}

/* Times of this form sort as texts do. */
static void note_where(struct merge *merge, const struct sf_store_history *row)
{
    char text[CLI_TIME_BYTES];
    snprintf(text, sizeof text, "%s UTC", row->started);
    if (merge->started[0] == '\0' || strcmp(text, merge->started) < 0) {
        snprintf(merge->started, sizeof merge->started, "%s", text);
    }
    snprintf(text, sizeof text, "%s UTC", row->ended);
    if (row->ended[0] != '\0' && strcmp(text, merge->ended) > 0) {
        snprintf(merge->ended, sizeof merge->ended, "%s", text);
    }
    if (merge->machines.length == 0 || strstr(merge->machines.data, row->machine) == NULL) {
        sf_text_add(&merge->machines, "%s%s", merge->machines.length > 0 ? "; " : "", row->machine);
    }
}

/* The same shard may have been run more than once: one that is complete is as good as another. */
static void note_shard(void *context, const struct sf_store_history *row)
{
    struct merge *merge = context;
    if (row->campaign.identity != merge->identity || row->shard < 1 ||
        row->shard > merge->shards_count) {
        return;
    }
    struct shard *shard = &merge->shards[row->shard - 1];
    merge->found = true;
    note_where(merge, row);
    if (shard->store == 0 || (row->campaign.ended && !shard->complete)) {
        *shard = (struct shard){.store = merge->store + 1,
                                .campaign = row->campaign.id,
                                .complete = row->campaign.ended,
                                .wanted_count = row->wanted_count};
    }
}

static enum sf_err find_shards(struct merge *merge, struct sf_diag *diag)
{
    const struct cli_args *args = merge->args;
    for (uint32_t i = 0; i < args->words_count; i++) {
        SF_TRY(sf_store_open(args->words[i], SF_STORE_READ, &merge->stores[i], diag));
    }
    SF_TRY(sf_store_read_history(merge->stores[0], note_first, merge, diag));
    if (!merge->has_identity) {
        return sf_fail(diag, SF_ERR_INPUT, "%s has no campaign", args->words[0]);
    }
    if (merge->shards_count > SHARDS_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: more than %d shards", args->words[0], SHARDS_MAX);
    }
    if (strcmp(merge->version, SF_VERSION) != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s was written by strayframe %s; this is %s",
                       args->words[0], merge->version, SF_VERSION);
    }
    merge->shards = sf_alloc(merge->shards_count, sizeof *merge->shards);
    for (merge->store = 0; merge->store < args->words_count; merge->store++) {
        merge->found = false;
        SF_TRY(sf_store_read_history(merge->stores[merge->store], note_shard, merge, diag));
        if (!merge->found) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "%s has no shard of the campaign in %s: candidate, baseline, scenarios, "
                           "seeds, options and strayframe itself must be the same",
                           args->words[merge->store], args->words[0]);
        }
    }
    return SF_OK;
}

/* ---- what is needed of it ---- */

static void note_scenario(void *context, const struct sf_campaign_scenario *scenario)
{
    struct merge *merge = context;
    if (merge->files_count < SF_GATE_SCENARIOS_MAX) {
        uint32_t at = merge->files_count++;
        merge->files[at] = sf_strdup(scenario->file);
        merge->scenarios[at] =
            (struct sf_campaign_scenario){.file = merge->files[at], .hash = scenario->hash};
    }
}

static void note_set(void *context, const char *key, const char *value)
{
    struct merge *merge = context;
    if (merge->sets_count < CLI_SETS_MAX) {
        merge->sets[merge->sets_count++] =
            (struct sf_scenario_override){.key = sf_strdup(key), .value = sf_strdup(value)};
    }
}

static void note_file(void *context, const struct sf_campaign_file *file)
{
    struct merge *merge = context;
    if (merge->took_part_count < SF_CAMPAIGN_FILES_MAX) {
        merge->took_part[merge->took_part_count++] =
            (struct sf_campaign_file){.role = sf_strdup(file->role),
                                      .path = sf_strdup(file->path),
                                      .sha256 = sf_strdup(file->sha256)};
    }
}

static enum sf_err read_details(struct merge *merge, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < merge->shards_count; i++) {
        const struct shard *shard = &merge->shards[i];
        if (shard->store > 0) {
            struct sf_store *store = merge->stores[shard->store - 1];
            SF_TRY(sf_store_read_scenarios(store, shard->campaign, note_scenario, merge, diag));
            SF_TRY(sf_store_read_files(store, shard->campaign, note_file, merge, diag));
            return sf_store_read_sets(store, shard->campaign, note_set, merge, diag);
        }
    }
    SF_UNREACHABLE();
}

/* "shard 3 of 8 is missing; shard 5 of 8 is not complete", or "". */
static void say_missing(const struct merge *merge, struct sf_text *out)
{
    for (uint32_t i = 0; i < merge->shards_count; i++) {
        const struct shard *shard = &merge->shards[i];
        if (shard->store == 0 || !shard->complete) {
            sf_text_add(out, "%sshard %u of %u is %s", out->length > 0 ? "; " : "", i + 1,
                        merge->shards_count, shard->store == 0 ? "missing" : "not complete");
        }
    }
}

static enum sf_err judge(struct merge *merge, const struct sf_gate_options *gate_options,
                         struct sf_gate *gate, struct sf_diag *diag)
{
    struct sf_text missing = {0};
    enum sf_err err = SF_OK;
    SF_TRY(read_details(merge, diag));
    struct sf_gate_merge *all = sf_gate_merge_create(gate, gate_options, merge->files_count);
    for (uint32_t i = 0; i < merge->shards_count && err == SF_OK; i++) {
        const struct shard *shard = &merge->shards[i];
        if (shard->store > 0) {
            err = sf_gate_merge_add(all, merge->stores[shard->store - 1], shard->campaign,
                                    shard->wanted_count, diag);
        }
    }
    say_missing(merge, &missing);
    sf_gate_merge_conclude(all, missing.data != NULL ? missing.data : "");
    sf_text_free(&missing);
    return err;
}

/* ---- the command ---- */

static enum sf_err understand(struct merge *merge, struct sf_gate_options *gate_options,
                              struct sf_diag *diag)
{
    static struct sf_gate_limits limits;
    static struct sf_accepts accepts;
    const char *accept = cli_value(merge->args, "accept");
    SF_TRY(cli_outputs_writable(merge->args, diag));
    SF_TRY(find_shards(merge, diag));
    *gate_options = (struct sf_gate_options){
        .candidate = merge->candidate,
        .baseline = merge->baseline[0] != '\0' ? merge->baseline : NULL,
        .seed_first = merge->seed_first,
        .seeds_count = merge->seeds_count,
    };
    if (accept != NULL) {
        SF_TRY(sf_accepts_read(accept, (int64_t)time(NULL), &accepts, diag));
        gate_options->accepts = &accepts;
    }
    return cli_gate_limits(merge->args, gate_options, &limits, diag);
}

static void free_merge(struct merge *merge)
{
    for (uint32_t i = 0; i < merge->args->words_count; i++) {
        sf_store_close(merge->stores[i]);
    }
    for (uint32_t i = 0; i < merge->files_count; i++) {
        free(merge->files[i]);
    }
    for (uint32_t i = 0; i < merge->sets_count; i++) {
        free((void *)(uintptr_t)merge->sets[i].key);
        free((void *)(uintptr_t)merge->sets[i].value);
    }
    for (uint32_t i = 0; i < merge->took_part_count; i++) {
        free((void *)(uintptr_t)merge->took_part[i].role);
        free((void *)(uintptr_t)merge->took_part[i].path);
        free((void *)(uintptr_t)merge->took_part[i].sha256);
    }
    sf_text_free(&merge->options);
    sf_text_free(&merge->commit);
    sf_text_free(&merge->machines);
    free(merge->candidate);
    free(merge->baseline);
    free(merge->version);
    free(merge->shards);
    free(merge);
}

static struct sf_campaign what_of(const struct merge *merge)
{
    struct sf_campaign what = {
        .version = merge->version,
        .candidate = merge->candidate,
        .baseline = merge->baseline,
        .commit = merge->commit.data,
        .machine = merge->machines.data,
        .options = merge->options.data,
        .seed_first = merge->seed_first,
        .seeds_count = merge->seeds_count,
        .files_count = merge->took_part_count,
        .scenarios = merge->scenarios,
        .scenarios_count = merge->files_count,
        .sets = merge->sets,
        .sets_count = merge->sets_count,
    };
    memcpy(what.files, merge->took_part, sizeof what.files);
    return what;
}

/* The stores are the words of the command, of which cli_repeat_command says the first. */
static void repeat_command(const struct cli_args *args, struct sf_text *out)
{
    cli_repeat_command(args, "", NULL, out);
    for (uint32_t i = 1; i < args->words_count; i++) {
        sf_text_add_word(out, args->words[i]);
    }
}

static int tell(const struct merge *merge, const struct sf_gate *gate, const char *baseline)
{
    const struct sf_gate_names names = {
        .candidate = merge->candidate,
        .baseline = baseline,
        .files = (const char *const *)merge->files,
        .sets = merge->sets,
        .sets_count = merge->sets_count,
    };
    const struct sf_campaign what = what_of(merge);
    struct sf_text command = {0};
    struct sf_plan *plans = NULL;
    struct cli_gate_told told = {.gate = gate,
                                 .names = &names,
                                 .what = &what,
                                 .machines = merge->machines.data,
                                 .started = merge->started,
                                 .ended = merge->ended,
                                 .run_seconds_max = RUN_SECONDS};
    repeat_command(merge->args, &command);
    told.command = command.data;
    if (cli_value(merge->args, "report") != NULL) {
        told.without_plans = cli_plans_again(&what, &plans);
        told.plans = plans;
    }
    int code = cli_gate_tell(merge->args, &told);
    free(plans);
    sf_text_free(&command);
    return code;
}

static int run(const struct cli_args *args)
{
    struct merge *merge = sf_alloc(1, sizeof *merge);
    struct sf_gate *gate = sf_alloc(1, sizeof *gate);
    struct sf_gate_options gate_options;
    struct sf_diag diag = {0};
    merge->args = args;
    enum sf_err err = understand(merge, &gate_options, &diag);
    if (err == SF_OK) {
        err = judge(merge, &gate_options, gate, &diag);
    }
    int code;
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    } else {
        code = tell(merge, gate, gate_options.baseline);
    }
    free(gate);
    free_merge(merge);
    return code;
}

const struct cli_command cli_merge = {
    .name = "merge",
    .words = "STORE...",
    .summary = "One verdict from the shards of a campaign, which ran on several machines",
    .details =
        "Each STORE was written by `gate --shard I/N --store STORE` with the same candidate, "
        "baseline,\n"
        "scenarios, seeds and options. The verdict is that of the campaign in one piece: "
        "controls,\n"
        "required situations, bounds and intervals count over the whole. A shard that is missing "
        "or not\n"
        "complete makes it inconclusive. The last campaign of the first STORE says what is merged.",
    .options = options,
    .words_min = 1,
    .words_max = CLI_WORDS_MAX,
    .run = run,
};
