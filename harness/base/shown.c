#include "harness/base/shown.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the character at `at` has, and which it is; 0 for what is no UTF-8. */
static size_t decode(const uint8_t *at, size_t count, uint32_t *character_out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80    ? 1
                    : at[0] >= 0xf0 ? 4
                    : at[0] >= 0xe0 ? 3
                    : at[0] >= 0xc0 ? 2
                                    : 0;
    if (length == 0 || length > count || at[0] > 0xf4) {
        return 0;
    }
    uint32_t character = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        character = character << 6 | (at[i] & 0x3fu);
    }
    bool sound = character >= least[length] && character <= 0x10ffff &&
                 (character < 0xd800 || character > 0xdfff);
    *character_out = character;
    return sound ? length : 0;
}

/* Controls, marks that turn the direction, and separators of lines. */
static bool is_harmless(uint32_t c)
{
    return c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && c != 0x61c && !(c >= 0x200b && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff &&
           !(c >= 0xfff9 && c <= 0xfffb) && c < 0xe0000;
}

void sf_shown(const char *bytes, size_t count, char *out, size_t out_bytes)
{
    size_t used = 0;
    size_t i = 0;
    while (i < count) {
        uint32_t character = 0;
        const uint8_t *at = (const uint8_t *)bytes + i;
        size_t length = decode(at, count - i, &character);
        char piece[20];
        if (length > 0 && is_harmless(character)) {
            memcpy(piece, at, length);
            piece[length] = '\0';
        } else if (length == 1 && (*at == '\n' || *at == '\t')) {
            snprintf(piece, sizeof piece, *at == '\n' ? "\\n" : "\\t");
        } else {
            size_t shown = 0;
            length = length > 0 ? length : 1;
            for (size_t k = 0; k < length; k++) {
                shown += (size_t)snprintf(piece + shown, sizeof piece - shown, "\\x%02x", at[k]);
            }
        }
        if (used + strlen(piece) >= out_bytes) {
            break;
        }
        memcpy(out + used, piece, strlen(piece));
        used += strlen(piece);
        i += length;
    }
    out[used] = '\0';
}
