/* What the formats share. Texts may hold anything; what cannot be shown appears as in
 * harness/base/shown.h. Included by this room only. */
#ifndef STRAYFRAME_CI_WRITE_H
#define STRAYFRAME_CI_WRITE_H

#include <jansson.h>

#include "harness/base/text.h"

/* A new reference. Line feeds stay. */
json_t *sf_ci_json_text(const char *text);

/* Writes the JSON and releases it. */
void sf_ci_add_json(json_t *json, struct sf_text *out);

/* A path as a URI reference (RFC 3986): what is not allowed in a path is escaped as %XX. */
void sf_ci_add_uri(const char *path, struct sf_text *out);

/* The text with each line feed kept and all else made fit to be shown. */
void sf_ci_add_shown(const char *text, struct sf_text *out);

#endif
