/* Numbers, switches, shares: their written form. No text of a file is trusted here; every loop ends
 * at the text's terminator. */
#include "harness/scenario/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

const char *sf_value_shown(const char *text, char out[SF_SHOWN_BYTES])
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(out != NULL);
    enum { CUT = 40 };
    size_t length = strnlen(text, CUT + 1);
    if (length <= CUT) {
        memcpy(out, text, length + 1);
        return out;
    }
    length = CUT;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    memcpy(out, text, length);
    memcpy(out + length, "...", 4);
    return out;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_like(const char *text)
{
    return is_digit(text[0]) || ((text[0] == '-' || text[0] == '+') && is_digit(text[1]));
}

/* Why `text` is no whole number, in words that help. */
static enum sf_err whole_refuse(const char *text, struct sf_diag *diag)
{
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    if (!is_number_like(text)) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is not a whole number", shown);
    }
    if (strchr(text, '_') != NULL || strchr(text, ',') != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': write the digits without separators", shown);
    }
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': write the number in decimal", shown);
    }
    if (strchr(text, 'e') != NULL || strchr(text, 'E') != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': write the number without an exponent", shown);
    }
    if (text[0] == '+') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': write the number without '+'", shown);
    }
    const char *digits = text + (text[0] == '-');
    if (digits[0] == '0' && is_digit(digits[1])) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': write the number without leading zeros", shown);
    }
    if (digits[strspn(digits, "0123456789")] == '\0') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is less than 0", shown);
    }
    return sf_fail(diag, SF_ERR_INPUT, "'%s' is not a whole number", shown);
}

enum sf_err sf_value_seed_read(const char *text, uint64_t *value_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(value_out != NULL);
    size_t length = strlen(text);
    if (length == 0 || strspn(text, "0123456789") != length || (text[0] == '0' && length > 1)) {
        return whole_refuse(text, diag);
    }
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        bool overflow = __builtin_mul_overflow(value, (uint64_t)10, &value);
        overflow |= __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value);
        if (overflow) {
            char shown[SF_SHOWN_BYTES];
            return sf_fail(diag, SF_ERR_INPUT, "'%s' is more than %" PRIu64,
                           sf_value_shown(text, shown), UINT64_MAX);
        }
    }
    *value_out = value;
    return SF_OK;
}

enum sf_err sf_value_whole_read(const char *text, int64_t *value_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(value_out != NULL);
    char shown[SF_SHOWN_BYTES];
    bool negative = text[0] == '-';
    const char *digits = text + negative;
    size_t length = strlen(digits);
    if (length == 0 || strspn(digits, "0123456789") != length || (digits[0] == '0' && length > 1)) {
        return whole_refuse(text, diag);
    }
    uint64_t magnitude = 0;
    if (sf_value_seed_read(digits, &magnitude, NULL) != SF_OK || magnitude > INT64_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' does not fit 64 bits",
                       sf_value_shown(text, shown));
    }
    *value_out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return SF_OK;
}

enum sf_err sf_value_switch_read(const char *text, bool *value_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(value_out != NULL);
    static const struct {
        const char *words[3];
        bool value;
    } switches[] = {
        {{"true", "True", "TRUE"}, true}, {{"on", "On", "ON"}, true},
        {{"yes", "Yes", "YES"}, true},    {{"false", "False", "FALSE"}, false},
        {{"off", "Off", "OFF"}, false},   {{"no", "No", "NO"}, false},
    };
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        for (size_t j = 0; j < 3; j++) {
            if (strcmp(text, switches[i].words[j]) == 0) {
                *value_out = switches[i].value;
                return SF_OK;
            }
        }
    }
    char shown[SF_SHOWN_BYTES];
    return sf_fail(diag, SF_ERR_INPUT, "'%s' is neither true nor false (on/off and yes/no will do)",
                   sf_value_shown(text, shown));
}

enum sf_err sf_value_share_read(const char *text, int64_t *ppm_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(ppm_out != NULL);
    enum { WHOLE_DIGITS_MAX = 9, FRACTION_DIGITS_MAX = 4 };
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(text, shown);
    size_t whole_digits = strspn(text, "0123456789");
    const char *at = text + whole_digits;
    size_t fraction_digits = 0;
    if (at[0] == '.') {
        fraction_digits = strspn(at + 1, "0123456789");
        at += 1 + fraction_digits;
    }
    bool is_decimal = whole_digits > 0 && (text[whole_digits] != '.' || fraction_digits > 0);
    if (is_decimal && at[0] == '\0') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' has no unit; did you mean '%s%%'?", shown, shown);
    }
    if (!is_decimal || strcmp(at, "%") != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is not a share such as 1.5%%", shown);
    }
    if (whole_digits > WHOLE_DIGITS_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is more than 100%%", shown);
    }
    if (fraction_digits > FRACTION_DIGITS_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is finer than 0.0001%%", shown);
    }
    int64_t ppm = 0;
    for (size_t i = 0; i < whole_digits; i++) {
        ppm = ppm * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < FRACTION_DIGITS_MAX; i++) {
        ppm = ppm * 10 + (i < fraction_digits ? text[whole_digits + 1 + i] - '0' : 0);
    }
    *ppm_out = ppm;
    return SF_OK;
}

void sf_value_share_print(int64_t ppm, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(ppm >= 0);
    int64_t fraction = ppm % 10000;
    int digits = 4;
    while (digits > 0 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    if (digits == 0) {
        sf_text_add(out, "%" PRId64 "%%", ppm / 10000);
    } else {
        sf_text_add(out, "%" PRId64 ".%0*" PRId64 "%%", ppm / 10000, digits, fraction);
    }
}
