#include "harness/base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void note(int number)
{
    interrupted = 1;
    (void)signal(number, SIG_DFL);
}

void sf_interrupt_watch(void)
{
    const struct sigaction action = {.sa_handler = note}; /* without SA_RESTART */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

void sf_interrupt_leave_to_parent(void)
{
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_DFL);
}

bool sf_interrupted(void)
{
    return interrupted != 0;
}
