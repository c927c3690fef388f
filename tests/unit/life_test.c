#include "harness/replay/life.h"

#include "harness/base/ids.h"
#include "tests/unit/test.h"

/* Home 0's hub is shown still 7 of home 1's camera, which travels as transfer 45. */
enum { VIEWER = 0, OWNER = 1, CAPTURE = 7, TRANSFER = 45, UP = 2 * OWNER };

static const sf_ns captured_at = 10 * SF_SECOND;
static const sf_ns shown_at = 20 * SF_SECOND;

static struct sf_record packet(sf_ns at_ns, uint32_t transfer, uint16_t flags)
{
    return (struct sf_record){
        .at_ns = at_ns, .kind = SF_RECORD_PACKET, .flags = flags, .who = UP, .a = transfer};
}

static struct sf_record captured(sf_ns at_ns, uint32_t capture)
{
    return (struct sf_record){
        .at_ns = at_ns, .kind = SF_RECORD_CAPTURE, .who = OWNER, .a = capture, .b = 9000};
}

static struct sf_record ended(sf_ns at_ns)
{
    return (struct sf_record){
        .at_ns = at_ns, .kind = SF_RECORD_UPLOAD_ENDED, .who = OWNER, .a = CAPTURE, .b = 9000};
}

static struct sf_record seen_by(sf_ns at_ns, uint32_t viewer)
{
    return (struct sf_record){.at_ns = at_ns,
                              .kind = SF_RECORD_SEEN,
                              .who = viewer,
                              .a = OWNER,
                              .b = OWNER,
                              .d = (uint64_t)CAPTURE << 32 | 900000};
}

static struct sf_record shown(void)
{
    return (struct sf_record){.at_ns = shown_at, .kind = SF_RECORD_SHOWN, .who = VIEWER};
}

static struct sf_life life_of(const struct sf_record *records, uint32_t count)
{
    static struct sf_exhibits exhibits;
    static struct sf_lives lives;
    exhibits.count = 1;
    exhibits.items[0] = (struct sf_exhibit){.at_ns = shown_at,
                                            .viewer = VIEWER,
                                            .tenant = VIEWER / SF_VIEWERS_PER_HOME,
                                            .owners_count = 1,
                                            .owners = {{.tenant = OWNER, .capture = CAPTURE}}};
    struct sf_biographer *teller = sf_biographer_create(&exhibits);
    sf_biographer_hear(teller, records, count);
    sf_biographer_tell(teller, &lives);
    sf_biographer_destroy(teller);
    return lives.items[0];
}
#define LIFE_OF(records) life_of(records, sizeof(records) / sizeof((records)[0]))

static void test_a_life_has_what_was_sent_again_after_the_next_capture(void **state)
{
    (void)state;
    const struct sf_record records[] = {
        captured(captured_at, CAPTURE),
        packet(captured_at, TRANSFER, SF_FATE_LOST),
        packet(captured_at, TRANSFER, SF_FATE_LOST),
        captured(captured_at + SF_SECOND, CAPTURE + 1),
        packet(captured_at + SF_SECOND, TRANSFER + 1, 0),
        packet(captured_at + 2 * SF_SECOND, TRANSFER, 0),
        packet(captured_at + 2 * SF_SECOND, TRANSFER, 0),
        ended(captured_at + 3 * SF_SECOND),
        packet(captured_at + 4 * SF_SECOND, TRANSFER, 0), /* the number is another's now */
        shown(),
    };
    const struct sf_life life = LIFE_OF(records);
    assert_int_equal(life.told, 1);
    assert_int_equal(life.whole, 1);
    assert_int_equal(life.fetched, 0);
    assert_int_equal(life.packets_count, 4);
    assert_int_equal(life.packets_lost_count, 2);
    assert_true(life.ended_ns == captured_at + 3 * SF_SECOND);
}

static void test_an_owners_displays_are_no_strangers(void **state)
{
    (void)state;
    const sf_ns at = captured_at + 3 * SF_SECOND;
    const struct sf_record records[] = {
        captured(captured_at, CAPTURE),
        seen_by(at, SF_VIEWERS_PER_HOME * OWNER + SF_VIEWER_IS_APP),
        seen_by(at + 1, SF_VIEWERS_PER_HOME * OWNER + SF_VIEWER_IS_HUB),
        seen_by(at + 2, SF_VIEWERS_PER_HOME * (OWNER + 1) + SF_VIEWER_IS_HUB),
        shown(),
    };
    const struct sf_life life = LIFE_OF(records);
    assert_true(life.owner_saw_ns == at);
    assert_int_equal(life.others_count, 1);
}

static void test_what_was_never_captured_has_no_life(void **state)
{
    (void)state;
    const struct sf_record records[] = {captured(captured_at, CAPTURE + 1), shown()};
    assert_int_equal(LIFE_OF(records).told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_life_has_what_was_sent_again_after_the_next_capture),
        cmocka_unit_test(test_an_owners_displays_are_no_strangers),
        cmocka_unit_test(test_what_was_never_captured_has_no_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
