#include "harness/oracle/breach.h"

#include <stddef.h>

#include "harness/base/assert.h"
#include "harness/cache/strayframe_cache.h"

static const struct {
    uint32_t code;
    const char *name;
    const char *words;
} breaches[] = {
#define BREACH(NAME, WORDS) \
    {                       \
        NAME, #NAME, WORDS  \
    }
    BREACH(SF_CACHE_E_UNKNOWN_REQUEST, "no such request was ever handed to this cache"),
    BREACH(SF_CACHE_E_ANSWERED, "the request had been answered already"),
    BREACH(SF_CACHE_E_CANCELLED, "the request was cancelled, and the cache was notified"),
    BREACH(SF_CACHE_E_TOO_MANY_BYTES, "more bytes than announced, or than a still may have"),
    BREACH(SF_CACHE_E_TOO_FEW_BYTES, "answer_end before all announced bytes"),
    BREACH(SF_CACHE_E_BAD_STATUS, "no such status, or bytes with a status that has none"),
    BREACH(SF_CACHE_E_UNKNOWN_CONNECTION, "no such open connection to the store"),
    BREACH(SF_CACHE_E_UNKNOWN_FETCH, "no such fetch under way"),
    BREACH(SF_CACHE_E_UNKNOWN_CAMERA, "no such camera"),
    BREACH(SF_CACHE_E_BAD_ARGUMENT,
           "a bad argument: NULL with a count, a negative delay, a long key"),
    BREACH(SF_CACHE_E_UNKNOWN_HOLD, "nothing is held under this number"),
    BREACH(SF_CACHE_E_WROTE_LENT, "it wrote into bytes that were lent to it"),
    BREACH(SF_CACHE_E_NOT_ENDED,
           "an answer in parts was never ended, though its viewer has taken all bytes"),
    BREACH(SF_CACHE_E_FOREIGN_THREAD,
           "it called the host from another thread than the one in which it is called"),
    BREACH(SF_CACHE_E_OTHERS_SESSION, "it answered a request with the session of another viewer"),
    BREACH(SF_CACHE_E_MEMORY,
           "its process has grown by more than 32 MiB and eight times its budget for stills"),
    BREACH(SF_CACHE_E_EXITED, "its process ended itself"),
    BREACH(SF_CACHE_E_CRASHED, "its process crashed"),
    BREACH(SF_CACHE_E_HUNG, "it did not come back in time"),
    BREACH(SF_CACHE_E_PROTOCOL, "it wrote what is no message of the protocol"),
    BREACH(SF_CACHE_E_LIMIT, "one event brought about more calls or bytes than may be"),
#undef BREACH
};

enum { BREACHES_COUNT = sizeof breaches / sizeof breaches[0] };

const char *sf_breach_name(uint32_t code)
{
    for (size_t i = 0; i < BREACHES_COUNT; i++) {
        if (breaches[i].code == code) {
            return breaches[i].name;
        }
    }
    return NULL;
}

void sf_breach_say(uint32_t code, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    for (size_t i = 0; i < BREACHES_COUNT; i++) {
        if (breaches[i].code == code) {
            sf_text_add(out, "%s (%s, %u)", breaches[i].words, breaches[i].name, code);
            return;
        }
    }
    sf_text_add(out, "code %u", code);
}
