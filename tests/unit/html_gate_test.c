/* The gate's page: each of its sections, and whatever a foreign cache or a file is called. */
#include "harness/report/gate_page.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"
#include "tests/unit/html_page.h"
#include "tests/unit/runs.h"

#define HOSTILE "</code><script>alert(1)</script>\"' onerror=x \x1b[2J<img src=x>"
#define HARMLESS                                                               \
    "&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onerror=x " \
    "\xef\xbf\xbd[2J&lt;img src=x&gt;"

struct fixture {
    struct sf_gate gate;
    struct sf_gate_names names;
    struct sf_campaign what;
    struct sf_gate_page page;
    struct sf_dossier dossier;
};

static const char *const files[] = {"scenarios/gate/aging.yaml", "own/" HOSTILE ".yaml"};
static const struct sf_campaign_scenario scenarios[] = {
    {.file = "scenarios/gate/aging.yaml", .hash = 0xabc}, {.file = "own/" HOSTILE ".yaml"}};

/* A gate that passed: 200 runs of two scenarios, every oracle with evidence, every situation
 * reached. */
static struct fixture *fixture_create(void)
{
    struct fixture *f = sf_alloc(1, sizeof *f);
    struct sf_gate *gate = &f->gate;
    gate->kind = SF_GATE_PASS;
    gate->verdict = SF_VERDICT_PASS;
    gate->confidence = 0.95;
    gate->box_lacks = "";
    gate->runs_count = 200;
    gate->wanted_count = 200;
    gate->seeds_count = 100;
    gate->seed_first = 1;
    gate->scenarios_count = 2;
    gate->controls = (struct sf_gate_controls){100, 100, 0, 100};
    snprintf(gate->reason, sizeof gate->reason, "no invariant was broken in 200 runs");
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        gate->evidence[i] = 7;
        gate->wanted[i] = true;
        for (int plan = 0; plan < 2; plan++) {
            gate->scenarios[plan].runs_count = 100;
            gate->scenarios[plan].oracles[i].evidence_count = 3;
        }
    }
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        gate->probes[i] = 50;
    }
    f->names = (struct sf_gate_names){.candidate = "./new.so", .files = files};
    f->what = (struct sf_campaign){
        .version = "0.1.0",
        .commit = "c0ffee1",
        .machine = "host, Linux",
        .options = "--seeds 100",
        .files_count = 2,
        .files = {{"candidate", "/builds/new.so", "aaaa1111"}, {"strayframe", "/bin/sf", "bbbb"}},
        .scenarios_count = 2,
        .scenarios = scenarios,
    };
    f->page = (struct sf_gate_page){.gate = gate,
                                    .names = &f->names,
                                    .what = &f->what,
                                    .command = "strayframe gate --candidate ./new.so",
                                    .started = "2026-01-02 03:04:05 UTC",
                                    .ended = "2026-01-02 03:05:06 UTC"};
    return f;
}

static void fixture_destroy(struct fixture *f)
{
    sf_dossier_fini(&f->dossier);
    free(f);
}

static struct sf_text page_of(struct fixture *f)
{
    struct sf_text page = {0};
    sf_report_gate_html(&f->page, &page);
    (void)check_closed(page.data);
    (void)check_references(page.data);
    return page;
}

static uint32_t oracle_of(const char *name)
{
    uint32_t index = 0;
    while (strcmp(sf_oracles()[index]->name, name) != 0) {
        index++;
    }
    return index;
}

/* The text behind `from`, up to `to`. */
static void assert_between(const char *page, const char *from, const char *part, const char *to)
{
    const char *begin = strstr(page, from);
    assert_non_null(begin);
    const char *end = strstr(begin, to);
    assert_non_null(end);
    const char *found = strstr(begin, part);
    if (found == NULL || found > end) {
        fail_msg("'%s' is not between '%s' and '%s'", part, from, to);
    }
}

static void add_find(struct fixture *f, struct sf_gate_find find)
{
    struct sf_gate *gate = &f->gate;
    gate->kind = SF_GATE_LEAK;
    gate->verdict = SF_VERDICT_FAIL;
    gate->stray_count = 5;
    gate->failed_count = 6;
    gate->findings_count = 40;
    gate->finds[gate->finds_count++] = find;
}

static struct sf_gate_find stray(void)
{
    return (struct sf_gate_find){
        .kind = SF_GATE_FINDING,
        .arm = SF_ARM_CANDIDATE,
        .seed = 7,
        .runs_count = 5,
        .finding = {.oracle = (uint16_t)oracle_of("no-stray-pixels"),
                    .at_ns = SF_SECOND,
                    .viewer = sf_viewer_of_home((struct sf_home_id){1}, SF_VIEWER_IS_HUB),
                    .viewer_tenant = {1},
                    .owner_tenant = {4},
                    .owner_camera = {4},
                    .capture = 3,
                    .amount = 769000},
    };
}

/* ---- a pass ---- */

static void test_a_pass_says_what_it_is_worth(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    struct sf_text page = page_of(f);
    assert_true(has(page.data, "<title>Pass: new.so "));
    assert_true(has(page.data,
                    "<h1 class=\"good\"><span class=\"mark\">Pass:</span> no promise was "
                    "broken</h1>"));
    assert_true(has(page.data, "</b> No invariant was broken in 200 runs.</p>"));
    assert_true(has(page.data,
                    "a cache that is known to leak was caught in 100 of 100 runs, and one "
                    "that is known to be correct passed 100 of 100."));
    assert_true(has(page.data, "What this pass does not say"));
    /* 1 - 0.05^(1/200) is 1 in 67.3. */
    assert_true(has(page.data,
                    "a leak in 1 run of 67 or more would have been seen with a certainty of "
                    "95%"));
    assert_false(has(page.data, "id=\"findings\""));
    assert_false(has(page.data, "href=\"#findings\""));
    assert_false(has(page.data, "id=\"comparison\""));
    assert_false(has(page.data, "did not pass this candidate"));
    assert_int_equal(count_of(page.data, "class=\"bad\""), 1); /* in the legend of the matrix */
    sf_text_free(&page);
    fixture_destroy(f);
}

static void test_the_page_says_what_ran(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    struct sf_text page = page_of(f);
    static const char *const parts[] = {"/builds/new.so",
                                        "<code>aaaa1111</code>",
                                        "--seeds 100",
                                        "c0ffee1",
                                        "host, Linux",
                                        "2026-01-02 03:04:05 UTC",
                                        "2026-01-02 03:05:06 UTC",
                                        "0000000000000abc",
                                        "up to 100 for each of 2 scenarios"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        assert_between(page.data, "id=\"ran\"", parts[i], "id=\"approval\"");
    }
    assert_between(page.data, "id=\"approval\"", "aaaa1111", "</main>");
    sf_text_free(&page);
    fixture_destroy(f);
}

/* Landmarks, headings in order, names of tables: for a screen reader, and for the keyboard. */
static void test_each_entry_of_the_contents_is_a_section_with_a_heading(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    f->gate.comparison.ran = true;
    f->names.baseline = "./old.so";
    add_find(f, stray());
    struct sf_text page = page_of(f);
    static const char *const ids[] = {"findings", "comparison", "matrix", "situations",
                                      "small",    "limits",     "ran",    "approval"};
    assert_int_equal(count_of(page.data, "<a href=\"#"), sizeof ids / sizeof ids[0]);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char part[64];
        snprintf(part, sizeof part, "<a href=\"#%s\">", ids[i]);
        assert_int_equal(count_of(page.data, part), 1);
        snprintf(part, sizeof part, "aria-labelledby=\"%s\"><h2 id=\"%s\">", ids[i], ids[i]);
        assert_int_equal(count_of(page.data, part), 1);
    }
    assert_int_equal(count_of(page.data, "<h1"), 1);
    assert_int_equal(count_of(page.data, "<main>"), 1);
    assert_int_equal(count_of(page.data, "<table"), count_of(page.data, "<caption"));
    sf_text_free(&page);
    fixture_destroy(f);
}

/* ---- the matrix, the situations ---- */

static void test_the_matrix_has_a_cell_for_each_scenario_and_oracle(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    uint32_t oracle = oracle_of("fresh");
    f->gate.scenarios[1].oracles[oracle].failed_count = 12;
    f->gate.failed[oracle] = 12;
    f->gate.scenarios[0].oracles[oracle].evidence_count = 0;
    f->gate.scenarios[0].oracles[oracle].wanted_count = 5;
    f->gate.scenarios[0].oracles[oracle + 1].evidence_count = 0;
    f->gate.scenarios[0].ended_count = 2;
    f->gate.ended_count = 2;
    struct sf_text page = page_of(f);
    uint32_t oracles_count = 0;
    while (sf_oracles()[oracles_count] != NULL) {
        oracles_count++;
    }
    /* Each cell says in words what its sign does; a row for each scenario, and one for all. */
    assert_int_equal(count_of(page.data, "held, ") + count_of(page.data, ">broken in ") +
                         count_of(page.data, "nothing to judge, although required</span>") +
                         count_of(page.data, "does not concern it</span>"),
                     3 * (oracles_count + 1));
    assert_int_equal(count_of(page.data, "broken in 12 of 100 runs"), 1);
    assert_int_equal(count_of(page.data, "broken in 12 of 200 runs"), 1);
    assert_int_equal(count_of(page.data, "broken in 2 of 100 runs"), 1);
    assert_int_equal(count_of(page.data, "nothing to judge, although required</span>"), 1);
    assert_int_equal(count_of(page.data, "does not concern it</span>"), 1);
    sf_text_free(&page);
    fixture_destroy(f);
}

static void test_situations_that_were_not_tested_come_first_and_are_among_the_limits(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    f->gate.kind = SF_GATE_INCONCLUSIVE;
    f->gate.verdict = SF_VERDICT_INCONCLUSIVE;
    f->gate.probes[SF_PROBE_MASS_RETURN] = 0;
    f->gate.probes[SF_PROBE_STORE_LATE] = 0; /* not required */
    f->gate.not_tested_count = 1;
    struct sf_text page = page_of(f);
    assert_true(has(page.data,
                    "<h1 class=\"open\"><span class=\"mark\">Inconclusive:</span> not enough "
                    "was seen</h1>"));
    assert_between(page.data, "<tr class=\"bad\"><th scope=\"row\">mass-return", "NOT TESTED",
                   "</tr>");
    assert_between(page.data, "<tr class=\"open\"><th scope=\"row\">store-late", "did not occur",
                   "</tr>");
    assert_true(strstr(page.data, "\">mass-return") < strstr(page.data, "\">hit<"));
    assert_between(page.data, "id=\"limits\"",
                   "Required, and not tested: half of the viewers ask within two seconds.",
                   "</ul>");
    assert_between(page.data, "id=\"limits\"", "did not occur: a reply of the store is late",
                   "</ul>");
    assert_true(has(page.data, "did not pass this candidate"));
    sf_text_free(&page);
    fixture_destroy(f);
}

/* ---- findings ---- */

static void test_findings_have_their_standing_and_the_three_commands(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    static const struct sf_accepted accepted = {
        .name = "x", .reason = HOSTILE, .until = "2027-01-31"};
    add_find(f, stray());
    struct sf_gate_find known = stray();
    known.standing = SF_GATE_ACCEPTED;
    known.accepted = &accepted;
    known.plan = 1;
    add_find(f, known);
    add_find(f, (struct sf_gate_find){.kind = SF_GATE_CRASH,
                                      .arm = SF_ARM_CANDIDATE,
                                      .runs_count = 1,
                                      .ended = {.code = 1, .text = "said " HOSTILE}});
    f->gate.finds_lost_count = 4;
    f->page.without_dossiers = "the gate was interrupted";
    snprintf(f->gate.reason, sizeof f->gate.reason,
             "in 5 of 200 runs a viewer received it; fresh failed in 3; the cache crashed in 1");
    struct sf_text page = page_of(f);
    assert_true(
        has(page.data, "<h1 class=\"bad\"><span class=\"mark\">Leak:</span> viewers received"));
    assert_true(has(page.data, "</b> In 5 of 200 runs a viewer received it.</p>"));
    assert_true(has(page.data, "<li>fresh failed in 3</li>\n<li>the cache crashed in 1</li>"));
    assert_true(has(page.data,
                    "1. The hub of home 2 was shown home 5&#39;s capture 3 (76.9% of the "
                    "picture)</h3>"));
    assert_true(has(page.data, "<code>no-stray-pixels:hub</code>"));
    static const char *const commands[] = {"run", "shrink", "explain"};
    for (size_t i = 0; i < 3; i++) {
        char part[128];
        snprintf(part, sizeof part,
                 "<code>strayframe %s scenarios/gate/aging.yaml --seed 7 --cache ./new.so</code>",
                 commands[i]);
        assert_int_equal(count_of(page.data, part), 1);
    }
    assert_true(has(page.data, "Leak, accepted</span>"));
    assert_true(has(page.data, "Accepted until 2027-01-31: <bdi>" HARMLESS "</bdi>"));
    assert_true(
        has(page.data, "3. The cache ended in the middle of the run: said " HARMLESS "</h3>"));
    assert_true(has(page.data, "Without pictures and stories: the gate was interrupted."));
    assert_true(has(page.data, "4 runs showed one of them."));
    sf_text_free(&page);
    fixture_destroy(f);
}

/* Of a real run: the dossier is made, and the page has its pictures, its story, and the step. */
static void test_a_finding_has_its_pictures_and_its_story_with_the_step_marked(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    struct runs *runs = runs_create();
    struct sf_diag diag = {0};
    runs_load_with(runs, "scenarios/canary/stray-pixels.yaml", NULL, 0);
    const struct sf_run_options options = {.seed = 1};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    assert_true(runs->result.findings_kept > 0);
    struct sf_gate_find find = stray();
    find.finding = runs->result.findings[0];
    const struct sf_dossier_request request = {
        .plan = &runs->plan, .finding = &find.finding, .seed = 1};
    assert_int_equal(sf_dossier_make(runs->runner, &request, &f->dossier, &diag), SF_OK);
    assert_true(f->dossier.repeated);
    assert_int_equal(f->dossier.exhibits->count, 1);
    assert_true(f->dossier.story.culprit < f->dossier.story.steps_count);
    add_find(f, find);
    f->page.dossiers = &f->dossier;
    f->page.dossiers_count = 1;
    struct sf_text page = page_of(f);
    assert_int_equal(count_of(page.data, "<img "), 3);
    assert_int_equal(count_of(page.data, "<tr class=\"culprit\">"), 1);
    assert_between(page.data, "<tr class=\"culprit\">", "Here it goes wrong", "</tr>");
    assert_true(has(page.data, "Likely cause: "));
    sf_text_free(&page);

    /* A finding that does not come again has none of that, and the page says so. */
    find.finding.at_ns++;
    sf_dossier_fini(&f->dossier);
    assert_int_equal(sf_dossier_make(runs->runner, &request, &f->dossier, &diag), SF_OK);
    assert_false(f->dossier.repeated);
    page = page_of(f);
    assert_int_equal(count_of(page.data, "<img "), 0);
    assert_true(has(page.data, "this finding did not come again"));
    sf_text_free(&page);
    runs_destroy(runs);
    fixture_destroy(f);
}

/* ---- the baseline ---- */

static void test_candidate_and_baseline_stand_side_by_side_with_intervals(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    struct sf_gate_comparison *comparison = &f->gate.comparison;
    f->names.baseline = "./old.so";
    comparison->ran = true;
    comparison->pairs_count = 100;
    comparison->same_count = 40;
    for (int arm = SF_ARM_CANDIDATE; arm < SF_ARM_MIXED; arm++) {
        comparison->arms[arm].runs_count = 100;
    }
    comparison->arms[SF_ARM_CANDIDATE].worse_count = 3;
    comparison->arms[SF_ARM_CANDIDATE].worse_at = (struct sf_gate_where){0, 11};
    comparison->arms[SF_ARM_ROLLBACK].only_count = 2;
    comparison->figures[SF_GATE_FIGURE_OWN_SHARE] =
        (struct sf_gate_figure){.measured = true,
                                .baseline = 0.9,
                                .candidate = 0.85,
                                .loss = 0.05,
                                .loss_interval = {-0.01, 0.1},
                                .limit = 0.02,
                                .allowed = SF_GATE_UNSURE};
    comparison->figures[SF_GATE_FIGURE_MEMORY].baseline = (double)NAN;
    comparison->figures[SF_GATE_FIGURE_MEMORY].candidate = (double)NAN;
    struct sf_text page = page_of(f);
    assert_true(has(page.data, "<td>90.00 %</td><td>85.00 %</td><td>+5.00 points<small>-1.00 to "
                               "+10.00</small></td>"));
    assert_true(has(page.data, "<span class=\"mark\">UNSURE</span> 2.00</td>"));
    /* The scale is 0.11 on each side: -0.01 to 0.1 is 45.5 % to 95.5 %. */
    assert_true(has(page.data,
                    "<s style=\"left:45.5%;width:50.0%\"></s><b style=\"left:72.7%\"></b><u "
                    "style=\"left:59.1%\"></u>"));
    assert_true(has(page.data,
                    "Newly failing: 3 runs</dt><dd><pre class=\"command\"><code>strayframe "
                    "run scenarios/gate/aging.yaml --seed 11 --cache ./new.so</code>"));
    assert_true(has(page.data, "Only in rollback: 2 runs"));
    assert_true(has(page.data, "no scenario has several nodes"));
    assert_true(has(page.data, "The same trace in 40 of 100 pairs."));
    assert_true(has(page.data, "not measured"));
    sf_text_free(&page);
    fixture_destroy(f);
}

/* ---- foreign texts ---- */

static void test_no_name_of_a_stranger_is_markup(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    f->names.candidate = "./" HOSTILE;
    f->names.baseline = HOSTILE;
    f->what.commit = HOSTILE;
    f->what.machine = HOSTILE;
    f->what.options = HOSTILE;
    f->what.files[0].path = HOSTILE;
    f->page.command = HOSTILE;
    f->gate.comparison.ran = true;
    f->gate.has_difference = true;
    f->gate.difference_at.plan = 1;
    f->gate.small.ran = true;
    f->gate.small.events_count = 3;
    snprintf(f->gate.small.told, sizeof f->gate.small.told, "%s", HOSTILE);
    snprintf(f->gate.reason, sizeof f->gate.reason, "a; %s; b", HOSTILE);
    f->gate.box_lacks = HOSTILE;
    f->gate.scenarios[1].again_differs = true;
    struct sf_gate_find find = stray();
    find.plan = 1;
    add_find(f, find);
    struct sf_text page = page_of(f);
    assert_false(has(page.data, "<script"));
    assert_false(has(page.data, "<img "));
    assert_false(has(page.data, "\x1b"));
    assert_true(count_of(page.data, HARMLESS) >= 12);
    sf_text_free(&page);
    fixture_destroy(f);
}

/* As many kinds as there is room for, and nothing at all: both are pages. */
static void test_the_fullest_and_the_emptiest_gate_have_a_page(void **state)
{
    (void)state;
    struct fixture *f = fixture_create();
    while (f->gate.finds_count < SF_GATE_FINDS_MAX) {
        add_find(f, stray());
    }
    struct sf_text page = page_of(f);
    assert_int_equal(count_of(page.data, "<section class=\"find\""), SF_GATE_FINDS_MAX);
    sf_text_free(&page);
    f->gate = (struct sf_gate){.kind = SF_GATE_BROKEN, .confidence = 0.95, .box_lacks = ""};
    page = page_of(f);
    assert_true(has(page.data, "No run was made, so nothing is known."));
    assert_true(has(page.data, "it was not made."));
    sf_text_free(&page);
    fixture_destroy(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pass_says_what_it_is_worth),
        cmocka_unit_test(test_the_page_says_what_ran),
        cmocka_unit_test(test_each_entry_of_the_contents_is_a_section_with_a_heading),
        cmocka_unit_test(test_the_matrix_has_a_cell_for_each_scenario_and_oracle),
        cmocka_unit_test(test_situations_that_were_not_tested_come_first_and_are_among_the_limits),
        cmocka_unit_test(test_findings_have_their_standing_and_the_three_commands),
        cmocka_unit_test(test_a_finding_has_its_pictures_and_its_story_with_the_step_marked),
        cmocka_unit_test(test_candidate_and_baseline_stand_side_by_side_with_intervals),
        cmocka_unit_test(test_no_name_of_a_stranger_is_markup),
        cmocka_unit_test(test_the_fullest_and_the_emptiest_gate_have_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
