/* D44: a state is imported without a check of its format.
 *
 * The engineer: "A new version takes over what the old one has, so that no camera need be asked
 * again. The record is tenant, camera, age and bytes; it has been so from the start, and what would
 * hand over to us if not ourselves?" Another cache does, or a version whose fields are in another
 * order, after a roll-back.
 *
 * It goes wrong at the deploy: stills stand under other tenants than those that they are of.
 *
 * The defence: only a state of this cache and this version is imported. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

#define NAME "d44-any-state"
#define VERSION "1"

struct store {
    struct shelf shelf; /* first */
};

struct handed_over {
    uint64_t tenant;
    uint64_t camera;
    int64_t stored_ns;
    uint64_t count;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static const struct edge_store kind = {
    SHELF_STORE,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

static void export_state(void *edge, const struct sf_cache_sink *sink)
{
    const struct store *store = sf_edge_store_of(edge);
    for (size_t i = 0; i < store->shelf.stills.capacity; i++) {
        const struct shelf_still *still = store->shelf.stills.entries[i].value;
        if (still == NULL) {
            continue;
        }
        const struct handed_over head = {
            .tenant = still->key.tenant,
            .camera = still->key.camera,
            .stored_ns = still->stored_ns,
            .count = still->reception.total_bytes,
        };
        sink->write(sink->context, (const uint8_t *)&head, sizeof head);
        sink->write(sink->context, sf_shelf_bytes(still).bytes, head.count);
    }
}

static void import_state(void *edge, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    struct store *store = sf_edge_store_of(edge);
    bool ours = strcmp(from_name, NAME) == 0 && strcmp(from_version, VERSION) == 0;
    if (store->shelf.defence && !ours) {
        return;
    }
    struct handed_over head;
    while (bytes_count >= sizeof head) {
        memcpy(&head, bytes, sizeof head);
        bytes += sizeof head;
        bytes_count -= sizeof head;
        if (head.count > bytes_count) {
            return; /* cut short */
        }
        const struct edge_key key = {.tenant = head.tenant, .camera = head.camera};
        sf_shelf_put(&store->shelf, &key, (struct edge_still){bytes, (uint32_t)head.count},
                     head.stored_ns);
        bytes += head.count;
        bytes_count -= head.count;
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d44_any_state = {
    EDGE_HEAD(
        NAME, VERSION,
        "planted defect: a state that is handed over is imported, whichever cache exported it"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .export_state = export_state,
    .import_state = import_state,
};
