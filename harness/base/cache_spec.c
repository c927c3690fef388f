#include "harness/base/cache_spec.h"

#include <stddef.h>
#include <string.h>

bool sf_cache_spec_is_command(const char *spec)
{
    static const char prefix[] = "exec:";
    return strncmp(spec, prefix, sizeof prefix - 1) == 0;
}

const char *sf_cache_spec_options(const char *spec)
{
    if (!sf_cache_spec_is_command(spec)) {
        return strchr(spec, '?');
    }
    const char *found = NULL;
    char quote = '\0';
    for (const char *at = spec; *at != '\0'; at++) {
        if (*at == quote) {
            quote = '\0';
        } else if (quote == '\0' && (*at == '\'' || *at == '"')) {
            quote = *at;
        } else if (quote != '\'' && *at == '\\' && at[1] != '\0') {
            at++;
        } else if (quote == '\0' && *at == '?') {
            found = at;
        }
    }
    return found;
}
