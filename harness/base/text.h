/* Growing text, and the nearest known word for a misspelt one. */
#ifndef STRAYFRAME_BASE_TEXT_H
#define STRAYFRAME_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A text that grows. `data` is always terminated once something was added; NULL before. */
struct sf_text {
    char *data;
    size_t length;
    size_t capacity;
};

void sf_text_add(struct sf_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sf_text_add_bytes(struct sf_text *text, const void *bytes, size_t count);
/* Adds `count` bytes, which the caller writes; returns where. */
void *sf_text_add_room(struct sf_text *text, size_t count);
/* A space and one word of a command line, quoted as a POSIX shell needs it. */
void sf_text_add_word(struct sf_text *text, const char *word);
/* Frees, and leaves an empty text that can be used again. */
void sf_text_free(struct sf_text *text);

/* The word of `known` (NULL-terminated list) that is nearest to `word` by edit distance, or NULL
 * when none is near enough to be what was meant (distance at most a third of its length, at least
 * 1). */
const char *sf_text_nearest(const char *word, const char *const *known);

#endif
