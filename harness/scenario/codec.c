/* Single values of a fuzzer's bytes, and the values of an actor's table. */
#include "harness/scenario/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/time.h"

enum { LITERAL = 255 };

void sf_codec_at(struct sf_codec *codec, const char *format, ...)
{
    SF_ASSERT(codec != NULL);
    va_list args;
    va_start(args, format);
    vsnprintf(codec->where, sizeof codec->where, format, args);
    va_end(args);
}

void sf_codec_stuck(struct sf_codec *codec, const char *key)
{
    SF_ASSERT(codec != NULL);
    SF_ASSERT(key != NULL);
    if (!codec->stuck) {
        codec->stuck = true;
        snprintf(codec->stuck_at, sizeof codec->stuck_at, "%s%.60s", codec->where, key);
    }
}

static uint8_t code_byte(struct sf_codec *codec, uint8_t byte)
{
    if (codec->writes) {
        if (codec->out_count < codec->out_max) {
            codec->out[codec->out_count] = byte;
        } else {
            sf_codec_stuck(codec, "length");
        }
        codec->out_count++;
        return byte;
    }
    if (codec->left == 0) {
        return 0;
    }
    codec->left--;
    return *codec->bytes++;
}

static uint64_t span_of(const struct sf_code *code, int64_t unit)
{
    return ((uint64_t)code->max - (uint64_t)code->min) / (uint64_t)unit;
}

/* As many as the largest literal needs. */
static uint32_t literal_bytes(uint64_t span)
{
    uint32_t count = 1;
    while (count < sizeof span && span >> 8 * count != 0) {
        count++;
    }
    return count;
}

static int64_t read_literal(struct sf_codec *codec, const struct sf_code *code, int64_t unit)
{
    uint64_t span = span_of(code, unit);
    uint64_t taken = 0;
    for (uint32_t i = 0; i < literal_bytes(span); i++) {
        taken |= (uint64_t)code_byte(codec, 0) << 8 * i;
    }
    taken = span == UINT64_MAX ? taken : taken % (span + 1);
    return (int64_t)((uint64_t)code->min + (uint64_t)unit * taken);
}

static void write_literal(struct sf_codec *codec, const char *key, int64_t value,
                          const struct sf_code *code, int64_t unit)
{
    uint64_t over = (uint64_t)value - (uint64_t)code->min;
    if (value < code->min || value > code->max || over % (uint64_t)unit != 0) {
        sf_codec_stuck(codec, key);
        return;
    }
    for (uint32_t i = 0; i < literal_bytes(span_of(code, unit)); i++) {
        code_byte(codec, (uint8_t)(over / (uint64_t)unit >> 8 * i));
    }
}

int64_t sf_code_literal(struct sf_codec *codec, const char *key, int64_t value,
                        const struct sf_code *code)
{
    SF_ASSERT(codec != NULL);
    SF_ASSERT(code->min < code->max);
    SF_ASSERT(code->unit > 0);
    if (!codec->writes) {
        return read_literal(codec, code, code->unit);
    }
    write_literal(codec, key, value, code, code->unit);
    return value;
}

static int64_t meaning(const struct sf_code *code, uint32_t byte)
{
    if (code->one_in > 1 && byte % code->one_in != code->one_in - 1) {
        return code->usual;
    }
    return code->base + code->step * (int64_t)(byte / code->one_in % code->count);
}

static int64_t read_value(struct sf_codec *codec, const struct sf_code *code, int64_t unit)
{
    uint8_t byte = code_byte(codec, 0);
    if (byte != LITERAL || code->min >= code->max) {
        return meaning(code, byte);
    }
    return read_literal(codec, code, unit);
}

static void write_value(struct sf_codec *codec, const char *key, int64_t value,
                        const struct sf_code *code, int64_t unit)
{
    uint32_t bytes_count = code->min < code->max ? LITERAL : LITERAL + 1;
    for (uint32_t byte = 0; byte < bytes_count; byte++) {
        if (meaning(code, byte) == value) {
            code_byte(codec, (uint8_t)byte);
            return;
        }
    }
    if (code->min >= code->max) {
        sf_codec_stuck(codec, key);
        return;
    }
    code_byte(codec, LITERAL);
    write_literal(codec, key, value, code, unit);
}

int64_t sf_code_value(struct sf_codec *codec, const char *key, int64_t value,
                      const struct sf_code *code)
{
    SF_ASSERT(codec != NULL);
    SF_ASSERT(code->one_in > 0);
    SF_ASSERT(code->count > 0);
    int64_t unit = code->unit > 0 ? code->unit : 1;
    if (!codec->writes) {
        return read_value(codec, code, unit);
    }
    write_value(codec, key, value, code, unit);
    return value;
}

uint32_t sf_code_choice(struct sf_codec *codec, const char *key, uint32_t value, uint32_t count)
{
    const struct sf_code code = {.one_in = 1, .count = count, .step = 1};
    return (uint32_t)sf_code_value(codec, key, value, &code);
}

bool sf_code_rare(struct sf_codec *codec, const char *key, bool value, uint32_t one_in)
{
    const struct sf_code code = {.one_in = one_in, .count = 1, .base = 1};
    return sf_code_value(codec, key, value, &code) != 0;
}

/* Any short text of these letters. */
static void code_letters(struct sf_codec *codec, const char *key, char text[SF_TEXT_BYTES])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    enum { LETTERS_MAX = 24 };
    uint32_t length = sf_code_choice(codec, key, (uint32_t)strlen(text), LETTERS_MAX + 1);
    for (uint32_t i = 0; i < length && !codec->stuck; i++) {
        const char *at = codec->writes ? strchr(letters, text[i]) : letters;
        uint32_t letter = at == NULL ? UINT32_MAX : (uint32_t)(at - letters);
        text[i] =
            letters[sf_code_choice(codec, key, letter, sizeof letters - 1) % (sizeof letters - 1)];
    }
    text[length < SF_TEXT_BYTES ? length : 0] = '\0';
}

/* One of the row's texts, or another one. */
static int64_t code_text(struct sf_codec *codec, const struct sf_param *param, int64_t value)
{
    const struct sf_param_decode *decode = &param->decode;
    const struct sf_code code = {.one_in = decode->one_in, .count = decode->count + 1, .step = 1};
    char text[SF_TEXT_BYTES] = "";
    uint32_t known = decode->count;
    if (codec->writes) {
        memcpy(text, codec->plan->texts[value], sizeof text);
        for (known = 0; known < decode->count; known++) {
            if (strcmp(decode->texts[known], text) == 0) {
                break;
            }
        }
    }
    known = (uint32_t)sf_code_value(codec, param->name, known, &code);
    if (known == decode->count) {
        code_letters(codec, param->name, text);
    }
    if (codec->writes) {
        return value;
    }
    uint32_t index = sf_plan_text(codec->plan, known < decode->count ? decode->texts[known] : text);
    return index != UINT32_MAX ? (int64_t)index : 0;
}

static int64_t code_param(struct sf_codec *codec, const struct sf_param *param, int64_t value)
{
    const struct sf_param_decode *decode = &param->decode;
    if (decode->one_in == 0) { /* not drawn */
        if (value != param->fallback) {
            sf_codec_stuck(codec, param->name);
        }
        return param->fallback;
    }
    if (param->kind == SF_PARAM_TEXT) {
        return code_text(codec, param, value);
    }
    bool calm = decode->disturbs && codec->heals;
    const struct sf_code code = {
        .one_in = decode->one_in,
        .count = calm ? 1 : decode->count,
        .usual = decode->usual,
        .base = calm ? decode->usual : decode->base,
        .step = decode->step,
        .min = decode->min,
        .max = decode->max,
        .unit = param->kind == SF_PARAM_DURATION ? SF_MS : 1,
    };
    return sf_code_value(codec, param->name, value, &code);
}

void sf_code_section(struct sf_codec *codec, enum sf_plan_section_kind kind,
                     struct sf_plan_section *section)
{
    SF_ASSERT(codec != NULL);
    SF_ASSERT(kind < SF_SECTION_COUNT);
    SF_ASSERT(section != NULL);
    const struct sf_param_table *table = codec->schema->tables[kind];
    char inner[sizeof codec->where];
    memcpy(inner, codec->where, sizeof inner);
    sf_codec_at(codec, "%.40s%s.", inner, table->name);
    for (uint32_t i = 0; i < table->params_count; i++) {
        int64_t value = code_param(codec, &table->params[i], section->values[i]);
        if (!codec->writes) {
            section->values[i] = value;
        }
        if (table->params[i].role == SF_ROLE_PRESENT && value == 0) {
            break;
        }
    }
    memcpy(codec->where, inner, sizeof inner);
}
