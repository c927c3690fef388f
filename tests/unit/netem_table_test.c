/* Distribution tables: the built-in ones and those from files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/net/netem_grammar.h"

/* Mean and variance of a shape in units of a standard deviation, scaled by 1000. */
static void moments(const struct sf_netem_table *table, int64_t *mean_out, int64_t *variance_out)
{
    int64_t sum = 0;
    int64_t squares = 0;
    for (uint32_t i = 0; i < table->entries_count; i++) {
        sum += table->entries[i];
        squares += (int64_t)table->entries[i] * table->entries[i];
    }
    int64_t count = table->entries_count;
    *mean_out = sum * 1000 / count / SF_NETEM_TABLE_SCALE;
    *variance_out = squares * 1000 / count / SF_NETEM_TABLE_SCALE / SF_NETEM_TABLE_SCALE;
}

/* That every entry equals iproute2's is checked on what tc sends, in netem_grammar_test.c. */
static void test_built_in_tables_are_centred_and_of_unit_width(void **state)
{
    (void)state;
    int count = 0;
    for (; sf_netem_table_names[count] != NULL; count++) {
        const struct sf_netem_table *table = sf_netem_table_builtin(sf_netem_table_names[count]);
        assert_non_null(table);
        assert_int_equal(table->entries_count, SF_NETEM_TABLE_BUILTIN_ENTRIES);
        int64_t mean;
        int64_t variance;
        moments(table, &mean, &variance);
        /* The tail of pareto is cut at four standard deviations, which narrows it. */
        assert_in_range(mean + 100, 0, 200);
        assert_in_range(variance, 500, 1100);
    }
    assert_int_equal(count, 4);
    assert_null(sf_netem_table_builtin("uniform"));
}

struct folder {
    char path[64];
};

static void write_table(const struct folder *folder, const char *name, const char *content)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.dist", folder->path, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_not_equal(fputs(content, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void remove_table(const struct folder *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.dist", folder->path, name);
    assert_int_equal(unlink(path), 0);
}

static void folder_open(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/netem-table-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

static void test_a_file_is_read_as_tc_reads_it(void **state)
{
    (void)state;
    struct folder folder;
    folder_open(&folder);
    write_table(&folder, "mine",
                "# a comment, with numbers: 1 2 3\n\n -8192 0x10\t010\n#7\n70000\n0\n");
    struct sf_netem_tables tables = {.folder = folder.path};
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    assert_int_equal(
        sf_netem_parse_with("delay 10ms 1ms distribution mine", &tables, &config, NULL, &diag),
        SF_OK);
    static const int16_t expected[] = {-8192, 16, 8, 4464 /* 70000, cut to 16 bits */, 0};
    assert_int_equal(config.delay_table->entries_count, 5);
    assert_memory_equal(config.delay_table->entries, expected, sizeof expected);

    /* Read once; printed by its name; the same config again. */
    struct sf_netem_config again;
    struct sf_text line = {0};
    sf_netem_print(&config, &line);
    assert_int_equal(sf_netem_parse_with(line.data, &tables, &again, NULL, &diag), SF_OK);
    assert_true(sf_netem_config_same(&config, &again));
    assert_int_equal(tables.loaded_count, 1);
    sf_text_free(&line);
    sf_netem_tables_fini(&tables);
    remove_table(&folder, "mine");
    rmdir(folder.path);
}

static void test_a_folder_goes_before_the_built_in_tables(void **state)
{
    (void)state;
    struct folder folder;
    folder_open(&folder);
    write_table(&folder, "normal", "1 2 3\n");
    struct sf_netem_tables tables = {.folder = folder.path};
    const struct sf_netem_table *table;
    assert_int_equal(sf_netem_tables_find(&tables, "normal", &table, NULL), SF_OK);
    assert_int_equal(table->entries_count, 3);
    assert_int_equal(sf_netem_tables_find(&tables, "pareto", &table, NULL), SF_OK);
    assert_ptr_equal(table, sf_netem_table_builtin("pareto"));
    sf_netem_tables_fini(&tables);
    remove_table(&folder, "normal");
    rmdir(folder.path);
}

static void check_refusal(const char *content, const char *part)
{
    struct folder folder;
    folder_open(&folder);
    write_table(&folder, "bad", content);
    struct sf_netem_tables tables = {.folder = folder.path};
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    assert_int_equal(
        sf_netem_parse_with("delay 10ms 1ms distribution bad", &tables, &config, NULL, &diag),
        SF_ERR_INPUT);
    assert_int_equal(diag.column, 29);
    if (strstr(diag.message, part) == NULL) {
        fail_msg("%s", diag.message);
    }
    sf_netem_tables_fini(&tables);
    remove_table(&folder, "bad");
    rmdir(folder.path);
}

static void test_files_that_are_no_tables_are_refused_with_their_place(void **state)
{
    (void)state;
    check_refusal("1 2\n3 x4\n", "bad.dist:2:3: expected an integer");
    check_refusal("1 2\n3 4x\n", "bad.dist:2:3: expected an integer");
    check_refusal("# nothing\n\n", "no distribution entries");
    struct sf_text many = {0};
    for (int i = 0; i < SF_NETEM_TABLE_ENTRIES_MAX + 1; i++) {
        sf_text_add(&many, "%d\n", i);
    }
    check_refusal(many.data, "more than 16384");
    sf_text_free(&many);
}

/* Read and write past a table: one entry is a constant, whatever is drawn. */
static void test_a_table_of_one_entry_gives_one_delay(void **state)
{
    (void)state;
    struct folder folder;
    folder_open(&folder);
    write_table(&folder, "one", "8192\n");
    struct sf_netem_tables tables = {.folder = folder.path};
    struct sf_netem_config config;
    assert_int_equal(
        sf_netem_parse_with("delay 10ms 3ms distribution one", &tables, &config, NULL, NULL),
        SF_OK);
    struct sf_netem link;
    sf_netem_init(&link, &config, 1);
    for (int i = 0; i < 100; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link, 0, 100, false, &fate);
        assert_int_equal(fate.copy[0].deliver_ns, 13 * SF_MS);
    }
    sf_netem_tables_fini(&tables);
    remove_table(&folder, "one");
    rmdir(folder.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in_tables_are_centred_and_of_unit_width),
        cmocka_unit_test(test_a_file_is_read_as_tc_reads_it),
        cmocka_unit_test(test_a_folder_goes_before_the_built_in_tables),
        cmocka_unit_test(test_files_that_are_no_tables_are_refused_with_their_place),
        cmocka_unit_test(test_a_table_of_one_entry_gives_one_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
