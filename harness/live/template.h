/* Configuration templates: text in which {ORIGIN}, {LISTEN}, {DIR} and the like stand for what is
 * known only when a server is started. */
#ifndef STRAYFRAME_LIVE_TEMPLATE_H
#define STRAYFRAME_LIVE_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"

enum sf_placeholder {
    SF_PLACE_ORIGIN, /* host:port */
    SF_PLACE_ORIGIN_HOST,
    SF_PLACE_ORIGIN_PORT,
    SF_PLACE_LISTEN, /* host:port */
    SF_PLACE_LISTEN_HOST,
    SF_PLACE_LISTEN_PORT,
    SF_PLACE_IDP, /* host:port of the identity service */
    SF_PLACE_DIR, /* absolute */
    SF_PLACEHOLDERS_COUNT,
};

struct sf_places {
    char values[SF_PLACEHOLDERS_COUNT][96];
};

/* Appends `text` with every placeholder replaced. `used` (may be NULL) gets a bit for each that
 * occurred. A word in braces that is nearly a placeholder is an error with its place in `file`. */
SF_MUST_USE enum sf_err sf_template_expand(const char *file, const char *text, size_t bytes,
                                           const struct sf_places *places, struct sf_text *out,
                                           uint32_t *used, struct sf_diag *diag);

#endif
