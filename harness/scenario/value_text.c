/* Names, texts, cache specifications: what they may be made of, and how YAML writes them. */
#include "harness/scenario/value.h"

#include <string.h>

#include "harness/base/cache_spec.h"
#include "harness/base/assert.h"
#include "harness/base/bounds.h"

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

enum sf_err sf_value_name_check(const char *name, struct sf_diag *diag)
{
    SF_ASSERT(name != NULL);
    size_t length = strnlen(name, SF_TEXT_BYTES);
    if (length == SF_TEXT_BYTES) {
        return sf_fail(diag, SF_ERR_INPUT, "a name has at most %d characters", SF_TEXT_BYTES - 1);
    }
    if (length == 0) {
        return sf_fail(diag, SF_ERR_INPUT, "the name is empty");
    }
    if (strspn(name, name_characters) != length) {
        char shown[SF_SHOWN_BYTES];
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s': a name is made of small letters, digits and '-' only",
                       sf_value_shown(name, shown));
    }
    return SF_OK;
}

/* One character of UTF-8 at `*at`, which moves behind it; UINT32_MAX when it is not UTF-8. Never
 * reads past a terminator. */
static uint32_t character_read(const unsigned char **at)
{
    static const struct {
        unsigned char mask;
        unsigned char lead;
        uint32_t more;
        uint32_t smallest;
    } forms[] = {{0x80, 0x00, 0, 0},
                 {0xe0, 0xc0, 1, 0x80},
                 {0xf0, 0xe0, 2, 0x800},
                 {0xf8, 0xf0, 3, 0x10000}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((**at & forms[i].mask) != forms[i].lead) {
            continue;
        }
        uint32_t character = *(*at)++ & (uint32_t)~forms[i].mask & 0xff;
        for (uint32_t j = 0; j < forms[i].more; j++) {
            if ((**at & 0xc0) != 0x80) {
                return UINT32_MAX;
            }
            character = character << 6 | (*(*at)++ & 0x3fu);
        }
        return character >= forms[i].smallest ? character : UINT32_MAX;
    }
    return UINT32_MAX;
}

/* What YAML takes as it is, less what it takes for the end of a line. */
static bool is_printable(uint32_t character)
{
    return (character >= 0x20 && character <= 0x7e) || (character >= 0xa0 && character <= 0x2027) ||
           (character >= 0x202a && character <= 0xd7ff) ||
           (character >= 0xe000 && character <= 0xfffd && character != 0xfeff) ||
           (character >= 0x10000 && character <= 0x10ffff);
}

enum sf_err sf_value_text_check(const char *text, size_t bytes, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(bytes > 0);
    if (strnlen(text, bytes) == bytes) {
        return sf_fail(diag, SF_ERR_INPUT, "the text is longer than %zu bytes", bytes - 1);
    }
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        uint32_t character = character_read(&at);
        if (character == UINT32_MAX) {
            return sf_fail(diag, SF_ERR_INPUT, "the text is not UTF-8");
        }
        if (!is_printable(character)) {
            return sf_fail(diag, SF_ERR_INPUT, "the text has the unprintable character U+%04X",
                           character);
        }
    }
    return SF_OK;
}

void sf_value_words_print(const char *const *words, struct sf_text *out)
{
    SF_ASSERT(words != NULL);
    SF_ASSERT(out != NULL);
    if (words[0] == NULL) {
        sf_text_add(out, "none");
        return;
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        sf_text_add(out, "%s%s", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
}

/* What YAML 1.1 or 1.2 reads as something else than text; compared without regard to case. */
static bool is_word_of_yaml(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no",   "on",
                                        "off",  "y",     "n",   "null", NULL};
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Numbers in every base, times of day, dates: nothing that starts with one of these characters and
 * goes on with them is left without quotes. */
static bool is_number_of_yaml(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEFxXoO_.+-:TtZz ") == strlen(text) &&
           strchr("0123456789+-.", text[0]) != NULL;
}

static bool is_plain(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.";
    size_t length = strlen(text);
    if (length == 0 || strchr(first, text[0]) == NULL || text[length - 1] == ' ' ||
        text[length - 1] == ':') {
        return false;
    }
    return strstr(text, ": ") == NULL && strstr(text, " #") == NULL && !is_word_of_yaml(text) &&
           !is_number_of_yaml(text) && strcasecmp(text, ".nan") != 0 &&
           strcasecmp(text, ".inf") != 0 && strcmp(text, "...") != 0;
}

void sf_value_text_print(const char *text, struct sf_text *out)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(out != NULL);
    if (is_plain(text)) {
        sf_text_add(out, "%s", text);
        return;
    }
    sf_text_add(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            sf_text_add_bytes(out, "\\", 1);
        }
        sf_text_add_bytes(out, at, 1);
    }
    sf_text_add(out, "\"");
}

/* "k=v&k=v" */
static bool is_option_list(const char *options)
{
    for (;;) {
        size_t key = strspn(options, "abcdefghijklmnopqrstuvwxyz0123456789_-");
        if (key == 0 || options[key] != '=') {
            return false;
        }
        options += key + 1;
        size_t value = strcspn(options, "&=? ");
        if (value == 0) {
            return false;
        }
        options += value;
        if (*options == '\0') {
            return true;
        }
        if (*options != '&') {
            return false;
        }
        options++;
    }
}

enum sf_err sf_value_cache_check(const char *spec, struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    static const char builtin[] = "builtin:";
    SF_TRY(sf_value_text_check(spec, SF_CACHE_SPEC_BYTES, diag));
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(spec, shown);
    const char *options = sf_cache_spec_options(spec);
    size_t length = options != NULL ? (size_t)(options - spec) : strlen(spec);
    if (options != NULL && !is_option_list(options + 1)) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': options are written ?key=value&key=value", shown);
    }
    if (strncmp(spec, builtin, sizeof builtin - 1) == 0) {
        size_t name_length = length - (sizeof builtin - 1);
        if (name_length == 0 || strspn(spec + sizeof builtin - 1, name_characters) != name_length) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "'%s': the name of a built-in cache is made of small letters, digits "
                           "and '-' only",
                           shown);
        }
        return SF_OK;
    }
    if (sf_cache_spec_is_command(spec)) {
        if (length > strlen("exec:")) {
            return SF_OK;
        }
        return sf_fail(diag, SF_ERR_INPUT, "'%s': the command is missing: exec:COMMAND", shown);
    }
    if (length > 3 && memcmp(spec + length - 3, ".so", 3) == 0) {
        return SF_OK;
    }
    return sf_fail(
        diag, SF_ERR_INPUT,
        "'%s' is not a cache: write builtin:NAME, the path of a .so or exec:COMMAND, and "
        "options behind '?'",
        shown);
}
