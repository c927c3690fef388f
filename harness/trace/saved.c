#include "harness/trace/saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/trace/record_words.h"

/* No text file begins so, and a transfer that changes line ends spoils it. */
static const uint8_t magic_head[8] = {'S', 'F', 'R', 'U', 'N', '\r', '\n', 0x1a};
static const uint8_t magic_end[8] = {'S', 'F', 'R', 'U', 'N', 'E', 'N', 'D'};

static uint64_t head_hash(const struct sf_saved_head *head)
{
    return sf_hash(head, offsetof(struct sf_saved_head, head_hash));
}

static uint64_t end_hash(const struct sf_saved_end *end)
{
    return sf_hash(end, offsetof(struct sf_saved_end, end_hash));
}

/* ---- writing ---- */

static void write_bytes(struct sf_saved_writer *writer, const void *bytes, size_t count)
{
    errno = 0;
    if (writer->error == 0 && fwrite(bytes, 1, count, writer->file) != count) {
        writer->error = errno != 0 ? errno : EIO;
    }
}

void sf_saved_write_begin(struct sf_saved_writer *writer, FILE *file, const char *plan,
                          size_t plan_bytes, uint64_t events_max)
{
    SF_ASSERT(writer != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan_bytes <= SF_SAVED_PLAN_BYTES_MAX);
    *writer = (struct sf_saved_writer){.file = file};
    struct sf_saved_head head = {
        .version = SF_SAVED_VERSION,
        .record_bytes = sizeof(struct sf_record),
        .kinds_count = SF_RECORD_KINDS_COUNT,
        .plan_bytes = (uint32_t)plan_bytes,
        .events_max = events_max,
        .plan_hash = sf_hash(plan, plan_bytes),
    };
    memcpy(head.magic, magic_head, sizeof head.magic);
    snprintf(head.program, sizeof head.program, "%s", SF_VERSION);
    head.head_hash = head_hash(&head);
    write_bytes(writer, &head, sizeof head);
    write_bytes(writer, plan, plan_bytes);
}

void sf_saved_write_records(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    write_bytes(context, records, count * sizeof *records);
}

enum sf_err sf_saved_write_end(struct sf_saved_writer *writer, uint64_t records_count,
                               uint64_t trace_hash, uint64_t events_count, struct sf_diag *diag)
{
    SF_ASSERT(writer != NULL);
    SF_ASSERT(writer->file != NULL);
    struct sf_saved_end end = {
        .records_count = records_count, .trace_hash = trace_hash, .events_count = events_count};
    memcpy(end.magic, magic_end, sizeof end.magic);
    end.end_hash = end_hash(&end);
    write_bytes(writer, &end, sizeof end);
    if (writer->error == 0 && fflush(writer->file) != 0) {
        writer->error = errno;
    }
    if (writer->error != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "the run could not be saved: %s",
                       strerror(writer->error));
    }
    return SF_OK;
}

/* ---- reading ---- */

bool sf_saved_recognise(const char *path)
{
    SF_ASSERT(path != NULL);
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return false; /* reading from a pipe would consume bytes that its reader needs */
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return false;
    }
    uint8_t first[sizeof magic_head];
    bool found = fread(first, 1, sizeof first, file) == sizeof first &&
                 memcmp(first, magic_head, sizeof first) == 0;
    fclose(file);
    return found;
}

/* What is wrong with the file, in its name. */
#define REFUSE(saved, diag, ...) sf_fail_at(diag, SF_ERR_INPUT, (saved)->name, 0, 0, __VA_ARGS__)

static enum sf_err read_bytes(struct sf_saved *saved, void *out, size_t count, struct sf_diag *diag)
{
    if (fread(out, 1, count, saved->file) == count) {
        return SF_OK;
    }
    if (ferror(saved->file)) {
        return sf_fail_at(diag, SF_ERR_MACHINE, saved->name, 0, 0, "cannot read: %s",
                          strerror(errno));
    }
    return REFUSE(saved, diag, "the saved run is cut short");
}

static enum sf_err read_head(struct sf_saved *saved, struct sf_diag *diag)
{
    struct sf_saved_head *head = &saved->head;
    rewind(saved->file);
    enum sf_err err = read_bytes(saved, head, sizeof *head, diag);
    if (err == SF_ERR_MACHINE) {
        return err;
    }
    if (memcmp(head->magic, magic_head, sizeof head->magic) != 0) {
        return REFUSE(saved, diag, "this is no saved run of strayframe");
    }
    SF_TRY(err);
    /* Before the hash: a newer version may have laid the rest out in another way. */
    if (head->version != SF_SAVED_VERSION) {
        return REFUSE(saved, diag,
                      "a saved run of format version %u; this program, strayframe %s, reads "
                      "version %d",
                      head->version, SF_VERSION, SF_SAVED_VERSION);
    }
    if (head->head_hash != head_hash(head)) {
        return REFUSE(saved, diag, "the saved run was changed: its head does not fit its checksum");
    }
    if (head->record_bytes != sizeof(struct sf_record) ||
        head->plan_bytes > SF_SAVED_PLAN_BYTES_MAX) {
        return REFUSE(saved, diag, "the saved run has records of %u bytes and a plan of %u",
                      head->record_bytes, head->plan_bytes);
    }
    if (head->kinds_count > SF_RECORD_KINDS_COUNT) {
        return REFUSE(saved, diag,
                      "saved by a newer program, strayframe %.15s, with %u kinds of records; "
                      "this one, %s, knows %d",
                      head->program, head->kinds_count, SF_VERSION, SF_RECORD_KINDS_COUNT);
    }
    return SF_OK;
}

static enum sf_err read_plan(struct sf_saved *saved, struct sf_diag *diag)
{
    saved->plan = sf_alloc((size_t)saved->head.plan_bytes + 1, 1);
    SF_TRY(read_bytes(saved, saved->plan, saved->head.plan_bytes, diag));
    if (sf_hash(saved->plan, saved->head.plan_bytes) != saved->head.plan_hash) {
        return REFUSE(saved, diag, "the saved run was changed: its plan does not fit its checksum");
    }
    return SF_OK;
}

static enum sf_err read_end(struct sf_saved *saved, struct sf_diag *diag)
{
    struct sf_saved_end *end = &saved->end;
    if (fseeko(saved->file, -(off_t)sizeof *end, SEEK_END) != 0) {
        return REFUSE(saved, diag, "the saved run is cut short");
    }
    off_t at = ftello(saved->file);
    SF_TRY(read_bytes(saved, end, sizeof *end, diag));
    if (memcmp(end->magic, magic_end, sizeof end->magic) != 0) {
        return REFUSE(saved, diag, "the saved run is cut short, or something stands behind it");
    }
    off_t records_bytes = at - (off_t)sizeof saved->head - (off_t)saved->head.plan_bytes;
    bool whole = records_bytes >= 0 && records_bytes % (off_t)sizeof(struct sf_record) == 0 &&
                 (uint64_t)records_bytes / sizeof(struct sf_record) == end->records_count;
    if (!whole || end->end_hash != end_hash(end)) {
        return REFUSE(saved, diag, "the saved run was changed: its end does not fit the rest");
    }
    return SF_OK;
}

enum sf_err sf_saved_open_stream(struct sf_saved *saved, FILE *file, const char *name,
                                 struct sf_diag *diag)
{
    SF_ASSERT(saved != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(name != NULL);
    *saved = (struct sf_saved){.file = file};
    snprintf(saved->name, sizeof saved->name, "%s", name);
    enum sf_err err = read_head(saved, diag);
    if (err == SF_OK) {
        err = read_plan(saved, diag);
    }
    if (err == SF_OK) {
        err = read_end(saved, diag);
    }
    if (err != SF_OK) {
        sf_saved_close(saved);
    }
    return err;
}

enum sf_err sf_saved_open(struct sf_saved *saved, const char *path, struct sf_diag *diag)
{
    SF_ASSERT(saved != NULL);
    SF_ASSERT(path != NULL);
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot open: %s",
                          strerror(errno));
    }
    return sf_saved_open_stream(saved, file, path, diag);
}

void sf_saved_close(struct sf_saved *saved)
{
    SF_ASSERT(saved != NULL);
    if (saved->file != NULL) {
        fclose(saved->file);
    }
    free(saved->plan);
    *saved = (struct sf_saved){0};
}

enum sf_err sf_saved_records(struct sf_saved *saved, FILE **file_out, struct sf_diag *diag)
{
    SF_ASSERT(saved != NULL);
    SF_ASSERT(file_out != NULL);
    SF_ASSERT(saved->file != NULL);
    off_t at = (off_t)sizeof saved->head + (off_t)saved->head.plan_bytes;
    if (fseeko(saved->file, at, SEEK_SET) != 0) {
        return sf_fail_at(diag, SF_ERR_MACHINE, saved->name, 0, 0, "cannot read: %s",
                          strerror(errno));
    }
    *file_out = saved->file;
    return SF_OK;
}

enum sf_err sf_saved_play(struct sf_saved *saved, uint32_t homes_count, struct sf_trace *trace,
                          struct sf_diag *diag)
{
    SF_ASSERT(saved != NULL);
    SF_ASSERT(trace != NULL);
    SF_ASSERT(saved->file != NULL);
    struct sf_record_bounds bounds;
    sf_record_bounds_init(&bounds, homes_count);
    FILE *file;
    SF_TRY(sf_saved_records(saved, &file, diag));
    sf_ns before_ns = 0;
    for (uint64_t i = 0; i < saved->end.records_count; i++) {
        struct sf_record record;
        SF_TRY(read_bytes(saved, &record, sizeof record, diag));
        if (!sf_record_fits(&bounds, &record) || record.at_ns < before_ns) {
            return REFUSE(saved, diag,
                          "the saved run was changed: its record %llu cannot be of this run",
                          (unsigned long long)i + 1);
        }
        before_ns = record.at_ns;
        sf_trace_add(trace, record);
    }
    sf_trace_end(trace);
    if (trace->hash != saved->end.trace_hash) {
        return REFUSE(saved, diag,
                      "the saved run was changed: its records hash to %016llx, not to %016llx",
                      (unsigned long long)trace->hash, (unsigned long long)saved->end.trace_hash);
    }
    return SF_OK;
}
