/* The time line: what the scenario does to the world while it runs. Each entry is an event and
 * leaves a record. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

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

static bool concerns(const struct sf_plan_entry *entry, const struct home *home)
{
    return entry->group_index == SF_GROUP_ALL || entry->group_index == home->group;
}

static void change_network(struct world *world, const struct sf_plan_entry *entry)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        if (!concerns(entry, &world->homes[i])) {
            continue;
        }
        if (entry->direction != SF_DIRECTION_DOWN) {
            sf_link_change(world, 2 * i, entry->network_index);
        }
        if (entry->direction != SF_DIRECTION_UP) {
            sf_link_change(world, 2 * i + 1, entry->network_index);
        }
    }
}

static void switch_service(struct world *world, uint32_t service, bool *off, bool on)
{
    if (*off == on) {
        *off = !on;
        world_trace(world, SF_RECORD(service, .on = on, .service = service));
    }
}

static void heal(struct world *world, const struct sf_plan_entry *entry)
{
    struct sf_plan_entry everybody = *entry;
    everybody.group_index = SF_GROUP_ALL;
    everybody.direction = SF_DIRECTION_BOTH;
    change_network(world, &everybody);
    sf_power_switch(world, SF_GROUP_ALL, true);
    switch_service(world, SF_SERVICE_IDENTITY, &world->identity_off, true);
    switch_service(world, SF_SERVICE_STORE, &world->store_off, true);
    for (uint32_t node = 0; node < world->host.nodes_count; node++) {
        sf_node_bring_back(world, node);
    }
    world_trace(world, SF_RECORD(healed, .within_ns = world->cloud.recover_within_ns));
}

static void kill_switch(struct world *world, bool on)
{
    world->door.blocked = on;
    world_trace(world, SF_RECORD(kill_switch, .blocked = on,
                                 .grace_ns = world->cloud.kill_switch_grace_ns));
    if (on && world->cloud.kill_switch_broken == 0) {
        sf_cloud_stop_integration(world, SF_NOBODY);
    }
}

static void link(struct world *world, const struct sf_plan_entry *entry)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        if (!concerns(entry, &world->homes[i])) {
            continue;
        }
        bool obeyed = entry->on || world->cloud.unlink_broken == 0;
        world->door.linked[i] = entry->on || !obeyed;
        world_trace(world, SF_RECORD(link, .linked = entry->on, .tenant = sf_tenant_id(i),
                                     .grace_ns = entry->on ? 0 : world->cloud.unlink_grace_ns));
        if (!entry->on && obeyed) {
            sf_cloud_stop_integration(world, i);
            sf_cache_host_unlinked(&world->host, home_number(world, i));
        }
    }
    if (!entry->on) {
        sf_errands_stop_without_leave(world);
    }
}

/* All nodes at once, one of them, or, rolling, one after the other. */
static void deploy(struct world *world, uint32_t index, uint32_t times)
{
    const struct sf_plan_entry *entry = &world->plan->timeline[index];
    const struct sf_cache_module *module = &world->modules[1 + index];
    bool rolling = entry->node == SF_NODE_ALL && entry->duration_ns > 0;
    sf_nodes_deploy(world, rolling ? times : entry->node, module);
    if (rolling && times + 1 < world->host.nodes_count) {
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
            sf_node_bring_back(world, entry->node);
        } else {
            sf_node_lose(world, entry->node);
        }
        return;
    case SF_ACTION_NODE_CLOCK:
        sf_nodes_step_clock(world, entry->node, entry->duration_ns);
        return;
    case SF_ACTION_IDENTITY:
        switch_service(world, SF_SERVICE_IDENTITY, &world->identity_off, entry->on);
        return;
    case SF_ACTION_STORE:
        switch_service(world, SF_SERVICE_STORE, &world->store_off, entry->on);
        return;
    case SF_ACTION_EXPORT:
        sf_export_start(world, entry->group_index);
        return;
    case SF_ACTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}
