#include "harness/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

static void make_room(struct sf_text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity) {
        return;
    }
    size_t capacity = text->capacity > 0 ? text->capacity : 256;
    while (capacity < needed) {
        capacity *= 2;
    }
    text->data = sf_realloc(text->data, capacity, 1);
    text->capacity = capacity;
}

void sf_text_add(struct sf_text *text, const char *format, ...)
{
    SF_ASSERT(text != NULL);
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    SF_ASSERT(length >= 0);
    make_room(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void sf_text_add_bytes(struct sf_text *text, const void *bytes, size_t count)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(text->length <= text->capacity);
    uint8_t *at = sf_text_add_room(text, count);
    if (count > 0) {
        memcpy(at, bytes, count);
    }
}

void *sf_text_add_room(struct sf_text *text, size_t count)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(text->length <= text->capacity);
    make_room(text, count);
    void *at = text->data + text->length;
    text->length += count;
    text->data[text->length] = '\0';
    return at;
}

void sf_text_add_word(struct sf_text *text, const char *word)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(word != NULL);
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        sf_text_add(text, " %s", word);
        return;
    }
    sf_text_add(text, " '");
    for (const char *at = word; *at != '\0'; at++) {
        sf_text_add(text, *at == '\'' ? "'\\%c'" : "%c", *at);
    }
    sf_text_add(text, "'");
}

void sf_text_free(struct sf_text *text)
{
    SF_ASSERT(text != NULL);
    free(text->data);
    *text = (struct sf_text){0};
}

enum { WORD_LENGTH_MAX = 63 };

/* Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); both
 * words are at most WORD_LENGTH_MAX long. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_LENGTH_MAX + 1];
    for (size_t i = 0; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above_twice = rows[(i + 1) % 3];
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                row[j] = i + j;
                continue;
            }
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                above_twice[j - 2] + 1 < best) {
                best = above_twice[j - 2] + 1;
            }
            row[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

const char *sf_text_nearest(const char *word, const char *const *known)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(known != NULL);
    size_t length = strlen(word);
    if (length == 0 || length > WORD_LENGTH_MAX) {
        return NULL;
    }
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    for (size_t i = 0; known[i] != NULL; i++) {
        size_t known_length = strlen(known[i]);
        if (known_length > WORD_LENGTH_MAX) {
            continue;
        }
        size_t distance = edit_distance(word, length, known[i], known_length);
        size_t allowed = known_length / 3 > 0 ? known_length / 3 : 1;
        if (distance <= allowed && distance < nearest_distance) {
            nearest = known[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}
