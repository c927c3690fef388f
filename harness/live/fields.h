/* The fields of the YAML files of this room: drivers, live scenarios, learn files. Each reader
 * leaves its output as it is where the key is missing; a value of the wrong kind is SF_ERR_INPUT
 * with its place. Texts are copied into the arena. */
#ifndef STRAYFRAME_LIVE_FIELDS_H
#define STRAYFRAME_LIVE_FIELDS_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/scenario/yaml_tree.h"

/* Adds the file's text to `out`. SF_ERR_INPUT, SF_ERR_MACHINE. */
SF_MUST_USE enum sf_err sf_fields_read_text(const char *path, struct sf_text *out,
                                            struct sf_diag *diag);
/* The file as a tree, valid as long as the arena. SF_ERR_INPUT, SF_ERR_MACHINE. */
enum sf_err sf_fields_read_file(const char *path, struct sf_arena *arena,
                                struct sf_yaml_node **root_out, struct sf_diag *diag);

const char *sf_fields_keep(struct sf_arena *arena, const char *text);

/* SF_ERR_INPUT unless it is a mapping whose keys are all known (a list that ends with NULL). `what`
 * names the mapping in the message. */
enum sf_err sf_fields_check(const struct sf_yaml_node *mapping, const char *const *known,
                            const char *what, struct sf_diag *diag);

/* The values of a mapping's keys. A text is not empty. */
enum sf_err sf_fields_text(struct sf_arena *arena, const struct sf_yaml_node *mapping,
                           const char *key, const char **text_out, struct sf_diag *diag);
enum sf_err sf_fields_span(const struct sf_yaml_node *mapping, const char *key, sf_ns *span,
                           struct sf_diag *diag);
enum sf_err sf_fields_count(const struct sf_yaml_node *mapping, const char *key, int64_t min,
                            int64_t max, uint32_t *count, struct sf_diag *diag);

#endif
