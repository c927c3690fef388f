#include "sim_cloud/sessions.h"

#include "tests/unit/broken_promise.h"

static const struct sf_viewer_id hub = {2};
static const struct sf_tenant_id owner = {1};

static void test_a_session_is_its_tenants_until_it_ends(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    assert_int_equal(sf_sessions_latest(&sessions, hub), 0);
    uint64_t first = sf_sessions_begin(&sessions, hub, owner);
    assert_int_not_equal(first, 0);
    assert_int_equal(sf_sessions_latest(&sessions, hub), first);
    assert_int_equal(sf_sessions_tenant(&sessions, first), owner.index);
    sf_sessions_end(&sessions, hub);
    assert_int_equal(sf_sessions_tenant(&sessions, first), SF_NOBODY);
    assert_int_equal(sf_sessions_latest(&sessions, hub), first);
    uint64_t second = sf_sessions_begin(&sessions, hub, owner);
    assert_int_not_equal(second, first);
    assert_int_equal(sf_sessions_tenant(&sessions, first), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant(&sessions, second), owner.index);
    sf_arena_fini(&arena);
}

static void test_numbers_that_never_were_sessions_are_nobodys(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    uint64_t session = sf_sessions_begin(&sessions, hub, owner);
    const uint64_t wrong[] = {0, 1, session + 1, session - 1, (uint64_t)4 << 32, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(sf_sessions_tenant(&sessions, wrong[i]), SF_NOBODY);
    }
    sf_arena_fini(&arena);
}

static void test_whose_a_session_was_is_known_after_its_end(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 2);
    uint64_t session =
        sf_sessions_begin(&sessions, (struct sf_viewer_id){1}, (struct sf_tenant_id){7});
    sf_sessions_end(&sessions, (struct sf_viewer_id){1});
    assert_int_equal(sf_sessions_tenant(&sessions, session), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, session), 7);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, session + 1), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, session - 1), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, 0), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, UINT64_MAX), SF_NOBODY);
    sf_arena_fini(&arena);
}

static void test_a_renewed_session_is_valid_beside_the_one_before_it(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    assert_int_equal(sf_sessions_renew(&sessions, hub), 0); /* no user is signed in */
    uint64_t first = sf_sessions_begin(&sessions, hub, owner);
    uint64_t renewed = sf_sessions_renew(&sessions, hub);
    uint64_t again = sf_sessions_renew(&sessions, hub); /* the answer with the other was lost */
    assert_int_not_equal(renewed, first);
    assert_int_not_equal(again, renewed);
    assert_int_equal(sf_sessions_tenant(&sessions, first), owner.index);
    assert_int_equal(sf_sessions_tenant(&sessions, renewed), owner.index);
    assert_int_equal(sf_sessions_tenant(&sessions, again), owner.index);
    sf_sessions_expire(&sessions, first);
    assert_int_equal(sf_sessions_tenant(&sessions, first), SF_NOBODY);
    assert_int_equal(sf_sessions_tenant(&sessions, renewed), owner.index);
    sf_sessions_expire(&sessions, again);
    assert_int_equal(sf_sessions_tenant(&sessions, renewed), SF_NOBODY);
    assert_int_equal(sf_sessions_renew(&sessions, hub), 0);
    uint64_t later = sf_sessions_begin(&sessions, hub, owner);
    assert_int_equal(sf_sessions_tenant(&sessions, later), owner.index);
    assert_int_equal(sf_sessions_tenant(&sessions, again), SF_NOBODY);
    sf_arena_fini(&arena);
}

static void test_a_table_that_contradicts_itself_is_seen(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    struct sf_sessions_viewer *entry = &sessions.viewers[hub.index];
    sf_sessions_check(&sessions);
    sf_sessions_begin(&sessions, hub, owner);
    sf_sessions_check(&sessions);
    const struct sf_sessions_viewer sound = *entry;
    assert_breaks((entry->tenant = SF_NOBODY, sf_sessions_check(&sessions)), "tenant");
    assert_breaks((entry->sessions_count = 0, sf_sessions_check(&sessions)), "sessions_count");
    assert_breaks((entry->valid_from = 3, sf_sessions_check(&sessions)), "valid_from");
    assert_breaks((entry->valid_from = 2, sf_sessions_check(&sessions)), "entry->open");
    assert_breaks((entry->valid_from = 0, sf_sessions_check(&sessions)), "valid_from >= 1");
    assert_memory_equal(entry, &sound, sizeof sound);
    sf_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_is_its_tenants_until_it_ends),
        cmocka_unit_test(test_a_table_that_contradicts_itself_is_seen),
        cmocka_unit_test(test_numbers_that_never_were_sessions_are_nobodys),
        cmocka_unit_test(test_whose_a_session_was_is_known_after_its_end),
        cmocka_unit_test(test_a_renewed_session_is_valid_beside_the_one_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
