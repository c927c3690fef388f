#include "harness/frame/captures.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { NONE = SF_CAPTURES_NONE, SLOTS_COUNT_MIN = 64 };

void sf_captures_forget(struct sf_captures *captures)
{
    captures->cameras_count = 0;
    captures->looks_count = 0;
    if (captures->slots != NULL) {
        memset(captures->slots, 0, captures->slots_count * sizeof *captures->slots);
    }
}

void sf_captures_fini(struct sf_captures *captures)
{
    free(captures->cameras);
    free(captures->looks);
    free(captures->slots);
    *captures = (struct sf_captures){0};
}

static uint64_t hash_of(uint32_t tenant, uint32_t camera)
{
    uint64_t x = (uint64_t)tenant << 32 | camera;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The slot of the camera, or the free one where it would be. */
static uint32_t *slot_of(const struct sf_captures *captures, uint32_t tenant, uint32_t camera)
{
    uint32_t mask = captures->slots_count - 1;
    uint32_t at = (uint32_t)hash_of(tenant, camera) & mask;
    while (captures->slots[at] != 0) {
        const struct sf_told_camera *told = &captures->cameras[captures->slots[at] - 1];
        if (told->tenant == tenant && told->camera == camera) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &captures->slots[at];
}

static void slots_grow(struct sf_captures *captures)
{
    captures->slots_count = captures->slots_count > 0 ? 2 * captures->slots_count : SLOTS_COUNT_MIN;
    free(captures->slots);
    captures->slots = sf_alloc(captures->slots_count, sizeof *captures->slots);
    for (uint32_t i = 0; i < captures->cameras_count; i++) {
        *slot_of(captures, captures->cameras[i].tenant, captures->cameras[i].camera) = 1 + i;
    }
}

static uint32_t camera_add(struct sf_captures *captures, struct sf_mark mark)
{
    if (captures->cameras_count == captures->cameras_capacity) {
        captures->cameras_capacity = 2 * captures->cameras_capacity + SLOTS_COUNT_MIN / 2;
        captures->cameras =
            sf_realloc(captures->cameras, captures->cameras_capacity, sizeof *captures->cameras);
    }
    captures->cameras[captures->cameras_count] =
        (struct sf_told_camera){.tenant = mark.tenant, .camera = mark.camera, .look_last = NONE};
    return captures->cameras_count++;
}

static uint32_t look_add(struct sf_captures *captures, uint32_t camera, uint32_t number)
{
    if (captures->looks_count == captures->looks_capacity) {
        captures->looks_capacity = 2 * captures->looks_capacity + SLOTS_COUNT_MIN / 2;
        captures->looks =
            sf_realloc(captures->looks, captures->looks_capacity, sizeof *captures->looks);
    }
    captures->looks[captures->looks_count] = (struct sf_look){
        .camera = camera, .number = number, .before = captures->cameras[camera].look_last};
    captures->cameras[camera].look_last = captures->looks_count;
    return captures->looks_count++;
}

void sf_captures_add(struct sf_captures *captures, struct sf_mark mark, uint32_t look_number)
{
    SF_ASSERT(mark.capture < SF_MARK_FIELD_MAX);
    if (2 * (captures->cameras_count + 1) > captures->slots_count) {
        slots_grow(captures);
    }
    uint32_t *slot = slot_of(captures, mark.tenant, mark.camera);
    if (*slot == 0) {
        *slot = 1 + camera_add(captures, mark);
    }
    struct sf_told_camera *camera = &captures->cameras[*slot - 1];
    uint32_t look = camera->look_last;
    while (look != NONE && captures->looks[look].number != look_number) {
        look = captures->looks[look].before;
    }
    if (look == NONE) {
        look = look_add(captures, *slot - 1, look_number);
    }
    SF_ASSERT(mark.capture >= camera->captures_count);
    captures->looks[look].capture_last = mark.capture;
    camera->captures_count = mark.capture + 1;
}

struct sf_mark sf_captures_mark(const struct sf_captures *captures, uint32_t camera,
                                uint32_t capture)
{
    SF_ASSERT(camera < captures->cameras_count);
    return (struct sf_mark){
        .tenant = captures->cameras[camera].tenant,
        .camera = captures->cameras[camera].camera,
        .capture = capture,
    };
}
