/* The hand-over of a state that is not sound: what arrives is what the kind says, and the world has
 * heard of it. The state of this cache is three tenants, then three cameras. */
#include "tests/unit/scripted_cache.h"

enum { NUMBERS = 6, STATE_BYTES = NUMBERS * sizeof(uint64_t) };

static struct sf_cache_services told_services;
static struct sf_cache_plugin carrier;
static enum sf_cache_hand_over told_kind;
static uint64_t arrived[NUMBERS];
static uint64_t arrived_bytes;
static char arrived_name[32];
static char arrived_version[32];

static void handed_over(void *context, uint32_t version, enum sf_cache_hand_over kind,
                        uint32_t bytes)
{
    (void)context;
    (void)version;
    (void)bytes;
    told_kind = kind;
}

static enum sf_opaque_kind kind_of(uint32_t place)
{
    return place < NUMBERS / 2 ? SF_OPAQUE_TENANT : SF_OPAQUE_CAMERA;
}

/* Tenants 1, 2, 3 and cameras 1, 2, 3. */
static void export_numbers(void *cache, const struct sf_cache_sink *sink)
{
    (void)cache;
    for (uint32_t i = 0; i < NUMBERS; i++) {
        uint64_t number = opaque(kind_of(i), 1 + i % (NUMBERS / 2));
        sink->write(sink->context, (const uint8_t *)&number, sizeof number);
    }
}

static void import_numbers(void *cache, const char *from_name, const char *from_version,
                           const uint8_t *bytes, uint64_t count)
{
    (void)cache;
    snprintf(arrived_name, sizeof arrived_name, "%s", from_name);
    snprintf(arrived_version, sizeof arrived_version, "%s", from_version);
    arrived_bytes = count;
    assert_in_range(count, 0, STATE_BYTES);
    memset(arrived, 0, sizeof arrived);
    memcpy(arrived, bytes, count);
}

static void hand_over(enum sf_cache_hand_over kind, uint64_t seed)
{
    told_services = services;
    told_services.handed_over = handed_over;
    told_kind = SF_HAND_OVER_SOUND;
    carrier = first;
    carrier.export_state = export_numbers;
    carrier.import_state = import_numbers;
    const struct sf_cache_module module = {.plugin = &carrier};
    instances_count = 0;
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &told_services, seed, 10, 1000, 1000);
    sf_cache_host_set_hand_over(&host, kind);
    assert_true(sf_cache_host_deploy(&host, &module));
    assert_true(sf_cache_host_deploy(&host, &module));
    assert_events("#0 on node 0 of 1 ''\n#1 on node 0 of 1 ''\n");
    sf_cache_host_fini(&host);
    sf_text_free(&events);
    events = (struct sf_text){0};
}

static void assert_numbers(uint32_t first_index, uint32_t second_index, uint32_t third_index)
{
    const uint32_t indexes[] = {first_index, second_index, third_index};
    assert_int_equal(arrived_bytes, STATE_BYTES);
    for (uint32_t i = 0; i < NUMBERS; i++) {
        assert_true(arrived[i] == opaque(kind_of(i), indexes[i % (NUMBERS / 2)]));
    }
}

static void test_a_sound_state_arrives_as_it_is(void **state)
{
    (void)state;
    hand_over(SF_HAND_OVER_SOUND, SEED);
    assert_numbers(1, 2, 3);
    assert_string_equal(arrived_name, "test");
    assert_string_equal(arrived_version, "1");
    assert_int_equal(told_kind, SF_HAND_OVER_SOUND);
}

static void test_a_foreign_state_has_another_name_and_the_tenants_of_neighbours(void **state)
{
    (void)state;
    hand_over(SF_HAND_OVER_FOREIGN, SEED);
    assert_numbers(3, 1, 2);
    assert_string_equal(arrived_name, "foreign");
    assert_string_equal(arrived_version, "1");
    assert_int_equal(told_kind, SF_HAND_OVER_FOREIGN);
}

static void test_a_state_of_another_version_says_so(void **state)
{
    (void)state;
    hand_over(SF_HAND_OVER_VERSION, SEED);
    assert_numbers(3, 1, 2);
    assert_string_equal(arrived_name, "test");
    assert_string_equal(arrived_version, "0.0-before");
    assert_int_equal(told_kind, SF_HAND_OVER_VERSION);
}

/* Wherever a seed cuts it, it is a beginning, and shorter than the whole. */
static void test_a_cut_state_is_a_beginning_of_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        hand_over(SF_HAND_OVER_CUT, seed);
        assert_true(arrived_bytes < STATE_BYTES);
        assert_int_equal(told_kind, SF_HAND_OVER_CUT);
        assert_string_equal(arrived_name, "test");
        for (uint32_t i = 0; (i + 1) * sizeof arrived[0] <= arrived_bytes; i++) {
            assert_true(arrived[i] == opaque(kind_of(i), 1 + i % (NUMBERS / 2)));
        }
    }
}

static void test_a_mixed_hand_over_draws_each_kind(void **state)
{
    (void)state;
    bool seen[SF_HAND_OVER_MIXED] = {false};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        hand_over(SF_HAND_OVER_MIXED, seed);
        assert_true(told_kind < SF_HAND_OVER_MIXED);
        seen[told_kind] = true;
    }
    for (uint32_t kind = 0; kind < SF_HAND_OVER_MIXED; kind++) {
        assert_true(seen[kind]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_state_arrives_as_it_is),
        cmocka_unit_test(test_a_foreign_state_has_another_name_and_the_tenants_of_neighbours),
        cmocka_unit_test(test_a_state_of_another_version_says_so),
        cmocka_unit_test(test_a_cut_state_is_a_beginning_of_the_whole),
        cmocka_unit_test(test_a_mixed_hand_over_draws_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
