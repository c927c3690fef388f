/* The pictures of the replay's page. */
#include "harness/frame/picture.h"
#include "tests/unit/html_replay.h"

static uint32_t digit(char character)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = character != '\0' ? strchr(digits, character) : NULL;
    return at != NULL ? (uint32_t)(at - digits) : UINT32_MAX;
}

/* Returns how many bytes; `out` has room for them. */
static size_t base64_read(const char *text, uint8_t *out)
{
    size_t count = 0;
    uint32_t bits = 0;
    uint32_t bits_count = 0;
    for (; digit(*text) != UINT32_MAX; text++) {
        bits = bits << 6 | digit(*text);
        bits_count += 6;
        if (bits_count >= 8) {
            bits_count -= 8;
            out[count++] = (uint8_t)(bits >> bits_count);
        }
    }
    return count;
}

static const char image_prefix[] = " src=\"data:image/jpeg;base64,";

/* Decodes each picture; how many there are. */
static uint32_t check_images(const char *page, uint32_t side_px_max)
{
    uint32_t count = 0;
    for (const char *at = strstr(page, image_prefix); at != NULL;
         at = strstr(at + 1, image_prefix)) {
        const char *data = at + sizeof image_prefix - 1;
        uint8_t *bytes = sf_alloc(strcspn(data, "\""), 1);
        struct sf_picture picture;
        assert_true(sf_picture_decode(bytes, base64_read(data, bytes), &picture));
        assert_false(picture.damaged);
        assert_in_range(picture.width_px, 1, side_px_max);
        assert_in_range(picture.height_px, 1, side_px_max);
        sf_picture_free(&picture);
        free(bytes);
        count++;
    }
    assert_int_equal(count, count_of(page, "<img "));
    assert_int_equal(count, count_of(page, " alt=\""));
    assert_int_equal(count_of(page, " alt=\"\""), 0);
    return count;
}

static void test_every_picture_on_the_page_is_sound(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *cut = add_exhibit(f, SF_REPLAY_LIVE, 3);
    cut->seen_bytes /= 2;
    cut->flags = (uint16_t)((cut->flags | SF_FLAG_DAMAGED) & ~SF_FLAG_WHOLE);
    struct sf_exhibit *mixed = add_exhibit(f, LEAKY, 3);
    memcpy(mixed->seen + mixed->seen_bytes / 2, mixed->own + mixed->seen_bytes / 2,
           mixed->seen_bytes / 4);
    add_exhibit(f, LEAKY, 40);
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 2 * (1 + 3));
    assert_int_equal(count_of(page, "<h3>"), 2);
    assert_true(has(page, "<h3>The hub of home 4</h3>"));
    assert_true(has(page, "<h3>The hub of home 41</h3>"));
    assert_true(has(page, "Only a part of the answer had come"));
    assert_true(has(page, "home 5, a stranger\xe2\x80\x99s: capture 5"));
    assert_true(has(page, "26 Dec 2019, 17:08:00"));
    assert_true(has(page, "another time zone"));
}

static void test_the_lead_is_the_strangest_picture_of_the_live_run(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3)->owners[0].share_ppm = 500000;
    add_exhibit(f, SF_REPLAY_LIVE, 8)->owners[0].share_ppm = 700000;
    add_exhibit(f, LEAKY, 9);
    const char *page = page_of(f);
    assert_true(has(page, "<h2 id=\"lead\">What the hub of home 9 showed</h2>"));
    /* It comes before everything but the headline. */
    assert_true(strstr(page, "</header>") < strstr(page, "<img "));
    assert_true(strstr(page, "<img ") < strstr(page, "<dl class=\"figures\">"));
}

static void test_what_cannot_be_drawn_is_said_so(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *exhibit = add_exhibit(f, SF_REPLAY_LIVE, 3);
    memset(exhibit->seen, 0x5a, exhibit->seen_bytes);
    exhibit->own_bytes = 0;
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 0);
    assert_int_equal(count_of(page, "Nothing that could be drawn."), 2); /* the lead, the pair */
    assert_int_equal(count_of(page, "Its camera had taken no still yet."), 2);
}

static void test_large_pictures_are_made_smaller(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *exhibit = add_exhibit(f, SF_REPLAY_LIVE, 3);
    exhibit->seen_bytes = make_still(exhibit->seen, 4, 5, 1920, 1080);
    exhibit->own_bytes = make_still(exhibit->own, 3, 7, 1000, 16);
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 640), 4);
    assert_true(has(page, "<img width=\"640\" height=\"360\""));
    assert_true(has(page, "<img width=\"500\" height=\"8\""));
    assert_true(has(page, "bytes kept here"));
}

static void test_there_is_a_sensible_number_of_pictures(void **state)
{
    struct fixture *f = *state;
    for (uint32_t home = 0; home < SF_EXHIBITS_MAX; home++) {
        add_exhibit(f, SF_REPLAY_LIVE, home);
        add_exhibit(f, LEAKY, 100 + home);
    }
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 2 * (1 + 16));
    assert_true(has(page, "<summary>12 more displays</summary>"));
    assert_true(has(page, "And 48 more whose pictures are not on this page."));
}

static void test_impossible_exhibits_are_left_out(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3)->seen_bytes = SF_EXHIBIT_BYTES_MAX + 1;
    add_exhibit(f, SF_REPLAY_LIVE, 4)->owners_count = SF_EXHIBIT_OWNERS_MAX + 1;
    run_of(f, 0, LEAKY)->exhibits.count = SF_EXHIBITS_MAX + 1;
    const char *page = page_of(f);
    assert_false(has(page, "<img"));
    assert_false(has(page, "home 4 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_picture_on_the_page_is_sound),
        TEST(test_the_lead_is_the_strangest_picture_of_the_live_run),
        TEST(test_what_cannot_be_drawn_is_said_so),
        TEST(test_large_pictures_are_made_smaller),
        TEST(test_there_is_a_sensible_number_of_pictures),
        TEST(test_impossible_exhibits_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
