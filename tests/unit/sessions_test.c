#include "sim_cloud/sessions.h"

#include "tests/unit/broken_promise.h"

static const struct sf_viewer_id hub = {2};
static const struct sf_tenant_id owner = {1};

static void assert_tenant(const struct sf_sessions *sessions, struct sf_session_id session,
                          struct sf_tenant_id tenant)
{
    assert_int_equal(sf_sessions_tenant(sessions, session).index, tenant.index);
}

static void assert_no_tenant(const struct sf_sessions *sessions, struct sf_session_id session)
{
    assert_true(sf_tenant_is_none(sf_sessions_tenant(sessions, session)));
}

static void test_a_session_is_its_tenants_until_it_ends(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    assert_true(sf_session_is_none(sf_sessions_latest(&sessions, hub)));
    struct sf_session_id first = sf_sessions_begin(&sessions, hub, owner);
    assert_false(sf_session_is_none(first));
    assert_true(sf_session_same(sf_sessions_latest(&sessions, hub), first));
    assert_tenant(&sessions, first, owner);
    sf_sessions_end(&sessions, hub);
    assert_no_tenant(&sessions, first);
    assert_true(sf_session_same(sf_sessions_latest(&sessions, hub), first));
    struct sf_session_id second = sf_sessions_begin(&sessions, hub, owner);
    assert_false(sf_session_same(second, first));
    assert_no_tenant(&sessions, first);
    assert_tenant(&sessions, second, owner);
    sf_arena_fini(&arena);
}

static void test_numbers_that_never_were_sessions_have_no_tenant(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    struct sf_session_id session = sf_sessions_begin(&sessions, hub, owner);
    const uint64_t wrong[] = {
        0, 1, session.number + 1, session.number - 1, (uint64_t)4 << 32, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_no_tenant(&sessions, (struct sf_session_id){wrong[i]});
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
    struct sf_session_id session =
        sf_sessions_begin(&sessions, (struct sf_viewer_id){1}, (struct sf_tenant_id){7});
    sf_sessions_end(&sessions, (struct sf_viewer_id){1});
    assert_no_tenant(&sessions, session);
    assert_int_equal(sf_sessions_tenant_ever(&sessions, session).index, 7);
    const uint64_t wrong[] = {0, session.number + 1, session.number - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_true(sf_tenant_is_none(
            sf_sessions_tenant_ever(&sessions, (struct sf_session_id){wrong[i]})));
    }
    sf_arena_fini(&arena);
}

static void test_a_renewed_session_is_valid_beside_the_one_before_it(void **state)
{
    (void)state;
    struct sf_arena arena;
    struct sf_sessions sessions;
    sf_arena_init(&arena);
    sf_sessions_init(&sessions, &arena, 4);
    assert_true(sf_session_is_none(sf_sessions_renew(&sessions, hub))); /* no user is signed in */
    struct sf_session_id first = sf_sessions_begin(&sessions, hub, owner);
    struct sf_session_id renewed = sf_sessions_renew(&sessions, hub);
    struct sf_session_id again =
        sf_sessions_renew(&sessions, hub); /* the answer with the other was lost */
    assert_false(sf_session_same(renewed, first));
    assert_false(sf_session_same(again, renewed));
    assert_tenant(&sessions, first, owner);
    assert_tenant(&sessions, renewed, owner);
    assert_tenant(&sessions, again, owner);
    sf_sessions_expire(&sessions, first);
    assert_no_tenant(&sessions, first);
    assert_tenant(&sessions, renewed, owner);
    sf_sessions_expire(&sessions, again);
    assert_no_tenant(&sessions, renewed);
    assert_true(sf_session_is_none(sf_sessions_renew(&sessions, hub)));
    struct sf_session_id later = sf_sessions_begin(&sessions, hub, owner);
    assert_tenant(&sessions, later, owner);
    assert_no_tenant(&sessions, again);
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
    assert_breaks((entry->tenant = sf_tenant_id(SF_NOBODY), sf_sessions_check(&sessions)),
                  "tenant");
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
        cmocka_unit_test(test_numbers_that_never_were_sessions_have_no_tenant),
        cmocka_unit_test(test_whose_a_session_was_is_known_after_its_end),
        cmocka_unit_test(test_a_renewed_session_is_valid_beside_the_one_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
