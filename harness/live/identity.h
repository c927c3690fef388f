/* How a viewer says who it is: what carries its credential in a request, and which credential each
 * tenant has. Knows neither HTTP library. */
#ifndef STRAYFRAME_LIVE_IDENTITY_H
#define STRAYFRAME_LIVE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"

enum sf_carrier {
    SF_CARRIER_HEADER, /* a header of its own */
    SF_CARRIER_COOKIE,
    SF_CARRIER_BEARER, /* Authorization: Bearer ... */
    SF_CARRIER_QUERY,
    SF_CARRIER_PATH,
    SF_CARRIERS_COUNT,
};

enum { SF_IDENTITY_NAME_BYTES = 48, SF_TOKEN_BYTES = 32, SF_LIVE_TENANTS_MAX = 2048 };

struct sf_identity {
    enum sf_carrier carrier;
    char name[SF_IDENTITY_NAME_BYTES]; /* of header, cookie or parameter; "" otherwise */
};

/* "header", "cookie" ... */
const char *sf_carrier_name(enum sf_carrier carrier);

/* "header:X-Tenant", "cookie:NAME", "bearer", "query:NAME", "path". */
SF_MUST_USE enum sf_err sf_identity_read(const char *text, struct sf_identity *identity_out,
                                         struct sf_diag *diag);
/* Its written form; at most SF_IDENTITY_NAME_BYTES + 8 bytes. */
void sf_identity_print(const struct sf_identity *identity, char *out, uint32_t out_bytes);

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
