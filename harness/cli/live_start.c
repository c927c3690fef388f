/* `strayframe live` in the program strayframe: starts strayframe-live, which is the same command
 * line with the libraries of a client and a server of HTTP. To load those takes longer than most
 * commands do, and no other command needs them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/cli/command.h"

/* Beside this program, else where it was built. */
int cli_live_run(const struct cli_args *args)
{
    static const char name[] = "/strayframe-live";
    char path[4096];
    SF_ASSERT(args != NULL);
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof name);
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    if (length > 0) {
        memcpy(path + length - 1, name, sizeof name);
        execv(path, args->argv);
    }
    execv(SF_BINARY_FOLDER "/strayframe-live", args->argv);
    fprintf(stderr,
            "strayframe live: cannot start strayframe-live, which belongs beside strayframe: %s\n",
            strerror(errno));
    return CLI_EXIT_MACHINE;
}
