/* What the ledger knows of: the cameras, how many captures each has, and which looks.
 * A counter for each camera instead of an entry for each capture. Part of the ledger. */
#ifndef STRAYFRAME_FRAME_CAPTURES_H
#define STRAYFRAME_FRAME_CAPTURES_H

#include <stdint.h>

#include "harness/frame/mark.h"

enum { SF_CAPTURES_NONE = UINT32_MAX }; /* in place of an index */

/* Captures of a camera that have most bytes in common. */
struct sf_look {
    uint32_t camera; /* index */
    uint32_t number; /* as sf_captures_add was given it */
    uint32_t capture_last;
    uint32_t before; /* the camera's look before this one, or SF_CAPTURES_NONE */
};

struct sf_told_camera {
    struct sf_tenant_id tenant;
    struct sf_camera_id camera;
    uint32_t captures_count;
    uint32_t look_last; /* index */
};

struct sf_captures {
    struct sf_told_camera *cameras; /* owned; in the order in which they were first told */
    uint32_t cameras_count;
    uint32_t cameras_capacity;
    struct sf_look *looks; /* owned; likewise */
    uint32_t looks_count;
    uint32_t looks_capacity;
    uint32_t *slots;      /* owned; open addressing by tenant and camera: 1 + index, 0 for none */
    uint32_t slots_count; /* a power of two, or 0 */
};

/* All zero is empty. Forgetting keeps the memory. */
void sf_captures_forget(struct sf_captures *captures);
void sf_captures_fini(struct sf_captures *captures);

/* Captures of a camera must come in rising order. */
void sf_captures_add(struct sf_captures *captures, struct sf_mark mark, uint32_t look_number);

/* The camera that has this mark; SF_CAPTURES_NONE if it was never told or has no such capture. */
uint32_t sf_captures_camera(const struct sf_captures *captures, struct sf_mark mark);

struct sf_mark sf_captures_mark(const struct sf_captures *captures, uint32_t camera,
                                uint32_t capture);

/* Asserts that each camera is found by its numbers, and that looks and cameras name each other.
 * Walks both. */
void sf_captures_check(const struct sf_captures *captures);

#endif
