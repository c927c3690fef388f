/* The check behind sf_plan_check, for the loader, which knows where in a file each address is. */
#ifndef STRAYFRAME_SCENARIO_CHECK_H
#define STRAYFRAME_SCENARIO_CHECK_H

#include "harness/base/err.h"
#include "harness/scenario/plan.h"

enum { SF_ADDRESS_BYTES = 192 };

/* As sf_plan_check, with the address of what is wrong beside the message instead of in it; ""
 * for the plan as a whole. `diag` is not NULL. */
SF_MUST_USE enum sf_err sf_plan_check_address(const struct sf_plan *plan,
                                              const struct sf_plan_schema *schema,
                                              char address_out[SF_ADDRESS_BYTES],
                                              struct sf_diag *diag);

#endif
