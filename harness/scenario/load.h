/* What the loader's files share: load.c reads the head of a scenario, load_networks.c the
 * networks, load_homes.c the homes, load_timeline.c the timeline and what is expected. Private to
 * this room. */
#ifndef STRAYFRAME_SCENARIO_LOAD_H
#define STRAYFRAME_SCENARIO_LOAD_H

#include "harness/base/err.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/yaml_tree.h"

struct sf_load {
    const struct sf_yaml_source *source;
    const struct sf_plan_schema *schema;
    struct sf_yaml_node *root;
    struct sf_plan *plan;
    struct sf_diag *diag; /* never NULL */
};

/* The node is a mapping whose keys are all in `known` (NULL-terminated); `what` names it. */
SF_MUST_USE enum sf_err sf_load_mapping(struct sf_load *load, const struct sf_yaml_node *node,
                                        const char *what, const char *const *known);

/* The node is a list of at least `min` and at most `max` entries. */
SF_MUST_USE enum sf_err sf_load_list(struct sf_load *load, const struct sf_yaml_node *node,
                                     const char *what, uint32_t min, uint32_t max);

/* The node is a value that says something; its text is borrowed from the node. */
SF_MUST_USE enum sf_err sf_load_value(struct sf_load *load, const struct sf_yaml_node *node,
                                      const char *what, const char **text_out);

/* Gives the reason that a reader left in `load->diag` its key and its place. */
SF_MUST_USE enum sf_err sf_load_wrong(struct sf_load *load, const struct sf_yaml_node *node,
                                      const char *what);

/* "no WHAT is called 'x'; did you mean 'y'?" */
SF_MUST_USE enum sf_err sf_load_unknown(struct sf_load *load, const struct sf_yaml_node *node,
                                        const char *what, const char *name,
                                        const char *const *known);

/* A section by its parameter table: camera, hub, cloud ... `section` holds the fallbacks. */
SF_MUST_USE enum sf_err sf_load_section(struct sf_load *load, const struct sf_yaml_node *node,
                                        const struct sf_param_table *table,
                                        struct sf_plan_section *section);

/* Those of the table's keys that the mapping has; what else it has is the caller's. */
SF_MUST_USE enum sf_err sf_load_params(struct sf_load *load, const struct sf_yaml_node *node,
                                       const struct sf_param_table *table,
                                       struct sf_plan_section *section);

/* A text of at most bytes - 1 bytes into `out`, all of which is written. */
SF_MUST_USE enum sf_err sf_load_text(struct sf_load *load, const struct sf_yaml_node *node,
                                     const char *what, char *out, size_t bytes);
SF_MUST_USE enum sf_err sf_load_name(struct sf_load *load, const struct sf_yaml_node *node,
                                     const char *what, char out[SF_TEXT_BYTES]);
SF_MUST_USE enum sf_err sf_load_cache(struct sf_load *load, const struct sf_yaml_node *node,
                                      const char *what, char out[SF_CACHE_SPEC_BYTES]);
SF_MUST_USE enum sf_err sf_load_switch(struct sf_load *load, const struct sf_yaml_node *node,
                                       const char *what, bool *on_out);
SF_MUST_USE enum sf_err sf_load_duration(struct sf_load *load, const struct sf_yaml_node *node,
                                         const char *what, sf_ns *ns_out);
/* The index of the network that the value names. */
SF_MUST_USE enum sf_err sf_load_network_name(struct sf_load *load, const struct sf_yaml_node *node,
                                             const char *what, uint32_t *index_out);

SF_MUST_USE enum sf_err sf_load_networks(struct sf_load *load, const struct sf_yaml_node *node);
SF_MUST_USE enum sf_err sf_load_homes(struct sf_load *load, const struct sf_yaml_node *node);
/* Sorts the entries in the document too, so that address "timeline.N" means the same in both. */
SF_MUST_USE enum sf_err sf_load_timeline(struct sf_load *load, struct sf_yaml_node *node);
SF_MUST_USE enum sf_err sf_load_live(struct sf_load *load, const struct sf_yaml_node *section);
SF_MUST_USE enum sf_err sf_load_live_timeline(struct sf_load *load,
                                              const struct sf_yaml_node *timeline);
/* Puts what the arm sets, that the key `arm` names, into the document. Checks all arms. */
SF_MUST_USE enum sf_err sf_load_arm(struct sf_load *load, struct sf_arena *arena);
SF_MUST_USE enum sf_err sf_load_fates(struct sf_load *load, const struct sf_yaml_node *node);
SF_MUST_USE enum sf_err sf_load_expect(struct sf_load *load, const struct sf_yaml_node *node);

#endif
