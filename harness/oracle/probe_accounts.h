/* The probes of accounts: several cameras in one, guests, new owners, slots. A part of probes.c. */
#ifndef STRAYFRAME_ORACLE_PROBE_ACCOUNTS_H
#define STRAYFRAME_ORACLE_PROBE_ACCOUNTS_H

#include "harness/base/arena.h"
#include "harness/oracle/probes.h"
#include "harness/trace/record.h"

struct sf_probe_accounts;

/* Memory from `arena`. */
struct sf_probe_accounts *sf_probe_accounts_create(struct sf_arena *arena, uint32_t homes_count);

/* The request is over. One that this viewer is not known to wait for is no error. */
void sf_probe_accounts_end_wait(struct sf_probe_accounts *accounts, struct sf_viewer_id viewer,
                                uint64_t request);

/* Counts what the record brings about. */
void sf_probe_accounts_see(struct sf_probe_accounts *accounts, const struct sf_record *record,
                           uint64_t counts[SF_PROBES_COUNT]);

#endif
