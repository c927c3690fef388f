/* The contract of a cache's calls, as functions of plain values. The host, the host of small worlds
 * and the runner decide by these, so that a cache gets the same code from each of them. A check
 * returns SF_CACHE_DONE, or the SF_CACHE_E_... of the breach. */
#ifndef STRAYFRAME_CACHE_CONTRACT_H
#define STRAYFRAME_CACHE_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/cache/strayframe_cache.h"

/* A longer timer is refused as busy: no run lasts that long. */
#define SF_CONTRACT_DELAY_NS_MAX (INT64_C(365) * 24 * 3600 * 1000000000)

/* How far the process of a cache may grow in a run: this many times its budget for stills, and some
 * MiB for bookkeeping, the runtime of its language, and what its allocator keeps. */
enum { SF_CONTRACT_BUDGETS = 8, SF_CONTRACT_MEMORY_MIB = 32 };

static inline bool sf_contract_memory_is_exceeded(uint64_t grown_bytes, uint64_t capacity_bytes)
{
    uint64_t more_bytes = (uint64_t)SF_CONTRACT_MEMORY_MIB << 20;
    return grown_bytes > more_bytes &&
           (grown_bytes - more_bytes) / SF_CONTRACT_BUDGETS > capacity_bytes;
}

enum {
    SF_CONTRACT_STATES = 64,     /* numbers that a cache may report, by index */
    SF_CONTRACT_LOG_BYTES = 200, /* of a line of its log that are kept */
};

/* Does an answer of this status carry a still, or a part of one? */
static inline bool sf_cache_status_has_bytes(uint32_t status)
{
    return status == SF_CACHE_STATUS_OK || status == SF_CACHE_STATUS_PARTIAL;
}

/* An answer given whole. */
static inline int32_t sf_contract_answer(uint32_t status, const uint8_t *bytes, uint32_t count)
{
    if (status > SF_CACHE_STATUS_PARTIAL) {
        return SF_CACHE_E_BAD_STATUS;
    }
    if (!sf_cache_status_has_bytes(status)) {
        return bytes != NULL || count != 0 ? SF_CACHE_E_BAD_STATUS : SF_CACHE_DONE;
    }
    if (bytes == NULL || count == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    return count > SF_CACHE_STILL_BYTES_MAX ? SF_CACHE_E_TOO_MANY_BYTES : SF_CACHE_DONE;
}

/* Two statuses are only for a viewer that holds a still: the whole one, or its first
 * `range_offset` bytes. */
static inline int32_t sf_contract_status(uint32_t status, bool holds, uint32_t range_offset)
{
    bool holds_whole = holds && range_offset == 0;
    bool fits = (status != SF_CACHE_STATUS_NOT_MODIFIED || holds_whole) &&
                (status != SF_CACHE_STATUS_PARTIAL || range_offset > 0);
    return fits ? SF_CACHE_DONE : SF_CACHE_E_BAD_STATUS;
}

/* An answer in parts: its announcement, a part while `left_bytes` of it are to come, its end. */
static inline int32_t sf_contract_announce(uint32_t total_bytes)
{
    return total_bytes == 0 || total_bytes > SF_CACHE_STILL_BYTES_MAX ? SF_CACHE_E_TOO_MANY_BYTES
                                                                      : SF_CACHE_DONE;
}

static inline int32_t sf_contract_part(uint32_t left_bytes, const uint8_t *bytes, uint32_t count)
{
    if (bytes == NULL || count == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    return count > left_bytes ? SF_CACHE_E_TOO_MANY_BYTES : SF_CACHE_DONE;
}

static inline int32_t sf_contract_end(uint32_t left_bytes, bool aborted)
{
    return !aborted && left_bytes > 0 ? SF_CACHE_E_TOO_FEW_BYTES : SF_CACHE_DONE;
}

/* An operation on the shared store; one that reads has no value. */
static inline int32_t sf_contract_store(const uint8_t *key, uint32_t key_bytes,
                                        const uint8_t *bytes, uint32_t count, int64_t ttl_ns)
{
    bool bad_key = key == NULL || key_bytes == 0 || key_bytes > SF_CACHE_KEY_BYTES_MAX;
    bool bad_value = (bytes == NULL && count > 0) || ttl_ns < 0;
    if (bad_key || bad_value) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    return count > SF_CACHE_STILL_BYTES_MAX ? SF_CACHE_E_TOO_MANY_BYTES : SF_CACHE_DONE;
}

/* As much of the properties as the plug-in's version of the header has; the rest is 0. */
static inline struct sf_cache_answer_properties
sf_contract_properties(const struct sf_cache_answer_properties *properties)
{
    struct sf_cache_answer_properties read = {.struct_bytes = sizeof read};
    if (SF_CACHE_HAS(properties, flags)) {
        read.flags = properties->flags;
    }
    if (SF_CACHE_HAS(properties, validator)) {
        read.validator = properties->validator;
    }
    if (SF_CACHE_HAS(properties, session)) {
        read.session = properties->session;
    }
    return read;
}

static inline int32_t sf_contract_flags(uint32_t flags)
{
    const uint32_t known = SF_CACHE_ANSWER_STALE | SF_CACHE_ANSWER_INCOMPLETE;
    return (flags & ~known) != 0 ? SF_CACHE_E_BAD_ARGUMENT : SF_CACHE_DONE;
}

#endif
