/* A saved run that was changed. Either the bytes are the file; or they are changes of the records
 * of a real one, whose checksums fit again: the first byte decides. Reading it ends with a refusal
 * or with the run judged, the same twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/run/saved_run.h"

enum { CHANGE_BYTES = 4, HOMES_MAX = 64 };

static const char scenario[] =
    "strayframe: 1\n"
    "name: trace\n"
    "duration: 5s\n"
    "still: {width: 64, height: 16}\n"
    "cloud: {nodes: 2, renew_every: 2, fresh_within: 1min}\n"
    "networks:\n"
    "  slow: {both: delay 100ms 50ms loss 10%}\n"
    "homes:\n"
    "  - name: sends\n"
    "    count: 2\n"
    "    network: slow\n"
    "    camera: {upload_every: 2s, per_account: 2}\n"
    "    hub: {watch_every: 2s, watch_for: 4s, ask_every: 1s, revalidates: true}\n"
    "timeline:\n"
    "  - {at: 1s, share: all}\n"
    "  - {at: 2s, deploy: \"builtin:boxing-day-fix\", node: 0}\n"
    "  - {at: 2500ms, forget_camera: all}\n"
    "  - {at: 3s, new_owner: all}\n"
    "  - {at: 3500ms, unlink: sends}\n";

static struct {
    struct sf_runner *runner;
    char *file; /* of the real run */
    size_t file_bytes;
    size_t records_at;
    uint64_t records_count;
    struct sf_run_result result;
    struct sf_plan plan;
} saved;

static void make(struct sf_run_caches *caches)
{
    struct sf_diag diag = {0};
    FILE *file = open_memstream(&saved.file, &saved.file_bytes);
    SF_ASSERT(file != NULL);
    enum sf_err err = sf_scenario_parse(scenario, sizeof scenario - 1, "trace", sf_run_schema(),
                                        NULL, 0, &saved.plan, &diag);
    SF_ASSERT(err == SF_OK);
    err = sf_run_load_caches(&saved.plan, caches, &diag);
    SF_ASSERT(err == SF_OK);
    const struct sf_run_options options = {.seed = 1};
    err = sf_run_save(saved.runner, &saved.plan, caches, &options, file, &saved.result, &diag);
    SF_ASSERT(err == SF_OK);
    fclose(file);
}

void sf_fuzz_trace_start(void)
{
    if (saved.runner != NULL) {
        return;
    }
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    struct sf_saved_head head;
    saved.runner = sf_runner_create();
    make(caches);
    free(caches);
    memcpy(&head, saved.file, sizeof head);
    saved.records_at = sizeof head + head.plan_bytes;
    saved.records_count = saved.result.records_count;
    SF_ASSERT(saved.records_at + saved.records_count * sizeof(struct sf_record) +
                  sizeof(struct sf_saved_end) ==
              saved.file_bytes);
}

/* Changes single bytes of records: two bytes say which record, one which byte, one to what. Fits
 * the checksums to it. */
static char *changed(const uint8_t *data, size_t size)
{
    char *file = sf_alloc(saved.file_bytes, 1);
    struct sf_trace trace;
    struct sf_saved_end end;
    memcpy(file, saved.file, saved.file_bytes);
    for (; size >= CHANGE_BYTES; data += CHANGE_BYTES, size -= CHANGE_BYTES) {
        size_t record = (data[0] + 256U * data[1]) % saved.records_count;
        size_t byte = data[2] % sizeof(struct sf_record);
        file[saved.records_at + record * sizeof(struct sf_record) + byte] = (char)data[3];
    }
    sf_trace_init(&trace);
    for (uint64_t i = 0; i < saved.records_count; i++) {
        struct sf_record record;
        memcpy(&record, file + saved.records_at + i * sizeof record, sizeof record);
        sf_trace_add(&trace, record);
    }
    sf_trace_end(&trace);
    memcpy(&end, file + saved.file_bytes - sizeof end, sizeof end);
    end.trace_hash = trace.hash;
    end.end_hash = sf_hash(&end, offsetof(struct sf_saved_end, end_hash));
    memcpy(file + saved.file_bytes - sizeof end, &end, sizeof end);
    return file;
}

/* The verdict and the number of findings; UINT64_MAX for a refusal. */
static uint64_t judge(char *bytes, size_t count)
{
    struct sf_diag diag = {0};
    struct sf_saved opened;
    FILE *file = fmemopen(bytes, count, "rb");
    SF_ASSERT(file != NULL);
    if (sf_saved_open_stream(&opened, file, "input", &diag) != SF_OK) {
        return UINT64_MAX;
    }
    uint64_t said = UINT64_MAX;
    if (sf_saved_plan(&opened, NULL, 0, &saved.plan, &diag) == SF_OK &&
        sf_plan_homes_count(&saved.plan) <= HOMES_MAX &&
        sf_run_judge(saved.runner, &opened, &saved.plan, NULL, 0, &saved.result, &diag) == SF_OK) {
        said = saved.result.findings_count * 8 + saved.result.verdict;
    }
    sf_saved_close(&opened);
    return said;
}

int sf_fuzz_trace(const uint8_t *data, size_t size)
{
    sf_fuzz_trace_start();
    if (size < 2) {
        return 0;
    }
    bool whole = data[0] % 8 == 7;
    /* Few changes: of many some would be refused, and no oracle would see the others. */
    size_t changes_bytes = CHANGE_BYTES * (1U + data[0] / 8U);
    char *bytes = whole ? sf_alloc(size, 1)
                        : changed(data + 1, size - 1 < changes_bytes ? size - 1 : changes_bytes);
    size_t count = whole ? size - 1 : saved.file_bytes;
    if (whole) {
        memcpy(bytes, data + 1, count);
    }
    uint64_t said = judge(bytes, count);
    SF_ASSERT(judge(bytes, count) == said);
    free(bytes);
    return 0;
}
