/* Each entry of the time line is an event and leaves a record. */
#include "harness/world/timeline.h"

#include "harness/world/accounts.h"
#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"

/* One lane for all: entries at one instant keep the file's order. */
static void push_step(struct world *world, uint32_t index, uint32_t times, sf_ns due_ns)
{
    sf_queue_push(
        &world->queue,
        (struct sf_event){.due_ns = due_ns, .kind = EVENT_TIMELINE, .a = index, .b = times},
        UINT32_MAX);
}

void sf_timeline_start(struct world *world)
{
    for (uint32_t i = 0; i < world->plan->timeline_count; i++) {
        push_step(world, i, 0, world->plan->timeline[i].at_ns);
    }
}

static void change_network(struct world *world, const struct sf_plan_entry *entry)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        if (!group_has(entry->group_index, &world->homes.all[i])) {
            continue;
        }
        if (entry->direction != SF_DIRECTION_DOWN) {
            sf_link_change(world, sf_link_up(sf_home_id(i)), entry->network_index);
        }
        if (entry->direction != SF_DIRECTION_UP) {
            sf_link_change(world, sf_link_down(sf_home_id(i)), entry->network_index);
        }
    }
}

static void heal(struct world *world, const struct sf_plan_entry *entry)
{
    struct sf_plan_entry everywhere = *entry;
    everywhere.group_index = SF_GROUP_ALL;
    everywhere.direction = SF_DIRECTION_BOTH;
    change_network(world, &everywhere);
    sf_power_switch(world, SF_GROUP_ALL, true);
    sf_service_switch(world, SF_SERVICE_IDENTITY, true);
    sf_service_switch(world, SF_SERVICE_STORE, true);
    for (uint32_t node = 0; node < sf_nodes_count(world); node++) {
        sf_node_bring_back(world, sf_node_id(node));
    }
    world_trace(world, SF_RECORD(healed, .within_ns = world->config.cloud.recover_within_ns));
}

static void kill_switch(struct world *world, bool on)
{
    world->accounts.authorisation.blocked = on;
    world_trace(world, SF_RECORD(kill_switch, .blocked = on,
                                 .grace_ns = world->config.cloud.kill_switch_grace_ns));
    if (on && world->config.cloud.kill_switch_broken == 0) {
        sf_cloud_stop_integration(world);
    }
}

/* The owner of one home links the integration, or unlinks it. */
static void link_tenant(struct world *world, struct sf_tenant_id tenant, bool on)
{
    const struct sf_cloud_config *config = &world->config.cloud;
    bool obeyed = on || config->unlink_broken == 0;
    world->accounts.authorisation.linked[tenant.index] = on || !obeyed;
    world_trace(world, SF_RECORD(link, .tenant = tenant, .linked = on,
                                 .grace_ns = on ? 0 : config->unlink_grace_ns));
    if (!on && obeyed) {
        sf_cloud_stop_integration_of(world, tenant);
        sf_cloud_unlinked(world, tenant);
    }
}

static void link(struct world *world, const struct sf_plan_entry *entry)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        bool first = account_of(world, sf_home_id(i)).index == i;
        if (first && group_has(entry->group_index, &world->homes.all[i])) {
            link_tenant(world, sf_tenant_id(i), entry->on);
        }
    }
    if (!entry->on) {
        sf_errands_stop_without_leave(world);
    }
}

static void forget(struct world *world, const struct sf_plan_entry *entry)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        if (group_has(entry->group_index, &world->homes.all[i])) {
            sf_cloud_forget(world, sf_home_id(i), entry->on);
        }
    }
}

/* All nodes at once, one of them, or, rolling, one after the other. */
static void deploy(struct world *world, uint32_t index, uint32_t times)
{
    const struct sf_plan_entry *entry = &world->plan->timeline[index];
    const struct sf_cache_module *module = &world->cloud.modules[1 + index];
    bool rolling = entry->node == SF_NODE_ALL && entry->duration_ns > 0;
    sf_nodes_deploy(world, rolling ? times : entry->node, module);
    if (rolling && times + 1 < sf_nodes_count(world)) {
        push_step(world, index, times + 1, world_now(world) + entry->duration_ns);
    }
}

void sf_timeline_step(struct world *world, uint32_t index, uint32_t times)
{
    const struct sf_plan_entry *entry = &world->plan->timeline[index];
    switch (entry->action) {
    case SF_ACTION_DEPLOY:
        deploy(world, index, times);
        return;
    case SF_ACTION_NETWORK:
        change_network(world, entry);
        return;
    case SF_ACTION_HEAL:
        heal(world, entry);
        return;
    case SF_ACTION_KILL_SWITCH:
        kill_switch(world, entry->on);
        return;
    case SF_ACTION_LINK:
        link(world, entry);
        return;
    case SF_ACTION_POWER:
        sf_power_switch(world, entry->group_index, entry->on);
        return;
    case SF_ACTION_EXPIRE:
        sf_session_expire(world, entry->group_index);
        return;
    case SF_ACTION_BACKUP:
        sf_errands_consent(world, entry->group_index, entry->on);
        return;
    case SF_ACTION_WAKE:
        sf_power_wake(world, entry->group_index);
        return;
    case SF_ACTION_CAMERA_CLOCK:
        sf_camera_clock_step(world, entry->group_index, entry->duration_ns);
        return;
    case SF_ACTION_FIRMWARE:
        sf_camera_firmware(world, entry->group_index, entry->version);
        return;
    case SF_ACTION_RECONFIGURE:
        sf_nodes_reconfigure(world, entry->node, entry->cache);
        return;
    case SF_ACTION_NODE:
        if (entry->on) {
            sf_node_bring_back(world, sf_node_id(entry->node));
        } else {
            sf_node_lose(world, sf_node_id(entry->node));
        }
        return;
    case SF_ACTION_NODE_CLOCK:
        sf_nodes_step_clock(world, entry->node, entry->duration_ns);
        return;
    case SF_ACTION_IDENTITY:
        sf_service_switch(world, SF_SERVICE_IDENTITY, entry->on);
        return;
    case SF_ACTION_STORE:
        sf_service_switch(world, SF_SERVICE_STORE, entry->on);
        return;
    case SF_ACTION_EXPORT:
        sf_job_start(world, entry->group_index, SF_VIEWER_IS_EXPORT);
        return;
    case SF_ACTION_FORGET:
        forget(world, entry);
        return;
    case SF_ACTION_SHARE:
        sf_accounts_share(world, entry->group_index, entry->on);
        return;
    case SF_ACTION_NEW_OWNER:
        sf_accounts_new_owner(world, entry->group_index);
        return;
    case SF_ACTION_TRADE_SLOTS:
        sf_accounts_trade_slots(world, entry->group_index);
        return;
    case SF_ACTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}
