/* What the plan adds to the facts: the entry of the timeline that caused a record, and the names of
 * caches, options and networks. */
#include "harness/base/assert.h"
#include "harness/story/facts.h"

/* Is this entry, which may go from node to node, what happened at that record's node and time? */
static bool entry_is_at(const struct sf_plan_entry *entry, sf_ns at_ns, uint32_t node)
{
    bool rolling = entry->node == SF_NODE_ALL && entry->duration_ns > 0;
    sf_ns entry_ns = entry->at_ns + (rolling ? (sf_ns)node * entry->duration_ns : 0);
    return entry_ns == at_ns && (entry->node == SF_NODE_ALL || entry->node == node);
}

/* The node of a DEPLOYED or RECONFIGURED record. */
static struct sf_node_id node_of(const struct sf_record *record)
{
    return record->kind == SF_RECORD_DEPLOYED ? sf_deployed_of(record).node
                                              : sf_reconfigured_of(record).node;
}

/* The entry of the plan that caused a record. Several may be due at one instant: they go in order.
 */
static const struct sf_plan_entry *entry_at(const struct facts *facts, enum sf_plan_action action,
                                            const struct sf_record *record)
{
    const struct sf_plan *plan = facts->plan;
    struct sf_node_id node = node_of(record);
    uint32_t earlier_count = 0;
    for (const struct sf_record *other = record; other-- > facts->gather->records;) {
        earlier_count += other->kind == record->kind && other->at_ns == record->at_ns &&
                         sf_node_same(node_of(other), node);
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        if (entry->action == action && entry_is_at(entry, record->at_ns, node.index) &&
            earlier_count-- == 0) {
            return entry;
        }
    }
    return NULL;
}

const char *sf_facts_cache(const struct facts *facts, const struct sf_record *deployed)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->plan != NULL);
    if (deployed == NULL) {
        return facts->plan->cache; /* the first one has no record */
    }
    const struct sf_plan_entry *entry = entry_at(facts, SF_ACTION_DEPLOY, deployed);
    return entry != NULL ? entry->cache : "a cache that the plan does not name";
}

const char *sf_facts_options(const struct facts *facts, const struct sf_record *reconfigured)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(reconfigured != NULL);
    SF_ASSERT(reconfigured->kind == SF_RECORD_RECONFIGURED);
    const struct sf_plan_entry *entry = entry_at(facts, SF_ACTION_RECONFIGURE, reconfigured);
    return entry != NULL ? entry->cache : NULL;
}

const char *sf_facts_network_name(const struct facts *facts, const struct sf_record *record)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(record->kind == SF_RECORD_NETWORK);
    uint32_t network = sf_network_of(record).network;
    return network < facts->plan->networks_count ? facts->plan->networks[network].name
                                                 : "of another plan";
}

const struct sf_plan_network *sf_facts_network(const struct facts *facts, struct sf_home_id home,
                                               sf_ns at_ns)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->plan->groups_count > 0);
    const struct sf_plan *plan = facts->plan;
    uint32_t network = 0;
    uint32_t homes_count = 0;
    for (uint32_t i = 0; i < plan->groups_count && homes_count <= home.index; i++) {
        homes_count += plan->groups[i].homes_count;
        network = plan->groups[i].network_index;
    }
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind != SF_RECORD_NETWORK || record->at_ns > at_ns) {
            continue;
        }
        const struct sf_network_record change = sf_network_of(record);
        if (sf_home_same(sf_home_of_link(change.link), home) &&
            change.network < plan->networks_count) {
            network = change.network;
        }
    }
    return &plan->networks[network];
}
