/* Numbers as the JSON reports write them. Each is a new reference. */
#ifndef STRAYFRAME_REPORT_JSON_H
#define STRAYFRAME_REPORT_JSON_H

#include <jansson.h>
#include <stdint.h>

json_t *sf_json_number(uint64_t value);

/* Seeds use all 64 bits; as JSON's integers are signed, a larger one is written as text. */
json_t *sf_json_seed(uint64_t seed);

/* A hash, in 16 digits. */
json_t *sf_json_hash(uint64_t hash);

#endif
