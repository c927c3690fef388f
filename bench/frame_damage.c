/* How well the two checks tell whose a damaged picture is. Prints the tables of docs/frames.md as
 * Markdown; every case is drawn from a fixed seed. `--noise-tiles N` sets how many tiles of noise
 * are inspected (10,000,000 take some minutes). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/damage.h"
#include "harness/base/arena.h"
#include "harness/frame/inspect.h"
#include "harness/frame/picture.h"
#include "harness/frame/still.h"

static uint32_t share_of(const struct sf_inspection *seen, struct sf_mark mark)
{
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        if (sf_mark_same(seen->owners[i].owner, mark)) {
            return seen->owners[i].share_ppm;
        }
    }
    return 0;
}

/* Sums over the cases of a row of a table. */
struct tally {
    uint32_t cases;
    uint32_t own_found;
    uint32_t foreign_found;
    uint64_t own_ppm;
    uint64_t foreign_ppm;
    uint64_t unreadable_ppm;
    uint32_t strangers; /* owners who have nothing to do with it */
    uint32_t ledger_own_found;
    uint32_t ledger_foreign_found;
    uint64_t foreign_bytes; /* that are there */
    uint64_t ledger_foreign_bytes;
    uint32_t ledger_strangers;
    uint32_t ledger_other_captures; /* of own or foreign */
    uint32_t only_inspected;        /* owners whom the ledger does not know of */
};

static void tally_inspection(struct tally *tally, struct bytes bytes, struct sf_mark own,
                             struct sf_mark foreign)
{
    struct sf_inspection seen;
    sf_inspect(bytes.data, bytes.count, &seen);
    tally->cases++;
    tally->own_found += share_of(&seen, own) > 0;
    tally->foreign_found += share_of(&seen, foreign) > 0;
    tally->own_ppm += share_of(&seen, own);
    tally->foreign_ppm += share_of(&seen, foreign);
    tally->unreadable_ppm += seen.unreadable_ppm;
    for (uint32_t i = 0; i < seen.owners_count; i++) {
        tally->strangers += !sf_mark_same(seen.owners[i].owner, own) &&
                            !sf_mark_same(seen.owners[i].owner, foreign);
    }
}

/* Sightings of a camera of which the ledger found no byte. */
static uint32_t only_inspected(struct sf_ledger *ledger, struct bytes bytes,
                               const struct sf_byte_attribution *out)
{
    struct sf_inspection seen;
    uint32_t count = 0;
    sf_inspect(bytes.data, bytes.count, &seen);
    for (uint32_t i = 0; i < seen.owners_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < out->owners_count; k++) {
            found |= sf_mark_same_camera(out->owners[k].owner, seen.owners[i].owner);
        }
        count += !found &&
                 sf_ledger_common_blocks(ledger, seen.owners[i].owner, bytes.data, bytes.count) < 2;
    }
    return count;
}

static void tally_ledger(struct tally *tally, struct sf_ledger *ledger, struct bytes bytes,
                         struct sf_mark own, struct sf_mark foreign)
{
    struct sf_byte_attribution out;
    bool own_found = false;
    bool foreign_found = false;
    sf_ledger_attribute(ledger, bytes.data, bytes.count, &out);
    for (uint32_t i = 0; i < out.owners_count; i++) {
        const struct sf_byte_owner *owner = &out.owners[i];
        bool same_own = sf_mark_same_camera(owner->owner, own);
        bool same_foreign = sf_mark_same_camera(owner->owner, foreign);
        bool is_own = same_own && (!owner->capture_known || owner->owner.capture == own.capture);
        bool is_foreign =
            same_foreign && (!owner->capture_known || owner->owner.capture == foreign.capture);
        own_found |= is_own;
        foreign_found |= is_foreign;
        tally->ledger_foreign_bytes += is_foreign && !is_own ? owner->bytes_count : 0;
        tally->ledger_strangers += !same_own && !same_foreign;
        tally->ledger_other_captures += (same_own && !is_own) || (same_foreign && !is_foreign);
    }
    tally->only_inspected += only_inspected(ledger, bytes, &out);
    tally->ledger_own_found += own_found;
    tally->ledger_foreign_found += foreign_found;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_damages(void)
{
    enum { CASES = 2000 };
    struct fleet fleet = fleet_of(320, 180, 75);
    struct sf_ledger *ledger = ledger_of(&fleet);
    printf(
        "\n320x180 at quality 75, %d cases a row, %d cameras, %d captures each. \"Found\": share "
        "of "
        "the cases\nin which the owner is named at all. \"Area\", \"bytes\": how much is given to "
        "them, mean; bytes as a part of\nthose that are there. \"Strangers\": cameras that have "
        "nothing to do with it; \"other captures\": of the\nright camera; \"seen, not found\": "
        "owners whom the inspection names and the ledger\ndoes not, not even when it is asked "
        "about them (sf_ledger_common_blocks).\n\n",
        CASES, CAMERAS, CAPTURES);
    printf("| damage | inspection: owner found | area | foreign found | area | unreadable | "
           "strangers | ledger: owner found | foreign found | foreign bytes | strangers | other "
           "captures | seen, not found |\n");
    printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const struct damage_way *way = damage_ways; way->name != NULL; way++) {
        struct tally tally = {0};
        for (int i = 0; i < CASES; i++) {
            bool night = i % 2 != 0;
            struct sf_mark own = any_mark(&fleet, night);
            struct sf_mark foreign = any_mark(&fleet, night);
            foreign.camera = sf_camera_same(foreign.camera, own.camera)
                                 ? sf_camera_id((own.camera.index + 2) % CAMERAS)
                                 : foreign.camera;
            foreign.tenant = sf_tenant_id(foreign.camera.index / 2);
            struct bytes own_still = still_of(&fleet, own);
            struct bytes foreign_still = still_of(&fleet, foreign);
            size_t foreign_bytes;
            struct bytes damaged = way->damage(&fleet, own_still, foreign_still, &foreign_bytes);
            tally.foreign_bytes += foreign_bytes;
            tally_inspection(&tally, damaged, own, foreign);
            tally_ledger(&tally, ledger, damaged, own, foreign);
            free(own_still.data);
            free(foreign_still.data);
            free(damaged.data);
        }
        printf("| %s | %.1f%% | %.1f%% | ", way->name, percent(tally.own_found, tally.cases),
               (double)tally.own_ppm / tally.cases / 1e4);
        if (way->has_foreign) {
            printf("%.1f%% | %.1f%% | ", percent(tally.foreign_found, tally.cases),
                   (double)tally.foreign_ppm / tally.cases / 1e4);
        } else {
            printf("- | - | ");
        }
        printf("%.1f%% | %u | %.1f%% | ", (double)tally.unreadable_ppm / tally.cases / 1e4,
               tally.strangers, percent(tally.ledger_own_found, tally.cases));
        if (tally.foreign_bytes > 0) {
            printf("%.1f%% | %.1f%% | ", percent(tally.ledger_foreign_found, tally.cases),
                   percent(tally.ledger_foreign_bytes, tally.foreign_bytes));
        } else {
            printf("- | - | ");
        }
        printf("%u | %u | %u |\n", tally.ledger_strangers, tally.ledger_other_captures,
               tally.only_inspected);
    }
    sf_ledger_destroy(ledger);
}

static const uint16_t sizes[][2] = {{128, 64}, {160, 90}, {320, 180}, {640, 360}, {1280, 720}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void print_sizes(const char *first)
{
    printf("| %s |", first);
    for (size_t i = 0; i < SIZES; i++) {
        printf(" %ux%u |", sizes[i][0], sizes[i][1]);
    }
    printf("\n| --- |");
    for (size_t i = 0; i < SIZES; i++) {
        printf(" --- |");
    }
    printf("\n");
}

/* One cell: the area that is attributed, and in brackets the pictures that are not at all. */
static void print_quality_cell(uint16_t width_px, uint16_t height_px, uint8_t quality,
                               uint32_t quality_again)
{
    struct fleet fleet = fleet_of(width_px, height_px, quality);
    struct tally tally = {0};
    uint32_t cases = width_px > 640 ? 24 : 96;
    for (uint32_t i = 0; i < cases; i++) {
        struct sf_mark own = any_mark(&fleet, i % 2 != 0);
        struct bytes still = still_of(&fleet, own);
        struct bytes again =
            quality_again > 0 ? encode_again(still, quality_again) : copy_of(still, still.count);
        tally_inspection(&tally, again, own, own);
        free(still.data);
        free(again.data);
    }
    printf(" %.1f%%", (double)tally.own_ppm / tally.cases / 1e4);
    if (tally.own_found < tally.cases) {
        printf(" (%.0f%% missed)", percent(tally.cases - tally.own_found, tally.cases));
    }
    if (tally.strangers > 0) {
        printf(" (%u strangers)", tally.strangers);
    }
    printf(" |");
}

static void print_qualities(void)
{
    printf("\nArea that inspection attributes to the owner, of undamaged stills by quality; in "
           "brackets the pictures\nof which nothing is.\n\n");
    print_sizes("quality");
    for (uint8_t quality = 30; quality <= 95; quality += 13) {
        printf("| %u |", quality);
        for (size_t i = 0; i < SIZES; i++) {
            print_quality_cell(sizes[i][0], sizes[i][1], quality, 0);
        }
        printf("\n");
    }
    printf("\nThe same, of stills of quality 75 decoded and encoded again. What is below the lower "
           "edge is not encoded\nagain: at 320x180 half of the lowest row, 4.3%% of the blocks, at "
           "160x90 a quarter of it, 8.3%%.\n\n");
    print_sizes("encoded again at");
    for (uint32_t quality = 20; quality <= 95; quality += quality < 40 ? 5 : 11) {
        printf("| %u |", quality);
        for (size_t i = 0; i < SIZES; i++) {
            print_quality_cell(sizes[i][0], sizes[i][1], 75, quality);
        }
        printf("\n");
    }
}

/* Runs of a still's luma data in noise. */
static void print_ledger_cell(struct fleet *fleet, struct sf_ledger *ledger, size_t run_bytes)
{
    enum { CASES = 600, AROUND_BYTES = 400 };
    uint32_t found = 0;
    uint32_t captures = 0;
    uint32_t strangers = 0;
    uint32_t cases = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        struct sf_mark own =
            any_mark(fleet, true); /* at night all bytes after the header are luma */
        struct bytes still = still_of(fleet, own);
        size_t from = 400 + draw(fleet, still.count - 400);
        if (from + run_bytes <= still.count) {
            struct bytes host = {.count = run_bytes + 2 * AROUND_BYTES};
            host.data = sf_alloc(host.count, 1);
            for (size_t at = 0; at < host.count; at++) {
                host.data[at] = (uint8_t)draw(fleet, 256);
            }
            memcpy(host.data + AROUND_BYTES, still.data + from, run_bytes);
            struct sf_byte_attribution out;
            sf_ledger_attribute(ledger, host.data, host.count, &out);
            bool own_found = false;
            for (uint32_t k = 0; k < out.owners_count; k++) {
                bool same = sf_mark_same_camera(out.owners[k].owner, own);
                bool known = out.owners[k].capture_known;
                strangers += !same || (known && out.owners[k].owner.capture != own.capture) ? 1 : 0;
                own_found |= same;
                captures += same && known;
            }
            found += own_found;
            cases++;
            free(host.data);
        }
        free(still.data);
    }
    printf(" %.0f%% / %.0f%%", percent(found, cases), percent(captures, cases));
    if (strangers > 0) {
        printf(" (%u strangers)", strangers);
    }
    printf(" |");
}

static void print_ledger(void)
{
    static const size_t runs[] = {64, 96, 128, 192, 256, 384, 512, 768, 1400};
    printf("\nRuns of bytes from anywhere in a still behind its header, in noise: share that the "
           "ledger attributes to\nthe camera / to the capture.\n\n");
    print_sizes("bytes in a row");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        printf("| %zu |", runs[i]);
        for (size_t k = 0; k < SIZES; k++) {
            struct fleet fleet = fleet_of(sizes[k][0], sizes[k][1], 75);
            struct sf_ledger *ledger = ledger_of(&fleet);
            print_ledger_cell(&fleet, ledger, runs[i]);
            sf_ledger_destroy(ledger);
        }
        printf("\n");
        fflush(stdout);
    }
}

static void print_noise(uint64_t tiles_wanted)
{
    enum { SIDE_PX = 1024, TILES = SIDE_PX / 64 * (SIDE_PX / 16) };
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "noise", 0);
    struct sf_picture picture = {.width_px = SIDE_PX, .height_px = SIDE_PX, .grayscale = true};
    picture.rgb = sf_alloc((size_t)SIDE_PX * SIDE_PX, 3);
    uint64_t tiles = 0;
    uint64_t owners = 0;
    for (; tiles < tiles_wanted; tiles += TILES) {
        for (size_t i = 0; i < (size_t)SIDE_PX * SIDE_PX; i += 8) {
            uint64_t noise = sf_rng_u64(&rng);
            for (size_t k = 0; k < 8; k++) {
                memset(picture.rgb + (i + k) * 3, (int)(noise >> (8 * k) & 255), 3);
            }
        }
        uint8_t *bytes;
        struct sf_inspection seen;
        size_t count = sf_picture_encode(&picture, 90, &bytes);
        sf_inspect(bytes, count, &seen);
        owners += seen.owners_count;
        free(bytes);
    }
    printf("\nNoise: %llu tiles of random pixels, each looked at from eight offsets: %llu "
           "attributed.\n",
           (unsigned long long)tiles, (unsigned long long)owners);
    sf_picture_free(&picture);
}

int main(int arguments_count, char **arguments)
{
    uint64_t noise_tiles = 100000;
    if (arguments_count == 3 && strcmp(arguments[1], "--noise-tiles") == 0) {
        noise_tiles = strtoull(arguments[2], NULL, 10);
    } else if (arguments_count != 1) {
        fprintf(stderr, "usage: %s [--noise-tiles N]\n", arguments[0]);
        return 2;
    }
    print_damages();
    fflush(stdout);
    print_qualities();
    fflush(stdout);
    print_ledger();
    print_noise(noise_tiles);
    return 0;
}
