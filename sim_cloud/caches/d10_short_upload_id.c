/* D10: reassembly under an identifier that is too short.
 *
 * The engineer: "The pieces of an upload are put together in a small table without any searching:
 * the low eight bits of the upload's number say the row. There are never enough uploads under
 * way for two to meet; and if they do, the older one has broken off long since."
 *
 * It goes wrong when two uploads that are under way at once have the same eight bits, which takes a
 * slow line or many of them: late pieces of the one land in the still of the other.
 *
 * The defence: the row remembers the upload's whole number, and a piece of another is thrown away.
 */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { ID_BITS_MAX = 16 };

struct row {
    uint64_t upload;
    struct edge_key key;
    struct edge_reception *reception; /* NULL: the row is not in use */
};

struct store {
    struct shelf shelf; /* first */
    struct row *rows;
    uint32_t id_bits;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(id_bits, 8, ID_BITS_MAX, id_bits) X(defence, 0, 1, shelf.defence)

/* Takes the reception out of the row. */
static bool finish(struct store *store, struct row *row, bool complete, int64_t now_ns)
{
    struct edge_reception *reception = row->reception;
    if (reception == NULL) {
        return false;
    }
    row->reception = NULL;
    if (complete) {
        struct edge_still still = {reception->bytes, reception->total_bytes};
        sf_shelf_put(&store->shelf, &row->key, still, now_ns);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static void store_fini(void *context)
{
    struct store *store = context;
    for (uint32_t i = 0; i < 1u << store->id_bits; i++) {
        finish(store, &store->rows[i], false, 0);
    }
    free(store->rows);
    sf_shelf_fini(store);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    (void)config;
    struct store *store = context;
    store->rows = sf_kit_alloc((size_t)1 << store->id_bits, sizeof *store->rows);
}

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = store_fini,
    .forget = sf_shelf_forget,
};

/* ---- reassembly ---- */

static struct row *row_at(const struct store *store, uint64_t upload)
{
    return &store->rows[upload & ((1u << store->id_bits) - 1)];
}

/* The row that this piece belongs to, or NULL. */
static struct row *row_of(const struct store *store, uint64_t upload)
{
    struct row *row = row_at(store, upload);
    if (row->reception == NULL || (store->shelf.defence && row->upload != upload)) {
        return NULL;
    }
    return row;
}

static void on_upload(void *edge, const struct sf_cache_upload *upload)
{
    struct store *store = sf_edge_store_of(edge);
    if (!sf_edge_is_whole(upload)) {
        return;
    }
    struct row *row = row_at(store, upload->upload);
    finish(store, row, false, 0);
    row->upload = upload->upload;
    row->key = sf_edge_key_of_upload(upload);
    row->reception =
        sf_edge_begin_aside(store, &row->key, upload->total_bytes, sf_edge_now_ns(edge));
    row->reception->capture = upload->capture;
}

static void on_upload_fragment(void *edge, const struct sf_cache_fragment *fragment)
{
    const struct row *row = row_of(sf_edge_store_of(edge), fragment->upload);
    if (row != NULL) {
        sf_edge_receive(row->reception, fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

static void on_upload_ended(void *edge, const struct sf_cache_upload_end *end)
{
    struct store *store = sf_edge_store_of(edge);
    struct row *row = row_of(store, end->upload);
    if (row == NULL) {
        return;
    }
    bool keeps = end->end == SF_CACHE_END_COMPLETE &&
                 !sf_edge_is_overtaken(edge, &row->key, row->reception->capture);
    if (finish(store, row, keeps, sf_edge_now_ns(edge))) {
        sf_edge_arrived(edge, row->key.camera);
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d10_short_upload_id = {
    EDGE_HEAD("d10-short-upload-id", "1",
              "planted defect: pieces of an upload are put together by eight bits of its number"),
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .on_upload = on_upload,
    .on_upload_fragment = on_upload_fragment,
    .on_upload_ended = on_upload_ended,
};
