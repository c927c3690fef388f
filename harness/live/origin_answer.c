/* Requests to the origin, from their arrival to their answer. */
#include "harness/live/origin_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"

static uint32_t place_in(const struct sf_origin *origin, const char *url)
{
    char token[SF_PLACE_TOKEN_BYTES];
    snprintf(token, sizeof token, "s%03x-", origin->credentials.run);
    const char *at = strcasestr(url, token);
    uint32_t place = at != NULL ? (uint32_t)strtoul(at + strlen(token), NULL, 10) : SF_NOBODY;
    return place < origin->places_count ? place : SF_NOBODY;
}

static void note_tenant(void *context, uint32_t tenant)
{
    uint32_t *found = context;
    if (*found == SF_LIVE_ANONYMOUS) {
        *found = tenant;
    }
}

struct search {
    const struct sf_origin *origin;
    uint32_t tenant;
};

static enum MHD_Result search_value(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct search *search = context;
    (void)kind;
    (void)name;
    if (value != NULL) {
        sf_credentials_find(&search->origin->credentials, value, note_tenant, &search->tenant);
    }
    return MHD_YES;
}

/* The tenant whose credential the request carries, wherever. */
static uint32_t tenant_of(const struct sf_origin *origin, struct MHD_Connection *connection,
                          const char *url)
{
    struct search search = {.origin = origin, .tenant = SF_LIVE_ANONYMOUS};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, search_value, &search);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, search_value, &search);
    sf_credentials_find(&origin->credentials, url, note_tenant, &search.tenant);
    return search.tenant;
}

/* The place may stand in the query. */
static enum MHD_Result search_place(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct request *request = context;
    (void)kind;
    if (request->place == SF_NOBODY && value != NULL) {
        request->place = place_in(request->origin, value);
    }
    if (request->place == SF_NOBODY) {
        request->place = place_in(request->origin, name);
    }
    return MHD_YES;
}

static void suspend(struct request *request)
{
    SF_ASSERT(!request->suspended);
    request->suspended = true;
    request->before = NULL;
    request->next = request->origin->suspended;
    if (request->next != NULL) {
        request->next->before = request;
    }
    request->origin->suspended = request;
    MHD_suspend_connection(request->connection);
}

void sf_origin_resume(struct request *request)
{
    SF_ASSERT(request != NULL);
    struct sf_origin *origin = request->origin;
    SF_ASSERT(request->suspended);
    request->suspended = false;
    sf_loop_cancel(origin->loop, &request->timer);
    if (request->before != NULL) {
        request->before->next = request->next;
    } else {
        origin->suspended = request->next;
    }
    if (request->next != NULL) {
        request->next->before = request->before;
    }
    MHD_resume_connection(request->connection);
}

static void delay_over(void *context)
{
    struct request *request = context;
    request->waited = true;
    sf_origin_resume(request);
    sf_origin_run(&request->origin->http);
}

void sf_origin_request_ended(void *context, struct MHD_Connection *connection, void **slot,
                             enum MHD_RequestTerminationCode why)
{
    SF_ASSERT(slot != NULL);
    struct request *request = *slot;
    (void)context;
    (void)connection;
    (void)why;
    if (request != NULL) {
        SF_ASSERT(!request->suspended);
        sf_loop_cancel(request->origin->loop, &request->timer);
        free(request->body);
        free(request);
        *slot = NULL;
    }
}

/* Half of the body, then silence or the end. */
static ssize_t broken_body(void *context, uint64_t at, char *out, size_t out_bytes)
{
    struct request *request = context;
    size_t half = request->body_count / 2;
    if (at < half) {
        size_t count = half - at < out_bytes ? half - at : out_bytes;
        memcpy(out, request->body + at, count);
        return (ssize_t)count;
    }
    if (request->injury.kind == SF_INJURY_STALL && !request->released) {
        suspend(request);
        return 0;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* "Name: value" with {tenant} replaced; false if it has no colon. */
static bool header_of(const struct sf_origin *origin, const struct request *request,
                      const char *line, char *name, char *value, size_t bytes)
{
    const char *colon = strchr(line, ':');
    if (colon == NULL || (size_t)(colon - line) >= bytes) {
        return false;
    }
    snprintf(name, bytes, "%.*s", (int)(colon - line), line);
    const char *from = colon + 1 + strspn(colon + 1, " ");
    const char *hole = strstr(from, "{tenant}");
    char token[SF_TOKEN_BYTES] = "anonymous";
    if (request->tenant != SF_LIVE_ANONYMOUS) {
        sf_credential_of(&origin->credentials, request->tenant, token);
    }
    if (hole != NULL) {
        snprintf(value, bytes, "%.*s%s%s", (int)(hole - from), from, token, hole + 8);
    } else {
        snprintf(value, bytes, "%s", from);
    }
    return true;
}

static void etag_of(const struct sf_origin *origin, const struct request *request,
                    enum sf_etag etag, char *out, size_t bytes)
{
    uint64_t of = etag == SF_ETAG_SAME ? 0 : 1 + (uint64_t)request->tenant;
    snprintf(out, bytes, "\"%016" PRIx64 "\"",
             sf_rng_derive(origin->credentials.secret, "etag", of << 20 | request->place));
}

/* Does the requester hold what it would get? By the validators that the answer would have. */
static bool is_unchanged(const struct request *request, struct MHD_Response *response)
{
    static const char *const pairs[][2] = {{"If-None-Match", "ETag"},
                                           {"If-Modified-Since", "Last-Modified"}};
    for (size_t i = 0; i < 2; i++) {
        const char *asked =
            MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, pairs[i][0]);
        const char *has = MHD_get_response_header(response, pairs[i][1]);
        if (asked != NULL) {
            return has != NULL && strstr(asked, has) != NULL;
        }
    }
    return false;
}

static void add_lines(const struct sf_origin *origin, const struct request *request,
                      const struct sf_says *says, struct MHD_Response *response)
{
    for (uint32_t i = 0; i < says->lines_count; i++) {
        char name[SF_ORIGIN_LINE_BYTES];
        char value[SF_ORIGIN_LINE_BYTES + SF_TOKEN_BYTES];
        if (header_of(origin, request, says->lines[i], name, value, sizeof name)) {
            MHD_add_response_header(response, name, value);
        }
    }
    if (says->etag != SF_ETAG_NONE) {
        char etag[32];
        etag_of(origin, request, says->etag, etag, sizeof etag);
        MHD_add_response_header(response, "ETag", etag);
    }
}

static bool has_validator(const struct sf_says *says)
{
    bool has = says->etag != SF_ETAG_NONE;
    for (uint32_t i = 0; i < says->lines_count; i++) {
        has |= strncasecmp(says->lines[i], "ETag:", 5) == 0;
        has |= strncasecmp(says->lines[i], "Last-Modified:", 14) == 0;
    }
    return has;
}

static enum MHD_Result answer_with(struct request *request, unsigned status,
                                   struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_text(struct request *request, unsigned status, const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(strlen(text), strdup(text), free);
    MHD_add_response_header(response, "Content-Type", "text/plain");
    return answer_with(request, status, response);
}

static bool breaks_body(const struct request *request)
{
    return request->injury.kind == SF_INJURY_STALL || request->injury.kind == SF_INJURY_CUT;
}

static ssize_t no_body(void *context, uint64_t at, char *out, size_t out_bytes)
{
    (void)context;
    (void)at;
    (void)out;
    (void)out_bytes;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static enum MHD_Result answer_still(struct request *request)
{
    struct sf_origin *origin = request->origin;
    const struct sf_says *says = origin->places[request->place].says;
    const uint8_t *still;
    uint32_t tenant = origin->leaky ? 0 : request->tenant;
    size_t count = sf_stills_make(origin->stills, tenant, request->place, has_validator(says),
                                  sf_loop_now(), &still);
    uint8_t *copy = sf_alloc(1, count);
    memcpy(copy, still, count);
    struct MHD_Response *response;
    if (breaks_body(request)) {
        request->body = copy;
        request->body_count = count;
        response = MHD_create_response_from_callback(count, 4096, broken_body, request, NULL);
    } else {
        response = MHD_create_response_from_buffer_with_free_callback(count, copy, free);
    }
    MHD_add_response_header(response, "Content-Type", "image/jpeg");
    add_lines(origin, request, says, response);
    if (is_unchanged(request, response)) {
        /* Of unknown length, so that none is said: Squid takes a length that comes with a 304 for
         * the length of what it has, be it 0 or another still's. */
        struct MHD_Response *unchanged =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, no_body, NULL, NULL);
        add_lines(origin, request, says, unchanged);
        MHD_destroy_response(response);
        origin->counts.unchanged_count++;
        return answer_with(request, MHD_HTTP_NOT_MODIFIED, unchanged);
    }
    return answer_with(request, MHD_HTTP_OK, response);
}

/* How long the answer waits. */
static sf_ns delay_of(const struct request *request)
{
    if (request->injury.kind == SF_INJURY_SLOW) {
        return request->injury.time_ns;
    }
    return request->place != SF_NOBODY ? request->origin->places[request->place].latency_ns : 0;
}

static enum MHD_Result answer(struct request *request)
{
    struct sf_origin *origin = request->origin;
    origin->counts.injured_count += request->injury.kind != SF_INJURY_OK;
    switch (request->injury.kind) {
    case SF_INJURY_DROP:
        return MHD_NO;
    case SF_INJURY_LOSSY:
        if (sf_rng_chance(&origin->rng, request->injury.share_ppm)) {
            return MHD_NO;
        }
        break;
    case SF_INJURY_5XX:
        return answer_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "the origin is unwell\n");
    case SF_INJURY_OK:
    case SF_INJURY_SLOW:
    case SF_INJURY_STALL:
    case SF_INJURY_CUT:
    case SF_INJURIES_COUNT:
        break;
    }
    if (request->place == SF_NOBODY || origin->places[request->place].says == NULL) {
        return answer_text(request, MHD_HTTP_OK, "ok\n");
    }
    return answer_still(request);
}

/* "/.strayframe/injure?what=drop": by hand, all places. */
static bool is_order(const char *url)
{
    return strcmp(url, "/.strayframe/injure") == 0;
}

static enum MHD_Result obey(struct request *request)
{
    struct sf_origin *origin = request->origin;
    const char *what =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "what");
    struct sf_injury injury;
    struct sf_diag why = {0};
    if (what == NULL || sf_injury_read(what, &injury, &why) != SF_OK) {
        return answer_text(request, MHD_HTTP_BAD_REQUEST, why.message);
    }
    for (uint32_t i = 0; i < origin->places_count; i++) {
        origin->places[i].injury = injury;
    }
    origin->rest.injury = injury;
    return answer_text(request, MHD_HTTP_OK, "");
}

static struct request *request_create(struct sf_origin *origin, struct MHD_Connection *connection,
                                      const char *url)
{
    struct request *request = sf_alloc(1, sizeof *request);
    request->origin = origin;
    request->connection = connection;
    request->timer = (struct sf_timer){.fire = delay_over, .context = request};
    request->tenant = tenant_of(origin, connection, url);
    request->place = place_in(origin, url);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, search_place, request);
    request->injury =
        request->place != SF_NOBODY ? origin->places[request->place].injury : origin->rest.injury;
    origin->counts.requests_count += request->place != SF_NOBODY;
    origin->counts.anonymous_count +=
        request->place != SF_NOBODY && request->tenant == SF_LIVE_ANONYMOUS;
    return request;
}

enum MHD_Result sf_origin_hear(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_bytes, void **slot)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(connection != NULL);
    SF_ASSERT(url != NULL);
    SF_ASSERT(upload_bytes != NULL);
    struct sf_origin *origin = context;
    (void)version;
    (void)upload;
    (void)method;
    if (*slot == NULL) {
        *slot = request_create(origin, connection, url);
        return MHD_YES;
    }
    struct request *request = *slot;
    if (*upload_bytes > 0) {
        *upload_bytes = 0; /* a body says nothing to us */
        return MHD_YES;
    }
    if (is_order(url)) {
        return obey(request);
    }
    sf_ns delay = delay_of(request);
    if (delay > 0 && !request->waited) {
        sf_loop_set(origin->loop, &request->timer, sf_loop_now() + delay);
        suspend(request);
        return MHD_YES;
    }
    return answer(request);
}

/* The identity service: who does this request come from? */
enum MHD_Result sf_origin_hear_identity(void *context, struct MHD_Connection *connection,
                                        const char *url, const char *method, const char *version,
                                        const char *upload, size_t *upload_bytes, void **slot)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(connection != NULL);
    SF_ASSERT(url != NULL);
    struct sf_origin *origin = context;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_bytes;
    if (*slot == NULL) {
        *slot = origin; /* answers on the second call, when the request is complete */
        return MHD_YES;
    }
    *slot = NULL;
    uint32_t tenant = tenant_of(origin, connection, url);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    unsigned status = MHD_HTTP_UNAUTHORIZED;
    if (origin->identity_fails) {
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    } else if (tenant != SF_LIVE_ANONYMOUS) {
        char token[SF_TOKEN_BYTES];
        sf_credential_of(&origin->credentials, tenant, token);
        MHD_add_response_header(response, "X-User", token);
        status = MHD_HTTP_OK;
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}
