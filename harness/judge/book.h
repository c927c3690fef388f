/* The book of captures: what every camera of a run has captured, and how to make each still's bytes
 * again. It keeps no picture: a capture costs 32 bytes, and its still is made again when it is
 * looked at.
 *
 * It knows neither homes nor messages, and reads no clock. A stage (the simulation, or real servers
 * with a real origin) writes each camera and each capture into it; the judge (judge.h) looks them
 * up. */
#ifndef STRAYFRAME_JUDGE_BOOK_H
#define STRAYFRAME_JUDGE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/frame/ledger.h"
#include "harness/frame/mark.h"
#include "harness/frame/scene.h"
#include "harness/frame/still.h"

enum {
    SF_BOOK_HASHES_KEPT = 16, /* a camera's latest captures that are known by their hash */
    SF_BOOK_NO_CAPTURE = SF_MARK_FIELD_MAX, /* no capture has a number that large */
};

/* What all stills of a run have in common. */
struct sf_book_stills {
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    int64_t start_unix_s; /* when the run starts, in UTC; exhibits count from there */
};

struct sf_book_camera {
    struct sf_tenant_id tenant; /* its owner, now */
    enum sf_scene scene;
    const char *name; /* as its stills show it; borrowed until the next reset */
    int32_t utc_offset_s;
    bool sends_deltas; /* sends only the rows that changed: its pictures mix its captures */
};

/* A capture to be written into the book. */
struct sf_book_capture {
    struct sf_tenant_id owner; /* of the camera then; for sf_book_add it goes without saying */
    int64_t local_unix_s;      /* by the camera's clock, in its time zone */
    uint64_t hash; /* sf_hash of the still as the camera sends it, or has it after a delta */
    bool night;
};

struct sf_book;

/* Never NULL. */
struct sf_book *sf_book_create(void);
void sf_book_destroy(struct sf_book *book); /* NULL is fine */

/* A new run: forgets cameras and captures, keeps memory. Every camera must be described before its
 * first capture. */
void sf_book_reset(struct sf_book *book, const struct sf_book_stills *stills,
                   uint32_t cameras_count);
/* Frees the index of bytes, which is large. It is built again when it is needed. */
void sf_book_drop_index(struct sf_book *book);

void sf_book_describe(struct sf_book *book, struct sf_camera_id camera,
                      const struct sf_book_camera *facts);
/* A camera more, and its id: for a stage that does not know all cameras beforehand. */
struct sf_camera_id sf_book_add_camera(struct sf_book *book, const struct sf_book_camera *facts);
/* The camera belongs to another tenant from now on: its captures carry that mark. */
void sf_book_give(struct sf_book *book, struct sf_camera_id camera, struct sf_tenant_id owner);
/* The next capture of a camera, numbered from 0. Returns its number. */
uint32_t sf_book_add(struct sf_book *book, struct sf_camera_id camera,
                     const struct sf_book_capture *capture);

/* ---- looking up ---- */

const struct sf_book_camera *sf_book_camera(const struct sf_book *book, struct sf_camera_id camera);
uint32_t sf_book_captures_count(const struct sf_book *book, struct sf_camera_id camera);
int64_t sf_book_start_unix_s(const struct sf_book *book);

/* Which of the camera's SF_BOOK_HASHES_KEPT latest captures has this hash, the latest first;
 * SF_BOOK_NO_CAPTURE if none has. */
uint32_t sf_book_recent(const struct sf_book *book, struct sf_camera_id camera, uint64_t hash);

/* False if the camera has no such capture. Fast for recent captures. */
bool sf_book_find(const struct sf_book *book, struct sf_camera_id camera, uint32_t capture,
                  struct sf_book_capture *capture_out);

/* Does this mark name a capture in the book, and its camera's owner then? */
bool sf_book_knows(const struct sf_book *book, struct sf_mark mark);

/* ---- bytes ---- */

/* How to make the bytes of a capture, for the first time or again. The camera has been described;
 * the capture need not be in the book yet. */
void sf_book_spec(const struct sf_book *book, struct sf_camera_id camera, uint32_t capture,
                  int64_t local_unix_s, bool night, struct sf_still_spec *spec_out);

/* No still of this run is longer. */
size_t sf_book_still_bytes_max(const struct sf_book *book);

/* The still of a capture, made again. NULL if there is no such capture. Valid until the next call
 * with this book. */
const uint8_t *sf_book_remake(struct sf_book *book, struct sf_mark mark, size_t *count_out);

/* Whose are these bytes? Attributes them to captures: see harness/frame/ledger.h. */
void sf_book_attribute(struct sf_book *book, const uint8_t *bytes, uint32_t count,
                       struct sf_byte_attribution *found_out);

/* The next attribution begins its search with this capture; it finds the same, sooner. */
void sf_book_guess(struct sf_book *book, struct sf_mark mark);

/* How many of these bytes are a piece of any camera's still. */
uint32_t sf_book_image_bytes(struct sf_book *book, const uint8_t *bytes, uint32_t count);

/* Asserts what must hold of a book: every camera's captures are numbered without a gap, the latest
 * is its own, and the sum is right. Costs a look at each camera. */
void sf_book_check(const struct sf_book *book);

#endif
