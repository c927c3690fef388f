/* A shared object loaded into this process, for the one command that saves and puts back a cache's
 * memory: everything else keeps foreign caches in a box. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/cache_spec.h"
#include "harness/cache/load.h"

static const struct sf_cache_plugin *open_object(const char *path, char *problem,
                                                 size_t problem_bytes)
{
    char with_folder[SF_CACHE_SPEC_BYTES + 2];
    /* Without a slash the loader would search the system's folders. */
    snprintf(with_folder, sizeof with_folder, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *object = dlopen(with_folder, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object != NULL ? dlsym(object, "sf_cache_plugin_get") : NULL;
    if (symbol == NULL) {
        snprintf(problem, problem_bytes, "%s", dlerror());
        return NULL;
    }
    sf_cache_plugin_get_function get;
    memcpy(&get, &symbol, sizeof get);
    return get(SF_CACHE_ABI);
}

enum sf_err sf_cache_load_here(const char *spec, sf_cache_builtins builtins,
                               struct sf_cache_module *module_out, struct sf_diag *diag)
{
    char name[SF_CACHE_SPEC_BYTES];
    char problem[256] = "it is another one than in its trial";
    SF_TRY(sf_cache_load(spec, builtins, module_out, diag));
    if (module_out->box == NULL) {
        return SF_OK;
    }
    if (sf_cache_spec_is_command(spec)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s' is a program: this command needs a shared object, whose memory it can "
                       "save and put back",
                       spec);
    }
    snprintf(name, sizeof name, "%s", spec);
    name[strcspn(name, "?")] = '\0';
    module_out->box = NULL;
    module_out->plugin = open_object(name, problem, sizeof problem);
    if (module_out->plugin == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "the cache '%s' cannot be loaded: %s", name, problem);
    }
    return SF_OK;
}
