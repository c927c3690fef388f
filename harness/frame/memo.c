#include "harness/frame/memo.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"

/* A fleet needs a dozen mosaics, and a line for each camera's name and each second; a fuzzer, which
 * tries sizes, more. */
enum {
    MOSAICS_COUNT_MAX = 48,
    MOSAICS_BYTES_MAX = 128 << 20,
    LETTERS_COUNT_MAX = 8,
    LINES_SETS_COUNT = 8192,
    LINES_IN_SET = 4, /* the most recent first */
    LINES_COUNT_MAX = LINES_SETS_COUNT * LINES_IN_SET,
    LINES_BYTES_MAX = 48 << 20,
};

struct memo_mosaic {
    uint64_t key;
    uint64_t used_last;
    struct sf_mosaic *mosaic;
};

/* What a line depends on beside its text. */
struct line_key {
    uint16_t quality;
    uint16_t scale;
    uint16_t columns_count;
    uint16_t first_row_odd; /* the words change places from row to row */
    uint16_t rows_count;
    uint16_t reserved[3];
};

struct memo_line {
    struct line_key key;
    struct sf_line line;
    size_t memory_bytes;
    size_t text_bytes;
    char text[];
};

static _Thread_local struct {
    struct memo_mosaic mosaics[MOSAICS_COUNT_MAX];
    uint32_t mosaics_count;
    uint32_t mosaic_recent; /* index */
    uint64_t uses_count;
    size_t mosaics_bytes;
    struct sf_letters *letters[LETTERS_COUNT_MAX]; /* the most recent first */
    struct memo_line **lines; /* [hash of key and text], NULL until the first */
    size_t lines_bytes;
} kept;

static uint64_t pack_key(struct sf_mosaic_key key)
{
    return (uint64_t)key.width_px << 48 | (uint64_t)key.height_px << 32 |
           (uint64_t)key.quality << 16 | (uint64_t)key.scene << 1 | key.night;
}

static void mosaic_drop(uint32_t index)
{
    kept.mosaics_bytes -= kept.mosaics[index].mosaic->memory_bytes;
    sf_mosaic_destroy(kept.mosaics[index].mosaic);
    kept.mosaics[index] = kept.mosaics[--kept.mosaics_count];
    kept.mosaic_recent = 0;
}

static void mosaics_make_room(size_t bytes)
{
    while (kept.mosaics_count > 0 && (kept.mosaics_count == MOSAICS_COUNT_MAX ||
                                      kept.mosaics_bytes + bytes > MOSAICS_BYTES_MAX)) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < kept.mosaics_count; i++) {
            oldest = kept.mosaics[i].used_last < kept.mosaics[oldest].used_last ? i : oldest;
        }
        mosaic_drop(oldest);
    }
}

const struct sf_mosaic *sf_memo_mosaic(struct sf_mosaic_key key)
{
    uint64_t packed = pack_key(key);
    kept.uses_count++;
    for (uint32_t i = 0, at = kept.mosaic_recent; i < kept.mosaics_count; i++, at++) {
        at = at < kept.mosaics_count ? at : 0;
        if (kept.mosaics[at].key == packed) {
            kept.mosaic_recent = at;
            kept.mosaics[at].used_last = kept.uses_count;
            return kept.mosaics[at].mosaic;
        }
    }
    struct sf_mosaic *mosaic = sf_mosaic_create(key);
    mosaics_make_room(mosaic->memory_bytes);
    kept.mosaics_bytes += mosaic->memory_bytes;
    kept.mosaic_recent = kept.mosaics_count++;
    kept.mosaics[kept.mosaic_recent] = (struct memo_mosaic){packed, kept.uses_count, mosaic};
    return mosaic;
}

static void line_drop(uint32_t slot)
{
    struct memo_line *line = kept.lines[slot];
    if (line == NULL) {
        return;
    }
    for (uint32_t row = 0; row < line->line.rows_count; row++) {
        sf_strip_fini(&line->line.strips[row]);
    }
    kept.lines_bytes -= line->memory_bytes;
    free(line);
    kept.lines[slot] = NULL;
}

static void lines_drop_all(void)
{
    for (uint32_t slot = 0; kept.lines != NULL && slot < LINES_COUNT_MAX; slot++) {
        line_drop(slot);
    }
    SF_ASSERT(kept.lines_bytes == 0);
}

const struct sf_letters *sf_memo_letters(const struct sf_mosaic *mosaic)
{
    SF_ASSERT(mosaic != NULL);
    uint32_t quality = mosaic->key.quality;
    uint32_t scale = mosaic->bands.letters_scale;
    if (scale == 0) {
        return NULL;
    }
    uint32_t at = 0;
    while (at < LETTERS_COUNT_MAX - 1 && kept.letters[at] != NULL &&
           (kept.letters[at]->quality != quality || kept.letters[at]->scale != scale)) {
        at++;
    }
    struct sf_letters *letters = kept.letters[at];
    if (letters == NULL || letters->quality != quality || letters->scale != scale) {
        if (letters != NULL) { /* lines refer to their letters */
            lines_drop_all();
            sf_letters_destroy(letters);
        }
        letters = sf_letters_create(quality, scale);
    }
    for (; at > 0; at--) {
        kept.letters[at] = kept.letters[at - 1];
    }
    kept.letters[0] = letters;
    return letters;
}

static struct memo_line *line_create(const struct sf_mosaic *mosaic, struct line_key key,
                                     const char *text, size_t text_bytes)
{
    enum { CELLS_MAX = UINT16_MAX / 8 };
    struct memo_line *line = sf_alloc(1, sizeof *line + text_bytes);
    uint32_t cells_count = mosaic->bands.cells_count;
    uint8_t *glyphs = sf_alloc(cells_count + 1, 1); /* the last for a part of a cell at the edge */
    SF_ASSERT(text_bytes <= cells_count);
    for (size_t i = 0; i < text_bytes; i++) {
        glyphs[i] = (uint8_t)sf_font_glyph((unsigned char)text[i]);
    }
    line->key = key;
    line->text_bytes = text_bytes;
    memcpy(line->text, text, text_bytes);
    line->line.letters = sf_memo_letters(mosaic);
    line->line.rows_count = key.rows_count;
    line->memory_bytes = sizeof *line + text_bytes;
    for (uint32_t row = 0; row < key.rows_count; row++) {
        struct sf_strip *strip = &line->line.strips[row];
        sf_letters_row(line->line.letters, glyphs, row, key.first_row_odd + row, key.columns_count,
                       strip);
        line->memory_bytes += sf_strip_memory_bytes(strip);
    }
    free(glyphs);
    return line;
}

static bool line_is(const struct memo_line *line, const struct line_key *key, const char *text,
                    size_t text_bytes)
{
    return line != NULL && memcmp(&line->key, key, sizeof *key) == 0 &&
           line->text_bytes == text_bytes && memcmp(line->text, text, text_bytes) == 0;
}

const struct sf_line *sf_memo_line(const struct sf_mosaic *mosaic, const char *text,
                                   uint32_t first_row, uint32_t end_row)
{
    SF_ASSERT(mosaic != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(first_row <= end_row);
    struct line_key key = {
        .quality = mosaic->key.quality,
        .scale = (uint16_t)mosaic->bands.letters_scale,
        .columns_count = (uint16_t)mosaic->columns_count,
        .first_row_odd = first_row & 1,
        .rows_count = (uint16_t)(end_row - first_row),
    };
    size_t text_bytes = strnlen(text, mosaic->bands.cells_count);
    uint64_t seed = sf_hash(&key, sizeof key);
    uint64_t hash = sf_hash_seeded(text, text_bytes, seed);
    SF_ASSERT(key.rows_count <= 2 * key.scale);
    if (kept.lines == NULL) {
        kept.lines = sf_alloc(LINES_COUNT_MAX, sizeof *kept.lines);
    }
    uint32_t first = (uint32_t)(hash % LINES_SETS_COUNT) * LINES_IN_SET;
    uint32_t at = first;
    while (at < first + LINES_IN_SET - 1 && !line_is(kept.lines[at], &key, text, text_bytes)) {
        at++;
    }
    if (!line_is(kept.lines[at], &key, text, text_bytes)) {
        struct memo_line *line = line_create(mosaic, key, text, text_bytes);
        if (kept.lines_bytes + line->memory_bytes > LINES_BYTES_MAX) {
            lines_drop_all();
        }
        line_drop(at);
        kept.lines[at] = line;
        kept.lines_bytes += line->memory_bytes;
    }
    struct memo_line *found = kept.lines[at];
    for (; at > first; at--) {
        kept.lines[at] = kept.lines[at - 1];
    }
    kept.lines[first] = found;
    return &found->line;
}

void sf_memo_forget(void)
{
    while (kept.mosaics_count > 0) {
        mosaic_drop(kept.mosaics_count - 1);
    }
    lines_drop_all();
    free(kept.lines);
    kept.lines = NULL;
    for (uint32_t i = 0; i < LETTERS_COUNT_MAX; i++) {
        sf_letters_destroy(kept.letters[i]);
        kept.letters[i] = NULL;
    }
}
