/* Words, and whose they are. */
#include "harness/live/learn.h"

#include "tests/unit/test.h"

#include <string.h>

static struct sf_words words_of(const char *text)
{
    struct sf_words words;
    sf_words_of(text, strlen(text), &words);
    return words;
}

static void test_words_are_cut_at_what_is_no_part_of_one(void **state)
{
    (void)state;
    struct sf_words words =
        words_of("{\"mail\":\"alice@example.org\",\"id\":\"a1\"} <b>alice</b> alice");
    assert_int_equal(words.count, 3); /* a1, id, b are too short; alice is there twice */
    assert_string_equal(words.items[0], "alice");
    assert_string_equal(words.items[1], "alice@example.org");
    assert_string_equal(words.items[2], "mail");
    sf_words_free(&words);
}

static void test_what_others_have_or_what_changes_is_nobodys(void **state)
{
    (void)state;
    struct sf_words own = words_of("Welcome alice request 0123abcd");
    struct sf_words again = words_of("Welcome alice request 9876fedc");
    struct sf_words other = words_of("Welcome robert request 5555eeee");
    sf_words_keep(&own, &again, true);
    sf_words_keep(&own, &other, false);
    assert_int_equal(own.count, 1);
    assert_string_equal(own.items[0], "alice");
    assert_true(sf_words_share(&own, &again));
    assert_false(sf_words_share(&own, &other));
    sf_words_free(&own);
    sf_words_free(&again);
    sf_words_free(&other);
}

static void test_no_words_are_no_trouble(void **state)
{
    (void)state;
    struct sf_words none = words_of("a b c");
    struct sf_words some = words_of("words");
    struct sf_words copy;
    assert_int_equal(none.count, 0);
    assert_false(sf_words_share(&none, &some));
    assert_false(sf_words_share(&some, &none));
    sf_words_copy(&none, &copy);
    sf_words_keep(&some, &none, true);
    assert_int_equal(some.count, 0);
    sf_words_free(&copy);
    sf_words_free(&none);
    sf_words_free(&some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_cut_at_what_is_no_part_of_one),
        cmocka_unit_test(test_what_others_have_or_what_changes_is_nobodys),
        cmocka_unit_test(test_no_words_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
