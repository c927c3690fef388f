# Writes OUTPUT, a C file with the commit that is built, when it has changed. cmake -DOUTPUT=... -DSOURCE=... -P commit.cmake
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=* OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[
/* Made by cmake/commit.cmake. */
#include "harness/machine/versions.h"

const char *sf_commit(void)
{
    return "@commit@";
}
]] @ONLY)
