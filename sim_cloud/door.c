#include "sim_cloud/door.h"

#include "harness/base/assert.h"

void sf_door_init(struct sf_door *door, const struct sf_cloud_config *config,
                  struct sf_arena *arena, uint32_t tenants_count, uint32_t cameras_count)
{
    *door = (struct sf_door){
        .config = config,
        .tenants_count = tenants_count,
        .camera_tenant = sf_arena_take(arena, cameras_count, sizeof(uint32_t)),
        .linked = sf_arena_take(arena, tenants_count, sizeof(bool)),
    };
    for (uint32_t i = 0; i < cameras_count; i++) {
        door->camera_tenant[i] = SF_NOBODY;
    }
}

enum sf_door_answer sf_door_ask(const struct sf_door *door, struct sf_tenant_id tenant,
                                struct sf_camera_id camera, bool integration)
{
    SF_ASSERT(tenant.index < door->tenants_count);
    if (integration && door->blocked && door->config->kill_switch_broken == 0) {
        return SF_DOOR_KILL_SWITCH;
    }
    if (door->config->front_door_open != 0) {
        return SF_DOOR_OPEN;
    }
    if (door->camera_tenant[camera.index] != tenant.index) {
        return SF_DOOR_NOT_OWNER;
    }
    return integration && !door->linked[tenant.index] ? SF_DOOR_NOT_LINKED : SF_DOOR_OPEN;
}
