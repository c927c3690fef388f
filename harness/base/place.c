#include "harness/base/place.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"

/* Part of every installation: tells its folder of data from another folder of that name. */
#define DATA_MARK "scenarios/gate"

/* The folder of this program, without a slash at its end; "" if the kernel does not say (no /proc).
 * The link is resolved, so that a link to the program in another folder leads to the program. */
static void own_folder(char folder_out[SF_PLACE_BYTES])
{
    ssize_t length = readlink("/proc/self/exe", folder_out, SF_PLACE_BYTES - 1);
    folder_out[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder_out, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

/* FOLDER/BELOW, if `mark` is there (NULL: if it is there itself), in its shortest form. */
static bool try_place(const char *below, const char *mark, int mode, char path_out[SF_PLACE_BYTES])
{
    char folder[SF_PLACE_BYTES];
    char wanted[SF_PLACE_BYTES + 256];
    own_folder(folder);
    snprintf(wanted, sizeof wanted, "%s/%s%s%s", folder, below, mark != NULL ? "/" : "",
             mark != NULL ? mark : "");
    if (folder[0] == '\0' || access(wanted, mode) != 0) {
        return false;
    }
    snprintf(wanted, sizeof wanted, "%s/%s", folder, below);
    char *real = realpath(wanted, NULL);
    bool found = real != NULL && strlen(real) < SF_PLACE_BYTES;
    if (found) {
        snprintf(path_out, SF_PLACE_BYTES, "%s", real);
    }
    free(real);
    return found;
}

bool sf_place_program(const char *name, char path_out[SF_PLACE_BYTES])
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(strchr(name, '/') == NULL);
    static const char *const folders[] = {".", SF_BIN_TO_LIBEXEC, ".."};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char below[256];
        snprintf(below, sizeof below, "%s/%s", folders[i], name);
        if (try_place(below, NULL, X_OK, path_out)) {
            return true;
        }
    }
    char folder[SF_PLACE_BYTES];
    own_folder(folder);
    int length = snprintf(path_out, SF_PLACE_BYTES, "%.3800s/%.200s", folder, name);
    SF_ASSERT(length < SF_PLACE_BYTES);
    return false;
}

/* `installed` is the way from the folder of the program strayframe in an installation; the others
 * are in another folder. `built` is below the folder of the build, in which the programs are; those
 * of the tests are one folder down. */
static bool find(const char *installed, const char *built, const char *mark,
                 char path_out[SF_PLACE_BYTES])
{
    char above[256];
    char from_libexec[256];
    snprintf(above, sizeof above, "../%s", built);
    snprintf(from_libexec, sizeof from_libexec, "%s/%s", SF_LIBEXEC_TO_BIN, installed);
    return try_place(built, mark, R_OK, path_out) || try_place(installed, mark, R_OK, path_out) ||
           try_place(from_libexec, mark, R_OK, path_out) || try_place(above, mark, R_OK, path_out);
}

bool sf_place_data(char path_out[SF_PLACE_BYTES])
{
    return find(SF_BIN_TO_DATA, "source", DATA_MARK, path_out);
}

bool sf_place_include(char path_out[SF_PLACE_BYTES])
{
    return find(SF_BIN_TO_INCLUDE, "source/harness/cache", "strayframe_cache.h", path_out);
}

bool sf_place_cmake(char path_out[SF_PLACE_BYTES])
{
    return find(SF_BIN_TO_CMAKE, "cmake", "strayframeConfig.cmake", path_out);
}
