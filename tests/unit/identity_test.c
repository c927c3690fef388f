#include "harness/live/identity.h"

#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

static void test_written_forms_are_read_and_printed_alike(void **state)
{
    (void)state;
    static const char *const forms[] = {"header:X-Tenant", "cookie:sid", "bearer", "query:token",
                                        "path"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct sf_identity identity;
        struct sf_diag diag = {0};
        char printed[64];
        assert_int_equal(sf_identity_read(forms[i], &identity, &diag), SF_OK);
        assert_int_equal(identity.carrier, i);
        sf_identity_print(&identity, printed, sizeof printed);
        assert_string_equal(printed, forms[i]);
    }
}

static void test_what_is_no_identity_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "header", "header:",   "header:a b",
                                        "bearer:x", "path:x", "cooky:sid", "query:a&b"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sf_identity identity;
        struct sf_diag diag = {0};
        assert_int_equal(sf_identity_read(wrong[i], &identity, &diag), SF_ERR_INPUT);
        assert_true(strlen(diag.message) > 10);
    }
    struct sf_identity identity;
    struct sf_diag diag = {0};
    assert_int_equal(sf_identity_read("cooky:sid", &identity, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "did you mean 'cookie'?"));
}

struct found {
    uint32_t tenants[8];
    uint32_t count;
};

static void note(void *context, uint32_t tenant)
{
    struct found *found = context;
    found->tenants[found->count++] = tenant;
}

static void test_credentials_are_found_in_any_text(void **state)
{
    (void)state;
    struct sf_credentials credentials = {.run = 5, .secret = 77};
    char one[SF_TOKEN_BYTES];
    char twelve[SF_TOKEN_BYTES];
    char text[256];
    struct found found = {0};
    sf_credential_of(&credentials, 1, one);
    sf_credential_of(&credentials, 12, twelve);
    snprintf(text, sizeof text, "Set-Cookie: id=%s; Path=/\r\nX-Other: %s\r\n", twelve, one);
    sf_credentials_find(&credentials, text, note, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.tenants[0], 12);
    assert_int_equal(found.tenants[1], 1);
}

static void test_credentials_of_another_run_are_not_found(void **state)
{
    (void)state;
    struct sf_credentials ours = {.run = 5, .secret = 77};
    struct sf_credentials theirs = {.run = 5, .secret = 78};
    char token[SF_TOKEN_BYTES];
    struct found found = {0};
    sf_credential_of(&theirs, 1, token);
    sf_credentials_find(&ours, token, note, &found);
    sf_credentials_find(&ours, "tenant tenant- tenant1- tenant99999-000000000000", note, &found);
    assert_int_equal(found.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_forms_are_read_and_printed_alike),
        cmocka_unit_test(test_what_is_no_identity_is_refused),
        cmocka_unit_test(test_credentials_are_found_in_any_text),
        cmocka_unit_test(test_credentials_of_another_run_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
