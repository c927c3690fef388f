#include "harness/cache/load.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/cache_spec.h"
#include "harness/base/shown.h"
#include "harness/base/text.h"
#include "harness/box/box.h"

#define BUILTIN_PREFIX "builtin:"

enum { BUILTINS_MAX = 256, TRIAL_SECONDS = 10 };

bool sf_cache_spec_is_foreign(const char *spec)
{
    SF_ASSERT(spec != NULL);
    return strncmp(spec, BUILTIN_PREFIX, strlen(BUILTIN_PREFIX)) != 0;
}

static enum sf_err find_builtin(const char *name, sf_cache_builtins builtins,
                                const struct sf_cache_plugin **plugin_out, struct sf_diag *diag)
{
    const char *names[BUILTINS_MAX + 1] = {NULL};
    for (size_t i = 0; builtins[i] != NULL && i < BUILTINS_MAX; i++) {
        names[i] = builtins[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *plugin_out = builtins[i];
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(name, names);
    if (nearest != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "no built-in cache is called '%s'; did you mean '%s'?",
                       name, nearest);
    }
    return sf_fail(diag, SF_ERR_INPUT,
                   "no built-in cache is called '%s'; `strayframe list caches` names them all",
                   name);
}

static enum sf_err try_options(const char *spec, const struct sf_cache_module *module,
                               struct sf_diag *diag)
{
    char said[SF_BOX_TEXT_BYTES];
    bool ended;
    if (sf_cache_try(module, said, sizeof said, &ended)) {
        return SF_OK;
    }
    if (ended) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the cache '%s' does not survive one being created and destroyed: %s", spec,
                       said);
    }
    char shown[sizeof said];
    sf_shown(said, strlen(said), shown, sizeof shown);
    return sf_fail(diag, SF_ERR_INPUT, "the cache '%s' refuses its options: %s%s%s", spec,
                   shown[0] != '\0' ? shown : "it says no more",
                   module->plugin->options != NULL ? "; it knows: " : "",
                   module->plugin->options != NULL ? module->plugin->options : "");
}

static enum sf_err check_plugin(const char *name, const struct sf_cache_plugin *plugin,
                                struct sf_diag *diag)
{
    if (plugin->abi != SF_CACHE_ABI) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the cache '%s' speaks version %u of the interface, not %u", name,
                       plugin->abi, SF_CACHE_ABI);
    }
    if (!SF_CACHE_HAS(plugin, destroy) || plugin->create == NULL || plugin->destroy == NULL ||
        plugin->name == NULL || plugin->version == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the cache '%s' lacks one of: name, version, create, destroy", name);
    }
    return SF_OK;
}

enum sf_err sf_cache_load(const char *spec, sf_cache_builtins builtins,
                          struct sf_cache_module *module_out, struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(module_out != NULL);
    *module_out = (struct sf_cache_module){0};
    char name[SF_CACHE_SPEC_BYTES];
    int length = snprintf(name, sizeof name, "%s", spec);
    if (length < 0 || (size_t)length >= sizeof name) {
        return sf_fail(diag, SF_ERR_INPUT, "the cache's name is longer than %d bytes",
                       SF_CACHE_SPEC_BYTES - 1);
    }
    const char *options = sf_cache_spec_options(spec);
    if (options != NULL) {
        name[options - spec] = '\0';
        snprintf(module_out->options, sizeof module_out->options, "%s", options + 1);
    }
    if (sf_cache_spec_is_foreign(spec)) {
        sf_box_run_begins(TRIAL_SECONDS, false);
        enum sf_err err = sf_box_load(name, &module_out->box, diag);
        if (err == SF_OK) {
            module_out->plugin = sf_box_plugin(module_out->box);
            err = try_options(spec, module_out, diag);
        }
        sf_box_run_ends();
        return err;
    }
    SF_TRY(find_builtin(name + strlen(BUILTIN_PREFIX), builtins, &module_out->plugin, diag));
    SF_TRY(check_plugin(name, module_out->plugin, diag));
    return try_options(spec, module_out, diag);
}
