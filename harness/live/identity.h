/* Which credential each tenant has; what carries it in a request is harness/scenario/live.h's to
 * say. Knows neither HTTP library. */
#ifndef STRAYFRAME_LIVE_IDENTITY_H
#define STRAYFRAME_LIVE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/scenario/live.h"

enum { SF_TOKEN_BYTES = 32, SF_LIVE_TENANTS_MAX = 2048 };

/* The credentials of a run. No two runs have the same. */
struct sf_credentials {
    uint32_t run; /* below SF_RUNS_COUNT: part of every mark */
    uint64_t secret;
};
enum { SF_RUNS_COUNT = 1 << 9 };

/* New ones, from the machine's random numbers. */
void sf_credentials_draw(struct sf_credentials *credentials_out);

/* "tenant3-9f2c41d07b6e": in a URL and a cookie as it is. */
void sf_credential_of(const struct sf_credentials *credentials, uint32_t tenant,
                      char out[SF_TOKEN_BYTES]);

/* The tenants whose credentials occur in a text: calls `found` for each occurrence. */
void sf_credentials_find(const struct sf_credentials *credentials, const char *text,
                         void (*found)(void *context, uint32_t tenant), void *context);

#endif
