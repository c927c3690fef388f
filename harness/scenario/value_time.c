/* Durations, instants, time zones: their written form. Integers only; nothing here knows a clock or
 * the machine's own time zone. */
#include "harness/scenario/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

static const struct {
    const char *name;
    sf_ns ns;
} units[] = {
    {"d", 24 * SF_HOUR}, {"h", SF_HOUR}, {"min", SF_MINUTE}, {"s", SF_SECOND},
    {"ms", SF_MS},       {"us", SF_US},  {"ns", 1},
};

enum { UNITS_COUNT = sizeof units / sizeof units[0] };

/* What people write, and what they mean. */
static const struct {
    const char *written;
    const char *meant;
} unit_hints[] = {
    {"m", "min' or 'ms"}, {"M", "min"},     {"mins", "min"},     {"minute", "min"},
    {"minutes", "min"},   {"S", "s"},       {"sec", "s"},        {"secs", "s"},
    {"second", "s"},      {"seconds", "s"}, {"H", "h"},          {"hr", "h"},
    {"hrs", "h"},         {"hour", "h"},    {"hours", "h"},      {"D", "d"},
    {"day", "d"},         {"days", "d"},    {"msec", "ms"},      {"msecs", "ms"},
    {"usec", "us"},       {"usecs", "us"},  {"\xc2\xb5s", "us"}, {"\xce\xbcs", "us"},
    {"nsec", "ns"},       {"nsecs", "ns"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t unit_find(const char *name, size_t length)
{
    for (size_t i = 0; i < UNITS_COUNT; i++) {
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0) {
            return i;
        }
    }
    return UNITS_COUNT;
}

static enum sf_err unit_refuse(const char *text, const char *unit, size_t length,
                               struct sf_diag *diag)
{
    char shown[SF_SHOWN_BYTES];
    char unit_shown[SF_SHOWN_BYTES];
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), unit);
    for (size_t i = 0; i < sizeof unit_hints / sizeof unit_hints[0]; i++) {
        if (strcmp(name, unit_hints[i].written) == 0) {
            return sf_fail(diag, SF_ERR_INPUT, "'%s': '%s' is not a unit; did you mean '%s'?",
                           sf_value_shown(text, shown), name, unit_hints[i].meant);
        }
    }
    return sf_fail(diag, SF_ERR_INPUT,
                   "'%s': '%s' is not a unit; units are ns, us, ms, s, min, h and d",
                   sf_value_shown(text, shown), sf_value_shown(name, unit_shown));
}

/* "12.5" at `*text`, times the unit that follows it. */
struct part {
    uint64_t whole;
    uint64_t fraction;       /* 0.fraction, written with ... */
    uint64_t fraction_scale; /* ... a power of ten */
};

/* This many digits fit in 64 bits; times the nanoseconds of a day they fit in 128. */
enum { WHOLE_DIGITS_MAX = 19, FRACTION_DIGITS_MAX = 18 };

/* Reads digits; false when there are none or too many. */
static bool digits_read(const char **at, size_t digits_max, uint64_t *value_out,
                        uint64_t *scale_out)
{
    uint64_t value = 0;
    uint64_t scale = 1;
    size_t count = 0;
    for (; is_digit(**at); (*at)++, count++) {
        if (count == digits_max) {
            return false;
        }
        value = value * 10 + (uint64_t)(**at - '0');
        scale *= 10;
    }
    *value_out = value;
    *scale_out = scale;
    return count > 0;
}

static bool part_read(const char **at, struct part *part_out)
{
    uint64_t unused;
    part_out->fraction = 0;
    part_out->fraction_scale = 1;
    if (!digits_read(at, WHOLE_DIGITS_MAX, &part_out->whole, &unused)) {
        return false;
    }
    if (**at != '.') {
        return true;
    }
    (*at)++;
    return digits_read(at, FRACTION_DIGITS_MAX, &part_out->fraction, &part_out->fraction_scale);
}

enum sf_err sf_value_duration_read(const char *text, sf_ns *ns_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(ns_out != NULL);
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    if (text[0] == '-') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': a duration is not negative", shown);
    }
    __int128 total = 0;
    size_t unit_before = UNITS_COUNT;
    const char *at = text;
    do {
        struct part part;
        if (!part_read(&at, &part)) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "'%s' is not a duration such as 250ms, 4s or 1h30min", shown);
        }
        size_t length = strcspn(at, "0123456789. ");
        if (length == 0 && at[0] == ' ') {
            return sf_fail(diag, SF_ERR_INPUT, "'%s': write the duration without spaces", shown);
        }
        if (length == 0 && at[0] == '\0') {
            return sf_fail(diag, SF_ERR_INPUT, "'%s' has no unit; did you mean '%ss'?", shown,
                           shown);
        }
        if (at[0] == '_' || at[0] == ',') {
            return sf_fail(diag, SF_ERR_INPUT, "'%s': write the digits without separators", shown);
        }
        size_t unit = unit_find(at, length);
        if (unit == UNITS_COUNT) {
            return unit_refuse(text, at, length, diag);
        }
        if (unit_before != UNITS_COUNT && unit <= unit_before) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "'%s': units go from large to small, each at most once", shown);
        }
        unit_before = unit;
        at += length;
        __int128 fraction = (__int128)part.fraction * units[unit].ns;
        if (fraction % part.fraction_scale != 0) {
            return sf_fail(diag, SF_ERR_INPUT, "'%s' is finer than 1ns", shown);
        }
        total += (__int128)part.whole * units[unit].ns + fraction / part.fraction_scale;
        if (total > INT64_MAX) {
            return sf_fail(diag, SF_ERR_INPUT, "'%s' is longer than 292 years", shown);
        }
        if (at[0] == ' ') {
            return sf_fail(diag, SF_ERR_INPUT, "'%s': write the duration without spaces", shown);
        }
    } while (at[0] != '\0');
    *ns_out = (sf_ns)total;
    return SF_OK;
}

void sf_value_duration_print(sf_ns ns, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(ns >= 0);
    if (ns == 0) {
        sf_text_add(out, "0s");
        return;
    }
    size_t unit = 0;
    while (ns % units[unit].ns != 0) {
        unit++; /* ends at ns, which divides everything */
    }
    sf_text_add(out, "%" PRId64 "%s", ns / units[unit].ns, units[unit].name);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_days(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    SF_ASSERT(month >= 1);
    SF_ASSERT(month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first of January. */
static int64_t year_day(int64_t year)
{
    int64_t before = year - 1;
    return 365 * (year - 1970) + (before / 4 - before / 100 + before / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t number_at(const char *text, size_t offset, size_t digits)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (text[offset + i] - '0');
    }
    return value;
}

/* Whether `text` has digits where `pattern` has '0', and else the same characters. */
static bool matches(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        if (*pattern == '0' ? !is_digit(*text) : *text != *pattern) {
            return false;
        }
    }
    return *text == '\0';
}

enum sf_err sf_value_instant_read(const char *text, int64_t *unix_s_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(unix_s_out != NULL);
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    if (!matches(text, "0000-00-00T00:00:00Z")) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s' is not an instant in UTC such as "
                       "2019-12-26T22:00:00Z",
                       shown);
    }
    int64_t year = number_at(text, 0, 4);
    int64_t month = number_at(text, 5, 2);
    int64_t day = number_at(text, 8, 2);
    int64_t hour = number_at(text, 11, 2);
    int64_t minute = number_at(text, 14, 2);
    int64_t second = number_at(text, 17, 2);
    if (year < 1970) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is before 1970", shown);
    }
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month)) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': there is no such day", shown);
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': there is no such time of day", shown);
    }
    int64_t days = year_day(year) + day - 1;
    for (int64_t m = 1; m < month; m++) {
        days += month_days(year, m);
    }
    *unix_s_out = ((days * 24 + hour) * 60 + minute) * 60 + second;
    SF_ASSERT(*unix_s_out >= 0);
    SF_ASSERT(*unix_s_out <= SF_INSTANT_S_MAX);
    return SF_OK;
}

void sf_value_instant_print(int64_t unix_s, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(unix_s >= 0);
    SF_ASSERT(unix_s <= SF_INSTANT_S_MAX);
    int64_t days = unix_s / 86400;
    int64_t second = unix_s % 86400;
    int64_t year = 1970 + days / 366; /* at most the right one */
    while (year_day(year + 1) <= days) {
        year++;
    }
    days -= year_day(year);
    int64_t month = 1;
    while (days >= month_days(year, month)) {
        days -= month_days(year, month);
        month++;
    }
    sf_text_add(
        out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
        year, month, days + 1, second / 3600, second / 60 % 60, second % 60);
}

enum sf_err sf_value_zone_read(const char *text, int32_t *offset_s_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(offset_s_out != NULL);
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    bool negative = text[0] == '-';
    if (!(negative || text[0] == '+') || !matches(text + 1, "00:00") ||
        number_at(text, 4, 2) > 59) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is not an offset from UTC such as +01:00", shown);
    }
    int64_t offset_s = number_at(text, 1, 2) * 3600 + number_at(text, 4, 2) * 60;
    offset_s = negative ? -offset_s : offset_s;
    if (offset_s < SF_ZONE_S_MIN || offset_s > SF_ZONE_S_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is out of range, allowed is -12:00 to +14:00",
                       shown);
    }
    *offset_s_out = (int32_t)offset_s;
    return SF_OK;
}

void sf_value_zone_print(int32_t offset_s, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(offset_s >= SF_ZONE_S_MIN);
    SF_ASSERT(offset_s <= SF_ZONE_S_MAX);
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    sf_text_add(out, "%c%02" PRId32 ":%02" PRId32, offset_s < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
}
