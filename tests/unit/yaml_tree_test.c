/* Places in a file, and the bounds on what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/base/text.h"
#include "harness/scenario/yaml_tree.h"

/* In each file the value of `key` has the word HERE; where in the file is it? 0: that is not known.
 */
static void test_places_inside_values_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t line;
        uint32_t column;
    } cases[] = {
        {"key: HERE\n", 1, 6},
        {"key: a b HERE\n", 1, 10},
        {"key:    a   b   HERE   # no\n", 1, 17},
        {"key: 'a HERE'\n", 1, 9},
        {"key: \"a HERE\"\n", 1, 9},
        {"key: {sub: 1}\nother: 2\n", 0, 0},
        {"# c\n\nkey:\n  a\n  HERE b\n", 5, 3},
        {"key: >-\n   a\n   HERE\n", 3, 4},
        {"key: >-\n   a b HERE\n", 2, 8},
        {"key: \"a\n  HERE\"\n", 2, 3},
        {"key: \xe6\x97\xa5\xe6\x9c\xac HERE\n", 1, 9},
        {"key: \"\\u65e5 HERE\"\n", 0, 0},
        {"key: 'it''s HERE'\n", 0, 0},
        {"\xef\xbb\xbfkey: HERE\n", 1, 6},
        {"{a: b, key: x HERE}\n", 1, 15},
        {"key: a HERE\r\n", 1, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sf_yaml_source source = {
            .name = "s", .text = cases[i].text, .bytes = strlen(cases[i].text)};
        struct sf_arena arena;
        sf_arena_init(&arena);
        struct sf_yaml_node *root = NULL;
        struct sf_diag diag = {0};
        assert_int_equal(sf_yaml_read(&source, &arena, &root, &diag), SF_OK);
        const struct sf_yaml_node *node = sf_yaml_get(root, "key");
        const char *here = strstr(node->text, "HERE");
        uint32_t line = 0;
        uint32_t column = 0;
        if (here != NULL) {
            bool is_found =
                sf_yaml_place_inside(&source, node, (size_t)(here - node->text), &line, &column);
            assert_int_equal(is_found, cases[i].line > 0);
        }
        assert_int_equal(line, cases[i].line);
        assert_int_equal(column, cases[i].column);
        sf_arena_fini(&arena);
    }
}

static struct sf_diag refuse(const char *text, size_t bytes)
{
    const struct sf_yaml_source source = {.name = "s", .text = text, .bytes = bytes};
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_yaml_node *root = NULL;
    struct sf_diag diag = {0};
    assert_int_equal(sf_yaml_read(&source, &arena, &root, &diag), SF_ERR_INPUT);
    sf_arena_fini(&arena);
    return diag;
}

static void test_the_end_of_a_value_has_a_place(void **state)
{
    (void)state;
    const struct sf_yaml_source source = {.name = "s", .text = "key: 'a b'\n", .bytes = 11};
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_yaml_node *root = NULL;
    assert_int_equal(sf_yaml_read(&source, &arena, &root, NULL), SF_OK);
    uint32_t line = 0;
    uint32_t column = 0;
    assert_true(sf_yaml_place_inside(&source, sf_yaml_get(root, "key"), 3, &line, &column));
    assert_int_equal(line, 1);
    assert_int_equal(column, 10);
    assert_false(sf_yaml_place_inside(&source, sf_yaml_get(root, "key"), 4, &line, &column));
    sf_arena_fini(&arena);
}

static void test_a_long_list_is_refused(void **state)
{
    (void)state;
    struct sf_text text = {0};
    for (int i = 0; i < SF_YAML_ENTRIES_MAX + 1; i++) {
        sf_text_add(&text, "- %d\n", i);
    }
    struct sf_diag diag = refuse(text.data, text.length);
    assert_string_equal(diag.message, "more than 1024 entries");
    assert_int_equal(diag.line, SF_YAML_ENTRIES_MAX + 1);
    sf_text_free(&text);
}

/* Each would take a naive reader minutes, or its stack. */
static void test_bombs_are_refused_at_once(void **state)
{
    (void)state;
    static const char *const pieces[] = {"[",        "{",  "{a: ", "- ", "? ",   "[{",    "a: {",
                                         "&a [*a, ", "\"", "!a ",  "#",  "%a\n", "---\n", "\t"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct sf_text text = {0};
        while (text.length + strlen(pieces[i]) <= 200000) {
            sf_text_add(&text, "%s", pieces[i]);
        }
        struct sf_diag diag = refuse(text.data, text.length);
        assert_true(diag.message[0] != '\0');
        assert_true(diag.line > 0);
        sf_text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_inside_values_are_found),
        cmocka_unit_test(test_the_end_of_a_value_has_a_place),
        cmocka_unit_test(test_a_long_list_is_refused),
        cmocka_unit_test(test_bombs_are_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
