/* The words of small-world files, one table for reading and for printing. */
#ifndef STRAYFRAME_EXHAUST_WORDS_H
#define STRAYFRAME_EXHAUST_WORDS_H

#include <stddef.h>

#include "harness/exhaust/small.h"

/* A number or a yes/no of struct sf_small_world. */
struct sf_small_field {
    const char *word; /* NULL ends the table */
    size_t offset;
    bool is_flag;
    uint32_t min;
    uint32_t max;
};
extern const struct sf_small_field sf_small_fields[];

/* The word of each family, by its bit; ended by NULL. */
extern const char *const sf_small_family_words[];
extern const char *const sf_small_numbering_words[]; /* by enum sf_small_numbering; ended by NULL */
extern const char *const sf_small_expect_words[];    /* by enum sf_small_expect; ended by NULL */
extern const char *const sf_small_path_words[];      /* display, app, export; ended by NULL */

static inline uint32_t *sf_small_number(struct sf_small_world *world,
                                        const struct sf_small_field *field)
{
    return (uint32_t *)(void *)((char *)world + field->offset);
}
static inline bool *sf_small_flag(struct sf_small_world *world, const struct sf_small_field *field)
{
    return (bool *)(void *)((char *)world + field->offset);
}

#endif
