/* Numbers with units as tc reads and writes them: percentages, times, rates, sizes. A value read
 * here is the one that tc would send, to the last bit: the same rounding, applied to doubles as tc
 * does. Floating point stays in this file; what comes out are integers. */
#ifndef STRAYFRAME_NET_NETEM_UNITS_H
#define STRAYFRAME_NET_NETEM_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/base/time.h"

/* How a word failed to be a number of its kind. */
enum sf_netem_number {
    SF_NETEM_NUMBER_OK,
    SF_NETEM_NUMBER_MALFORMED, /* no number, or something unknown behind it */
    SF_NETEM_NUMBER_NEGATIVE,
    SF_NETEM_NUMBER_TOO_LARGE,
};

/* "5%", "5", "0.1%" -> 32-bit fraction, 0 to 100 %, and the remainder to 100 %. tc rounds the two
 * separately: at 50% both are 2147483648. A lone "%" is 0, as with tc. */
enum sf_netem_number sf_netem_read_percent_and_rest(const char *word, uint32_t *fraction_out,
                                                    uint32_t *rest_out);

/* "20ms", "1.5s", "100us", "30ns"; without a unit nanoseconds (unit_given_out says). Fractions of a
 * nanosecond are cut off. */
enum sf_netem_number sf_netem_read_time(const char *word, sf_ns *time_ns_out, bool *unit_given_out);

/* "1mbit", "10kibit", "5mbps" (bytes), a bare number is bit/s. Bytes a second, cut off. */
enum sf_netem_number sf_netem_read_rate(const char *word, uint64_t *bytes_per_second_out);

/* A count or a size: "1000", "10k" (1024), "1m", "8kbit" (bits are turned to bytes). Cut off. */
enum sf_netem_number sf_netem_read_size(const char *word, uint32_t *size_out);

/* Integers; base 10, 0x or 0 prefixed. */
enum sf_netem_number sf_netem_read_u32(const char *word, uint32_t *value_out);
enum sf_netem_number sf_netem_read_s32(const char *word, int32_t *value_out);

/* Base 10 only; a minus sign wraps around, as with tc. */
enum sf_netem_number sf_netem_read_u64(const char *word, uint64_t *value_out);

/* The shortest text that reads back as the same value. */
void sf_netem_print_percent(struct sf_text *text, uint32_t fraction);
void sf_netem_print_time(struct sf_text *text, sf_ns time_ns);
void sf_netem_print_rate(struct sf_text *text, uint64_t bytes_per_second);

#endif
