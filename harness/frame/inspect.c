#include "harness/frame/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/jpeg.h"
#include "harness/frame/project.h"

enum {
    WORD = SF_MARK_WORD_BLOCKS,
    OWNERS_MAX = 64, /* while reading */
    ROTATION_SLOTS = 4 * OWNERS_MAX * WORD,
    NO_OWNER = OWNERS_MAX,
};

/* The picture as a grid of blocks, each with the 6 bits read from it. */
struct grid {
    uint32_t rows_count;
    uint32_t columns_count;
    uint8_t *values;   /* owned; SF_UNREADABLE_BLOCK or 6 bits */
    uint64_t *words;   /* owned; the word that begins at this block, or NO_WORD */
    uint8_t *captures; /* owned; whose capture word it is part of: index into owners, or NO_OWNER */
    uint8_t *cameras;  /* owned; the same for owner words */
};

#define NO_WORD UINT64_MAX

/* The owners found so far. */
struct owners {
    uint32_t count;
    struct sf_mark marks[OWNERS_MAX];
};

static void grid_free(struct grid *grid)
{
    free(grid->values);
    free(grid->words);
    free(grid->captures);
    free(grid->cameras);
}

static void grid_begin(void *context, uint32_t rows_count, uint32_t columns_count)
{
    struct grid *grid = context;
    size_t blocks = (size_t)rows_count * columns_count;
    grid_free(grid); /* of a try that did not get to its end */
    grid->rows_count = rows_count;
    grid->columns_count = columns_count;
    grid->values = sf_alloc(blocks, 1);
    grid->words = sf_alloc(blocks, sizeof *grid->words);
    grid->captures = sf_alloc(blocks, 1);
    grid->cameras = sf_alloc(blocks, 1);
    memset(grid->captures, NO_OWNER, blocks);
    memset(grid->cameras, NO_OWNER, blocks);
}

static uint8_t block_value(const int16_t *coefs)
{
    unsigned value = 0;
    bool readable = true;
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        int16_t coef = coefs[sf_jpeg_natural[sf_mark_zigzag[i]]];
        value |= (unsigned)(coef > 0) << i;
        readable = readable && coef != 0;
    }
    return readable ? (uint8_t)value : SF_UNREADABLE_BLOCK;
}

static void grid_row(void *context, uint32_t row, uint32_t columns_count,
                     const int16_t (*blocks)[SF_JPEG_BLOCK_COEFS])
{
    struct grid *grid = context;
    for (uint32_t column = 0; column < columns_count; column++) {
        grid->values[(size_t)row * columns_count + column] = block_value(blocks[column]);
    }
}

/* The word at each block that has seven readable ones to its right. */
static void grid_words(struct grid *grid)
{
    for (uint32_t row = 0; row < grid->rows_count; row++) {
        const uint8_t *values = grid->values + (size_t)row * grid->columns_count;
        uint64_t *words = grid->words + (size_t)row * grid->columns_count;
        uint64_t word = 0;
        uint32_t readable = 0;
        for (uint32_t column = 0; column < grid->columns_count; column++) {
            words[column] = NO_WORD;
            readable = values[column] == SF_UNREADABLE_BLOCK ? 0 : readable + 1;
            word = word >> SF_MARK_BLOCK_BITS | (uint64_t)(values[column] & 63)
                                                    << (SF_MARK_BLOCK_BITS * (WORD - 1));
            if (readable >= WORD) {
                words[column + 1 - WORD] = word;
            }
        }
    }
}

static void owners_add(struct owners *owners, struct sf_mark mark)
{
    for (uint32_t i = 0; i < owners->count; i++) {
        if (sf_mark_same(owners->marks[i], mark)) {
            return;
        }
    }
    if (owners->count < OWNERS_MAX) {
        owners->marks[owners->count++] = mark;
    }
}

/* The word at (row, column), which need not be on the grid. */
static uint64_t word_at(const struct grid *grid, int64_t row, int64_t column)
{
    if (row < 0 || row >= grid->rows_count || column < 0 || column >= grid->columns_count) {
        return NO_WORD;
    }
    return grid->words[row * grid->columns_count + column];
}

/* An owner word with a capture word of that owner next to it is a mark. Where they are on the grid
 * does not matter: lost data displaces what comes after it. */
static void find_owners(const struct grid *grid, struct owners *owners)
{
    static const int8_t beside[4][2] = {{-1, 0}, {1, 0}, {0, -WORD}, {0, WORD}};
    for (uint32_t row = 0; row < grid->rows_count; row++) {
        for (uint32_t column = 0; column + WORD <= grid->columns_count; column++) {
            struct sf_mark mark = {0};
            uint64_t word = word_at(grid, row, column);
            if (word == NO_WORD || !sf_mark_owner_read(word, &mark)) {
                continue;
            }
            for (int i = 0; i < 4; i++) {
                word = word_at(grid, (int64_t)row + beside[i][0], (int64_t)column + beside[i][1]);
                if (word != NO_WORD && sf_mark_capture_read(word, &mark)) {
                    owners_add(owners, mark);
                }
            }
        }
    }
}

/* All words that eight blocks side by side of a known owner can show: a stretch of two tiles shows
 * the same word at every offset, turned round. */
struct rotations {
    uint64_t words[ROTATION_SLOTS]; /* open addressing; NO_WORD: free */
    uint8_t owners[ROTATION_SLOTS];
};

/* The slot of the word, or the free one where it would be. */
static uint32_t rotations_slot(const struct rotations *rotations, uint64_t word)
{
    uint32_t slot = (uint32_t)((word * 0x9e3779b97f4a7c15u) >> 40) % ROTATION_SLOTS;
    while (rotations->words[slot] != NO_WORD && rotations->words[slot] != word) {
        slot = (slot + 1) % ROTATION_SLOTS;
    }
    return slot;
}

static void rotations_add(struct rotations *rotations, uint64_t word, uint32_t owner)
{
    for (int i = 0; i < WORD; i++) {
        uint32_t slot = rotations_slot(rotations, word);
        if (rotations->words[slot] == NO_WORD) {
            rotations->words[slot] = word;
            rotations->owners[slot] = (uint8_t)owner;
        }
        word = word >> SF_MARK_BLOCK_BITS | (word & 63) << (SF_MARK_BLOCK_BITS * (WORD - 1));
    }
}

static uint32_t rotations_owner(const struct rotations *rotations, uint64_t word)
{
    if (word == NO_WORD) {
        return NO_OWNER;
    }
    uint32_t slot = rotations_slot(rotations, word);
    return rotations->words[slot] == NO_WORD ? NO_OWNER : rotations->owners[slot];
}

/* Gives every stretch of eight blocks that shows a capture word to its owner. */
static void claim_captures(struct grid *grid, const struct owners *owners,
                           struct rotations *rotations)
{
    memset(rotations->words, 0xff, sizeof rotations->words);
    for (uint32_t i = 0; i < owners->count; i++) {
        rotations_add(rotations, sf_mark_capture_word(owners->marks[i]), i);
    }
    for (uint32_t row = 0; row < grid->rows_count; row++) {
        size_t first = (size_t)row * grid->columns_count;
        for (uint32_t column = 0; column + WORD <= grid->columns_count; column++) {
            uint32_t owner = rotations_owner(rotations, grid->words[first + column]);
            if (owner != NO_OWNER) {
                memset(grid->captures + first + column, (int)owner, WORD);
            }
        }
    }
}

/* An owner word says the camera only. The capture words next to it say the capture: most blocks
 * decide. Without any, it is the first that was found of this camera. */
static uint32_t capture_beside(const struct grid *grid, const struct owners *owners, uint32_t row,
                               uint32_t column, uint32_t owner)
{
    uint32_t votes[OWNERS_MAX] = {0};
    uint32_t best = owner;
    for (int32_t down = -1; down <= 1; down++) {
        for (int32_t across = -1; across <= WORD; across++) {
            int64_t r = (int64_t)row + down;
            int64_t c = (int64_t)column + across;
            if (r < 0 || r >= grid->rows_count || c < 0 || c >= grid->columns_count) {
                continue;
            }
            uint32_t there = grid->captures[r * grid->columns_count + c];
            if (there != NO_OWNER &&
                sf_mark_same_camera(owners->marks[there], owners->marks[owner])) {
                votes[there]++;
                best = votes[there] > votes[best] ? there : best;
            }
        }
    }
    return best;
}

/* Whether there are several captures of this owner's camera. */
static bool has_siblings(const struct owners *owners, uint32_t owner)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < owners->count; i++) {
        count += sf_mark_same_camera(owners->marks[i], owners->marks[owner]);
    }
    return count > 1;
}

static void claim_owners(struct grid *grid, const struct owners *owners,
                         struct rotations *rotations)
{
    memset(rotations->words, 0xff, sizeof rotations->words);
    for (uint32_t i = 0; i < owners->count; i++) {
        rotations_add(rotations, sf_mark_owner_word(owners->marks[i]), i);
    }
    for (uint32_t row = 0; row < grid->rows_count; row++) {
        size_t first = (size_t)row * grid->columns_count;
        for (uint32_t column = 0; column + WORD <= grid->columns_count; column++) {
            uint32_t owner = rotations_owner(rotations, grid->words[first + column]);
            if (owner != NO_OWNER) {
                owner = has_siblings(owners, owner)
                            ? capture_beside(grid, owners, row, column, owner)
                            : owner;
                memset(grid->cameras + first + column, (int)owner, WORD);
            }
        }
    }
}

static uint32_t count_blocks(const struct grid *grid, uint32_t blocks_count_out[OWNERS_MAX])
{
    uint32_t blocks = grid->rows_count * grid->columns_count;
    memset(blocks_count_out, 0, OWNERS_MAX * sizeof *blocks_count_out);
    for (uint32_t i = 0; i < blocks; i++) {
        uint8_t owner = grid->captures[i] != NO_OWNER ? grid->captures[i] : grid->cameras[i];
        if (owner != NO_OWNER) {
            blocks_count_out[owner]++;
        }
    }
    return blocks;
}

static bool mark_less(struct sf_mark a, struct sf_mark b)
{
    if (a.tenant.index != b.tenant.index) {
        return a.tenant.index < b.tenant.index;
    }
    return a.camera.index != b.camera.index ? a.camera.index < b.camera.index
                                            : a.capture < b.capture;
}

/* Largest share first. */
static void sort_owners(struct owners *owners, uint32_t blocks_count[OWNERS_MAX])
{
    for (uint32_t i = 1; i < owners->count; i++) {
        struct sf_mark mark = owners->marks[i];
        uint32_t blocks = blocks_count[i];
        uint32_t at = i;
        for (;
             at > 0 && (blocks > blocks_count[at - 1] ||
                        (blocks == blocks_count[at - 1] && mark_less(mark, owners->marks[at - 1])));
             at--) {
            owners->marks[at] = owners->marks[at - 1];
            blocks_count[at] = blocks_count[at - 1];
        }
        owners->marks[at] = mark;
        blocks_count[at] = blocks;
    }
}

/* Shares are rounded down, and what that leaves over goes to the largest. */
static void share_out(const struct owners *owners, const uint32_t blocks_count[OWNERS_MAX],
                      uint32_t blocks_total, struct sf_inspection *out)
{
    uint32_t left_ppm = 1000000;
    uint32_t unreadable = blocks_total;
    for (uint32_t i = 0; i < owners->count; i++) {
        uint32_t ppm = (uint32_t)((uint64_t)blocks_count[i] * 1000000 / blocks_total);
        if (i < SF_INSPECTION_OWNERS_MAX) {
            out->owners[out->owners_count++] = (struct sf_sighting){owners->marks[i], ppm};
        } else {
            out->further_ppm += ppm;
        }
        left_ppm -= ppm;
        unreadable -= blocks_count[i];
    }
    out->unreadable_ppm = (uint32_t)((uint64_t)unreadable * 1000000 / blocks_total);
    left_ppm -= out->unreadable_ppm;
    *(owners->count > 0 ? &out->owners[0].share_ppm : &out->unreadable_ppm) += left_ppm;
}

static void attribute(struct grid *grid, struct sf_inspection *out)
{
    struct owners owners = {0};
    uint32_t blocks_count[OWNERS_MAX];
    grid_words(grid);
    find_owners(grid, &owners);
    if (owners.count > 0) {
        struct rotations *rotations = sf_alloc(1, sizeof *rotations);
        claim_captures(grid, &owners, rotations);
        claim_owners(grid, &owners, rotations);
        free(rotations);
    }
    uint32_t blocks_total = count_blocks(grid, blocks_count);
    sort_owners(&owners, blocks_count);
    share_out(&owners, blocks_count, blocks_total, out);
}

/* Off the grid of coefficients the pixels are what is left: other sampling, other colour spaces. */
static void grid_from_pixels(struct grid *grid, const uint8_t *bytes, size_t count,
                             struct sf_jpeg_outcome *outcome)
{
    uint8_t *pixels = sf_jpeg_read_pixels(bytes, count, 1, outcome);
    if (pixels == NULL) {
        return;
    }
    grid_begin(grid, (outcome->height_px + 7) / 8, (outcome->width_px + 7) / 8);
    for (uint32_t row = 0; row < grid->rows_count; row++) {
        for (uint32_t column = 0; column < grid->columns_count; column++) {
            /* Half a block at the edge cannot be told. */
            bool whole = 8 * row + 8 <= outcome->height_px && 8 * column + 8 <= outcome->width_px;
            const uint8_t *block = pixels + (size_t)8 * row * outcome->width_px + 8 * column;
            grid->values[(size_t)row * grid->columns_count + column] =
                whole ? sf_project_block(block, outcome->width_px) : SF_UNREADABLE_BLOCK;
        }
    }
    free(pixels);
}

void sf_inspect(const uint8_t *bytes, size_t count, struct sf_inspection *out)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(out != NULL);
    struct grid grid = {0};
    struct sf_jpeg_outcome outcome;
    *out = (struct sf_inspection){.unreadable_ppm = 1000000};
    sf_jpeg_read_luma(bytes, count, grid_begin, grid_row, &grid, &outcome);
    if (outcome.decodable && !outcome.luma_on_grid) {
        grid_from_pixels(&grid, bytes, count, &outcome);
    }
    out->damaged = outcome.damaged;
    if (outcome.decodable) {
        out->decodable = true;
        out->grayscale = outcome.components_count == 1;
        out->width_px = (uint16_t)outcome.width_px;
        out->height_px = (uint16_t)outcome.height_px;
        attribute(&grid, out);
    }
    grid_free(&grid);
}
