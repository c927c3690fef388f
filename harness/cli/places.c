/* Files that a command line names, and those that come with the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/place.h"
#include "harness/cli/command.h"

/* False if the program has no folder of data, or nothing of this name in it. */
static bool find_own(const char *name, char path_out[CLI_PATH_BYTES])
{
    char folder[SF_PLACE_BYTES];
    if (name[0] == '/' || !sf_place_data(folder)) {
        return false;
    }
    int length = snprintf(path_out, CLI_PATH_BYTES, "%s/%s", folder, name);
    return length < CLI_PATH_BYTES && access(path_out, R_OK) == 0;
}

void cli_find_data(const char *name, char *path_out, size_t path_bytes)
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(path_out != NULL);
    SF_ASSERT(path_bytes > 0);
    char own[CLI_PATH_BYTES];
    bool here = access(name, R_OK) == 0;
    snprintf(path_out, path_bytes, "%s", !here && find_own(name, own) ? own : name);
}

bool cli_same_file(const char *one, const char *other)
{
    SF_ASSERT(one != NULL);
    SF_ASSERT(other != NULL);
    char path[CLI_PATH_BYTES];
    cli_find_data(one, path, sizeof path);
    char *real_one = realpath(path, NULL);
    cli_find_data(other, path, sizeof path);
    char *real_other = realpath(path, NULL);
    bool same = real_one != NULL && real_other != NULL && strcmp(real_one, real_other) == 0;
    free(real_one);
    free(real_other);
    return same;
}

void cli_find_own(const char *name, char *path_out, size_t path_bytes)
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(path_out != NULL);
    SF_ASSERT(path_bytes > 0);
    char own[CLI_PATH_BYTES];
    bool found = find_own(name, own);
    snprintf(path_out, path_bytes, "%s", found && !cli_same_file(name, own) ? own : name);
}
