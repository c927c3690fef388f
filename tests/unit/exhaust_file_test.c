/* Small-world files: each of the project's reads, prints as a file that reads as the same, and
 * shows what it expects; what is wrong in one is said with its place. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/exhaust/exhaust.h"
#include "harness/exhaust/file.h"
#include "sim_cloud/caches/builtin.h"
#include "tests/unit/test.h"

static void read_it(const char *path, struct sf_small_file *file)
{
    struct sf_diag diag = {0};
    if (sf_small_file_read(path, file, &diag) != SF_OK) {
        fail_msg("%s:%u:%u: %s", path, diag.line, diag.column, diag.message);
    }
}

static void run_it(const struct sf_small_file *file, const char *cache,
                   struct sf_exhaust_found *found)
{
    struct sf_diag diag = {0};
    struct sf_exhaust_options options = {.worlds = &file->world, .worlds_count = 1};
    uint32_t failed;
    assert_int_equal(sf_cache_load_here(cache, sf_builtin_caches(), &options.candidate, &diag),
                     SF_OK);
    if (file->baseline[0] != '\0') {
        assert_int_equal(
            sf_cache_load_here(file->baseline, sf_builtin_caches(), &options.before, &diag), SF_OK);
    }
    *found = (struct sf_exhaust_found){.order = file->order, .seed = file->seed};
    if (sf_exhaust_order(&options, found, &failed, &diag) != SF_OK) {
        fail_msg("event %u: %s", failed + 1, diag.message);
    }
}

static void test_each_file_shows_what_it_expects(void **state)
{
    (void)state;
    struct sf_small_file *file = calloc(1, sizeof *file);
    struct sf_exhaust_found *found = calloc(1, sizeof *found);
    glob_t files;
    assert_int_equal(glob("scenarios/regress/small/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 4);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char twin[2 * SF_CACHE_SPEC_BYTES];
        read_it(files.gl_pathv[i], file);
        assert_int_equal(file->expect, SF_SMALL_EXPECT_LEAK);
        run_it(file, file->cache, found);
        assert_true(found->is_confirmed);
        assert_true(found->find.kind == SF_SMALL_FIND_BYTE ||
                    found->find.kind == SF_SMALL_FIND_SESSION);
        assert_true(found->story.steps_count >= file->order.count);
        snprintf(twin, sizeof twin, "%s%sdefence=1", file->cache,
                 strchr(file->cache, '?') != NULL ? "&" : "?");
        run_it(file, twin, found);
        assert_int_equal(found->find.kind, SF_SMALL_FIND_NONE);
    }
    globfree(&files);
    free(found);
    free(file);
}

static void test_each_file_survives_printing(void **state)
{
    (void)state;
    struct sf_small_file *file = calloc(1, sizeof *file);
    struct sf_small_file *again = calloc(1, sizeof *again);
    glob_t files;
    assert_int_equal(glob("scenarios/regress/small/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct sf_text text = {0};
        struct sf_diag diag = {0};
        read_it(files.gl_pathv[i], file);
        sf_small_file_print(file, "One line.\nAnother.", &text);
        assert_int_equal(sf_small_file_parse(text.data, text.length, "printed", again, &diag),
                         SF_OK);
        memcpy(again->lines, file->lines, sizeof again->lines);
        assert_memory_equal(again, file, sizeof *again);
        sf_text_free(&text);
    }
    globfree(&files);
    free(again);
    free(file);
}

/* Each kind of event, with every number that it can have, prints and reads as itself. */
static void test_each_event_survives_printing(void **state)
{
    (void)state;
    struct sf_small_file *file = calloc(1, sizeof *file);
    struct sf_small_file *again = calloc(1, sizeof *again);
    for (uint32_t kind = 0; kind < SF_SMALL_KINDS_COUNT; kind++) {
        for (uint8_t number = 0; number < 2; number++) {
            struct sf_text text = {0};
            struct sf_diag diag = {0};
            bool asks = kind == SF_SMALL_REQUEST_EVENT;
            bool of_part = kind == SF_SMALL_UPLOAD_PART_EVENT || kind == SF_SMALL_FETCH_PART_EVENT;
            bool alone = kind == SF_SMALL_SETTLE_EVENT || kind == SF_SMALL_TIMER_EVENT ||
                         kind == SF_SMALL_RECONFIGURE_EVENT;
            memset(file, 0, sizeof *file); /* the gaps between members too: bytes are compared */
            snprintf(file->cache, sizeof file->cache, "builtin:it's");
            memcpy(&file->world, sf_profile_world(sf_profile_count() - 1), sizeof file->world);
            file->order.count = 1;
            file->order.events[0] = (struct sf_small_event){
                .kind = (uint8_t)kind,
                .a = alone ? 0 : number,
                .b = asks      ? (uint8_t)(number * (SF_SMALL_ASK_NEW | SF_SMALL_ASK_INTERRUPTED |
                                                SF_SMALL_ASK_GUEST | 2))
                     : of_part ? number
                               : 0,
                .c = asks ? number : 0};
            sf_small_file_print(file, NULL, &text);
            if (sf_small_file_parse(text.data, text.length, "printed", again, &diag) != SF_OK) {
                fail_msg("%s: %s", sf_small_kind_word(kind), diag.message);
            }
            memset(again->lines, 0, sizeof again->lines);
            assert_memory_equal(again, file, sizeof *again);
            sf_text_free(&text);
        }
    }
    free(again);
    free(file);
}

#define HEAD "small_world: 1\ncache: builtin:careful\n"
#define EVENTS "world: {}\nevents:\n"

static const struct {
    const char *text;
    uint32_t line;
    uint32_t column;
    const char *message;
} mistakes[] = {
    {"small_world: 2\n", 1, 1, "the key 'cache' is missing"},
    {HEAD "wrld: {}\n", 3, 1, "there is no key 'wrld'; did you mean 'world'?"},
    {HEAD "world: {tenants: 9}\nevents: [settle]\n", 3, 18,
     "tenants: expected a whole number from 1 to 3"},
    {HEAD "world: {tenant: 1}\nevents: [settle]\n", 3, 9,
     "there is no key of a world 'tenant'; did you mean 'tenants'?"},
    {HEAD "world: {families: [stor]}\nevents: [settle]\n", 3, 20,
     "there is no family 'stor'; did you mean 'store'?"},
    {HEAD "world: {tenants: 3}\nevents: [settle]\n", 3, 8,
     "world: each of the 3 tenants has a camera at least"},
    {HEAD "world: {pieces: 1}\nevents: [settle]\n", 3, 8, "world: pieces: expected 2 or 3"},
    {HEAD "world: {rows: 4, still_turn: 8}\nevents: [settle]\n", 3, 8,
     "world: stills of rows have one length: no still_turn"},
    {HEAD "world: {}\nevents: []\n", 4, 9, "events: expected a list"},
    {HEAD EVENTS "  - uplaod: a1\n", 5, 5, "there is no event 'uplaod'; did you mean 'upload'?"},
    {HEAD EVENTS "  - upload\n", 5, 5, "upload: of what? As in {upload: 1}, or a camera: a1"},
    {HEAD EVENTS "  - upload: c1\n", 5, 13,
     "'c1' is no camera of this world; a1 is the first one of tenant A"},
    {HEAD EVENTS "  - wait: 5s\n", 5, 11, "there is no lapse '5s'; did you mean '2s'?"},
    {HEAD EVENTS "  - request: {by: app}\n", 5, 14, "request: the key 'camera' is missing"},
    {HEAD EVENTS "  - cancel: 0\n", 5, 13, "cancel: expected a whole number from 1 to 16"},
    {HEAD EVENTS "  - settle: 1\n", 5, 13, "settle takes nothing"},
};

static void test_what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    struct sf_small_file *file = calloc(1, sizeof *file);
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct sf_diag diag = {0};
        assert_int_equal(
            sf_small_file_parse(mistakes[i].text, strlen(mistakes[i].text), "it.yaml", file, &diag),
            SF_ERR_INPUT);
        if (strncmp(diag.message, mistakes[i].message, strlen(mistakes[i].message)) != 0) {
            fail_msg("'%s' instead of '%s'", diag.message, mistakes[i].message);
        }
        assert_int_equal(diag.line, mistakes[i].line);
        assert_int_equal(diag.column, mistakes[i].column);
    }
    free(file);
}

static void test_an_event_that_is_not_possible_is_named(void **state)
{
    (void)state;
    static const char text[] = HEAD EVENTS "  - upload: a1\n  - cancel: 1\n";
    struct sf_diag diag = {0};
    struct sf_small_file *file = calloc(1, sizeof *file);
    struct sf_exhaust_found *found = calloc(1, sizeof *found);
    uint32_t failed;
    assert_int_equal(sf_small_file_parse(text, sizeof text - 1, "it.yaml", file, &diag), SF_OK);
    struct sf_exhaust_options options = {.worlds = &file->world, .worlds_count = 1};
    assert_int_equal(
        sf_cache_load_here(file->cache, sf_builtin_caches(), &options.candidate, &diag), SF_OK);
    found->order = file->order;
    assert_int_equal(sf_exhaust_order(&options, found, &failed, &diag), SF_ERR_INPUT);
    assert_int_equal(failed, 1);
    assert_int_equal(file->lines[failed], 6);
    free(found);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_file_shows_what_it_expects),
        cmocka_unit_test(test_each_file_survives_printing),
        cmocka_unit_test(test_each_event_survives_printing),
        cmocka_unit_test(test_what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(test_an_event_that_is_not_possible_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
