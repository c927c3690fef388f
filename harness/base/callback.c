#include "harness/base/callback.h"

#include "harness/base/assert.h"

const char *sf_callback_name(enum sf_callback callback)
{
    static const char *const names[SF_CALLBACKS_COUNT] = {
#define X(NAME, name) name,
        SF_CALLBACKS(X)
#undef X
    };
    SF_ASSERT(callback < SF_CALLBACKS_COUNT);
    return names[callback];
}
