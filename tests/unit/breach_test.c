#include "harness/oracle/breach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "tests/unit/test.h"

/* The public header, continued lines joined. */
static char *read_header(void)
{
    enum { BYTES_MAX = 1 << 17 };
    char *text = sf_alloc(BYTES_MAX, 1);
    FILE *file = fopen("harness/cache/strayframe_cache.h", "r");
    assert_non_null(file);
    size_t count = fread(text, 1, BYTES_MAX - 1, file);
    fclose(file);
    assert_true(count > 1000);
    for (char *at = strstr(text, "\\\n"); at != NULL; at = strstr(at, "\\\n")) {
        at[0] = at[1] = ' ';
    }
    return text;
}

static void test_every_breach_of_the_public_header_has_its_name_and_words(void **state)
{
    (void)state;
    static const char define[] = "#define SF_CACHE_E_";
    char *header = read_header();
    uint32_t breaches_count = 0;
    for (const char *at = strstr(header, define); at != NULL; at = strstr(at + 1, define)) {
        char name[64];
        uint32_t code;
        assert_int_equal(sscanf(at, "#define %63s %u", name, &code), 2);
        if (code < 16) {
            assert_null(sf_breach_name(code)); /* no breach */
            continue;
        }
        struct sf_text text = {0};
        assert_string_equal(sf_breach_name(code), name);
        sf_breach_say(code, &text);
        assert_non_null(strstr(text.data, name));
        assert_true(text.data[0] != '(');
        sf_text_free(&text);
        breaches_count++;
    }
    assert_int_equal(breaches_count, 21);
    free(header);
}

static void test_an_unknown_code_is_a_number(void **state)
{
    (void)state;
    struct sf_text text = {0};
    sf_breach_say(99, &text);
    assert_string_equal(text.data, "code 99");
    sf_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_breach_of_the_public_header_has_its_name_and_words),
        cmocka_unit_test(test_an_unknown_code_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
