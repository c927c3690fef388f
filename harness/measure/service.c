#include "harness/measure/service.h"

#include <math.h>
#include <stddef.h>

#include "harness/base/assert.h"

enum { NEVER = SF_WAITS_BUCKETS - 1 };

/* The first sixteen are 0 to 15 ms; each octave from 16 ms on has sixteen more. */
static uint32_t bucket_of(uint64_t ms)
{
    uint32_t octave = 0;
    while (ms >= 2 * SF_WAITS_STEPS) {
        ms /= 2;
        octave++;
    }
    uint32_t bucket = octave * SF_WAITS_STEPS + (uint32_t)ms;
    return bucket < NEVER ? bucket : NEVER - 1;
}

/* The longest wait that falls into it. */
static uint64_t bucket_ms(uint32_t bucket)
{
    if (bucket < 2 * SF_WAITS_STEPS) {
        return bucket;
    }
    uint32_t octave = bucket / SF_WAITS_STEPS - 1;
    uint64_t first = bucket - octave * SF_WAITS_STEPS;
    return ((first + 1) << octave) - 1;
}

void sf_waits_add(struct sf_waits *waits, sf_ns wait_ns)
{
    SF_ASSERT(waits != NULL);
    SF_ASSERT(wait_ns >= 0);
    waits->counts[bucket_of((uint64_t)(wait_ns / SF_MS))]++;
}

void sf_waits_add_never(struct sf_waits *waits)
{
    SF_ASSERT(waits != NULL);
    waits->counts[NEVER]++;
}

uint64_t sf_waits_count(const struct sf_waits *waits)
{
    SF_ASSERT(waits != NULL);
    uint64_t count = 0;
    for (uint32_t i = 0; i < SF_WAITS_BUCKETS; i++) {
        count += waits->counts[i];
    }
    return count;
}

uint64_t sf_waits_ms(const struct sf_waits *waits, uint32_t percent)
{
    SF_ASSERT(waits != NULL);
    SF_ASSERT(percent <= 100);
    uint64_t all_count = sf_waits_count(waits);
    uint64_t count = 0;
    for (uint32_t i = 0; i < NEVER && all_count > 0; i++) {
        count += waits->counts[i];
        if (count * 100 >= all_count * percent) {
            return bucket_ms(i);
        }
    }
    return UINT64_MAX;
}

double sf_waits_quantile_ms(const struct sf_waits *waits, double share)
{
    SF_ASSERT(waits != NULL);
    SF_ASSERT(share > 0.0 && share < 1.0);
    double wanted = share * (double)sf_waits_count(waits);
    double before = 0.0;
    for (uint32_t i = 0; i < NEVER && wanted > 0.0; i++) {
        double count = (double)waits->counts[i];
        if (count > 0.0 && before + count >= wanted) {
            double low = i > 0 ? (double)bucket_ms(i - 1) + 1.0 : 0.0;
            double width = (double)bucket_ms(i) + 1.0 - low;
            return low + width * (wanted - before) / count;
        }
        before += count;
    }
    return wanted > 0.0 ? (double)INFINITY : (double)NAN;
}

void sf_service_add(struct sf_service *to, const struct sf_service *from)
{
    SF_ASSERT(to != NULL);
    SF_ASSERT(from != NULL);
    SF_ASSERT(to != from);
    to->asks_count += from->asks_count;
    to->admitted_count += from->admitted_count;
    to->hits_count += from->hits_count;
    to->blank_count += from->blank_count;
    for (uint32_t i = 0; i < SF_WAITS_BUCKETS; i++) {
        to->firsts.counts[i] += from->firsts.counts[i];
    }
}
