/* The ways in which a still is damaged: by networks, by caches, by bits that turn over. */
#include <stdlib.h>
#include <string.h>

#include "bench/damage.h"
#include "harness/base/arena.h"
#include "harness/frame/picture.h"

struct bytes copy_of(struct bytes bytes, size_t capacity)
{
    struct bytes copy = {.data = sf_alloc(capacity, 1), .count = bytes.count};
    memcpy(copy.data, bytes.data, bytes.count);
    return copy;
}

static struct bytes damage_none(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                size_t *foreign_bytes)
{
    (void)fleet;
    (void)foreign;
    *foreign_bytes = 0;
    return copy_of(own, own.count);
}

static struct bytes damage_cut(struct fleet *fleet, struct bytes own, struct bytes foreign,
                               size_t *foreign_bytes)
{
    (void)foreign;
    *foreign_bytes = 0;
    struct bytes out = copy_of(own, own.count);
    out.count = 1 + draw(fleet, own.count - 1);
    return out;
}

/* A packet that is not the first, which has the header: without it there is no picture. */
static size_t any_packet(struct fleet *fleet, size_t count)
{
    return PACKET_BYTES * (1 + draw(fleet, (count - 1) / PACKET_BYTES));
}

static size_t packet_bytes(size_t at, size_t count)
{
    return count - at < PACKET_BYTES ? count - at : PACKET_BYTES;
}

static struct bytes damage_zeroed(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                  size_t *foreign_bytes)
{
    (void)foreign;
    *foreign_bytes = 0;
    struct bytes out = copy_of(own, own.count);
    size_t at = any_packet(fleet, own.count);
    memset(out.data + at, 0, packet_bytes(at, own.count));
    return out;
}

static struct bytes damage_closed_up(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                     size_t *foreign_bytes)
{
    (void)foreign;
    *foreign_bytes = 0;
    struct bytes out = copy_of(own, own.count);
    size_t at = any_packet(fleet, own.count);
    size_t lost = packet_bytes(at, own.count);
    memmove(out.data + at, out.data + at + lost, own.count - at - lost);
    out.count -= lost;
    return out;
}

static struct bytes damage_filled(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                  size_t *foreign_bytes)
{
    struct bytes out = copy_of(own, own.count);
    size_t at = any_packet(fleet, own.count < foreign.count ? own.count : foreign.count);
    *foreign_bytes = packet_bytes(at, own.count < foreign.count ? own.count : foreign.count);
    memcpy(out.data + at, foreign.data + at, *foreign_bytes);
    return out;
}

static struct bytes damage_spliced(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                   size_t *foreign_bytes)
{
    size_t end = 1 + draw(fleet, own.count - 1);
    size_t begin = draw(fleet, foreign.count);
    struct bytes out = copy_of(
        own, end + foreign.count - begin > own.count ? end + foreign.count - begin : own.count);
    memcpy(out.data + end, foreign.data + begin, foreign.count - begin);
    out.count = end + foreign.count - begin;
    *foreign_bytes = foreign.count - begin;
    return out;
}

/* A short upload into a buffer that still has another still in it. */
static struct bytes damage_recycled(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                    size_t *foreign_bytes)
{
    size_t end = PACKET_BYTES * (1 + draw(fleet, own.count / PACKET_BYTES));
    end = end < foreign.count ? end : foreign.count;
    struct bytes out = copy_of(foreign, foreign.count);
    end = end < own.count ? end : own.count;
    memcpy(out.data, own.data, end);
    *foreign_bytes = foreign.count - end;
    return out;
}

static struct bytes damage_flips(struct fleet *fleet, struct bytes own, size_t flips_count)
{
    struct bytes out = copy_of(own, own.count);
    for (size_t i = 0; i < flips_count; i++) {
        size_t at = draw(fleet, own.count);
        out.data[at] ^= (uint8_t)(1u << draw(fleet, 8));
    }
    return out;
}

static struct bytes damage_one_flip(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                    size_t *foreign_bytes)
{
    (void)foreign;
    *foreign_bytes = 0;
    return damage_flips(fleet, own, 1);
}

static struct bytes damage_many_flips(struct fleet *fleet, struct bytes own, struct bytes foreign,
                                      size_t *foreign_bytes)
{
    (void)foreign;
    *foreign_bytes = 0;
    return damage_flips(fleet, own, 100);
}

struct bytes encode_again(struct bytes bytes, uint32_t quality)
{
    struct sf_picture picture;
    struct bytes out = {0};
    if (sf_picture_decode(bytes.data, bytes.count, &picture)) {
        out.count = sf_picture_encode(&picture, quality, &out.data);
        sf_picture_free(&picture);
    }
    return out;
}

static struct bytes damage_filled_and_encoded(struct fleet *fleet, struct bytes own,
                                              struct bytes foreign, size_t *foreign_bytes)
{
    struct bytes filled = damage_filled(fleet, own, foreign, foreign_bytes);
    struct bytes out = encode_again(filled, 50);
    *foreign_bytes = 0; /* as bytes they are gone */
    free(filled.data);
    return out;
}

const struct damage_way damage_ways[] = {
    {"none", damage_none, false},
    {"cut off anywhere", damage_cut, false},
    {"a packet of 1,400 bytes lost, zeroed", damage_zeroed, false},
    {"a packet lost, closed up", damage_closed_up, false},
    {"a packet filled with another still's", damage_filled, true},
    {"the same, then encoded again at 50", damage_filled_and_encoded, true},
    {"whole packets over another, longer upload", damage_recycled, true},
    {"spliced to another still, both anywhere", damage_spliced, true},
    {"one bit flipped", damage_one_flip, false},
    {"100 bits flipped", damage_many_flips, false},
    {NULL, NULL, false},
};
