#include "harness/net/netem_units.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/base/assert.h"

/* Extra precision in intermediate results would round differently from tc. */
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be computed as doubles");

struct unit {
    const char *name;
    double scale;
};

/* Multiplies by the unit that `suffix` names, case ignored. False for an unknown one. */
static bool apply_unit(const struct unit *units, const char *suffix, double *value)
{
    for (const struct unit *unit = units; unit->name != NULL; unit++) {
        if (strcasecmp(unit->name, suffix) == 0) {
            *value *= unit->scale;
            return true;
        }
    }
    return false;
}

/* A finite number at the start of `word`; *rest_out is what follows it. */
static bool read_double(const char *word, double *value_out, const char **rest_out)
{
    char *rest;
    *value_out = strtod(word, &rest);
    *rest_out = rest;
    return rest != word && !isnan(*value_out);
}

enum sf_netem_number sf_netem_read_percent_and_rest(const char *word, uint32_t *fraction_out,
                                                    uint32_t *rest_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(fraction_out != NULL);
    SF_ASSERT(rest_out != NULL);
    double value = 0;
    const char *behind = word;
    if (strcmp(word, "%") != 0 && !read_double(word, &value, &behind)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (*behind != '\0' && strcmp(behind, "%") != 0) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    double share = value / 100.;
    if (share < 0.) {
        return SF_NETEM_NUMBER_NEGATIVE;
    }
    if (share > 1.) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *fraction_out = (uint32_t)rint(share * UINT32_MAX);
    *rest_out = (uint32_t)rint((1. - share) * UINT32_MAX);
    return SF_NETEM_NUMBER_OK;
}

static enum sf_netem_number read_percent(const char *word, uint32_t *fraction_out)
{
    uint32_t rest;
    return sf_netem_read_percent_and_rest(word, fraction_out, &rest);
}

enum sf_netem_number sf_netem_read_time(const char *word, sf_ns *time_ns_out, bool *unit_given_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(time_ns_out != NULL);
    SF_ASSERT(unit_given_out != NULL);
    static const struct unit units[] = {
        {"s", 1e9},     {"sec", 1e9}, {"secs", 1e9}, {"ms", 1e6},    {"msec", 1e6},
        {"msecs", 1e6}, {"us", 1e3},  {"usec", 1e3}, {"usecs", 1e3}, {"ns", 1},
        {"nsec", 1},    {"nsecs", 1}, {NULL, 0},
    };
    double value;
    const char *rest;
    if (!read_double(word, &value, &rest)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    *unit_given_out = *rest != '\0';
    if (*unit_given_out && !apply_unit(units, rest, &value)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (value < 0) {
        return SF_NETEM_NUMBER_NEGATIVE;
    }
    if (value >= 0x1p63) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *time_ns_out = (sf_ns)value;
    return SF_NETEM_NUMBER_OK;
}

enum sf_netem_number sf_netem_read_rate(const char *word, uint64_t *bytes_per_second_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(bytes_per_second_out != NULL);
    static const struct unit units[] = {
        {"bit", 1.},
        {"kibit", 1024.},
        {"kbit", 1000.},
        {"mibit", 1024. * 1024.},
        {"mbit", 1e6},
        {"gibit", 1024. * 1024. * 1024.},
        {"gbit", 1e9},
        {"tibit", 1024. * 1024. * 1024. * 1024.},
        {"tbit", 1e12},
        {"bps", 8.},
        {"kibps", 8. * 1024.},
        {"kbps", 8e3},
        {"mibps", 8. * 1024. * 1024.},
        {"mbps", 8e6},
        {"gibps", 8. * 1024. * 1024. * 1024.},
        {"gbps", 8e9},
        {"tibps", 8. * 1024. * 1024. * 1024. * 1024.},
        {"tbps", 8e12},
        {NULL, 0},
    };
    double bits;
    const char *rest;
    if (!read_double(word, &bits, &rest)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (*rest != '\0' && !apply_unit(units, rest, &bits)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    double bytes = bits / 8;
    if (bytes < 0) {
        return SF_NETEM_NUMBER_NEGATIVE;
    }
    if (bytes >= 0x1p64) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *bytes_per_second_out = (uint64_t)bytes;
    return SF_NETEM_NUMBER_OK;
}

enum sf_netem_number sf_netem_read_size(const char *word, uint32_t *size_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(size_out != NULL);
    static const struct unit units[] = {
        {"b", 1.},
        {"k", 1024.},
        {"kb", 1024.},
        {"m", 1024. * 1024.},
        {"mb", 1024. * 1024.},
        {"g", 1024. * 1024. * 1024.},
        {"gb", 1024. * 1024. * 1024.},
        {"kbit", 1024. / 8},
        {"mbit", 1024. * 1024. / 8},
        {"gbit", 1024. * 1024. * 1024. / 8},
        {NULL, 0},
    };
    double value;
    const char *rest;
    if (!read_double(word, &value, &rest)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (*rest != '\0' && !apply_unit(units, rest, &value)) {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (value < 0) {
        return SF_NETEM_NUMBER_NEGATIVE;
    }
    if (value >= 0x1p32) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *size_out = (uint32_t)value;
    return SF_NETEM_NUMBER_OK;
}

enum sf_netem_number sf_netem_read_u32(const char *word, uint32_t *value_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(value_out != NULL);
    char *rest;
    errno = 0;
    unsigned long long value = strtoull(word, &rest, 0);
    if (rest == word || *rest != '\0') {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (strchr(word, '-') != NULL) {
        return SF_NETEM_NUMBER_NEGATIVE;
    }
    if (errno == ERANGE || value > UINT32_MAX) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *value_out = (uint32_t)value;
    return SF_NETEM_NUMBER_OK;
}

enum sf_netem_number sf_netem_read_s32(const char *word, int32_t *value_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(value_out != NULL);
    char *rest;
    errno = 0;
    long long value = strtoll(word, &rest, 0);
    if (rest == word || *rest != '\0') {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (errno == ERANGE || value > INT32_MAX || value < INT32_MIN) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *value_out = (int32_t)value;
    return SF_NETEM_NUMBER_OK;
}

enum sf_netem_number sf_netem_read_u64(const char *word, uint64_t *value_out)
{
    SF_ASSERT(word != NULL);
    SF_ASSERT(value_out != NULL);
    char *rest;
    errno = 0;
    unsigned long long value = strtoull(word, &rest, 10);
    if (rest == word || *rest != '\0') {
        return SF_NETEM_NUMBER_MALFORMED;
    }
    if (errno == ERANGE) {
        return SF_NETEM_NUMBER_TOO_LARGE;
    }
    *value_out = value;
    return SF_NETEM_NUMBER_OK;
}

void sf_netem_print_percent(struct sf_text *text, uint32_t fraction)
{
    SF_ASSERT(text != NULL);
    char word[40];
    for (int digits = 0; digits <= 12; digits++) {
        uint32_t back = 0;
        snprintf(word, sizeof word, "%.*f%%", digits, fraction * 100. / UINT32_MAX);
        if (read_percent(word, &back) == SF_NETEM_NUMBER_OK && back == fraction) {
            break;
        }
    }
    sf_text_add(text, "%s", word);
}

void sf_netem_print_time(struct sf_text *text, sf_ns time_ns)
{
    SF_ASSERT(text != NULL);
    if (time_ns % SF_SECOND == 0 && time_ns != 0) {
        sf_text_add(text, "%" PRId64 "s", time_ns / SF_SECOND);
    } else if (time_ns % SF_MS == 0) {
        sf_text_add(text, "%" PRId64 "ms", time_ns / SF_MS);
    } else if (time_ns % SF_US == 0) {
        sf_text_add(text, "%" PRId64 "us", time_ns / SF_US);
    } else {
        sf_text_add(text, "%" PRId64 "ns", time_ns);
    }
}

void sf_netem_print_rate(struct sf_text *text, uint64_t bytes_per_second)
{
    SF_ASSERT(text != NULL);
    if (bytes_per_second > UINT64_MAX / 8) {
        sf_text_add(text, "%" PRIu64 "bps", bytes_per_second);
        return;
    }
    uint64_t bits = bytes_per_second * 8;
    if (bits % 1000000000 == 0 && bits != 0) {
        sf_text_add(text, "%" PRIu64 "gbit", bits / 1000000000);
    } else if (bits % 1000000 == 0 && bits != 0) {
        sf_text_add(text, "%" PRIu64 "mbit", bits / 1000000);
    } else if (bits % 1000 == 0 && bits != 0) {
        sf_text_add(text, "%" PRIu64 "kbit", bits / 1000);
    } else {
        sf_text_add(text, "%" PRIu64 "bit", bits);
    }
}
