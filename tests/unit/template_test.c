#include "harness/live/template.h"

#include "tests/unit/test.h"

#include <string.h>

static const struct sf_places places = {.values = {[SF_PLACE_ORIGIN] = "127.0.0.1:9000",
                                                   [SF_PLACE_DIR] = "/dev/shm/x",
                                                   [SF_PLACE_LISTEN_PORT] = "8080"}};

static void expect(const char *text, const char *expanded, uint32_t used)
{
    struct sf_text out = {0};
    struct sf_diag diag = {0};
    uint32_t seen = 0;
    assert_int_equal(sf_template_expand("my.conf", text, strlen(text), &places, &out, &seen, &diag),
                     SF_OK);
    assert_string_equal(out.data, expanded);
    assert_int_equal(seen, used);
    sf_text_free(&out);
}

static void test_placeholders_are_replaced_wherever_they_stand(void **state)
{
    (void)state;
    expect("proxy_pass http://{ORIGIN}; # {DIR}{DIR}",
           "proxy_pass http://127.0.0.1:9000; # /dev/shm/x/dev/shm/x",
           1U << SF_PLACE_ORIGIN | 1U << SF_PLACE_DIR);
    expect("listen {LISTEN_PORT}", "listen 8080", 1U << SF_PLACE_LISTEN_PORT);
}

static void test_braces_of_the_servers_own_stay(void **state)
{
    (void)state;
    expect("http { server { } } ${DIR} {word} {} { DIR }",
           "http { server { } } ${DIR} {word} {} { DIR }", 0);
}

static void test_a_misspelt_placeholder_is_an_error_with_its_place(void **state)
{
    (void)state;
    struct sf_text out = {0};
    struct sf_diag diag = {0};
    const char *text = "one\n  listen {LISTN};";
    assert_int_equal(sf_template_expand("my.conf", text, strlen(text), &places, &out, NULL, &diag),
                     SF_ERR_INPUT);
    char said[1400];
    sf_diag_print(&diag, said, sizeof said);
    assert_string_equal(said,
                        "my.conf:2:10: there is no placeholder {LISTN}; did you mean {LISTEN}?");
    sf_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placeholders_are_replaced_wherever_they_stand),
        cmocka_unit_test(test_braces_of_the_servers_own_stay),
        cmocka_unit_test(test_a_misspelt_placeholder_is_an_error_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
