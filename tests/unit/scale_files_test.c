/* The files for engines: the Kubernetes job has the keys and follows the rules of an indexed Job
 * (the API reference of batch/v1), and the script runs a shard. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/scenario/yaml_tree.h"
#include "tests/unit/program.h"

static char text[1 << 16];

static struct sf_yaml_node *read_job(struct sf_arena *arena)
{
    FILE *file = fopen("share/scale/kubernetes-job.yaml", "r");
    struct sf_yaml_node *root;
    struct sf_diag diag = {0};
    assert_non_null(file);
    const struct sf_yaml_source source = {
        .name = "job", .text = text, .bytes = fread(text, 1, sizeof text, file)};
    fclose(file);
    if (sf_yaml_read(&source, arena, &root, &diag) != SF_OK) {
        fail_msg("%u: %s", diag.line, diag.message);
    }
    return root;
}

static const struct sf_yaml_node *get(const struct sf_yaml_node *node, const char *path)
{
    char copy[200];
    char *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok_r(copy, ".", &rest); key != NULL; key = strtok_r(NULL, ".", &rest)) {
        node = node != NULL && node->kind == SF_YAML_LIST ? node->first : node;
        node = node != NULL ? sf_yaml_get(node, key) : NULL;
    }
    if (node == NULL) {
        fail_msg("no %s", path);
    }
    return node;
}

static void assert_text(const struct sf_yaml_node *root, const char *path, const char *expected)
{
    assert_string_equal(get(root, path)->text, expected);
}

static void assert_keys(const struct sf_yaml_node *node, const char *known)
{
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        char key[80];
        snprintf(key, sizeof key, " %s ", entry->key->text);
        if (strstr(known, key) == NULL) {
            fail_msg("line %u: unknown key%s", entry->key->line, key);
        }
    }
}

static void test_the_job_of_kubernetes_follows_its_rules(void **state)
{
    (void)state;
    struct sf_arena arena;
    sf_arena_init(&arena);
    const struct sf_yaml_node *job = read_job(&arena);
    assert_text(job, "apiVersion", "batch/v1");
    assert_text(job, "kind", "Job");
    assert_keys(job, " apiVersion kind metadata spec ");
    assert_keys(get(job, "spec"),
                " completionMode completions parallelism backoffLimitPerIndex maxFailedIndexes "
                "podFailurePolicy template ");
    assert_text(job, "spec.completionMode", "Indexed"); /* backoffLimitPerIndex needs it */
    assert_true(strtol(get(job, "spec.completions")->text, NULL, 10) > 0);
    /* podFailurePolicy needs it. */
    assert_text(job, "spec.template.spec.restartPolicy", "Never");
    assert_keys(get(job, "spec.template.spec"),
                " restartPolicy terminationGracePeriodSeconds containers volumes ");
    const struct sf_yaml_node *container = get(job, "spec.template.spec.containers")->first;
    assert_keys(container, " name image command args env resources volumeMounts ");
    assert_text(job, "spec.podFailurePolicy.rules.onExitCodes.containerName",
                get(container, "name")->text);
    assert_text(job, "spec.podFailurePolicy.rules.onExitCodes.operator", "In");
    assert_text(job, "spec.podFailurePolicy.rules.action", "FailJob");
    /* The number of shards is that of the job, and every mount is a volume. */
    const struct sf_yaml_node *count = get(container, "args")->first->next;
    assert_text(job, "spec.completions", count->text);
    for (const struct sf_yaml_node *mount = get(container, "volumeMounts")->first; mount != NULL;
         mount = mount->next) {
        bool known = false;
        for (const struct sf_yaml_node *volume = get(job, "spec.template.spec.volumes")->first;
             volume != NULL; volume = volume->next) {
            known |= strcmp(get(volume, "name")->text, get(mount, "name")->text) == 0;
        }
        assert_true(known);
    }
    sf_arena_fini(&arena);
}

/* As Kubernetes starts it, and once more. */
static void test_the_script_runs_a_shard_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(
        shell("d=$(mktemp -d); mkdir $d/kept $d/local; export JOB_COMPLETION_INDEX=1 "
              "STRAYFRAME=" SF_BINARY_DIR "/strayframe STRAYFRAME_LOCAL=$d/local; "
              "for i in 1 2; do share/scale/shard index 2 $d/kept --only "
              "scenarios/smoke/small.yaml --candidate builtin:careful --seeds 6 | tail "
              "-1; rm $d/local/*; done; ls $d/kept; $STRAYFRAME history $d/kept/2.db | "
              "wc -l; rm -r $d"),
        0);
    assert_says("shard 2 of 2, complete: 3 of 3 runs");
    assert_says("2.db\n1\n"); /* one campaign, although it was started twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_job_of_kubernetes_follows_its_rules),
        cmocka_unit_test(test_the_script_runs_a_shard_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
