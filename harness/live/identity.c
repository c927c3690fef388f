/* Credentials. */
#include "harness/live/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/sim/rng.h"

void sf_credentials_draw(struct sf_credentials *credentials)
{
    SF_ASSERT(credentials != NULL);
    uint64_t numbers[2];
    SF_ASSERT(getrandom(numbers, sizeof numbers, 0) == (ssize_t)sizeof numbers);
    credentials->run = (uint32_t)(numbers[0] % SF_RUNS_COUNT);
    credentials->secret = numbers[1];
}

static uint64_t code_of(const struct sf_credentials *credentials, uint32_t tenant)
{
    return sf_rng_derive(credentials->secret, "credential", tenant) & UINT64_C(0xffffffffffff);
}

void sf_credential_of(const struct sf_credentials *credentials, uint32_t tenant,
                      char out[SF_TOKEN_BYTES])
{
    SF_ASSERT(credentials != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(tenant < SF_LIVE_TENANTS_MAX);
    snprintf(out, SF_TOKEN_BYTES, "tenant%" PRIu32 "-%012" PRIx64, tenant,
             code_of(credentials, tenant));
}

void sf_credentials_find(const struct sf_credentials *credentials, const char *text,
                         void (*found)(void *context, uint32_t tenant), void *context)
{
    SF_ASSERT(credentials != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(found != NULL);
    for (const char *at = strstr(text, "tenant"); at != NULL; at = strstr(at + 1, "tenant")) {
        char *end;
        unsigned long tenant = strtoul(at + 6, &end, 10);
        if (end == at + 6 || *end != '-' || tenant >= SF_LIVE_TENANTS_MAX) {
            continue;
        }
        char *code_end;
        unsigned long long code = strtoull(end + 1, &code_end, 16);
        if (code_end == end + 13 && code == code_of(credentials, (uint32_t)tenant)) {
            found(context, (uint32_t)tenant);
        }
    }
}
