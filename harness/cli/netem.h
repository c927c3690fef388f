/* `strayframe netem`: what a netem spec means, and what a link of it does. */
#ifndef STRAYFRAME_CLI_NETEM_H
#define STRAYFRAME_CLI_NETEM_H

/* argv[0] is the command's own name, the rest its arguments; argv's order may change. Returns the
 * exit code: 0, 2 for bad input, 4 when the machine failed. */
int sf_command_netem(int argc, char **argv);

#endif
