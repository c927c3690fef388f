/* Bytes with owners. The values 0x40 to 0xbf are content, 16 of them for each camera in each hands,
 * so that one byte of an answer says whose it is; all other values (markers, lengths) have no
 * owner. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/exhaust/state.h"

enum { CONTENT_FIRST = 0x40, CONTENT_EACH = 16, DELTA_FIRST_ROW = 1 };

_Static_assert(CONTENT_FIRST + CONTENT_EACH * SF_SMALL_HANDS_MAX <= 0xc0,
               "content stays clear of JPEG's markers");

static uint32_t still_bytes(const struct sf_small_world *world, uint32_t camera, uint32_t taken)
{
    return world->still_bytes + world->still_step * sf_small_tenant_of(world, camera) +
           world->still_turn * (taken % 2);
}

static uint8_t content_of(const struct small *small, uint32_t hands, uint32_t taken, uint32_t at)
{
    uint32_t low = (taken * 7 + at * 3 + at / CONTENT_EACH + small->content_shift[hands]);
    return (uint8_t)(CONTENT_FIRST + CONTENT_EACH * hands + low % CONTENT_EACH);
}

/* The markers around rows: one component, as many rows of blocks as the world says, each of them a
 * restart interval. No value of it is content. */
static uint32_t write_head(uint8_t *out, uint32_t rows)
{
    const uint8_t head[] = {
        0xff, 0xd8, /* SOI */
        0xff, 0xc0, 0, 11, 8,    0, (uint8_t)(rows * 8),
        0,    8,    1, 1,  0x11, 0, /* SOF0 */
        0xff, 0xdd, 0, 4,  0,    1, /* DRI */
        0xff, 0xda, 0, 8,  1,    1, 0,
        0,    0x3f, 0, /* SOS */
    };
    memcpy(out, head, sizeof head);
    return sizeof head;
}

static uint32_t write_rows(const struct small *small, uint32_t hands, uint32_t taken,
                           uint32_t first_row, uint8_t *out)
{
    uint32_t rows = small->world->rows;
    uint32_t row_bytes =
        still_bytes(small->world, sf_small_camera_in(small->world, hands), 0) / rows;
    uint32_t count = 0;
    for (uint32_t row = first_row; row < rows; row++) {
        for (uint32_t i = 0; i < row_bytes; i++) {
            out[count++] = content_of(small, hands, taken, row * row_bytes + i);
        }
        if (row + 1 < rows) {
            out[count++] = 0xff;
            out[count++] = (uint8_t)(0xd0 + row % 8);
        }
    }
    return count;
}

uint32_t sf_small_still(struct small *small, uint32_t hands, uint32_t taken, uint32_t delta_rows)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(hands < 2 * small->world->cameras);
    uint8_t *out = small->scratch;
    uint32_t rows = small->world->rows;
    uint32_t count = still_bytes(small->world, sf_small_camera_in(small->world, hands), taken);
    if (rows == 0) {
        for (uint32_t i = 0; i < count; i++) {
            out[i] = content_of(small, hands, taken, i);
        }
        return count;
    }
    if (delta_rows > 0) {
        return write_rows(small, hands, taken, rows - delta_rows, out);
    }
    count = write_head(out, rows);
    count += write_rows(small, hands, taken, 0, out + count);
    out[count++] = 0xff;
    out[count++] = 0xd9; /* EOI */
    SF_ASSERT(count <= small->still_bytes_max);
    return count;
}

uint64_t sf_small_validator(const struct small *small, uint32_t camera, uint32_t taken)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(camera < small->world->cameras);
    if (small->world->validator_is_size) {
        return still_bytes(small->world, camera, taken);
    }
    const uint64_t content[2] = {camera + UINT64_C(1), taken};
    return sf_hash(content, sizeof content);
}

const char *sf_small_vary(const struct small *small, uint32_t camera)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(camera < small->world->cameras);
    return small->state.cameras[camera].firmware <= 1 ? "tenant, camera" : "tenant, camera, size";
}

void sf_small_judge(struct small *small, const struct small_request *request, const uint8_t *bytes,
                    uint32_t count)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(request != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    small->answers_count++;
    uint32_t tenants = small->world->tenants;
    uint32_t hands_count = 2 * small->world->cameras;
    uint32_t foreign_count = 0;
    uint32_t first = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t hands = (uint32_t)(bytes[i] - CONTENT_FIRST) / CONTENT_EACH;
        if (bytes[i] >= CONTENT_FIRST && hands < hands_count && hands != request->hands) {
            first = foreign_count++ == 0 ? i : first;
        }
    }
    if (foreign_count == 0) {
        return;
    }
    uint32_t hands = (uint32_t)(bytes[first] - CONTENT_FIRST) / CONTENT_EACH;
    uint32_t camera = sf_small_camera_in(small->world, hands);
    SMALL_TELL(small, SMALL_LANE_NONE, SMALL_LANE_NONE,
               "** %u of these %u bytes are of camera %c%u, which %s tenant %c's **", foreign_count,
               count, 'a' + camera % tenants, camera / tenants + 1,
               hands != small_hands(small, camera) ? "was then" : "is",
               'A' + sf_small_owner_in(small->world, hands));
    if (small->find.kind == SF_SMALL_FIND_NONE) {
        small->find = (struct sf_small_find){.kind = SF_SMALL_FIND_BYTE,
                                             .tenant = request->viewer,
                                             .owner = hands,
                                             .offset = first,
                                             .value = bytes[first],
                                             .foreign_count = foreign_count};
    }
}
