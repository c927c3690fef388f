/* SIGINT and SIGTERM, for commands that print what they know when they are interrupted. The first
 * signal sets a flag, which long work looks at; the second one ends the program. */
#ifndef STRAYFRAME_BASE_INTERRUPT_H
#define STRAYFRAME_BASE_INTERRUPT_H

#include <stdbool.h>

/* From now on. System calls that wait are interrupted too. */
void sf_interrupt_watch(void);

/* In a child process: the parent decides. SIGINT of the terminal is ignored, SIGTERM ends it. */
void sf_interrupt_leave_to_parent(void);

/* Has a signal come since sf_interrupt_watch? */
bool sf_interrupted(void);

#endif
