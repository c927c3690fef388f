/* `strayframe live`, and `strayframe run` of a live scenario, in the program strayframe: starts
 * strayframe-live, which is the same command line with the libraries of a client and a server of
 * HTTP. To load those takes longer than most commands do, and no other command needs them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/place.h"
#include "harness/cli/command.h"

static int start(const struct cli_args *args)
{
    char path[SF_PLACE_BYTES];
    SF_ASSERT(args != NULL);
    for (uint32_t i = 0; i < args->sets_count; i++) {
        /* The words were split where they stand. */
        ((char *)(uintptr_t)args->sets[i].value)[-1] = '=';
    }
    if (sf_place_program("strayframe-live", path)) {
        execv(path, args->argv);
    }
    fprintf(stderr, "strayframe live: cannot start %s: %s\n", path, strerror(errno));
    return CLI_EXIT_MACHINE;
}

int cli_live_run(const struct cli_args *args)
{
    return start(args);
}

int cli_run_live(const struct cli_args *args, const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    return start(args);
}
