/* Reads a driver. */
#include "harness/live/driver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/value.h"
#include "harness/scenario/yaml_tree.h"

static const char *const keys[] = {
    "server",  "package", "config",       "base",   "listens_outside_config",
    "prepare", "start",   "stop",         "reload", "purge",
    "version", "logs",    "ready_within", "gap",    "controls",
    "cures",   NULL};

enum sf_err sf_driver_read_file(const char *path, struct sf_text *out, struct sf_diag *diag)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot read: %s",
                          strerror(errno));
    }
    char part[4096];
    size_t count;
    while ((count = fread(part, 1, sizeof part, file)) > 0) {
        sf_text_add_bytes(out, part, count);
    }
    bool failed = ferror(file) != 0;
    int reason = errno;
    fclose(file);
    if (failed) {
        return sf_fail_at(diag, sf_err_of_file(reason), path, 0, 0, "cannot read: %s",
                          strerror(reason));
    }
    sf_text_add_bytes(out, "", 0);
    return SF_OK;
}

static const char *keep(struct sf_driver *driver, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = sf_arena_take(&driver->arena, bytes, 1);
    memcpy(copy, text, bytes);
    return copy;
}

static enum sf_err read_text(struct sf_driver *driver, const struct sf_yaml_node *root,
                             const char *key, const char **text_out, struct sf_diag *diag)
{
    const struct sf_yaml_node *node = sf_yaml_get(root, key);
    if (node == NULL) {
        return SF_OK;
    }
    if (node->kind != SF_YAML_SCALAR) {
        return sf_yaml_unexpected(node, diag, key, "a text");
    }
    *text_out = keep(driver, node->text);
    return SF_OK;
}

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
        words[count++] = keep(driver, entry->text);
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
    if (strcmp(node->text, "restart") == 0 && strcmp(key, "purge") == 0) {
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

static enum sf_err read_span(const struct sf_yaml_node *root, const char *key, sf_ns *span,
                             struct sf_diag *diag)
{
    const struct sf_yaml_node *node = sf_yaml_get(root, key);
    struct sf_diag why = {0};
    if (node != NULL && sf_value_duration_read(node->text, span, &why) != SF_OK) {
        return sf_yaml_fail(node, diag, "%s: %s", key, why.message);
    }
    return SF_OK;
}

static enum sf_err check_keys(const struct sf_yaml_node *mapping, const char *const *known,
                              struct sf_diag *diag)
{
    for (const struct sf_yaml_node *entry = mapping->first; entry != NULL; entry = entry->next) {
        const char *const *at = known;
        while (*at != NULL && strcmp(*at, entry->key->text) != 0) {
            at++;
        }
        if (*at == NULL) {
            const char *nearest = sf_text_nearest(entry->key->text, known);
            return sf_yaml_fail(entry->key, diag, "there is no key '%s'%s%s%s", entry->key->text,
                                nearest != NULL ? "; did you mean '" : "",
                                nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        }
    }
    return SF_OK;
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
    SF_TRY(check_keys(cures, known, diag));
    for (int i = 0; i < SF_CARRIERS_COUNT; i++) {
        SF_TRY(read_text(driver, cures, known[i], &driver->cures[i], diag));
    }
    return read_text(driver, cures, "credentials", &driver->cure_credentials, diag);
}

static enum sf_err read_controls(struct sf_driver *driver, const struct sf_yaml_node *root,
                                 struct sf_diag *diag)
{
    static const char *const known[] = {"leaky", "clean", NULL};
    const struct sf_yaml_node *controls = sf_yaml_get(root, "controls");
    if (controls == NULL) {
        return SF_OK;
    }
    SF_TRY(check_keys(controls, known, diag));
    SF_TRY(read_text(driver, controls, "leaky", &driver->control_leaky, diag));
    return read_text(driver, controls, "clean", &driver->control_clean, diag);
}

static enum sf_err read_actions(struct sf_driver *driver, const struct sf_yaml_node *root,
                                struct sf_diag *diag)
{
    SF_TRY(read_action(driver, root, "prepare", &driver->prepare, diag));
    SF_TRY(read_action(driver, root, "start", &driver->start, diag));
    SF_TRY(read_action(driver, root, "stop", &driver->stop, diag));
    SF_TRY(read_action(driver, root, "reload", &driver->reload, diag));
    SF_TRY(read_action(driver, root, "purge", &driver->purge, diag));
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
    if (root->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(root, diag, "driver", "keys and values");
    }
    SF_TRY(check_keys(root, keys, diag));
    SF_TRY(read_text(driver, root, "server", &driver->name, diag));
    SF_TRY(read_text(driver, root, "package", &driver->package, diag));
    SF_TRY(read_text(driver, root, "config", &driver->config, diag));
    SF_TRY(read_text(driver, root, "base", &driver->base, diag));
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
    SF_TRY(read_span(root, "ready_within", &driver->ready_within_ns, diag));
    SF_TRY(read_span(root, "gap", &driver->gap_ns, diag));
    SF_TRY(read_controls(driver, root, diag));
    return read_cures(driver, root, diag);
}

enum sf_err sf_driver_load(const char *file, struct sf_driver *driver, struct sf_diag *diag)
{
    *driver = (struct sf_driver){.ready_within_ns = 10 * SF_SECOND, .gap_ns = 2300 * SF_MS};
    sf_arena_init(&driver->arena);
    driver->file = keep(driver, file);
    const char *slash = strrchr(file, '/');
    char *folder = sf_arena_take(&driver->arena, strlen(file) + 2, 1);
    if (slash != NULL) {
        memcpy(folder, file, (size_t)(slash - file));
    } else {
        folder[0] = '.';
    }
    driver->folder = folder;
    struct sf_text text = {0};
    enum sf_err err = sf_driver_read_file(file, &text, diag);
    if (err == SF_OK) {
        struct sf_yaml_source source = {
            .name = driver->file, .text = text.data != NULL ? text.data : "", .bytes = text.length};
        struct sf_yaml_node *root;
        err = sf_yaml_read(&source, &driver->arena, &root, diag);
        if (err == SF_OK) {
            err = read_driver(driver, root, diag);
        }
    }
    sf_text_free(&text);
    return err;
}

void sf_driver_fini(struct sf_driver *driver)
{
    sf_arena_fini(&driver->arena);
}
