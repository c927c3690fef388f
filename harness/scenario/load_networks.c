/* The networks that homes are on: links in tc's words, and networks that change from one to
 * another.
 */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/value.h"

/* One direction in tc's words; a mistake in it is shown where it is in the file. */
SF_MUST_USE static enum sf_err direction_load(struct sf_load *load, const struct sf_yaml_node *node,
                                              const char *what, struct sf_netem_config *config_out)
{
    const char *spec = NULL;
    SF_TRY(sf_load_value(load, node, what, &spec));
    struct sf_diag reason = {0};
    enum sf_err err = sf_netem_parse(spec, config_out, NULL, &reason);
    if (err == SF_OK) {
        return SF_OK;
    }
    struct sf_yaml_node place = *node;
    size_t offset = reason.column > 0 ? reason.column - 1 : 0;
    bool is_exact = sf_yaml_place_inside(load->source, node, offset, &place.line, &place.column);
    if (is_exact || reason.column == 0) {
        return sf_yaml_fail(&place, load->diag, "%s: %.900s", what, reason.message);
    }
    return sf_yaml_fail(node, load->diag, "%s: at character %u: %.900s", what, reason.column,
                        reason.message);
}

/* A network that changes has no links of its own. */
SF_MUST_USE static enum sf_err alone_check(struct sf_load *load, const struct sf_yaml_node *node)
{
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key->text, "states") != 0) {
            return sf_yaml_fail(entry->key, load->diag,
                                "'%s' does not go with 'states': the links of a state are those of "
                                "the network that it names",
                                entry->key->text);
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err network_load(struct sf_load *load, const struct sf_yaml_node *node,
                                            struct sf_plan_network *network)
{
    static const char *const known[] = {"up", "down", "both", "states", NULL};
    char shown[SF_SHOWN_BYTES];
    if (sf_value_name_check(node->key->text, load->diag) != SF_OK) {
        return sf_load_wrong(load, node->key, "networks");
    }
    if (strcmp(node->key->text, SF_NETWORK_PERFECT) == 0) {
        return sf_yaml_fail(node->key, load->diag,
                            "networks: '%s' is there already, the network that does nothing",
                            SF_NETWORK_PERFECT);
    }
    strncpy(network->name, node->key->text, sizeof network->name);
    sf_netem_config_default(&network->up);
    sf_netem_config_default(&network->down);
    SF_TRY(sf_load_mapping(load, node, sf_value_shown(network->name, shown), known));
    if (sf_yaml_get(node, "states") != NULL) {
        return alone_check(load, node); /* they are read when all names are known */
    }
    const struct sf_yaml_node *both = sf_yaml_get(node, "both");
    if (both != NULL) {
        SF_TRY(direction_load(load, both, "both", &network->up));
        SF_TRY(direction_load(load, both, "both", &network->down));
    }
    const struct sf_yaml_node *up = sf_yaml_get(node, "up");
    if (up != NULL) {
        SF_TRY(direction_load(load, up, "up", &network->up));
    }
    const struct sf_yaml_node *down = sf_yaml_get(node, "down");
    if (down != NULL) {
        SF_TRY(direction_load(load, down, "down", &network->down));
    }
    return SF_OK;
}

/* "10s", or "10s..30s" for any time in between. */
SF_MUST_USE static enum sf_err dwell_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_state *state)
{
    const char *text = NULL;
    char least[64];
    SF_TRY(sf_load_value(load, node, "for", &text));
    const char *between = strstr(text, "..");
    size_t length = between != NULL ? (size_t)(between - text) : strlen(text);
    if (length >= sizeof least) {
        return sf_yaml_fail(node, load->diag, "for: expected a duration such as 10s or 10s..30s");
    }
    memcpy(least, text, length);
    least[length] = '\0';
    if (sf_value_duration_read(least, &state->dwell_ns_min, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "for");
    }
    state->dwell_ns_max = state->dwell_ns_min;
    if (between != NULL &&
        sf_value_duration_read(between + 2, &state->dwell_ns_max, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "for");
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err state_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_state *state)
{
    static const char *const known[] = {"network", "for", NULL};
    SF_TRY(sf_load_mapping(load, node, "states", known));
    for (size_t i = 0; known[i] != NULL; i++) {
        if (sf_yaml_get(node, known[i]) == NULL) {
            return sf_yaml_fail(node, load->diag, "states: the key '%s' is missing", known[i]);
        }
    }
    SF_TRY(
        sf_load_network_name(load, sf_yaml_get(node, "network"), "network", &state->network_index));
    return dwell_load(load, sf_yaml_get(node, "for"), state);
}

SF_MUST_USE static enum sf_err states_load(struct sf_load *load, const struct sf_yaml_node *node,
                                           struct sf_plan_network *network)
{
    SF_TRY(sf_load_list(load, node, "states", 1, SF_NETEM_STATES_MAX));
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        SF_TRY(state_load(load, entry, &network->states[network->states_count]));
        network->states_count++;
    }
    return SF_OK;
}

enum sf_err sf_load_networks(struct sf_load *load, const struct sf_yaml_node *node)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    if (node->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(node, load->diag, "networks",
                                  "a mapping (name: {up: ..., down: ...})");
    }
    if (node->entries_count > SF_NETWORKS_MAX - 1) {
        return sf_yaml_fail(node, load->diag, "networks: %u entries, allowed are %d",
                            node->entries_count, SF_NETWORKS_MAX - 1);
    }
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        SF_TRY(network_load(load, entry, &load->plan->networks[load->plan->networks_count]));
        load->plan->networks_count++;
    }
    uint32_t index = 1; /* behind the one that is always there */
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        const struct sf_yaml_node *states = sf_yaml_get(entry, "states");
        if (states != NULL) {
            SF_TRY(states_load(load, states, &load->plan->networks[index]));
        }
        index++;
    }
    return SF_OK;
}
