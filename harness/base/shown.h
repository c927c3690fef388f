/* Text of a stranger, made fit to be shown: on a terminal, in a report, in a message. */
#ifndef STRAYFRAME_BASE_SHOWN_H
#define STRAYFRAME_BASE_SHOWN_H

#include <stddef.h>

/* Writes `count` bytes to `out`, terminated and cut to fit. What would move a cursor, end a line,
 * turn the direction of writing or is no UTF-8 appears as \n, \t or \xNN; a backslash stays. */
void sf_shown(const char *bytes, size_t count, char *out, size_t out_bytes);

#endif
