/* The written forms of what a live section says. */
#include "harness/scenario/live.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/scenario/value.h"

static const char *const arrival_names[SF_ARRIVALS_COUNT + 1] = {"gap", "stagger", "together",
                                                                 NULL};
static const char *const etag_names[SF_ETAGS_COUNT + 1] = {"none", "same", "own", NULL};
static const char *const server_names[] = {"reload", "restart", "kill", "purge", "upgrade", NULL};
enum sf_err sf_word_choose(const char *word, const char *const *names, const char *expected,
                           int *index_out, struct sf_diag *diag)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(word, names[i]) == 0) {
            *index_out = i;
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(word, names);
    return sf_fail(diag, SF_ERR_INPUT, "'%s': expected %s%s%s%s", word, expected,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

/* ---- who asks ---- */

static const char *const carrier_names[SF_CARRIERS_COUNT + 1] = {"header", "cookie", "bearer",
                                                                 "query",  "path",   NULL};
static const bool carrier_has_name[SF_CARRIERS_COUNT] = {
    [SF_CARRIER_HEADER] = true, [SF_CARRIER_COOKIE] = true, [SF_CARRIER_QUERY] = true};

const char *sf_carrier_name(enum sf_carrier carrier)
{
    SF_ASSERT(carrier < SF_CARRIERS_COUNT);
    return carrier_names[carrier];
}

static enum sf_err check_name(const char *text, const char *name, struct sf_diag *diag)
{
    size_t length = strlen(name);
    if (length == 0 || length >= SF_IDENTITY_NAME_BYTES) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': expected a name of 1 to %d letters behind ':'",
                       text, SF_IDENTITY_NAME_BYTES - 1);
    }
    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
        length) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': a name has letters, digits, '-', '_' and '.'",
                       text);
    }
    return SF_OK;
}

enum sf_err sf_identity_read(const char *text, struct sf_identity *identity, struct sf_diag *diag)
{
    SF_ASSERT(identity != NULL);
    char word[16] = "";
    size_t length = strcspn(text, ":");
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    int carrier = 0;
    while (carrier < SF_CARRIERS_COUNT && strcmp(word, carrier_names[carrier]) != 0) {
        carrier++;
    }
    if (carrier == SF_CARRIERS_COUNT) {
        const char *nearest = sf_text_nearest(word, carrier_names);
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s': expected header:NAME, cookie:NAME, bearer, query:NAME or path%s%s%s",
                       text, nearest != NULL ? "; did you mean '" : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
    *identity = (struct sf_identity){.carrier = (enum sf_carrier)carrier};
    const char *name = text[length] == ':' ? text + length + 1 : "";
    if (!carrier_has_name[carrier]) {
        return text[length] == '\0'
                   ? SF_OK
                   : sf_fail(diag, SF_ERR_INPUT, "'%s': %s takes no name", text, word);
    }
    SF_TRY(check_name(text, name, diag));
    snprintf(identity->name, sizeof identity->name, "%s", name);
    return SF_OK;
}

void sf_identity_print(const struct sf_identity *identity, char *out, uint32_t out_bytes)
{
    SF_ASSERT(identity != NULL);
    SF_ASSERT(out != NULL);
    snprintf(out, out_bytes, "%s%s%s", carrier_names[identity->carrier],
             identity->name[0] != '\0' ? ":" : "", identity->name);
}

/* ---- what the origin says ---- */

enum sf_err sf_etag_read(const char *text, enum sf_etag *etag, struct sf_diag *diag)
{
    SF_ASSERT(etag != NULL);
    int index = 0;
    SF_TRY(sf_word_choose(text, etag_names, "none, same or own", &index, diag));
    *etag = (enum sf_etag)index;
    return SF_OK;
}

const char *sf_etag_name(enum sf_etag etag)
{
    return etag_names[etag];
}

enum sf_err sf_says_add(struct sf_says *says, const char *line, struct sf_diag *diag)
{
    SF_ASSERT(says != NULL);
    SF_ASSERT(line != NULL);
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strpbrk(line, "\r\n") != NULL ||
        strcspn(line, " \t") < (size_t)(colon - line)) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': expected a header line, NAME: VALUE", line);
    }
    if (strlen(line) >= SF_ORIGIN_LINE_BYTES || says->lines_count == SF_ORIGIN_LINES_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': at most %d header lines of %d bytes", line,
                       SF_ORIGIN_LINES_MAX, SF_ORIGIN_LINE_BYTES - 1);
    }
    snprintf(says->lines[says->lines_count++], SF_ORIGIN_LINE_BYTES, "%s", line);
    return SF_OK;
}

/* ---- what becomes of its answers ---- */

static const char *const injury_names[SF_INJURIES_COUNT + 1] = {"ok",    "drop", "5xx",   "slow",
                                                                "stall", "cut",  "lossy", NULL};

enum sf_err sf_injury_read(const char *text, struct sf_injury *injury, struct sf_diag *diag)
{
    SF_ASSERT(injury != NULL);
    char word[16];
    size_t length = strcspn(text, " ");
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    int kind = 0;
    while (kind < SF_INJURIES_COUNT && strcmp(word, injury_names[kind]) != 0) {
        kind++;
    }
    if (kind == SF_INJURIES_COUNT) {
        const char *nearest = sf_text_nearest(word, injury_names);
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s': expected ok, drop, 5xx, slow TIME, stall, cut or lossy SHARE%s%s%s",
                       text, nearest != NULL ? "; did you mean '" : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
    *injury = (struct sf_injury){.kind = (enum sf_injury_kind)kind};
    const char *rest = text + length + strspn(text + length, " ");
    struct sf_diag why = {0};
    enum sf_err err = SF_OK;
    if (kind == SF_INJURY_SLOW) {
        err = sf_value_duration_read(rest, &injury->time_ns, &why);
    } else if (kind == SF_INJURY_LOSSY) {
        int64_t ppm = 0;
        err = sf_value_share_read(rest, &ppm, &why);
        injury->share_ppm = (uint32_t)ppm;
    } else if (*rest != '\0') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': %s takes no value", text, word);
    }
    return err == SF_OK ? SF_OK : sf_fail(diag, err, "'%s': %s", text, why.message);
}

void sf_injury_print(const struct sf_injury *injury, char *out, uint32_t out_bytes)
{
    SF_ASSERT(injury != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text text = {0};
    sf_text_add(&text, "%s", injury_names[injury->kind]);
    if (injury->kind == SF_INJURY_SLOW) {
        sf_text_add(&text, " ");
        sf_value_duration_print(injury->time_ns, &text);
    } else if (injury->kind == SF_INJURY_LOSSY) {
        sf_text_add(&text, " ");
        sf_value_share_print(injury->share_ppm, &text);
    }
    snprintf(out, out_bytes, "%s", text.data);
    sf_text_free(&text);
}

/* ---- when viewers ask ---- */

enum sf_err sf_arrival_read(const char *text, struct sf_arrival *arrival, struct sf_diag *diag)
{
    SF_ASSERT(arrival != NULL);
    char word[16];
    size_t length = strcspn(text, " ");
    int kind = 0;
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    SF_TRY(sf_word_choose(word, arrival_names, "gap TIME, stagger TIME or together", &kind, diag));
    *arrival = (struct sf_arrival){.kind = (enum sf_arrival_kind)kind};
    const char *rest = text + length + strspn(text + length, " ");
    if (*rest == '\0' && kind != SF_ARRIVAL_STAGGER) {
        return SF_OK;
    }
    struct sf_diag why = {0};
    if (kind == SF_ARRIVAL_TOGETHER) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': together takes no time", text);
    }
    if (sf_value_duration_read(rest, &arrival->time_ns, &why) != SF_OK) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': %s", text, why.message);
    }
    return SF_OK;
}

void sf_arrival_print(const struct sf_arrival *arrival, char *out, uint32_t out_bytes)
{
    SF_ASSERT(arrival != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text text = {0};
    sf_text_add(&text, "%s", arrival_names[arrival->kind]);
    if (arrival->time_ns != 0) {
        sf_text_add(&text, " ");
        sf_value_duration_print(arrival->time_ns, &text);
    }
    snprintf(out, out_bytes, "%s", text.data);
    sf_text_free(&text);
}

/* ---- what happens during the run ---- */

enum sf_err sf_live_action_read(const char *text, struct sf_live_entry *entry, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(entry != NULL);
    char word[16];
    size_t length = strcspn(text, " ");
    int index = 0;
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    SF_TRY(sf_word_choose(word, server_names, "reload [CONFIG], restart, kill, purge or upgrade",
                          &index, diag));
    const char *rest = text + length + strspn(text + length, " ");
    entry->action = (enum sf_live_action)(SF_LIVE_RELOAD + index);
    if (*rest != '\0' && entry->action != SF_LIVE_RELOAD) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': %s takes no value", text, word);
    }
    if (strlen(rest) >= sizeof entry->config) {
        return sf_fail(diag, SF_ERR_INPUT, "a path has at most %d bytes", SF_LIVE_PATH_BYTES - 1);
    }
    memset(entry->config, 0, sizeof entry->config);
    memcpy(entry->config, rest, strlen(rest));
    return SF_OK;
}

const char *sf_live_entry_print(const struct sf_live_entry *entry, struct sf_text *out)
{
    SF_ASSERT(entry != NULL);
    SF_ASSERT(out != NULL);
    char injury[64];
    switch (entry->action) {
    case SF_LIVE_INJURE:
        sf_injury_print(&entry->injury, injury, sizeof injury);
        sf_text_add(out, "%s", injury);
        return "origin";
    case SF_LIVE_IDENTITY_OFF:
    case SF_LIVE_IDENTITY_ON:
        sf_text_add(out, entry->action == SF_LIVE_IDENTITY_ON ? "true" : "false");
        return "identity";
    case SF_LIVE_RELOAD:
    case SF_LIVE_RESTART:
    case SF_LIVE_KILL:
    case SF_LIVE_PURGE:
    case SF_LIVE_UPGRADE:
        sf_text_add(out, "%s%s%s", server_names[entry->action - SF_LIVE_RELOAD],
                    entry->config[0] != '\0' ? " " : "", entry->config);
        return "server";
    case SF_LIVE_ACTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

void sf_live_default(struct sf_plan_live *live)
{
    SF_ASSERT(live != NULL);
    memset(live, 0, sizeof *live);
    live->present = true;
    memcpy(live->path, "/cam/{n}", sizeof "/cam/{n}");
    live->identity.carrier = SF_CARRIER_HEADER;
    memcpy(live->identity.name, "X-Tenant", sizeof "X-Tenant");
    live->arrival.time_ns = 2500 * SF_MS;
    live->time_out_ns = SF_SECOND;
    live->shared_by = 3;
}

enum sf_err sf_live_path_check(const char *path, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    if (path[0] != '/') {
        return sf_fail(diag, SF_ERR_INPUT, "--path %s: a path begins with '/'", path);
    }
    if (strstr(path, "{n}") == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--path %s: has no {n}; it stands for the number of the URL, of which each "
                       "repeat needs one of its own",
                       path);
    }
    if (strlen(path) > 256) {
        return sf_fail(diag, SF_ERR_INPUT, "--path: at most 256 bytes");
    }
    return SF_OK;
}
