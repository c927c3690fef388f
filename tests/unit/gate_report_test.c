/* `gate --report` and `merge --report` as a user meets them. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/html_page.h"
#include "tests/unit/program.h"

#define LEAKY \
    "gate --only scenarios/gate/deploy.yaml --seeds 4 --candidate builtin:canary-tenantless"

static void read_page(const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "cat $D/%s", name);
    assert_int_equal(shell(line), 0);
    (void)check_closed(output);
}

static int make_folder(void **state)
{
    static char folder[] = "/tmp/sf_gate_report_XXXXXX";
    *state = mkdtemp(folder);
    setenv("D", folder, 1);
    return *state == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return system("rm -r \"$D\"") != 0;
}

static void test_a_gate_writes_its_page_with_pictures(void **state)
{
    (void)state;
    assert_int_equal(strayframe(LEAKY " --report $D/p.html --commit c0ffee1"), 1);
    read_page("p.html");
    assert_says("<h1 class=\"bad\"><span class=\"mark\">Leak:</span>");
    assert_true(check_references(output) > 3); /* pictures, and the icon */
    assert_says("<tr class=\"culprit\">");
    assert_says("c0ffee1");
    assert_says("<code>strayframe gate --seed 1 --candidate builtin:canary-tenantless --only "
                "scenarios/gate/deploy.yaml --seeds 4</code>");
}

/* The verdict is printed, whatever becomes of the page. */
static void test_the_verdict_is_printed_when_the_page_cannot_be_written(void **state)
{
    (void)state;
    char line[512];
    snprintf(line, sizeof line,
             "trap '' XFSZ; ulimit -f 4; %s/strayframe " LEAKY " --report $D/full.html",
             SF_BINARY_DIR);
    assert_int_equal(shell(line), 4);
    assert_says("verdict: leak: in 4 of 4 runs");
    assert_says("full.html");
    assert_int_equal(shell("test -e $D/full.html"), 1);
    assert_int_equal(strayframe(LEAKY " --report /no/such/folder/p.html"), 2); /* before the work */
    assert_null(strstr(output, "verdict"));
}

static void test_a_resumed_and_a_merged_campaign_have_the_page(void **state)
{
    (void)state;
    assert_int_equal(strayframe(LEAKY " --store $D/s.db"), 1);
    assert_int_equal(strayframe(LEAKY " --store $D/s.db --resume --report $D/r.html"), 1);
    read_page("r.html");
    assert_says("4 of them from the store");
    assert_true(check_references(output) > 3);
    uint32_t pictures_count = count_of(output, "<img ");
    assert_int_equal(strayframe(LEAKY " --shard 1/2 --store $D/1.db"), 0);
    assert_int_equal(strayframe(LEAKY " --shard 2/2 --store $D/2.db"), 0);
    assert_int_equal(strayframe("merge $D/1.db $D/2.db --report $D/m.html"), 1);
    read_page("m.html");
    assert_says("<h1 class=\"bad\"><span class=\"mark\">Leak:</span>");
    assert_int_equal(count_of(output, "<img "), pictures_count);
    assert_says("File: strayframe");
}

/* Pictures are only shown of what ran: of a scenario that has changed since there are none. */
static void test_a_merge_does_not_show_pictures_of_something_else(void **state)
{
    (void)state;
    assert_int_equal(shell("cp scenarios/gate/deploy.yaml $D/mine.yaml"), 0);
    assert_int_equal(strayframe("gate --only $D/mine.yaml --seeds 4 --candidate "
                                "builtin:canary-tenantless --store $D/c.db"),
                     1);
    assert_int_equal(shell("sed -i 's/^duration: 5min/duration: 6min/' $D/mine.yaml"), 0);
    assert_int_equal(strayframe("merge $D/c.db --report $D/c.html"), 1);
    read_page("c.html");
    assert_int_equal(count_of(output, "<img "), 0);
    assert_says("Without pictures and stories: the scenarios are not here, or have changed since.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gate_writes_its_page_with_pictures),
        cmocka_unit_test(test_the_verdict_is_printed_when_the_page_cannot_be_written),
        cmocka_unit_test(test_a_resumed_and_a_merged_campaign_have_the_page),
        cmocka_unit_test(test_a_merge_does_not_show_pictures_of_something_else),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
