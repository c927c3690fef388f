#include "sim_camera/errands.h"

#include "tests/unit/test.h"

static const enum sf_consent consents[] = {SF_CONSENT_NEVER_GIVEN, SF_CONSENT_GIVEN,
                                           SF_CONSENT_WITHDRAWN};

static bool backs_up(const struct sf_camera_config *config, enum sf_consent consent)
{
    struct sf_errand_load load = sf_errand_run(config, SF_ERRAND_BACKUP, consent);
    assert_int_equal(load.still, load.text_bytes > 0);
    return load.still;
}

static void test_a_backup_needs_consent(void **state)
{
    (void)state;
    const struct sf_camera_config config = {0};
    assert_false(backs_up(&config, SF_CONSENT_NEVER_GIVEN));
    assert_true(backs_up(&config, SF_CONSENT_GIVEN));
    assert_false(backs_up(&config, SF_CONSENT_WITHDRAWN));
}

static void test_each_planted_fault_breaks_one_side_of_consent(void **state)
{
    (void)state;
    const struct sf_camera_config by_default = {.backup_by_default = 1};
    assert_true(backs_up(&by_default, SF_CONSENT_NEVER_GIVEN));
    assert_false(backs_up(&by_default, SF_CONSENT_WITHDRAWN));
    const struct sf_camera_config sticks = {.backup_sticks = 1};
    assert_false(backs_up(&sticks, SF_CONSENT_NEVER_GIVEN));
    assert_true(backs_up(&sticks, SF_CONSENT_WITHDRAWN));
}

static void test_calls_and_figures_carry_no_still_unless_it_is_planted(void **state)
{
    (void)state;
    struct sf_camera_config config = {0};
    for (size_t i = 0; i < sizeof consents / sizeof consents[0]; i++) {
        assert_false(sf_errand_run(&config, SF_ERRAND_SETTINGS, consents[i]).still);
        assert_true(sf_errand_run(&config, SF_ERRAND_SETTINGS, consents[i]).text_bytes > 0);
        assert_false(sf_errand_run(&config, SF_ERRAND_ANALYTICS, consents[i]).still);
    }
    config.settings_carry_image = 1;
    assert_true(sf_errand_run(&config, SF_ERRAND_SETTINGS, SF_CONSENT_NEVER_GIVEN).still);
    assert_false(sf_errand_run(&config, SF_ERRAND_ANALYTICS, SF_CONSENT_NEVER_GIVEN).still);
}

static void test_each_errand_has_its_period(void **state)
{
    (void)state;
    const struct sf_camera_config config = {
        .settings_every_ns = 1, .backup_every_ns = 2, .analytics_every_ns = 3};
    assert_int_equal(sf_errand_every(&config, SF_ERRAND_SETTINGS), 1);
    assert_int_equal(sf_errand_every(&config, SF_ERRAND_BACKUP), 2);
    assert_int_equal(sf_errand_every(&config, SF_ERRAND_ANALYTICS), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_backup_needs_consent),
        cmocka_unit_test(test_each_planted_fault_breaks_one_side_of_consent),
        cmocka_unit_test(test_calls_and_figures_carry_no_still_unless_it_is_planted),
        cmocka_unit_test(test_each_errand_has_its_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
