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

static enum sf_err open_plugin(const char *name, const struct sf_cache_plugin **plugin_out,
                               struct sf_diag *diag)
{
    SF_TRY(open_object(name, plugin_out, diag));
    return check_plugin(name, *plugin_out, diag);
}

/* ---- a trial in a process of its own: somebody else's code may crash, or never come back ---- */

enum { TRIAL_SECONDS = 10 };

/* How far a trial came. */
enum stage { STAGE_OPEN, STAGE_CREATE, STAGE_DONE };

/* Shared with the process of the trial. */
struct trial {
    _Atomic int stage;
    enum sf_err err;
    struct sf_diag diag;
};

static _Noreturn void try_here(const char *spec, const char *name, struct sf_cache_module module,
                               struct trial *trial)
{
    alarm(TRIAL_SECONDS);
    dup2(STDERR_FILENO, STDOUT_FILENO); /* what the program prints is not for others to add to */
    trial->err = open_plugin(name, &module.plugin, &trial->diag);
    if (trial->err == SF_OK) {
        trial->stage = STAGE_CREATE;
        trial->err = try_options(spec, &module, &trial->diag);
    }
    trial->stage = STAGE_DONE;
    _exit(0);
}

/* False when it did not come back. Its alarm ends it, unless it has asked not to hear that. */
static bool wait_for(pid_t pid, int *status_out)
{
    enum { ROUND_US = 1000, ROUNDS_A_SECOND = 1000 };
    for (uint32_t round = 0; round < (TRIAL_SECONDS + 1) * ROUNDS_A_SECOND; round++) {
        if (waitpid(pid, status_out, WNOHANG) == pid) {
            return !WIFSIGNALED(*status_out) || WTERMSIG(*status_out) != SIGALRM;
        }
        usleep(ROUND_US);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status_out, 0);
    return false;
}

static enum sf_err try_apart(const char *spec, const char *name,
                             const struct sf_cache_module *module, struct sf_diag *diag)
{
    struct trial *trial =
        mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (trial == MAP_FAILED) {
        return sf_fail(diag, SF_ERR_MACHINE, "no memory for trying the cache '%s'", spec);
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        try_here(spec, name, *module, trial);
    }
    int status = 0;
    enum sf_err err;
    bool in_time = pid > 0 && wait_for(pid, &status);
    int stage = trial->stage;
    if (pid < 0) {
        err = sf_fail(diag, SF_ERR_MACHINE, "no process for trying the cache '%s'", spec);
    } else if (stage == STAGE_DONE) {
        err = trial->err;
        if (err != SF_OK && diag != NULL) {
            *diag = trial->diag;
        }
    } else if (!in_time) {
        err = sf_fail(diag, SF_ERR_INPUT, "the cache '%s' does not come back from %s within %d s",
                      spec, stage == STAGE_OPEN ? "being loaded" : "create", TRIAL_SECONDS);
    } else {
        err = sf_fail(diag, SF_ERR_INPUT, "the cache '%s' crashes when %s (%s)", spec,
                      stage == STAGE_OPEN ? "it is loaded" : "one is created or destroyed",
                      WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended the process");
    }
    munmap(trial, sizeof *trial);
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
        SF_TRY(try_apart(spec, name, module_out, diag));
        return open_plugin(name, &module_out->plugin, diag);
    }
    SF_TRY(find_builtin(name + strlen(BUILTIN_PREFIX), builtins, &module_out->plugin, diag));
    SF_TRY(check_plugin(name, module_out->plugin, diag));
    return try_options(spec, module_out, diag);
}
