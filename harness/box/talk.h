/* A recorded exchange (see sf_box_log_messages) fed to a program alone: without a world, without a
 * box, so that it can run under a debugger. */
#ifndef STRAYFRAME_BOX_TALK_H
#define STRAYFRAME_BOX_TALK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/err.h"

struct sf_talk {
    uint64_t events_count;
    uint64_t calls_count;
    bool differs;       /* a call is not the recorded one */
    uint64_t line;      /* of the recording where it differs */
    char expected[200]; /* the recorded call; "" for none */
    char said[200];     /* what the program said instead; "" when it ended */
};

/* Feeds the events that process `number` of the recording received. SF_ERR_INPUT for a file that is
 * no recording, or has no such process. */
SF_MUST_USE enum sf_err sf_box_talk(const char *path, uint32_t number, char *const argv[],
                                    struct sf_talk *talk_out, struct sf_diag *diag);

#endif
