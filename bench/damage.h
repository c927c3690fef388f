/* What frame_damage measures: a fleet's stills, and the ways in which they are damaged. */
#ifndef STRAYFRAME_BENCH_DAMAGE_H
#define STRAYFRAME_BENCH_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/frame/ledger.h"
#include "harness/frame/mark.h"
#include "harness/sim/rng.h"

enum { CAMERAS = 240, CAPTURES = 24, NIGHT_FALLS = 12, PACKET_BYTES = 1400 };

/* A fleet of cameras of one size and quality. */
struct fleet {
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    size_t capacity;
    struct sf_rng rng;
};

struct bytes {
    uint8_t *data;
    size_t count;
};

struct fleet fleet_of(uint16_t width_px, uint16_t height_px, uint8_t quality);
/* Below `bound`; 0 for a bound of 0. */
size_t draw(struct fleet *fleet, size_t bound);
struct sf_mark any_mark(struct fleet *fleet, bool night);
/* Free its data. */
struct bytes still_of(struct fleet *fleet, struct sf_mark mark);
/* A ledger with every capture of the fleet; keeps the pointer. */
struct sf_ledger *ledger_of(struct fleet *fleet);

/* A copy of `own` with one kind of damage; says how many bytes of `foreign` are in it. */
typedef struct bytes damage(struct fleet *fleet, struct bytes own, struct bytes foreign,
                            size_t *foreign_bytes_out);

extern const struct damage_way {
    const char *name; /* NULL ends the table */
    damage *damage;
    bool has_foreign;
} damage_ways[];

/* With room for `capacity` bytes; free its data. */
struct bytes copy_of(struct bytes bytes, size_t capacity);

/* As a cache would that decodes and encodes what it has. Free its data; no bytes if there is no
 * picture. */
struct bytes encode_again(struct bytes bytes, uint32_t quality);

#endif
