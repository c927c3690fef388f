#include "harness/net/netem_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/line.h"
#include "harness/base/text.h"

static const struct sf_netem_table builtin_tables[] = {
    {"normal", sf_netem_table_normal, SF_NETEM_TABLE_BUILTIN_ENTRIES},
    {"pareto", sf_netem_table_pareto, SF_NETEM_TABLE_BUILTIN_ENTRIES},
    {"paretonormal", sf_netem_table_paretonormal, SF_NETEM_TABLE_BUILTIN_ENTRIES},
    {"experimental", sf_netem_table_experimental, SF_NETEM_TABLE_BUILTIN_ENTRIES},
};
enum { BUILTIN_COUNT = sizeof builtin_tables / sizeof builtin_tables[0] };

const char *const sf_netem_table_names[] = {"normal", "pareto", "paretonormal", "experimental",
                                            NULL};
_Static_assert(sizeof sf_netem_table_names / sizeof sf_netem_table_names[0] == BUILTIN_COUNT + 1,
               "one name for each table");

const struct sf_netem_table *sf_netem_table_builtin(const char *name)
{
    SF_ASSERT(name != NULL);
    for (int i = 0; i < BUILTIN_COUNT; i++) {
        if (strcmp(builtin_tables[i].name, name) == 0) {
            return &builtin_tables[i];
        }
    }
    return NULL;
}

/* Takes the integers of one line. */
static enum sf_err read_line(const char *text, const char *path, uint32_t line, int16_t *entries,
                             uint32_t *count, struct sf_diag *diag)
{
    const char *at = text;
    for (;;) {
        at += strspn(at, " \t\r\n\v\f");
        if (*at == '\0') {
            return SF_OK;
        }
        char *end;
        long value = strtol(at, &end, 0);
        if (end == at || (*end != '\0' && strchr(" \t\r\n\v\f", *end) == NULL)) {
            return sf_fail_at(diag, SF_ERR_INPUT, path, line, (uint32_t)(at - text) + 1,
                              "expected an integer");
        }
        if (*count == SF_NETEM_TABLE_ENTRIES_MAX) {
            return sf_fail_at(diag, SF_ERR_INPUT, path, line, (uint32_t)(at - text) + 1,
                              "more than %d entries, the most that netem takes",
                              SF_NETEM_TABLE_ENTRIES_MAX);
        }
        entries[(*count)++] = (int16_t)(uint16_t)(unsigned long)value;
        at = end;
    }
}

static enum sf_err read_lines(FILE *file, const char *path, int16_t *entries, uint32_t *count,
                              struct sf_diag *diag)
{
    enum { LINE_BYTES_MAX = 1 << 20 };
    struct sf_line line = {0};
    enum sf_line_end end = SF_LINE_READ;
    enum sf_err err = SF_OK;
    uint32_t number = 0;
    errno = 0;
    while (err == SF_OK && (end = sf_line_read(&line, file, LINE_BYTES_MAX)) == SF_LINE_READ) {
        number++;
        if (line.text[0] != '#') {
            err = read_line(line.text, path, number, entries, count, diag);
        }
    }
    if (end == SF_LINE_TOO_LONG) {
        err = sf_fail_at(diag, SF_ERR_INPUT, path, number + 1, 1,
                         "a line of more than %d bytes: this is no distribution", LINE_BYTES_MAX);
    }
    if (err == SF_OK && ferror(file)) {
        err =
            sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot read: %s", strerror(errno));
    }
    if (err == SF_OK && *count == 0) {
        err = sf_fail_at(diag, SF_ERR_INPUT, path, 0, 0, "holds no distribution entries");
    }
    sf_line_free(&line);
    return err;
}

/* Reads one file: lines that are empty or start with '#' are skipped; every other line is integers
 * separated by white space, decimal, 0x or 0 prefixed, each cut to 16 bits as tc does. Entries past
 * SF_NETEM_TABLE_ENTRIES_MAX are an error. The caller frees the table with table_free. */
static enum sf_err table_read(const char *path, const char *name, struct sf_netem_table **table_out,
                              struct sf_diag *diag)
{
    *table_out = NULL;
    if (strlen(name) >= SF_NETEM_TABLE_NAME_BYTES) {
        return sf_fail(diag, SF_ERR_INPUT, "the distribution's name is longer than %d bytes",
                       SF_NETEM_TABLE_NAME_BYTES - 1);
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot open: %s",
                          strerror(errno));
    }
    int16_t *entries = sf_alloc(SF_NETEM_TABLE_ENTRIES_MAX, sizeof *entries);
    uint32_t count = 0;
    enum sf_err err = read_lines(file, path, entries, &count, diag);
    fclose(file);
    if (err != SF_OK) {
        free(entries);
        return err;
    }
    struct sf_netem_table *table = sf_alloc(1, sizeof *table);
    memset(table, 0, sizeof *table);
    memcpy(table->name, name, strlen(name));
    table->entries = sf_realloc(entries, count, sizeof *entries);
    table->entries_count = count;
    *table_out = table;
    return SF_OK;
}

static void table_free(struct sf_netem_table *table)
{
    if (table != NULL) {
        /* The entries were ours before they became read-only. */
        free((void *)(uintptr_t)table->entries);
        free(table);
    }
}

static enum sf_err find_in_folder(struct sf_netem_tables *tables, const char *name,
                                  const struct sf_netem_table **table_out, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < tables->loaded_count; i++) {
        if (strcmp(tables->loaded[i]->name, name) == 0) {
            *table_out = tables->loaded[i];
            return SF_OK;
        }
    }
    struct sf_text path = {0};
    sf_text_add(&path, "%s/%s.dist", tables->folder, name);
    struct stat about;
    enum sf_err err = SF_OK;
    if (stat(path.data, &about) == 0) {
        struct sf_netem_table *table = NULL;
        if (tables->loaded_count == SF_NETEM_TABLES_LOADED_MAX) {
            err = sf_fail(diag, SF_ERR_INPUT, "more than %d distribution files",
                          SF_NETEM_TABLES_LOADED_MAX);
        } else {
            err = table_read(path.data, name, &table, diag);
        }
        if (err == SF_OK) {
            tables->loaded[tables->loaded_count++] = table;
            *table_out = table;
        }
    }
    sf_text_free(&path);
    return err;
}

/* `uniform` is in tc's help text but no table of that name exists: say what to write. */
static enum sf_err unknown(const char *name, struct sf_diag *diag)
{
    if (strcmp(name, "uniform") == 0) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "there is no distribution 'uniform' (tc has none either): leave "
                       "'distribution' out, a jitter alone is uniform");
    }
    const char *nearest = sf_text_nearest(name, sf_netem_table_names);
    return sf_fail(diag, SF_ERR_INPUT,
                   "unknown distribution '%s'%s%s%s; built in are normal, pareto, paretonormal "
                   "and experimental",
                   name, nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'" : "");
}

enum sf_err sf_netem_tables_find(struct sf_netem_tables *tables, const char *name,
                                 const struct sf_netem_table **table_out, struct sf_diag *diag)
{
    SF_ASSERT(name != NULL);
    *table_out = NULL;
    if (tables != NULL && tables->folder != NULL) {
        SF_TRY(find_in_folder(tables, name, table_out, diag));
    }
    if (*table_out == NULL) {
        *table_out = sf_netem_table_builtin(name);
    }
    return *table_out != NULL ? SF_OK : unknown(name, diag);
}

void sf_netem_tables_fini(struct sf_netem_tables *tables)
{
    SF_ASSERT(tables != NULL);
    for (uint32_t i = 0; i < tables->loaded_count; i++) {
        table_free(tables->loaded[i]);
    }
    *tables = (struct sf_netem_tables){0};
}
