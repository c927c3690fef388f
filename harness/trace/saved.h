/* A saved run: one file with everything that repeats a run and everything that happened in it.
 * docs/traces.md is its layout for other readers. Nothing in a file is believed before it is
 * checked. */
#ifndef STRAYFRAME_TRACE_SAVED_H
#define STRAYFRAME_TRACE_SAVED_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/trace/trace.h"

enum { SF_SAVED_VERSION = 1, SF_SAVED_PLAN_BYTES_MAX = 1 << 20 };

/* The file begins with this; then the plan as the text of a scenario, the records, the end. Numbers
 * are little-endian. */
struct sf_saved_head {
    uint8_t magic[8]; /* SF_SAVED_MAGIC */
    uint32_t version;
    uint32_t record_bytes;
    uint32_t kinds_count; /* of records that the program knew which wrote it */
    uint32_t plan_bytes;
    uint64_t events_max; /* the run's bound; 0: none */
    char program[16];    /* the version that wrote it, for a person */
    uint64_t plan_hash;  /* XXH3 of the plan's text */
    uint64_t head_hash;  /* XXH3 of everything above */
};

struct sf_saved_end {
    uint8_t magic[8]; /* SF_SAVED_MAGIC_END */
    uint64_t records_count;
    uint64_t trace_hash; /* as struct sf_trace makes it: every record is under it */
    uint64_t events_count;
    uint64_t end_hash; /* XXH3 of everything above */
};

_Static_assert(sizeof(struct sf_saved_head) == 64, "no padding: it is written as it stands");
_Static_assert(sizeof(struct sf_saved_end) == 40, "no padding: it is written as it stands");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a saved run is little-endian");

/* ---- writing ---- */

/* Writes through `file`, which the caller opens and closes. An error is kept until the end. */
struct sf_saved_writer {
    FILE *file;
    int error; /* errno of the first failure; 0 */
};

void sf_saved_write_begin(struct sf_saved_writer *writer, FILE *file, const char *plan,
                          size_t plan_bytes, uint64_t events_max);
/* Fits struct sf_trace_listener. */
void sf_saved_write_records(void *writer, const struct sf_record *records, uint32_t count);
/* Flushes the stream. SF_ERR_MACHINE if anything could not be written. */
SF_MUST_USE enum sf_err sf_saved_write_end(struct sf_saved_writer *writer, uint64_t records_count,
                                           uint64_t trace_hash, uint64_t events_count,
                                           struct sf_diag *diag);

/* ---- reading ---- */

struct sf_saved {
    FILE *file;
    char name[256]; /* for messages */
    char *plan;     /* terminated */
    struct sf_saved_head head;
    struct sf_saved_end end;
};

/* Whether a file begins as a saved run does. False for what cannot be read, or is no file. */
bool sf_saved_recognise(const char *path);

/* Checks all but the records. SF_ERR_INPUT for a file that is no saved run, of a newer version, cut
 * short or changed. */
SF_MUST_USE enum sf_err sf_saved_open(struct sf_saved *saved, const char *path,
                                      struct sf_diag *diag);
/* The same with a stream that can be sought in; it is closed with the rest, or when this fails. */
SF_MUST_USE enum sf_err sf_saved_open_stream(struct sf_saved *saved, FILE *file, const char *name,
                                             struct sf_diag *diag);
void sf_saved_close(struct sf_saved *saved);

/* Puts every record into the trace, whose listeners hear them as they heard the run. May be called
 * again. SF_ERR_INPUT for records that cannot be of a run of this size, or are not those that
 * were written. */
SF_MUST_USE enum sf_err sf_saved_play(struct sf_saved *saved, uint32_t homes_count,
                                      struct sf_trace *trace, struct sf_diag *diag);

/* The stream, at the first of end.records_count records. SF_ERR_MACHINE if it cannot be sought. */
SF_MUST_USE enum sf_err sf_saved_records(struct sf_saved *saved, FILE **file_out,
                                         struct sf_diag *diag);

#endif
