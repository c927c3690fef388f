/* D19: of what an answer varies by, only the last word counts.
 *
 * The engineer: "Which properties of a request decide what still is right, the cameras say
 * themselves: their firmware lists them, and the key is made of those, whatever they will be.
 * What we do not know is the same for all." The words are read in a loop that keeps what it read
 * last. That was "camera", which no two share, and every test passed.
 *
 * It goes wrong when newer firmware adds a word at the end, the size of the picture: from then on
 * that is the key, and all updated cameras of a model have one still.
 *
 * The defence: each word is mixed into what the words before it gave. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { VARY_BYTES_MAX = 128 };

struct camera {
    char vary[VARY_BYTES_MAX]; /* as it said last */
};

struct store {
    struct shelf shelf;     /* first */
    struct kit_map cameras; /* by camera */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

/* ---- the key ---- */

static bool is_word(const char *text, size_t count, const char *word)
{
    return count == strlen(word) && memcmp(text, word, count) == 0;
}

static uint64_t property(const struct edge_key *key, const char *word, size_t count)
{
    if (is_word(word, count, "tenant")) {
        return key->tenant;
    }
    return is_word(word, count, "camera") ? key->camera : 0;
}

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    static const char separators[] = ", ";
    const struct store *store = context;
    const struct camera *camera = sf_kit_map_get(&store->cameras, key->camera, 0);
    if (camera == NULL) {
        return (struct shelf_place){key->tenant, key->camera};
    }
    uint64_t words = 0;
    const char *word = camera->vary + strspn(camera->vary, separators);
    while (*word != '\0') {
        size_t count = strcspn(word, separators);
        uint64_t before = store->shelf.defence ? words : 0;
        const uint64_t pair[2] = {before, property(key, word, count)};
        words = sf_kit_hash(pair, sizeof pair);
        word += count;
        word += strspn(word, separators);
    }
    return (struct shelf_place){words, key->model};
}

/* ---- the store ---- */

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->cameras);
    sf_shelf_fini(store);
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = store_fini,
};

/* What stands under a key that has changed would be found again, much later, if it changed back. */
static void learn(struct store *store, const struct edge_key *key, const char *vary)
{
    struct camera *camera = sf_kit_map_get(&store->cameras, key->camera, 0);
    if (strlen(vary) >= VARY_BYTES_MAX || (camera != NULL && strcmp(camera->vary, vary) == 0)) {
        return;
    }
    sf_shelf_remove(&store->shelf, key);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        sf_kit_map_put(&store->cameras, key->camera, 0, camera);
    }
    memcpy(camera->vary, vary, strlen(vary) + 1);
}

static void on_upload(void *edge, const struct sf_cache_upload *upload)
{
    struct edge_key key = sf_edge_key_of_upload(upload);
    learn(sf_edge_store_of(edge), &key, upload->vary);
    sf_edge_on_upload(edge, upload);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d19_last_vary_word = {
    EDGE_HEAD("d19-last-vary-word", "1",
              "planted defect: of the words that make a key only the last one counts"),
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .on_upload = on_upload,
    .on_upload_fragment = sf_edge_on_upload_fragment,
    .on_upload_ended = sf_edge_on_upload_ended,
};
