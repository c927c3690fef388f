/* Identities: numbers that a cache may compare and into which it may read nothing else. */
#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

enum { EACH = 64 };

_Static_assert(SF_SMALL_EVENTS_MAX + 1 < EACH, "the counts of two owners do not meet");

/* 1, 11, 111, 1111 */
static uint64_t ones(uint64_t count)
{
    uint64_t number = 0;
    for (uint64_t i = 0; i < count; i++) {
        number = number * 10 + 1;
    }
    return number;
}

static uint64_t decimal(uint32_t kind, uint64_t index, uint64_t counted)
{
    if (kind == SF_OPAQUE_TENANT) {
        return ones(index + 1);
    }
    if (kind == SF_OPAQUE_CAMERA) {
        return index < 2 ? ones(2 - index) : ones(index + 1);
    }
    return counted;
}

uint64_t sf_small_identity(const struct small *small, const struct sf_opaque *opaque, uint32_t kind,
                           uint64_t index)
{
    SF_ASSERT(small != NULL);
    uint64_t counted = (index >> 32) * EACH + (uint32_t)index + 1;
    uint64_t key = opaque->keys[kind] | 1;
    /* Different for different counts: the factor is odd. */
    uint32_t mixed = (uint32_t)(counted * 2654435761u + (key >> 32));
    switch ((enum sf_small_numbering)small->world->numbering) {
    case SF_SMALL_NUMBERS_MIXED:
        return sf_opaque(opaque, (enum sf_opaque_kind)kind, index);
    case SF_SMALL_NUMBERS_LOW16:
        return (uint64_t)mixed << 16 | (key & 0xffff);
    case SF_SMALL_NUMBERS_LOW32:
        return (uint64_t)mixed << 32 | (uint32_t)key;
    case SF_SMALL_NUMBERS_HIGH32:
        return key << 32 | mixed;
    case SF_SMALL_NUMBERS_COUNTED:
        return counted;
    case SF_SMALL_NUMBERS_DECIMAL:
        return opaque == &small->opaque ? decimal(kind, index, counted) : counted;
    case SF_SMALL_NUMBERINGS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

uint32_t sf_small_session_viewer(const struct small *small, uint64_t token)
{
    SF_ASSERT(small != NULL);
    for (uint32_t viewer = 0; viewer < small->world->tenants; viewer++) {
        for (uint32_t session = 0; session <= small->state.viewers[viewer].requests_ever;
             session++) {
            if (small_token(small, viewer, session) == token) {
                return viewer;
            }
        }
    }
    return SMALL_NONE;
}
