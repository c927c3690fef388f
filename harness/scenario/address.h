/* Addresses into a document: "homes.poor.count", "networks.bad.up", "timeline.0.at". A part of an
 * address is a key of a mapping; in a list the entry with that `name`, or its index from 0. */
#ifndef STRAYFRAME_SCENARIO_ADDRESS_H
#define STRAYFRAME_SCENARIO_ADDRESS_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/yaml_tree.h"

/* The node at the address, or the last one on the way there that exists; never NULL. */
const struct sf_yaml_node *sf_address_find(const struct sf_yaml_node *root, const char *address);

/* Carries out one `--set`. A key that is absent is added (the reader says whether it exists at
 * all); a home, a network or an entry of the timeline is not. Everything is copied into `arena`. */
SF_MUST_USE enum sf_err sf_address_set(struct sf_yaml_node *root,
                                       const struct sf_scenario_override *override,
                                       struct sf_arena *arena, struct sf_diag *diag);

/* The same with a node of a document, which keeps its place for messages. */
SF_MUST_USE enum sf_err sf_address_put(struct sf_yaml_node *root, const char *address,
                                       struct sf_yaml_node *value, struct sf_arena *arena,
                                       struct sf_diag *diag);

#endif
