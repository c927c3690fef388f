#include "harness/report/lacking.h"

#include <stddef.h>
#include <string.h>

#include "harness/base/assert.h"

#define ASKS \
    "let its viewers ask more often (`watch_every`, `ask_every`) or at a certain time (`wake`)"

static const struct {
    const char *oracle;
    const char *lacks;
} table[] = {
    {"no-stray-pixels", "no viewer was shown a picture: " ASKS},
    {"no-stray-bytes", "no viewer was sent an answer: " ASKS},
    {"valid-link", "no viewer was sent an answer: " ASKS},
    {"ends-once", "no viewer asked: " ASKS},
    {"contract", "the cache answered no request: " ASKS},
    {"recovery", "no owner asked early enough after `heal`: leave at least twice `recover_within` "
                 "between it and the end, and " ASKS},
    {"kill-switch", "no viewer asked after `kill_switch: on`: " ASKS},
    {"unlinked", "no viewer of the home asked after `unlink`: " ASKS},
    {"forgotten", "no owner was answered after `forget_camera`, `forget_account` or `new_owner`, "
                  "after `forget_grace`: leave more time before the end, and " ASKS},
    {"wrong-camera", "no picture was shown to a viewer of more than one camera (`per_account`, "
                     "`share`, `new_owner`): leave more time before the end, and " ASKS},
    {"fresh", "no picture was shown that `fresh_within` applies to: " ASKS},
};

const char *sf_report_what_it_lacks(const char *oracle)
{
    SF_ASSERT(oracle != NULL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].oracle, oracle) == 0) {
            return table[i].lacks;
        }
    }
    return NULL;
}
