#include "harness/base/assert.h"

#include <stdio.h>
#include <stdlib.h>

static char repeat_command[1024];

void sf_assert_repeat_command(const char *command)
{
    snprintf(repeat_command, sizeof repeat_command, "%s", command != NULL ? command : "");
}

_Noreturn void sf_assert_failed(const char *fact, const char *file, int line)
{
    fprintf(stderr, "strayframe: broken promise of our own: %s (%s:%d)\n", fact, file, line);
    if (repeat_command[0] != '\0') {
        fprintf(stderr, "strayframe: repeat with: %s\n", repeat_command);
    }
    abort();
}
