/* What the time line changes of who owns which camera, who may see it, and its slot; each for the
 * cameras of the homes of one group, or of SF_GROUP_ALL. */
#ifndef STRAYFRAME_WORLD_ACCOUNTS_H
#define STRAYFRAME_WORLD_ACCOUNTS_H

#include "harness/world/state.h"

/* Each camera is shared with the account of the next home, whose viewers ask for it in turn with
 * their own; or that is withdrawn, which they learn of when they are refused. */
void sf_accounts_share(struct world *world, uint32_t group, bool on);

/* Each camera is reset and registered by the account of the next home, whose viewers ask for it in
 * turn with their own. Those of the former owner go on asking, and are refused. */
void sf_accounts_new_owner(struct world *world, uint32_t group);

/* In each account, each camera that is still its own takes the slot of the next one. */
void sf_accounts_trade_slots(struct world *world, uint32_t group);

/* Asserts that the home's account is one, and that its camera has an owner, a guest or none, and a
 * slot of its owner's account. */
void sf_account_check(const struct world *world, struct sf_home_id home);

/* Writes a camera's slot into the trace. */
void sf_account_trace_slot(struct world *world, struct sf_home_id home);

#endif
