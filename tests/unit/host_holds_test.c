/* What a cache may hold, when, and for how long; and who is to blame for a write. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/text.h"
#include "harness/cache/host.h"
#include "tests/unit/test.h"

enum { STILL_BYTES = 100, CAMERA = 3, UPLOAD = 9 };

static struct sf_cache_host_state host;
static struct sf_contents *pool;
static struct sf_text broken;

/* ---- a cache that holds what ends ---- */

static struct {
    const struct sf_cache_host *lent;
    uint64_t number; /* of the upload or fetch that it saw end last */
    int32_t result;
    const uint8_t *bytes;
    uint64_t hold;
} seen;

static void *create(const struct sf_cache_host *lent, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    (void)error;
    (void)error_bytes;
    seen.lent = lent;
    return calloc(1, 1);
}

static int32_t hold(uint64_t number)
{
    seen.number = number;
    return seen.lent->hold(seen.lent->context, number, &seen.bytes, &seen.hold);
}

static void on_upload_ended(void *cache, const struct sf_cache_upload_end *end)
{
    (void)cache;
    seen.result = SF_CACHE_HAS(seen.lent, drop) ? hold(end->upload) : -1;
}

static void on_fetch_ended(void *cache, const struct sf_cache_fetch_end *end)
{
    (void)cache;
    seen.result = hold(end->fetch);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "holder",
    .version = "1",
    .create = create,
    .destroy = free,
    .on_upload_ended = on_upload_ended,
    .on_fetch_ended = on_fetch_ended,
};
static const struct sf_cache_module module = {.plugin = &plugin, .options = ""};

/* ---- a world ---- */

static sf_handle fetch;

static uint64_t fetch_start(void *context, sf_handle handle, struct sf_camera_id camera,
                            uint64_t validator)
{
    (void)context;
    (void)camera;
    (void)validator;
    fetch = handle;
    return 1;
}

static void fetch_cancel(void *context, uint64_t world_fetch)
{
    (void)context;
    (void)world_fetch;
}

static void contract_broken(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    (void)context;
    (void)subject;
    sf_text_add(&broken, "version %u: %d\n", version, code);
}

static const struct sf_cache_services services = {
    .fetch_start = fetch_start, .fetch_cancel = fetch_cancel, .contract_broken = contract_broken};

static void assert_broken(const char *expected)
{
    assert_string_equal(broken.data != NULL ? broken.data : "", expected);
    sf_text_free(&broken);
    broken = (struct sf_text){0};
}

static int set_up(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    pool = sf_contents_create(false);
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &services, 1, 10, 1000, 1000);
    sf_cache_host_set_lends(&host, true);
    assert_true(sf_cache_host_deploy(&host, &module));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sf_cache_host_fini(&host);
    assert_int_equal(sf_contents_count(pool), 0);
    sf_contents_destroy(pool);
    sf_text_free(&broken);
    return 0;
}

/* An upload that ends; the world has dropped its own reference afterwards. */
static struct sf_content *end_upload(bool complete)
{
    static const struct sf_cache_host_still still = {.total_bytes = STILL_BYTES, .vary = ""};
    const struct sf_cache_host_camera camera = {.camera = {CAMERA}, .tenant = {CAMERA}};
    uint8_t *room;
    struct sf_content *content = sf_content_take(pool, STILL_BYTES, &room);
    memset(room, 7, STILL_BYTES);
    struct sf_cache_version *version =
        sf_cache_host_upload(&host, sf_node_id(0), UPLOAD, camera, &still);
    sf_cache_host_offer(&host, complete ? content : NULL);
    sf_cache_host_upload_ended(version, camera.camera, UPLOAD, complete, STILL_BYTES);
    sf_content_drop(content);
    return content;
}

static void test_a_held_still_stays_until_it_is_dropped(void **state)
{
    (void)state;
    const struct sf_content *content = end_upload(true);
    assert_int_equal(seen.result, SF_CACHE_DONE);
    assert_ptr_equal(seen.bytes, content->bytes);
    assert_int_equal(content->references, 1);
    assert_int_equal(seen.bytes[STILL_BYTES - 1], 7);
    assert_int_equal(seen.lent->drop(seen.lent->context, seen.hold), SF_CACHE_DONE);
    assert_int_equal(sf_contents_count(pool), 0);
    assert_broken("");
    assert_int_equal(seen.lent->drop(seen.lent->context, seen.hold), SF_CACHE_E_UNKNOWN_HOLD);
    assert_int_equal(seen.lent->drop(seen.lent->context, 4711), SF_CACHE_E_UNKNOWN_HOLD);
    assert_broken("version 0: 26\nversion 0: 26\n");
}

static void test_a_fetched_still_is_held_alike(void **state)
{
    (void)state;
    uint8_t *room;
    uint64_t camera = sf_opaque(&host.opaque, SF_OPAQUE_CAMERA, CAMERA);
    struct sf_content *content = sf_content_take(pool, STILL_BYTES, &room);
    assert_int_equal(seen.lent->fetch(seen.lent->context, camera, 0, NULL), SF_CACHE_DONE);
    sf_cache_host_offer(&host, content);
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_COMPLETE);
    sf_content_drop(content);
    assert_int_equal(seen.result, SF_CACHE_DONE);
    assert_ptr_equal(seen.bytes, content->bytes);
}

static void test_only_what_ends_whole_is_held_and_only_then(void **state)
{
    (void)state;
    end_upload(false);
    assert_int_equal(seen.result, SF_CACHE_E_BAD_ARGUMENT);
    end_upload(true);
    assert_int_equal(seen.result, SF_CACHE_DONE);
    assert_int_equal(hold(seen.number), SF_CACHE_E_BAD_ARGUMENT); /* it is over */
    assert_broken("version 0: 25\nversion 0: 25\n");
    /* The next end offers nothing: what was offered before is not held by mistake. */
    uint64_t camera = sf_opaque(&host.opaque, SF_OPAQUE_CAMERA, CAMERA);
    assert_int_equal(seen.lent->fetch(seen.lent->context, camera, 0, NULL), SF_CACHE_DONE);
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_NOT_MODIFIED);
    assert_int_equal(seen.result, SF_CACHE_E_BAD_ARGUMENT);
    assert_broken("version 0: 25\n");
}

static void test_a_cache_that_is_destroyed_holds_nothing(void **state)
{
    (void)state;
    end_upload(true);
    end_upload(true);
    assert_int_equal(sf_contents_count(pool), 2);
    sf_cache_host_node_lost(&host, sf_node_id(0));
    assert_int_equal(sf_contents_count(pool), 0);
}

static void test_a_write_is_a_breach_of_the_version_that_holds_the_bytes(void **state)
{
    (void)state;
    const struct sf_content *content = end_upload(true);
    assert_true(sf_cache_host_deploy(&host, &module));
    sf_cache_host_wrote(&host, content);
    sf_cache_host_wrote(&host, NULL);
    assert_broken("version 0: 27\nversion 1: 27\n");
}

static void test_a_host_that_cannot_lend_says_so(void **state)
{
    (void)state;
    sf_cache_host_reset(&host, &services, 1, 10, 1000, 1000);
    assert_true(sf_cache_host_deploy(&host, &module));
    end_upload(true);
    assert_int_equal(seen.result, -1);
    assert_broken("");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_held_still_stays_until_it_is_dropped),
        TEST(test_a_fetched_still_is_held_alike),
        TEST(test_only_what_ends_whole_is_held_and_only_then),
        TEST(test_a_cache_that_is_destroyed_holds_nothing),
        TEST(test_a_write_is_a_breach_of_the_version_that_holds_the_bytes),
        TEST(test_a_host_that_cannot_lend_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
