/* The table of oracles: each oracle of the room is in it, complete. Whether each catches its
 * planted fault is canary_test.c's to test. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "harness/oracle/oracle.h"
#include "tests/unit/judgement.h"

/* The member that an oracle lacks; NULL: none. */
static const char *missing(const struct sf_oracle *oracle)
{
    const struct {
        const char *member;
        bool there;
    } members[] = {
        {"name", oracle->name != NULL && oracle->name[0] != '\0'},
        {"invariant", oracle->invariant != NULL && oracle->invariant[0] != '\0'},
        {"amount_unit", oracle->amount_unit != NULL && oracle->amount_unit[0] != '\0'},
        {"kinds", oracle->kinds != 0},
        {"state_bytes", oracle->state_bytes > 0},
        {"see", oracle->see != NULL},
        {"evidence", oracle->evidence != NULL},
        {"say", oracle->say != NULL},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!members[i].there) {
            return members[i].member;
        }
    }
    return NULL;
}

static void test_each_oracle_is_complete(void **state)
{
    (void)state;
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        const char *member = missing(sf_oracles()[i]);
        if (member != NULL) {
            fail_msg("oracle %u (%s) has no %s", i, sf_oracle_names()[i], member);
        }
    }
}

/* The canary of the test above. */
static void test_a_missing_member_is_found(void **state)
{
    (void)state;
    struct sf_oracle oracle = sf_oracle_fresh;
    assert_null(missing(&oracle));
    oracle.say = NULL;
    assert_string_equal(missing(&oracle), "say");
    oracle = sf_oracle_fresh;
    oracle.invariant = "";
    assert_string_equal(missing(&oracle), "invariant");
}

/* ---- every oracle that is defined is registered ---- */

static bool is_registered(const char *name)
{
    static const char *const registered[] = {
#define X(oracle) #oracle,
        SF_ORACLES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof registered / sizeof registered[0]; i++) {
        if (strcmp(registered[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The first oracle that a source text defines and the table lacks; false: none. */
static bool forgets(const char *source, char name_out[static 64], uint32_t *defined_count)
{
    static const char definition[] = "const struct sf_oracle sf_oracle_";
    for (const char *at = strstr(source, definition); at != NULL; at = strstr(at, definition)) {
        size_t length = 0;
        at += strlen(definition);
        while (isalnum((unsigned char)at[length]) || at[length] == '_') {
            length++;
        }
        assert_true(length < 64);
        memcpy(name_out, at, length);
        name_out[length] = '\0';
        ++*defined_count;
        if (!is_registered(name_out)) {
            return true;
        }
    }
    return false;
}

static void test_each_oracle_of_the_room_is_in_the_table(void **state)
{
    (void)state;
    static char source[1 << 16];
    uint32_t defined_count = 0;
    uint32_t registered_count = 0;
    DIR *folder = opendir("harness/oracle");
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[512];
        char name[64];
        if (strstr(entry->d_name, ".c") == NULL) {
            continue;
        }
        snprintf(path, sizeof path, "harness/oracle/%s", entry->d_name);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        source[fread(source, 1, sizeof source - 1, file)] = '\0';
        fclose(file);
        if (forgets(source, name, &defined_count)) {
            fail_msg("%s defines the oracle %s: add it to SF_ORACLES", path, name);
        }
    }
    closedir(folder);
    while (sf_oracles()[registered_count] != NULL) {
        registered_count++;
    }
    assert_int_equal(defined_count, registered_count);
}

/* The canary of the test above. */
static void test_an_oracle_outside_the_table_is_found(void **state)
{
    (void)state;
    char name[64];
    uint32_t count = 0;
    assert_false(forgets("const struct sf_oracle sf_oracle_fresh = {", name, &count));
    assert_true(forgets("const struct sf_oracle sf_oracle_fresh = {\n"
                        "const struct sf_oracle sf_oracle_overlooked = {",
                        name, &count));
    assert_string_equal(name, "overlooked");
}

/* ---- its documentation ---- */

static void test_each_oracle_is_documented(void **state)
{
    (void)state;
    static char page[1 << 18];
    FILE *file = fopen("docs/scenarios.md", "re");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        char row[512];
        snprintf(row, sizeof row, "| `%s` | %s |", sf_oracles()[i]->name,
                 sf_oracles()[i]->invariant);
        if (strstr(page, row) == NULL) {
            fail_msg("docs/scenarios.md has no row %s", row);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_oracle_is_complete),
        cmocka_unit_test(test_a_missing_member_is_found),
        cmocka_unit_test(test_each_oracle_of_the_room_is_in_the_table),
        cmocka_unit_test(test_an_oracle_outside_the_table_is_found),
        cmocka_unit_test(test_each_oracle_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
