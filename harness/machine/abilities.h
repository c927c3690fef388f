/* What this machine can do for strayframe: each ability is tried, not guessed from a version. The
 * trials run in processes of their own and leave nothing. */
#ifndef STRAYFRAME_MACHINE_ABILITIES_H
#define STRAYFRAME_MACHINE_ABILITIES_H

#include <stdbool.h>

struct sf_ability {
    const char *group;
    const char *name;
    const char *needed_for;
    const char *mend; /* the command, as root on Debian; what else is to be done after '#' */
    bool (*works)(const char *detail);
    const char *detail; /* for `works`: a program, a command of the shell; or NULL */
};

/* In the order in which they are shown; the last has no name. */
const struct sf_ability *sf_abilities(void);

#endif
