/* Sets of words. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/live/learn.h"

enum { WORD_BYTES_MAX = 256 };

static bool is_word_byte(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '@' || byte == '.' || byte == '_' ||
           byte == '-' || byte == '+' || byte >= 0x80;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_and_thin(struct sf_words *words)
{
    if (words->count == 0) {
        return;
    }
    qsort(words->items, words->count, sizeof *words->items, by_text);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < words->count; i++) {
        if (strcmp(words->items[i], words->items[kept - 1]) == 0) {
            free(words->items[i]);
        } else {
            words->items[kept++] = words->items[i];
        }
    }
    words->count = kept;
}

void sf_words_of(const char *text, size_t bytes, struct sf_words *out)
{
    SF_ASSERT(text != NULL || bytes == 0);
    SF_ASSERT(out != NULL);
    uint32_t capacity = 0;
    *out = (struct sf_words){0};
    for (size_t at = 0; at < bytes;) {
        size_t length = 0;
        while (at + length < bytes && length < WORD_BYTES_MAX &&
               is_word_byte((unsigned char)text[at + length])) {
            length++;
        }
        if (length >= SF_LEARN_WORD_BYTES_MIN) {
            if (out->count == capacity) {
                capacity = capacity == 0 ? 64 : 2 * capacity;
                out->items = sf_realloc(out->items, capacity, sizeof *out->items);
            }
            char *word = sf_alloc(1, length + 1);
            memcpy(word, text + at, length);
            out->items[out->count++] = word;
        }
        at += length > 0 ? length : 1;
    }
    sort_and_thin(out);
}

static bool has(const struct sf_words *words, const char *word)
{
    return words->count > 0 &&
           bsearch(&word, words->items, words->count, sizeof *words->items, by_text) != NULL;
}

void sf_words_keep(struct sf_words *words, const struct sf_words *other, bool common)
{
    SF_ASSERT(words != NULL);
    SF_ASSERT(other != NULL);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        if (has(other, words->items[i]) == common) {
            words->items[kept++] = words->items[i];
        } else {
            free(words->items[i]);
        }
    }
    words->count = kept;
}

bool sf_words_share(const struct sf_words *a, const struct sf_words *b)
{
    SF_ASSERT(a != NULL);
    SF_ASSERT(b != NULL);
    for (uint32_t i = 0; i < a->count; i++) {
        if (has(b, a->items[i])) {
            return true;
        }
    }
    return false;
}

void sf_words_copy(const struct sf_words *words, struct sf_words *out)
{
    SF_ASSERT(words != NULL);
    SF_ASSERT(out != NULL);
    out->count = words->count;
    out->items = sf_alloc(words->count > 0 ? words->count : 1, sizeof *out->items);
    for (uint32_t i = 0; i < words->count; i++) {
        out->items[i] = sf_strdup(words->items[i]);
    }
}

void sf_words_free(struct sf_words *words)
{
    SF_ASSERT(words != NULL);
    for (uint32_t i = 0; i < words->count; i++) {
        free(words->items[i]);
    }
    free(words->items);
    *words = (struct sf_words){0};
}
