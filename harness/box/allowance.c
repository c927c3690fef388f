#include "harness/box/allowance.h"

#include <stddef.h>

#include "harness/base/assert.h"
#include "harness/box/spent.h"

/* A guard against what the figures miss (a stranger whose work is done by its children): this many
 * times the allowance in real time ends every run. */
enum { REAL_TIMES = 20 };

static uint64_t run;
static double bound_s;
static double began_s;

void sf_allowance_begin(double seconds_max)
{
    run++;
    bound_s = seconds_max;
    began_s = sf_real_s();
}

bool sf_allowance_is_bounded(void)
{
    return bound_s > 0;
}

static void look_first(struct sf_allowance *allowance, pid_t keeper)
{
    pid_t known = allowance->stranger;
    *allowance = (struct sf_allowance){.run = run, .stranger = known};
    if (allowance->stranger == 0) {
        allowance->stranger = sf_process_child(keeper);
    }
    allowance->cpu_s = allowance->stranger != 0 ? sf_process_cpu_s(allowance->stranger) : 0;
}

bool sf_allowance_is_spent(struct sf_allowance *allowance, pid_t keeper, bool waits)
{
    SF_ASSERT(allowance != NULL);
    if (bound_s <= 0) {
        return false;
    }
    double now_s = sf_real_s();
    if (allowance->run != run) {
        look_first(allowance, keeper);
    }
    bool is_known = allowance->stranger != 0;
    if (waits && allowance->waiting_s > 0 &&
        (!is_known || sf_process_sleeps(allowance->stranger))) {
        allowance->slept_s += now_s - allowance->waiting_s;
    }
    allowance->waiting_s = waits ? now_s : 0;
    double used_s = is_known ? sf_process_cpu_s(allowance->stranger) - allowance->cpu_s : 0;
    return used_s > bound_s || allowance->slept_s > bound_s ||
           now_s - began_s > REAL_TIMES * bound_s;
}
