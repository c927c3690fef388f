/* What tests of HTML pages share: what is in a page, and whether it is well-formed. */
#ifndef STRAYFRAME_TESTS_UNIT_HTML_PAGE_H
#define STRAYFRAME_TESTS_UNIT_HTML_PAGE_H

#include <stdbool.h>
#include <string.h>

#include "tests/unit/test.h"

static inline bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

static inline uint32_t count_of(const char *page, const char *text)
{
    uint32_t count = 0;
    for (const char *at = strstr(page, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

static inline bool is_void(const char *tag, size_t length)
{
    static const char *const voids[] = {"meta", "link", "br", "img"};
    for (size_t i = 0; i < sizeof voids / sizeof voids[0]; i++) {
        if (strlen(voids[i]) == length && strncmp(voids[i], tag, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Fails the test unless every element is closed, in order. Returns how many there are. */
static inline uint32_t check_closed(const char *page)
{
    enum { DEPTH_MAX = 32 };
    const char *open[DEPTH_MAX];
    size_t lengths[DEPTH_MAX];
    uint32_t depth = 0;
    uint32_t elements_count = 0;
    for (const char *at = strchr(page + 1, '<'); at != NULL; at = strchr(at + 1, '<')) {
        bool closes = at[1] == '/';
        const char *tag = at + 1 + closes;
        size_t length = strcspn(tag, " >/\n");
        const char *end = strchr(tag, '>');
        assert_non_null(end);
        if (is_void(tag, length) || end[-1] == '/') {
            continue;
        }
        if (!closes) {
            assert_true(depth < DEPTH_MAX);
            open[depth] = tag;
            lengths[depth++] = length;
            elements_count++;
        } else {
            assert_true(depth > 0);
            depth--;
            assert_int_equal(lengths[depth], length);
            assert_memory_equal(open[depth], tag, length);
        }
    }
    assert_int_equal(depth, 0);
    return elements_count;
}

/* Only pictures and an icon that the page has in itself; no script, no style from elsewhere.
 * Returns how many references there are. */
static inline uint32_t check_references(const char *page)
{
    static const char *const references[] = {" src=\"", " href=\""};
    static const char *const never[] = {"<script", "http:", "https:", "url(", "@import", "srcset"};
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_false(has(page, never[i]));
    }
    for (int i = 0; i < 2; i++) {
        for (const char *at = strstr(page, references[i]); at != NULL;
             at = strstr(at + 1, references[i])) {
            const char *to = at + strlen(references[i]);
            if (*to != '#') { /* on the page itself */
                assert_memory_equal(to, "data:", 5);
                count++;
            }
        }
    }
    assert_true(has(page, "default-src 'none'"));
    return count;
}

#endif
