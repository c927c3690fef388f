/* Distribution tables: the shape of a delay, as samples in units of 1/8192 standard deviation.
 * Knows the four tables that iproute2 ships, and reads others in tc's own file format. */
#ifndef STRAYFRAME_NET_NETEM_TABLE_H
#define STRAYFRAME_NET_NETEM_TABLE_H

#include <stdint.h>

#include "harness/base/err.h"

enum {
    SF_NETEM_TABLE_NAME_BYTES = 64,
    /* As many entries as a kernel takes. */
    SF_NETEM_TABLE_ENTRIES_MAX = 16384,
    /* One standard deviation. */
    SF_NETEM_TABLE_SCALE = 8192,
    /* File tables that one collection holds. */
    SF_NETEM_TABLES_LOADED_MAX = 16,
};

/* Immutable once made. entries_count is 1 to SF_NETEM_TABLE_ENTRIES_MAX. */
struct sf_netem_table {
    char name[SF_NETEM_TABLE_NAME_BYTES]; /* as a spec names it */
    const int16_t *entries;
    uint32_t entries_count;
};

/* A folder of NAME.dist files, read as they are asked for and kept until fini. Owns the tables that
 * were read, so it outlives every config that was parsed with it. Zero-initialise to have the
 * built-in tables only. */
struct sf_netem_tables {
    const char *folder; /* borrowed; NULL for none */
    struct sf_netem_table *loaded[SF_NETEM_TABLES_LOADED_MAX];
    uint32_t loaded_count;
};

/* "normal", "pareto", "paretonormal", "experimental": equal to iproute2's, entry for entry; NULL
 * for any other name. Never freed. */
const struct sf_netem_table *sf_netem_table_builtin(const char *name);

/* Names of the built-in tables, NULL-terminated. */
extern const char *const sf_netem_table_names[];

/* The table called `name`: FOLDER/name.dist if there is a folder and that file exists (as with tc's
 * TC_LIB_DIR, the folder goes first), else the built-in one. `tables` may be NULL: built-in only.
 * SF_ERR_INPUT for an unknown name, a file that is not a table, or more than
 * SF_NETEM_TABLES_LOADED_MAX files; SF_ERR_MACHINE when a file cannot be read. */
SF_MUST_USE enum sf_err sf_netem_tables_find(struct sf_netem_tables *tables, const char *name,
                                             const struct sf_netem_table **table_out,
                                             struct sf_diag *diag);

/* Frees what was read. Configs that point into it are invalid from then on. */
void sf_netem_tables_fini(struct sf_netem_tables *tables);

/* iproute2's tables as committed data (netem_table_data.c, made by tools/netem-tables). */
enum { SF_NETEM_TABLE_BUILTIN_ENTRIES = 4096 };
extern const int16_t sf_netem_table_normal[SF_NETEM_TABLE_BUILTIN_ENTRIES];
extern const int16_t sf_netem_table_pareto[SF_NETEM_TABLE_BUILTIN_ENTRIES];
extern const int16_t sf_netem_table_paretonormal[SF_NETEM_TABLE_BUILTIN_ENTRIES];
extern const int16_t sf_netem_table_experimental[SF_NETEM_TABLE_BUILTIN_ENTRIES];

#endif
