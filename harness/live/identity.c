/* Carriers and credentials. */
#include "harness/live/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/sim/rng.h"

static const char *const carrier_names[SF_CARRIERS_COUNT + 1] = {"header", "cookie", "bearer",
                                                                 "query",  "path",   NULL};
static const bool carrier_has_name[SF_CARRIERS_COUNT] = {
    [SF_CARRIER_HEADER] = true, [SF_CARRIER_COOKIE] = true, [SF_CARRIER_QUERY] = true};

const char *sf_carrier_name(enum sf_carrier carrier)
{
    SF_ASSERT(carrier < SF_CARRIERS_COUNT);
    return carrier_names[carrier];
}

static enum sf_err check_name(const char *text, const char *name, struct sf_diag *diag)
{
    size_t length = strlen(name);
    if (length == 0 || length >= SF_IDENTITY_NAME_BYTES) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': expected a name of 1 to %d letters behind ':'",
                       text, SF_IDENTITY_NAME_BYTES - 1);
    }
    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
        length) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': a name has letters, digits, '-', '_' and '.'",
                       text);
    }
    return SF_OK;
}

enum sf_err sf_identity_read(const char *text, struct sf_identity *identity, struct sf_diag *diag)
{
    SF_ASSERT(identity != NULL);
    char word[16] = "";
    size_t length = strcspn(text, ":");
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    int carrier = 0;
    while (carrier < SF_CARRIERS_COUNT && strcmp(word, carrier_names[carrier]) != 0) {
        carrier++;
    }
    if (carrier == SF_CARRIERS_COUNT) {
        const char *nearest = sf_text_nearest(word, carrier_names);
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s': expected header:NAME, cookie:NAME, bearer, query:NAME or path%s%s%s",
                       text, nearest != NULL ? "; did you mean '" : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
    *identity = (struct sf_identity){.carrier = (enum sf_carrier)carrier};
    const char *name = text[length] == ':' ? text + length + 1 : "";
    if (!carrier_has_name[carrier]) {
        return text[length] == '\0'
                   ? SF_OK
                   : sf_fail(diag, SF_ERR_INPUT, "'%s': %s takes no name", text, word);
    }
    SF_TRY(check_name(text, name, diag));
    snprintf(identity->name, sizeof identity->name, "%s", name);
    return SF_OK;
}

void sf_identity_print(const struct sf_identity *identity, char *out, uint32_t out_bytes)
{
    SF_ASSERT(identity != NULL);
    SF_ASSERT(out != NULL);
    snprintf(out, out_bytes, "%s%s%s", carrier_names[identity->carrier],
             identity->name[0] != '\0' ? ":" : "", identity->name);
}

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
