/* How a cache is named: builtin:NAME, the path of a shared object, or exec:COMMAND, each with
 * options behind a '?'. */
#ifndef STRAYFRAME_BASE_CACHE_SPEC_H
#define STRAYFRAME_BASE_CACHE_SPEC_H

#include <stdbool.h>

/* Is it a program, "exec:COMMAND"? */
bool sf_cache_spec_is_command(const char *spec);

/* The '?' before the options; NULL for none. In a command it is the last that is not quoted. */
const char *sf_cache_spec_options(const char *spec);

#endif
