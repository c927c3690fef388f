/* The ways to break the contract of the cache interface, in words. */
#ifndef STRAYFRAME_STORY_CONTRACT_H
#define STRAYFRAME_STORY_CONTRACT_H

#include <stdint.h>

#include "harness/base/text.h"

/* The constant of the public header, "SF_CACHE_E_ANSWERED"; NULL for what is none. */
const char *sf_contract_name(uint32_t code);

/* "the request has been answered already (SF_CACHE_E_ANSWERED, 17)" */
void sf_contract_print(uint32_t code, struct sf_text *out);

#endif
