/* Reads a driver. */
#include "harness/live/driver.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/live/fields.h"
#include "harness/scenario/value.h"
#include "harness/scenario/yaml_tree.h"

static const char *const keys[] = {
    "server",   "package", "config", "base",         "listens_outside_config",
    "prepare",  "start",   "stop",   "reload",       "purge",
    "upgrade",  "version", "logs",   "ready_within", "gap",
    "controls", "cures",   NULL};

static enum sf_err read_words(struct sf_driver *driver, const struct sf_yaml_node *node,
                              const char *key, const char **words, uint32_t words_max,
                              struct sf_diag *diag)
{
    if (node->entries_count > words_max) {
        return sf_yaml_fail(node, diag, "%s: at most %u words", key, words_max);
    }
    uint32_t count = 0;
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        if (entry->kind != SF_YAML_SCALAR) {
            return sf_yaml_unexpected(entry, diag, key, "a word");
        }
        words[count++] = sf_fields_keep(&driver->arena, entry->text);
    }
    return SF_OK;
}

static const struct {
    const char *name;
    int number;
} signals[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"TERM", SIGTERM}, {"QUIT", SIGQUIT},
               {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"KILL", SIGKILL}};

static enum sf_err read_action(struct sf_driver *driver, const struct sf_yaml_node *root,
                               const char *key, struct sf_driver_action *action,
                               struct sf_diag *diag)
{
    const struct sf_yaml_node *node = sf_yaml_get(root, key);
    if (node == NULL) {
        return SF_OK;
    }
    if (node->kind == SF_YAML_LIST) {
        return read_words(driver, node, key, action->words, SF_KEEPER_WORDS_MAX, diag);
    }
    if (strcmp(node->text, "restart") == 0 &&
        (strcmp(key, "purge") == 0 || strcmp(key, "upgrade") == 0)) {
        action->by_restart = true;
        return SF_OK;
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (strcmp(node->text, signals[i].name) == 0) {
            action->signal = signals[i].number;
            return SF_OK;
        }
    }
    return sf_yaml_unexpected(
        node, diag, key, "a list of words, or a signal: HUP, INT, TERM, QUIT, USR1, USR2, KILL");
}

static enum sf_err read_cures(struct sf_driver *driver, const struct sf_yaml_node *root,
                              struct sf_diag *diag)
{
    const struct sf_yaml_node *cures = sf_yaml_get(root, "cures");
    if (cures == NULL) {
        return SF_OK;
    }
    const char *known[SF_CARRIERS_COUNT + 2] = {0};
    for (int i = 0; i < SF_CARRIERS_COUNT; i++) {
        known[i] = sf_carrier_name((enum sf_carrier)i);
    }
    known[SF_CARRIERS_COUNT] = "credentials";
    SF_TRY(sf_fields_check(cures, known, "cures", diag));
    for (int i = 0; i < SF_CARRIERS_COUNT; i++) {
        SF_TRY(sf_fields_text(&driver->arena, cures, known[i], &driver->cures[i], diag));
    }
    return sf_fields_text(&driver->arena, cures, "credentials", &driver->cure_credentials, diag);
}

static enum sf_err read_controls(struct sf_driver *driver, const struct sf_yaml_node *root,
                                 struct sf_diag *diag)
{
    static const char *const known[] = {"leaky", "clean", NULL};
    const struct sf_yaml_node *controls = sf_yaml_get(root, "controls");
    if (controls == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_fields_check(controls, known, "controls", diag));
    SF_TRY(sf_fields_text(&driver->arena, controls, "leaky", &driver->control_leaky, diag));
    return sf_fields_text(&driver->arena, controls, "clean", &driver->control_clean, diag);
}

static enum sf_err read_actions(struct sf_driver *driver, const struct sf_yaml_node *root,
                                struct sf_diag *diag)
{
    SF_TRY(read_action(driver, root, "prepare", &driver->prepare, diag));
    SF_TRY(read_action(driver, root, "start", &driver->start, diag));
    SF_TRY(read_action(driver, root, "stop", &driver->stop, diag));
    SF_TRY(read_action(driver, root, "reload", &driver->reload, diag));
    SF_TRY(read_action(driver, root, "purge", &driver->purge, diag));
    SF_TRY(read_action(driver, root, "upgrade", &driver->upgrade, diag));
    SF_TRY(read_action(driver, root, "version", &driver->version, diag));
    const struct sf_yaml_node *logs = sf_yaml_get(root, "logs");
    if (logs != NULL) {
        SF_TRY(read_words(driver, logs, "logs", driver->logs, SF_DRIVER_LOGS_MAX, diag));
    }
    if (driver->start.words[0] == NULL) {
        return sf_yaml_fail(root, diag, "start is missing: the words that start the server");
    }
    return SF_OK;
}

static enum sf_err read_driver(struct sf_driver *driver, const struct sf_yaml_node *root,
                               struct sf_diag *diag)
{
    SF_TRY(sf_fields_check(root, keys, "a driver", diag));
    SF_TRY(sf_fields_text(&driver->arena, root, "server", &driver->name, diag));
    SF_TRY(sf_fields_text(&driver->arena, root, "package", &driver->package, diag));
    SF_TRY(sf_fields_text(&driver->arena, root, "config", &driver->config, diag));
    SF_TRY(sf_fields_text(&driver->arena, root, "base", &driver->base, diag));
    if (driver->name == NULL || driver->config == NULL) {
        return sf_yaml_fail(root, diag, "%s is missing",
                            driver->name == NULL ? "server" : "config");
    }
    const struct sf_yaml_node *outside = sf_yaml_get(root, "listens_outside_config");
    struct sf_diag why = {0};
    if (outside != NULL &&
        sf_value_switch_read(outside->text, &driver->listens_outside_config, &why) != SF_OK) {
        return sf_yaml_fail(outside, diag, "listens_outside_config: %s", why.message);
    }
    SF_TRY(read_actions(driver, root, diag));
    SF_TRY(sf_fields_span(root, "ready_within", &driver->ready_within_ns, diag));
    SF_TRY(sf_fields_span(root, "gap", &driver->gap_ns, diag));
    SF_TRY(read_controls(driver, root, diag));
    return read_cures(driver, root, diag);
}

enum sf_err sf_driver_load(const char *file, struct sf_driver *driver, struct sf_diag *diag)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(driver != NULL);
    *driver = (struct sf_driver){.ready_within_ns = 10 * SF_SECOND, .gap_ns = 2300 * SF_MS};
    sf_arena_init(&driver->arena);
    driver->file = sf_fields_keep(&driver->arena, file);
    const char *slash = strrchr(file, '/');
    char *folder = sf_arena_take(&driver->arena, strlen(file) + 2, 1);
    if (slash != NULL) {
        memcpy(folder, file, (size_t)(slash - file));
    } else {
        folder[0] = '.';
    }
    driver->folder = folder;
    struct sf_yaml_node *root;
    SF_TRY(sf_fields_read_file(file, &driver->arena, &root, diag));
    return read_driver(driver, root, diag);
}

void sf_driver_fini(struct sf_driver *driver)
{
    SF_ASSERT(driver != NULL);
    sf_arena_fini(&driver->arena);
}
