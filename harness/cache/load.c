#include "harness/cache/load.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/text.h"

#define BUILTIN_PREFIX "builtin:"

enum { BUILTINS_MAX = 256 };

bool sf_cache_spec_is_foreign(const char *spec)
{
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

static enum sf_err open_object(const char *path, const struct sf_cache_plugin **plugin_out,
                               struct sf_diag *diag)
{
    char with_folder[SF_CACHE_SPEC_BYTES + 2];
    /* Without a slash the loader would search the system's folders. */
    snprintf(with_folder, sizeof with_folder, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *object = dlopen(with_folder, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "the cache '%s' cannot be loaded: %s", path, dlerror());
    }
    sf_cache_plugin_get_function get;
    void *symbol = dlsym(object, "sf_cache_plugin_get");
    if (symbol == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the cache '%s' does not export the function sf_cache_plugin_get (see "
                       "strayframe_cache.h)",
                       path);
    }
    memcpy(&get, &symbol, sizeof get);
    *plugin_out = get(SF_CACHE_ABI);
    if (*plugin_out == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the cache '%s' cannot work with version %u of the interface", path,
                       SF_CACHE_ABI);
    }
    return SF_OK;
}

static enum sf_err try_options(const char *spec, const struct sf_cache_module *module,
                               struct sf_diag *diag)
{
    char refusal[256];
    if (sf_cache_try(module, refusal, sizeof refusal)) {
        return SF_OK;
    }
    return sf_fail(diag, SF_ERR_INPUT, "the cache '%s' refuses its options: %s%s%s", spec,
                   refusal[0] != '\0' ? refusal : "it says no more",
                   module->plugin->options != NULL ? "; it knows: " : "",
                   module->plugin->options != NULL ? module->plugin->options : "");
}

/* The same in a process of its own: somebody else's code may crash, or never come back. */
static enum sf_err try_options_apart(const char *spec, const struct sf_cache_module *module,
                                     struct sf_diag *diag)
{
    enum { TRIAL_SECONDS = 10 };
    struct report {
        enum sf_err err;
        struct sf_diag diag;
    } *report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) {
        return sf_fail(diag, SF_ERR_MACHINE, "no memory for trying the cache '%s'", spec);
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(TRIAL_SECONDS);
        report->err = try_options(spec, module, &report->diag);
        _exit(0);
    }
    int status = 0;
    enum sf_err err;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        err = sf_fail(diag, SF_ERR_MACHINE, "no process for trying the cache '%s'", spec);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        err =
            sf_fail(diag, SF_ERR_INPUT, "the cache '%s' does not come back from create within %d s",
                    spec, TRIAL_SECONDS);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        err = sf_fail(diag, SF_ERR_INPUT,
                      "the cache '%s' crashes when one is created or destroyed (%s)", spec,
                      WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended the process");
    } else {
        err = report->err;
        if (err != SF_OK && diag != NULL) {
            *diag = report->diag;
        }
    }
    munmap(report, sizeof *report);
    return err;
}

enum sf_err sf_cache_load(const char *spec, sf_cache_builtins builtins,
                          struct sf_cache_module *module_out, struct sf_diag *diag)
{
    *module_out = (struct sf_cache_module){0};
    char name[SF_CACHE_SPEC_BYTES];
    int length = snprintf(name, sizeof name, "%s", spec);
    if (length < 0 || (size_t)length >= sizeof name) {
        return sf_fail(diag, SF_ERR_INPUT, "the cache's name is longer than %d bytes",
                       SF_CACHE_SPEC_BYTES - 1);
    }
    char *question = strchr(name, '?');
    if (question != NULL) {
        *question = '\0';
        snprintf(module_out->options, sizeof module_out->options, "%s", question + 1);
    }
    if (sf_cache_spec_is_foreign(spec)) {
        SF_TRY(open_object(name, &module_out->plugin, diag));
    } else {
        SF_TRY(find_builtin(name + strlen(BUILTIN_PREFIX), builtins, &module_out->plugin, diag));
    }
    const struct sf_cache_plugin *plugin = module_out->plugin;
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
    return sf_cache_spec_is_foreign(spec) ? try_options_apart(spec, module_out, diag)
                                          : try_options(spec, module_out, diag);
}
