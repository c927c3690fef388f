/* D29: parts are put together that are not of one object.
 *
 * The engineer: "A display on a poor network gives up in the middle, and asks for the rest. For
 * that we do not keep whole answers: what was sent under a name stays for some seconds in parts,
 * under name and offset, and the rest of a still is the parts from there on."
 *
 * It goes wrong when something else was sent under that name before the display came back: a
 * newer still, or, since others use the same names, another owner's. The display puts its end to
 * the beginning that it has.
 *
 * The defence: a part says of which version of which object it is, and so does who asks for the
 * rest. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { PART_BYTES = 1024 };

struct part {
    uint64_t version;
    int64_t stored_ns;
    uint32_t count;
    bool last;
    uint8_t bytes[PART_BYTES];
};

struct store {
    struct shelf shelf;   /* first */
    struct kit_map parts; /* by name and number */
    const struct sf_cache_host *host;
    uint8_t *rest; /* of a still: where it is put together */
    uint32_t still_bytes_max;
    int64_t parts_for_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(parts_ms, 10000, 600000, parts_for_ns) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->parts);
    free(store->rest);
    sf_shelf_fini(store);
}

/* ---- parts of what was sent ---- */

static void store_say(void *context, const struct edge_key *key, struct edge_still still,
                      struct sf_cache_answer_properties *properties)
{
    (void)context;
    (void)key;
    properties->validator = sf_kit_hash(still.bytes, still.count);
}

static void keep_part(struct store *store, uint64_t name, uint64_t number, const struct part *head,
                      const uint8_t *bytes)
{
    struct part *part = sf_kit_map_get(&store->parts, name, number);
    if (part == NULL) {
        part = sf_kit_alloc(1, sizeof *part);
        sf_kit_map_put(&store->parts, name, number, part);
    }
    memcpy(part, head, offsetof(struct part, bytes));
    memcpy(part->bytes, bytes, head->count);
}

static void store_served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    struct part head = {
        .version = sf_kit_hash(still.bytes, still.count),
        .stored_ns = store->host->now_ns(store->host->context),
    };
    for (uint32_t offset = 0; offset < still.count; offset += PART_BYTES) {
        uint32_t left = still.count - offset;
        head.last = left <= PART_BYTES;
        head.count = head.last ? left : PART_BYTES;
        keep_part(store, key->name, offset / PART_BYTES, &head, still.bytes + offset);
    }
}

static bool is_usable(const struct store *store, const struct part *part,
                      const struct sf_cache_request *request, int64_t now_ns)
{
    if (part == NULL || now_ns - part->stored_ns > store->parts_for_ns) {
        return false;
    }
    return !store->shelf.defence || part->version == request->validator;
}

/* Puts together what the viewer lacks. 0: not all of it is here. */
static uint32_t rest_of(struct store *store, const struct sf_cache_request *request, uint64_t name,
                        int64_t now_ns)
{
    uint32_t skip = request->range_offset % PART_BYTES;
    uint32_t count = 0;
    for (uint64_t number = request->range_offset / PART_BYTES;; number++) {
        const struct part *part = sf_kit_map_get(&store->parts, name, number);
        if (!is_usable(store, part, request, now_ns) || part->count <= skip ||
            count + part->count - skip > store->still_bytes_max) {
            return 0;
        }
        memcpy(store->rest + count, part->bytes + skip, part->count - skip);
        count += part->count - skip;
        skip = 0;
        if (part->last) {
            return count;
        }
    }
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    struct edge_key key = sf_edge_key_of_request(request);
    uint32_t count = 0;
    if (request->range_offset > 0) {
        count = rest_of(store, request, key.name, sf_edge_now_ns(edge));
    }
    if (count > 0) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_PARTIAL, store->rest, count);
    } else {
        sf_edge_request(edge, request->request, &key);
    }
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    store->host = host;
    store->rest = sf_kit_alloc_uncleared(config->still_bytes_max);
    store->still_bytes_max = config->still_bytes_max;
}

static const struct edge_store kind = {
    SHELF_STORE,        .init = init,
    .fini = store_fini, .served = store_served,
    .say = store_say,   .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d29_parts_by_name = {
    EDGE_HEAD("d29-parts-by-name", "1",
              "planted defect: the rest of a still is whatever was sent last under its name"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
};
