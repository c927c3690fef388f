/* strayframe history: the campaigns of a store. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/campaign/store.h"
#include "harness/cli/command.h"
#include "harness/report/json.h"

static const struct cli_option options[] = {
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

/* One that was killed, or runs now, has no verdict. */
static const char *verdict_of(const struct sf_store_history *row)
{
    return row->verdict[0] != '\0' ? row->verdict : "not ended";
}

static void print_text(void *context, const struct sf_store_history *row)
{
    struct sf_text *out = context;
    sf_text_add(out, "%4lld  %-19s  %-12s  %6u runs, %u failed  %.12s%s%s",
                (long long)row->campaign.id, row->started, verdict_of(row), row->campaign.runs,
                row->failed_count, row->commit, row->commit[0] != '\0' ? "  " : "", row->candidate);
    if (row->baseline[0] != '\0') {
        sf_text_add(out, " against %s", row->baseline);
    }
    if (row->candidate_sha256[0] != '\0') {
        sf_text_add(out, "  sha256 %.12s", row->candidate_sha256);
    }
    if (row->shards_count > 1) {
        sf_text_add(out, "  shard %u of %u", row->shard, row->shards_count);
    }
    sf_text_add(out, "  seeds %" PRIu64 " to %" PRIu64 "%s%s\n", row->seed_first,
                row->seed_first + row->seeds_count - 1, row->options[0] != '\0' ? "  " : "",
                row->options);
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static void add_json(void *context, const struct sf_store_history *row)
{
    json_array_append_new(
        context,
        json_pack(
            "{s:I, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o, "
            "s:o, s:o}",
            "campaign", (json_int_t)row->campaign.id, "started", row->started, "ended",
            text_or_null(row->ended), "complete", row->campaign.ended, "verdict",
            text_or_null(row->verdict), "reason", text_or_null(row->reason), "runs",
            sf_json_number(row->campaign.runs), "failed", sf_json_number(row->failed_count),
            "version", row->version, "machine", row->machine, "candidate", row->candidate,
            "candidate_sha256", text_or_null(row->candidate_sha256), "baseline",
            text_or_null(row->baseline), "options", row->options, "commit",
            text_or_null(row->commit), "seed_first", sf_json_seed(row->seed_first), "seeds",
            sf_json_number(row->seeds_count), "shard",
            row->shards_count > 1 ? json_pack("{s:o, s:o}", "number", sf_json_number(row->shard),
                                              "of", sf_json_number(row->shards_count))
                                  : json_null()));
}

static int run(const struct cli_args *args)
{
    struct sf_store *store;
    struct sf_diag diag = {0};
    struct sf_text text = {0};
    enum sf_err err = sf_store_open(args->words[0], SF_STORE_READ, &store, &diag);
    if (err != SF_OK) {
        return cli_fail(err, &diag);
    }
    json_t *list = json_array();
    bool json = cli_flag(args, "json");
    err = json ? sf_store_read_history(store, add_json, list, &diag)
               : sf_store_read_history(store, print_text, &text, &diag);
    int code = CLI_EXIT_PASS;
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    } else if (json) {
        code = cli_print_json(json_pack("{s:O}", "campaigns", list), CLI_EXIT_PASS);
    } else {
        code = cli_print_text(&text, CLI_EXIT_PASS);
    }
    json_decref(list);
    sf_text_free(&text);
    sf_store_close(store);
    return code;
}

const struct cli_command cli_history = {
    .name = "history",
    .words = "STORE",
    .summary = "List the campaigns of a store: when, what, which commit, which verdict",
    .details =
        "STORE is the file that `gate --store` has written. Campaigns that were killed have\n"
        "no verdict; `gate --store STORE --resume` with the same options goes on with them.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
