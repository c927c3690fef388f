/* The ways to break the contract of the cache interface, in words: the codes SF_CACHE_E_... of the
 * public header, which is all that this room knows of caches. */
#ifndef STRAYFRAME_ORACLE_BREACH_H
#define STRAYFRAME_ORACLE_BREACH_H

#include <stdint.h>

#include "harness/base/text.h"

/* The constant of the public header, "SF_CACHE_E_ANSWERED"; NULL for what is none. */
const char *sf_breach_name(uint32_t code);

/* "the request has been answered already (SF_CACHE_E_ANSWERED, 17)" */
void sf_breach_say(uint32_t code, struct sf_text *out);

#endif
