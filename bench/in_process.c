/* strayframe with one difference, for bench/box: a shared object is called in the worker's process
 * instead of in a box. The linker replaces sf_cache_load by the function here. Only for an object
 * that is known to be harmless. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/cache_spec.h"
#include "harness/cache/load.h"

enum sf_err __real_sf_cache_load(const char *spec, sf_cache_builtins builtins,
                                 struct sf_cache_module *module_out, struct sf_diag *diag);
enum sf_err __wrap_sf_cache_load(const char *spec, sf_cache_builtins builtins,
                                 struct sf_cache_module *module_out, struct sf_diag *diag);

enum sf_err __wrap_sf_cache_load(const char *spec, sf_cache_builtins builtins,
                                 struct sf_cache_module *module_out, struct sf_diag *diag)
{
    if (!sf_cache_spec_is_foreign(spec) || sf_cache_spec_is_command(spec)) {
        return __real_sf_cache_load(spec, builtins, module_out, diag);
    }
    char name[SF_CACHE_SPEC_BYTES];
    const char *options = sf_cache_spec_options(spec);
    *module_out = (struct sf_cache_module){0};
    snprintf(name, sizeof name, "%s", spec);
    if (options != NULL) {
        name[options - spec] = '\0';
        snprintf(module_out->options, sizeof module_out->options, "%s", options + 1);
    }
    void *object = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object != NULL ? dlsym(object, "sf_cache_plugin_get") : NULL;
    if (symbol == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "the cache '%s' cannot be loaded: %s", name, dlerror());
    }
    sf_cache_plugin_get_function get;
    memcpy(&get, &symbol, sizeof get);
    module_out->plugin = get(SF_CACHE_ABI);
    return SF_OK;
}
