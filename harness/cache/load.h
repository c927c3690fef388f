/* A cache by its name: "builtin:NAME", the path of a shared object, or "exec:COMMAND", with options
 * after '?'. */
#ifndef STRAYFRAME_CACHE_LOAD_H
#define STRAYFRAME_CACHE_LOAD_H

#include <stdbool.h>

#include "harness/base/bounds.h"
#include "harness/base/err.h"
#include "harness/box/box.h"
#include "harness/cache/strayframe_cache.h"

/* A cache that can be created. Foreign ones live in a box: harness/box/box.h. */
struct sf_cache_module {
    const struct sf_cache_plugin *plugin;
    const struct sf_box *box;          /* NULL: built in, or opened in this process */
    bool opens_here;                   /* see sf_cache_open_here */
    char options[SF_CACHE_SPEC_BYTES]; /* the text behind '?', "" for none */
};

/* The caches that come with the program, ended by NULL; passed in by the caller. */
typedef const struct sf_cache_plugin *const *sf_cache_builtins;

/* Finds the cache, checks its version and its required functions, and creates and destroys one to
 * see whether it understands its options. SF_ERR_INPUT with what is wrong and, for a built-in one,
 * the nearest name. */
SF_MUST_USE enum sf_err sf_cache_load(const char *spec, sf_cache_builtins builtins,
                                      struct sf_cache_module *module_out, struct sf_diag *diag);

/* As sf_cache_load, but a shared object, once it has survived its trial in a box, can be opened in
 * a worker's process. A program stays in its box. */
SF_MUST_USE enum sf_err sf_cache_load_here(const char *spec, sf_cache_builtins builtins,
                                           struct sf_cache_module *module_out,
                                           struct sf_diag *diag);

/* In a worker: opens the shared object of sf_cache_load_here in this process, which gives up its
 * rights before, for good. Ends the process if the object is not what it was in its trial. Does
 * nothing to a built-in cache. */
void sf_cache_open_here(struct sf_cache_module *module);

/* Creates one and destroys it again. False if it would not be created, or came to an end of its
 * own; with what it said or what became of it. */
bool sf_cache_try(const struct sf_cache_module *module, char *refusal_out, uint32_t refusal_bytes,
                  bool *ended_out);

/* Is it foreign code, a shared object or a program? */
bool sf_cache_spec_is_foreign(const char *spec);

#endif
