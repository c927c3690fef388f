#include "harness/campaign/campaign.h"

#include "harness/base/assert.h"

static const char *const names[] = {
#define X(ARM, name, meaning) name,
    SF_ARMS(X)
#undef X
};

const char *sf_arm_name(enum sf_arm arm)
{
    SF_ASSERT(arm < SF_ARMS_COUNT);
    return names[arm];
}
