/* Ends the process, with a reason, if the command does not do what it should. */
#ifndef STRAYFRAME_TESTS_KERNEL_GUEST_COMMAND_H
#define STRAYFRAME_TESTS_KERNEL_GUEST_COMMAND_H

void check_command(void);

#endif
