#include "harness/ci/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/shown.h"

void sf_ci_add_shown(const char *text, struct sf_text *out)
{
    enum { SHOWN_AS_MAX = 4 }; /* \xNN */
    SF_ASSERT(text != NULL);
    sf_text_add(out, "%s", "");
    for (;;) {
        size_t bytes = strcspn(text, "\n");
        char *shown = sf_alloc(bytes * SHOWN_AS_MAX + 1, 1);
        sf_shown(text, bytes, shown, bytes * SHOWN_AS_MAX + 1);
        sf_text_add(out, "%s", shown);
        free(shown);
        if (text[bytes] == '\0') {
            return;
        }
        sf_text_add(out, "\n");
        text += bytes + 1;
    }
}

json_t *sf_ci_json_text(const char *text)
{
    struct sf_text shown = {0};
    sf_ci_add_shown(text, &shown);
    json_t *json = json_string(shown.data);
    SF_ASSERT(json != NULL);
    sf_text_free(&shown);
    return json;
}

void sf_ci_add_json(json_t *json, struct sf_text *out)
{
    SF_ASSERT(json != NULL);
    char *text = json_dumps(json, JSON_INDENT(1));
    SF_ASSERT(text != NULL);
    sf_text_add(out, "%s\n", text);
    free(text);
    json_decref(json);
}

void sf_ci_add_uri(const char *path, struct sf_text *out)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    SF_ASSERT(path != NULL);
    sf_text_add(out, "%s", path[0] == '/' ? "file://" : "");
    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL) {
            sf_text_add_bytes(out, path, 1);
        } else {
            sf_text_add(out, "%%%02X", (unsigned)(unsigned char)*path);
        }
    }
}
