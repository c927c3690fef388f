/* A YAML file as a small tree whose every node knows its place. The subset that scenarios need:
 * mappings with words as keys, lists, one-line texts. Refused, each with its place: duplicate keys,
 * anchors and aliases, tags, several documents, what is not UTF-8, what is nested or large beyond
 * any scenario. The syntax itself is libyaml's. */
#ifndef STRAYFRAME_SCENARIO_YAML_TREE_H
#define STRAYFRAME_SCENARIO_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/err.h"

enum {
    SF_YAML_BYTES_MAX = 1 << 20, /* of a file */
    SF_YAML_DEPTH_MAX = 8,       /* mappings and lists inside each other; a scenario needs 4 */
    SF_YAML_ENTRIES_MAX = 1024,  /* of one mapping or list */
};

enum sf_yaml_kind { SF_YAML_SCALAR, SF_YAML_LIST, SF_YAML_MAPPING };

struct sf_yaml_node {
    enum sf_yaml_kind kind;
    bool is_null;             /* a SCALAR without quotes that says nothing: "", "~" or "null" */
    const char *file;         /* or "--set KEY"; for messages */
    uint32_t line;            /* from 1; 0 for what `--set` brought */
    uint32_t column;          /* from 1, in characters */
    const char *text;         /* SCALAR: UTF-8 without control characters; "" otherwise */
    struct sf_yaml_node *key; /* in a MAPPING: the key's scalar; else NULL */
    struct sf_yaml_node *next;
    struct sf_yaml_node *first; /* LIST, MAPPING: the entries, in the file's order */
    struct sf_yaml_node *last;
    uint32_t entries_count;
};

/* What is read. Borrowed: the nodes point to `name`. */
struct sf_yaml_source {
    const char *name;
    const char *text;
    size_t bytes;
    bool has_no_lines; /* a value of `--set`: its nodes have line 0 */
};

/* Nodes live in `arena`. */
SF_MUST_USE enum sf_err sf_yaml_read(const struct sf_yaml_source *source, struct sf_arena *arena,
                                     struct sf_yaml_node **root_out, struct sf_diag *diag);

/* An error at a node's place. */
SF_MUST_USE enum sf_err sf_yaml_fail(const struct sf_yaml_node *node, struct sf_diag *diag,
                                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "KEY: expected a list, not 'x'", at the node's place; says what the node is. */
SF_MUST_USE enum sf_err sf_yaml_unexpected(const struct sf_yaml_node *node, struct sf_diag *diag,
                                           const char *key, const char *expected);

/* The value of a key, NULL when the mapping has no such key (or the node is no mapping). */
struct sf_yaml_node *sf_yaml_get(const struct sf_yaml_node *mapping, const char *key);

/* Appends to a list, or to a mapping when `entry->key` is set. */
void sf_yaml_append(struct sf_yaml_node *parent, struct sf_yaml_node *entry);

/* Where in the file the byte `offset` of a scalar's text is: YAML may have folded lines and taken
 * quotes away. False when the two cannot be matched, as with escapes; the scalar's own place is
 * then the best there is. */
bool sf_yaml_place_inside(const struct sf_yaml_source *source, const struct sf_yaml_node *scalar,
                          size_t offset, uint32_t *line_out, uint32_t *column_out);

#endif
