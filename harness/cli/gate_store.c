/* strayframe gate --store: what ran, and in which store it is kept. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/campaign/provenance.h"
#include "harness/cli/gate.h"
#include "harness/report/gate.h"

/* ---- what ran ---- */

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

/* The commit of the user's sources: as given, as the seed, or as CI servers say it. */
static const char *commit_of(const struct cli_args *args)
{
    static const char *const names[] = {"GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"};
    const char *commit = cli_value(args, "commit");
    uint64_t number;
    if (commit == NULL && cli_value(args, "seed") != NULL &&
        cli_seed_of_commit(cli_value(args, "seed"), &number)) {
        commit = cli_value(args, "seed");
    }
    for (size_t i = 0; commit == NULL && i < sizeof names / sizeof names[0]; i++) {
        commit = environment(names[i])[0] != '\0' ? environment(names[i]) : NULL;
    }
    return commit != NULL ? commit : "";
}

/* Every option that a run depends on; the rest is recorded elsewhere, or says only where the result
 * goes and how long it may take. */
static void describe_options(const struct cli_args *args, struct sf_text *out)
{
    static const char *const known[] = {"run-seconds", "small-seconds", "seeds", "max-leak-rate",
                                        "confidence"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *value = cli_value(args, known[i]);
        if (value != NULL) {
            sf_text_add(out, "%s--%s", out->length > 0 ? " " : "", known[i]);
            sf_text_add_word(out, value);
        }
    }
    for (uint32_t i = 0; i < args->sets_count; i++) {
        struct sf_text set = {0};
        sf_text_add(&set, "%s=%s", args->sets[i].key, args->sets[i].value);
        sf_text_add(out, "%s--set", out->length > 0 ? " " : "");
        sf_text_add_word(out, set.data);
        sf_text_free(&set);
    }
}

struct files {
    struct cli_record *record;
    const char *role;
};

/* One that cannot be read is not recorded: what is run from it fails elsewhere. */
static void add_file(void *context, const char *path)
{
    const struct files *files = context;
    struct cli_record *record = files->record;
    uint32_t at = record->what.files_count;
    if (at == SF_CAMPAIGN_FILES_MAX || sf_sha256_file(path, record->sha256[at], NULL) != SF_OK) {
        return;
    }
    char *real = realpath(path, NULL);
    record->paths[at] = real != NULL ? real : sf_strdup(path);
    record->what.files[at] = (struct sf_campaign_file){
        .role = files->role, .path = record->paths[at], .sha256 = record->sha256[at]};
    record->what.files_count++;
}

static void add_scenarios(const struct cli_scenarios *scenarios, struct cli_record *record)
{
    record->scenarios = sf_alloc(scenarios->count, sizeof *record->scenarios);
    for (uint32_t i = 0; i < scenarios->count; i++) {
        struct sf_text text = {0};
        sf_scenario_print(&scenarios->plans[i], sf_run_schema(), &text);
        record->scenarios[i] = (struct sf_campaign_scenario){
            .file = scenarios->files[i], .hash = sf_hash(text.data, text.length)};
        sf_text_free(&text);
    }
    record->what.scenarios = record->scenarios;
    record->what.scenarios_count = scenarios->count;
}

static void describe(const struct cli_args *args, const struct cli_scenarios *scenarios,
                     const struct sf_gate_options *options, struct cli_record *record)
{
    sf_machine_print(&record->machine);
    sf_text_add(&record->options, "%s", "");
    describe_options(args, &record->options);
    record->what = (struct sf_campaign){
        .version = SF_VERSION,
        .candidate = options->candidate,
        .baseline = options->baseline != NULL ? options->baseline : "",
        .commit = commit_of(args),
        .machine = record->machine.data,
        .options = record->options.data,
        .seed_first = options->seed_first,
        .seeds_count = options->seeds_count,
        .shard = options->shards_count > 0 ? options->shard : 1,
        .shards_count = options->shards_count > 0 ? options->shards_count : 1,
    };
    record->what.sets = args->sets;
    record->what.sets_count = args->sets_count;
    add_file(&(struct files){record, "strayframe"}, "/proc/self/exe");
    const char *search = environment("PATH");
    sf_cache_files(options->candidate, search, add_file, &(struct files){record, "candidate"});
    if (options->baseline != NULL) {
        sf_cache_files(options->baseline, search, add_file, &(struct files){record, "baseline"});
    }
    add_scenarios(scenarios, record);
}

/* ---- begin and end ---- */

void cli_time_text(int64_t unix_s, char text[static CLI_TIME_BYTES])
{
    time_t at = (time_t)unix_s;
    struct tm parts;
    if (gmtime_r(&at, &parts) == NULL ||
        strftime(text, CLI_TIME_BYTES, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        text[0] = '\0';
    }
}

/* A campaign that goes on began when its first part did. */
static void note_started(void *context, const struct sf_store_history *row)
{
    struct cli_record *record = context;
    if (record->went_on && row->campaign.id == record->campaign.id) {
        snprintf(record->started, sizeof record->started, "%s UTC", row->started);
    }
}

enum sf_err cli_record_begin(const struct cli_args *args, const struct cli_scenarios *scenarios,
                             struct sf_gate_options *options, struct cli_record *record,
                             struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(record != NULL);
    const char *path = cli_value(args, "store");
    bool resume = cli_flag(args, "resume");
    cli_time_text((int64_t)time(NULL), record->started);
    if (path == NULL) {
        describe(args, scenarios, options, record);
        return resume ? sf_fail(diag, SF_ERR_INPUT, "--resume goes with --store FILE") : SF_OK;
    }
    SF_TRY(sf_store_open(path, SF_STORE_WRITE, &record->store, diag));
    describe(args, scenarios, options, record);
    if (resume) {
        SF_TRY(sf_store_find(record->store, &record->what, &record->campaign, diag));
        record->went_on = record->campaign.id != 0;
        SF_TRY(sf_store_read_history(record->store, note_started, record, diag));
        if (!record->went_on) {
            fprintf(stderr,
                    "strayframe: %s has no campaign with this candidate, these scenarios, "
                    "seeds and options: a new one begins\n",
                    path);
        }
    }
    if (!record->went_on) {
        SF_TRY(sf_store_begin(record->store, &record->what, (int64_t)time(NULL), &record->campaign,
                              diag));
    }
    options->store = record->store;
    options->campaign = record->campaign.id;
    return SF_OK;
}

static enum sf_err add_findings(struct cli_record *record, const struct sf_gate *gate,
                                struct sf_diag *diag)
{
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        struct sf_text name = {0};
        sf_gate_find_name(&gate->finds[i], &name);
        enum sf_err err = sf_store_add_finding(
            record->store, record->campaign.id, name.data, gate->finds[i].runs_count,
            gate->finds[i].standing == SF_GATE_ACCEPTED ? gate->finds[i].accepted->reason : "",
            diag);
        sf_text_free(&name);
        SF_TRY(err);
    }
    return SF_OK;
}

enum sf_err cli_record_end(struct cli_record *record, const struct sf_gate *gate,
                           struct sf_diag *diag)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(gate != NULL);
    if (record->store == NULL) {
        return SF_OK;
    }
    const struct sf_campaign_end end = {
        .verdict = sf_gate_kind_name(gate->kind),
        .reason = gate->reason,
        .runs_count = gate->runs_count,
        .wanted_count = gate->wanted_count,
        .failed_count = gate->failed_count,
    };
    SF_TRY(add_findings(record, gate, diag));
    return sf_store_end(record->store, record->campaign.id, sf_gate_is_complete(gate), &end,
                        (int64_t)time(NULL), diag);
}

void cli_record_free(struct cli_record *record)
{
    SF_ASSERT(record != NULL);
    sf_store_close(record->store);
    sf_text_free(&record->machine);
    sf_text_free(&record->options);
    free(record->scenarios);
    for (uint32_t i = 0; i < record->what.files_count; i++) {
        free(record->paths[i]);
    }
}
