#include "harness/frame/captures.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { NONE = SF_CAPTURES_NONE, SLOTS_COUNT_MIN = 64 };

void sf_captures_forget(struct sf_captures *captures)
{
    SF_ASSERT(captures != NULL);
    SF_ASSERT(captures->slots != NULL || captures->slots_count == 0);
    captures->cameras_count = 0;
    captures->looks_count = 0;
    if (captures->slots != NULL) {
        memset(captures->slots, 0, captures->slots_count * sizeof *captures->slots);
    }
}

void sf_captures_fini(struct sf_captures *captures)
{
    SF_ASSERT(captures != NULL);
    free(captures->cameras);
    free(captures->looks);
    free(captures->slots);
    *captures = (struct sf_captures){0};
}

static uint64_t hash_of(struct sf_tenant_id tenant, struct sf_camera_id camera)
{
    uint64_t x = (uint64_t)tenant.index << 32 | camera.index;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The slot of the camera, or the free one where it would be. */
static uint32_t *slot_of(const struct sf_captures *captures, struct sf_tenant_id tenant,
                         struct sf_camera_id camera)
{
    uint32_t mask = captures->slots_count - 1;
    uint32_t at = (uint32_t)hash_of(tenant, camera) & mask;
    while (captures->slots[at] != 0) {
        const struct sf_told_camera *told = &captures->cameras[captures->slots[at] - 1];
        if (sf_tenant_same(told->tenant, tenant) && sf_camera_same(told->camera, camera)) {
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
    SF_ASSERT(captures != NULL);
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

uint32_t sf_captures_camera(const struct sf_captures *captures, struct sf_mark mark)
{
    SF_ASSERT(captures != NULL);
    uint32_t slot = captures->slots_count > 0 ? *slot_of(captures, mark.tenant, mark.camera) : 0;
    bool has = slot != 0 && mark.capture < captures->cameras[slot - 1].captures_count;
    return has ? slot - 1 : NONE;
}

struct sf_mark sf_captures_mark(const struct sf_captures *captures, uint32_t camera,
                                uint32_t capture)
{
    SF_ASSERT(captures != NULL);
    SF_ASSERT(camera < captures->cameras_count);
    return (struct sf_mark){
        .tenant = captures->cameras[camera].tenant,
        .camera = captures->cameras[camera].camera,
        .capture = capture,
    };
}

static void check_look(const struct sf_captures *captures, uint32_t index)
{
    const struct sf_look *look = &captures->looks[index];
    SF_ASSERT(look->camera < captures->cameras_count);
    SF_ASSERT(look->capture_last < captures->cameras[look->camera].captures_count);
    SF_ASSERT(look->before == NONE || look->before < index);
    SF_ASSERT(look->before == NONE || captures->looks[look->before].camera == look->camera);
}

void sf_captures_check(const struct sf_captures *captures)
{
    SF_ASSERT(captures != NULL);
    SF_ASSERT(captures->cameras_count <= captures->cameras_capacity);
    SF_ASSERT(captures->looks_count <= captures->looks_capacity);
    SF_ASSERT((captures->slots_count & (captures->slots_count - 1)) == 0);
    SF_ASSERT(2 * captures->cameras_count <= captures->slots_count);
    for (uint32_t i = 0; i < captures->looks_count; i++) {
        check_look(captures, i);
    }
    for (uint32_t i = 0; i < captures->cameras_count; i++) {
        const struct sf_told_camera *camera = &captures->cameras[i];
        SF_ASSERT(camera->look_last < captures->looks_count);
        SF_ASSERT(captures->looks[camera->look_last].camera == i);
        SF_ASSERT(*slot_of(captures, camera->tenant, camera->camera) == 1 + i);
    }
}
