/* A shared object loaded into a worker, for the one command that saves and puts back a cache's
 * memory: everything else keeps foreign caches in a box. The worker has given up its rights. */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/cache_spec.h"
#include "harness/cache/load.h"

static const struct sf_cache_plugin *open_object(const char *path)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object != NULL ? dlsym(object, "sf_cache_plugin_get") : NULL;
    if (symbol == NULL) {
        return NULL;
    }
    sf_cache_plugin_get_function get;
    memcpy(&get, &symbol, sizeof get);
    return get(SF_CACHE_ABI);
}

enum sf_err sf_cache_load_here(const char *spec, sf_cache_builtins builtins,
                               struct sf_cache_module *module_out, struct sf_diag *diag)
{
    SF_TRY(sf_cache_load(spec, builtins, module_out, diag));
    if (module_out->box == NULL) {
        return SF_OK;
    }
    module_out->opens_here = !sf_cache_spec_is_command(spec);
    return SF_OK;
}

void sf_cache_open_here(struct sf_cache_module *module)
{
    SF_ASSERT(module != NULL);
    if (!module->opens_here) {
        return;
    }
    sf_box_confine();
    module->plugin = open_object(sf_box_object(module->box));
    module->box = NULL;
    module->opens_here = false;
    if (module->plugin == NULL) {
        _exit(1); /* the end of the process is a finding */
    }
}
