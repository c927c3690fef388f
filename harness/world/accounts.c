/* Who owns which camera, who may see it, and its slot, as the time line changes it. */
#include "harness/world/accounts.h"

#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"

void sf_account_trace_slot(struct world *world, struct sf_home_id home)
{
    world_trace(world, SF_RECORD(slot, .camera = sf_camera_of_home(home),
                                 .slot = home_at(world, home)->slot));
}

/* ---- shared with a guest ---- */

static void trace_share(struct world *world, struct sf_camera_id camera, struct sf_tenant_id guest,
                        bool on)
{
    sf_ns grace_ns = on ? 0 : world->config.cloud.unshare_grace_ns;
    world_trace(world,
                SF_RECORD(share, .camera = camera, .guest = guest, .owner = owner_of(world, camera),
                          .shared = on, .grace_ns = grace_ns));
}

static void share(struct world *world, struct sf_home_id id)
{
    const struct sf_camera_id camera = sf_camera_of_home(id);
    const struct sf_home_id guest = sf_home_next(world, id, owner_of(world, camera));
    struct sf_tenant_id *shared_with = &world->accounts.authorisation.camera_guest[camera.index];
    if (sf_home_same(guest, id) || !sf_tenant_is_none(*shared_with)) {
        return; /* there is no other account, or it is shared already */
    }
    *shared_with = account_of(world, guest);
    home_at(world, guest)->other = camera;
    trace_share(world, camera, account_of(world, guest), true);
}

static void unshare(struct world *world, struct sf_camera_id camera, bool obeyed)
{
    struct sf_tenant_id *guest = &world->accounts.authorisation.camera_guest[camera.index];
    if (sf_tenant_is_none(*guest)) {
        return;
    }
    trace_share(world, camera, *guest, false);
    if (obeyed) {
        *guest = sf_tenant_id(SF_NOBODY);
        sf_cloud_stop_strangers(world, camera);
    }
}

void sf_accounts_share(struct world *world, uint32_t group, bool on)
{
    bool obeyed = world->config.cloud.unshare_broken == 0;
    for (uint32_t i = 0; i < world->homes.count; i++) {
        if (!group_has(group, &world->homes.all[i])) {
            continue;
        }
        if (on) {
            share(world, sf_home_id(i));
        } else {
            unshare(world, sf_camera_of_home(sf_home_id(i)), obeyed);
        }
    }
}

/* ---- given to another owner ---- */

/* A camera that is reset sends nothing more of what it had begun. */
static void stop_sending(struct world *world, struct sf_home_id home)
{
    sf_handle handle = sf_slots_next(&world->network.messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->network.messages, handle);
        bool of_camera = message->kind == MESSAGE_UPLOAD || message->kind == MESSAGE_FETCHED ||
                         message->kind == MESSAGE_ERRAND;
        if (of_camera && sf_home_same(message->home, home)) {
            sf_message_stop_sending(world, message);
        }
    }
}

static void give_to_next(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    const struct sf_camera_id camera = sf_camera_of_home(id);
    const struct sf_tenant_id former = owner_of(world, camera);
    const struct sf_home_id next = sf_home_next(world, id, former);
    const struct sf_tenant_id owner = account_of(world, next);
    if (sf_tenant_same(owner, former)) {
        return; /* there is no other account */
    }
    unshare(world, camera, true);
    stop_sending(world, id);
    struct home *first = home_at(world, sf_home_of_tenant(owner));
    world->accounts.authorisation.camera_tenant[camera.index] = owner;
    home->slot = first->slots_used++;
    home_at(world, next)->other = camera;
    sf_book_give(world->book, camera, owner);
    world_trace(world, SF_RECORD(camera, .camera = camera, .tenant = owner,
                                 .utc_offset_s = home->camera.utc_offset_s));
    sf_account_trace_slot(world, id);
    sf_cloud_stop_strangers(world, camera);
    sf_cloud_camera_given_away(world, camera, former);
    sf_camera_reset(world, id);
}

void sf_accounts_new_owner(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        if (group_has(group, &world->homes.all[i])) {
            give_to_next(world, sf_home_id(i));
        }
    }
}

/* ---- slots ---- */

/* The homes of an account are neighbours, and follow its first one. */
static bool is_in_account(const struct world *world, uint32_t home, struct sf_tenant_id account)
{
    return home < world->homes.count &&
           sf_tenant_same(account_of(world, sf_home_id(home)), account);
}

static void trade_slots(struct world *world, struct sf_tenant_id account)
{
    struct home *last = NULL;
    uint32_t slot_first = 0;
    for (uint32_t i = account.index; is_in_account(world, i, account); i++) {
        struct home *home = home_at(world, sf_home_id(i));
        if (!sf_tenant_same(owner_of(world, sf_camera_id(i)), account)) {
            continue;
        }
        if (last == NULL) {
            slot_first = home->slot;
        } else {
            last->slot = home->slot;
        }
        last = home;
    }
    if (last != NULL) {
        last->slot = slot_first;
    }
    for (uint32_t i = account.index; is_in_account(world, i, account); i++) {
        sf_account_trace_slot(world, sf_home_id(i));
    }
}

void sf_accounts_trade_slots(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        bool first = account_of(world, sf_home_id(i)).index == i;
        if (first && group_has(group, &world->homes.all[i])) {
            trade_slots(world, sf_tenant_id(i));
        }
    }
}

/* ---- the invariant ---- */

/* A tenant has the number of its first home. */
static bool is_tenant(const struct world *world, struct sf_tenant_id tenant)
{
    return tenant.index < world->homes.count &&
           sf_tenant_same(account_of(world, sf_home_of_tenant(tenant)), tenant);
}

void sf_account_check(const struct world *world, struct sf_home_id id)
{
    const struct home *home = home_at(world, id);
    const struct sf_camera_id camera = sf_camera_of_home(id);
    const struct sf_tenant_id owner = owner_of(world, camera);
    const struct sf_tenant_id guest = world->accounts.authorisation.camera_guest[camera.index];
    SF_ASSERT(is_tenant(world, home->account));
    SF_ASSERT(home->account.index <= id.index);
    SF_ASSERT(is_tenant(world, owner));
    SF_ASSERT(sf_tenant_is_none(guest) || is_tenant(world, guest));
    SF_ASSERT(!sf_tenant_same(guest, owner));
    SF_ASSERT(home->slot < home_at(world, sf_home_of_tenant(owner))->slots_used);
    SF_ASSERT(sf_camera_is_none(home->other) || home->other.index < world->homes.count);
}
