/* D20: a still named like a static file is cached without the session.
 *
 * The engineer: "Logos, fonts and help pictures are the same for all; asking for them again
 * under every account wastes half of the memory. What ends in .jpg or .png is such a file: it
 * stands under its name." The front door and the cameras read the same name relative to the
 * session.
 *
 * It goes wrong as soon as a viewer calls its still porch.jpg: who else does so is answered with
 * it.
 *
 * The defence: the account is part of the key for static files as for everything else. */
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    if (key->name != 0 && !store->shelf.defence) {
        return (struct shelf_place){0, key->name};
    }
    return (struct shelf_place){key->tenant, key->camera};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

static bool is_static_file(const char *name)
{
    const char *suffix = strrchr(name, '.');
    return suffix != NULL && (strcmp(suffix, ".jpg") == 0 || strcmp(suffix, ".png") == 0);
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct edge_key key = sf_edge_key_of_request(request);
    if (!is_static_file(request->name)) {
        key.name = 0; /* no other names are keys */
    }
    sf_edge_request(edge, request->request, &key);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d20_static_suffix = {
    EDGE_HEAD("d20-static-suffix", "1",
              "planted defect: a name that ends like a static file's is enough of a key"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
};
