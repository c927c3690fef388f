/* Reads a live scenario. */
#include "harness/live/script.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/live/fields.h"
#include "harness/scenario/value.h"
#include "harness/scenario/yaml_tree.h"

typedef struct sf_yaml_node node;

/* ---- homes, hub, origin ---- */

static enum sf_err read_identity(struct sf_script *script, const node *homes, struct sf_diag *diag)
{
    const node *value = sf_yaml_get(homes, "identity");
    struct sf_diag why = {0};
    const char *text = value != NULL ? value->text : "header:X-Tenant";
    if (sf_identity_read(text, &script->identity, &why) != SF_OK) {
        return sf_yaml_fail(value, diag, "identity: %s", why.message);
    }
    return SF_OK;
}

static enum sf_err read_homes(struct sf_script *script, const node *homes, struct sf_diag *diag)
{
    static const char *const keys[] = {"count", "shared_by", "gap", "path",
                                       "host",  "identity",  NULL};
    script->homes_count = 24;
    script->shared_by = 3;
    script->gap_ns = 2500 * SF_MS;
    if (homes == NULL) {
        return sf_identity_read("header:X-Tenant", &script->identity, diag);
    }
    SF_TRY(sf_fields_check(homes, keys, "homes", diag));
    SF_TRY(sf_fields_count(homes, "count", 1, SF_LIVE_TENANTS_MAX - 1, &script->homes_count, diag));
    SF_TRY(
        sf_fields_count(homes, "shared_by", 1, SF_LIVE_TENANTS_MAX - 1, &script->shared_by, diag));
    SF_TRY(sf_fields_span(homes, "gap", &script->gap_ns, diag));
    SF_TRY(sf_fields_text(&script->arena, homes, "path", &script->path, diag));
    SF_TRY(sf_fields_text(&script->arena, homes, "host", &script->host, diag));
    return read_identity(script, homes, diag);
}

static enum sf_err read_hub(struct sf_script *script, const node *hub, struct sf_diag *diag)
{
    static const char *const keys[] = {"ask_every", "time_out", NULL};
    sf_ns ask_every = (sf_ns)script->shared_by * script->gap_ns;
    sf_ns time_out = 3 * SF_SECOND;
    if (hub != NULL) {
        SF_TRY(sf_fields_check(hub, keys, "hub", diag));
        SF_TRY(sf_fields_span(hub, "ask_every", &ask_every, diag));
        SF_TRY(sf_fields_span(hub, "time_out", &time_out, diag));
    }
    if (ask_every < 10 * SF_MS || time_out < 10 * SF_MS) {
        return sf_yaml_fail(hub, diag, "hub: ask_every and time_out are at least 10ms");
    }
    script->viewer = (struct sf_viewer_config){.present = 1,
                                               .account = 1,
                                               .watch_every_ns = script->duration_ns,
                                               .watch_for_ns = script->duration_ns,
                                               .ask_every_ns = ask_every,
                                               .time_out_ns = time_out,
                                               .shows_partial = 1};
    return SF_OK;
}

static enum sf_err read_origin(struct sf_script *script, const node *origin, struct sf_diag *diag)
{
    static const char *const keys[] = {"headers", "etag", NULL};
    struct sf_diag why = {0};
    if (origin == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_fields_check(origin, keys, "origin", diag));
    const node *headers = sf_yaml_get(origin, "headers");
    for (const node *line = headers != NULL ? headers->first : NULL; line != NULL;
         line = line->next) {
        if (sf_says_add(&script->says, line->text, &why) != SF_OK) {
            return sf_yaml_fail(line, diag, "headers: %s", why.message);
        }
    }
    const node *etag = sf_yaml_get(origin, "etag");
    if (etag != NULL && sf_etag_read(etag->text, &script->says.etag, &why) != SF_OK) {
        return sf_yaml_fail(etag, diag, "etag: %s", why.message);
    }
    return SF_OK;
}

static enum sf_err read_configs(struct sf_script *script, const node *configs, struct sf_diag *diag)
{
    const node *server = configs != NULL ? configs->first : NULL;
    for (; server != NULL; server = server->next) {
        if (server->kind != SF_YAML_MAPPING) {
            return sf_yaml_unexpected(server, diag, server->key->text, "NAME: PATH");
        }
        for (const node *config = server->first; config != NULL; config = config->next) {
            if (script->configs_count == 2 * SF_SCRIPT_SERVERS_MAX) {
                return sf_yaml_fail(config, diag, "configs: more than %d",
                                    2 * SF_SCRIPT_SERVERS_MAX);
            }
            script->configs[script->configs_count++] = (struct sf_script_config){
                .server = sf_fields_keep(&script->arena, server->key->text),
                .name = sf_fields_keep(&script->arena, config->key->text),
                .path = sf_fields_keep(&script->arena, config->text)};
        }
    }
    return SF_OK;
}

/* ---- arms ---- */

static enum sf_err read_server_action(struct sf_script *script, const node *value,
                                      struct sf_script_entry *entry, struct sf_diag *diag)
{
    static const char *const words[] = {"reload", "restart", "kill", "purge", NULL};
    size_t length = strcspn(value->text, " ");
    for (int i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) == length && strncmp(words[i], value->text, length) == 0) {
            entry->action = (enum sf_script_action)(SF_SCRIPT_RELOAD + i);
            const char *rest = value->text + length + strspn(value->text + length, " ");
            if (*rest != '\0' && entry->action != SF_SCRIPT_RELOAD) {
                return sf_yaml_fail(value, diag, "server: %s takes no value", words[i]);
            }
            entry->config = *rest != '\0' ? sf_fields_keep(&script->arena, rest) : NULL;
            return SF_OK;
        }
    }
    return sf_yaml_unexpected(value, diag, "server", "reload [CONFIG], restart, kill or purge");
}

static enum sf_err read_entry(struct sf_script *script, const node *from,
                              struct sf_script_entry *entry, struct sf_diag *diag)
{
    static const char *const keys[] = {"at", "origin", "server", NULL};
    SF_TRY(sf_fields_check(from, keys, "timeline", diag));
    const node *origin = sf_yaml_get(from, "origin");
    const node *server = sf_yaml_get(from, "server");
    if ((origin == NULL) == (server == NULL) || sf_yaml_get(from, "at") == NULL) {
        return sf_yaml_fail(from, diag, "timeline: expected at, and origin or server");
    }
    SF_TRY(sf_fields_span(from, "at", &entry->at_ns, diag));
    if (server != NULL) {
        return read_server_action(script, server, entry, diag);
    }
    struct sf_diag why = {0};
    if (sf_injury_read(origin->text, &entry->injury, &why) != SF_OK) {
        return sf_yaml_fail(origin, diag, "origin: %s", why.message);
    }
    return SF_OK;
}

static enum sf_err read_timeline(struct sf_script *script, const node *timeline,
                                 struct sf_script_arm *arm, struct sf_diag *diag)
{
    for (const node *from = timeline != NULL ? timeline->first : NULL; from != NULL;
         from = from->next) {
        if (arm->entries_count == SF_SCRIPT_ENTRIES_MAX) {
            return sf_yaml_fail(from, diag, "timeline: more than %d entries",
                                SF_SCRIPT_ENTRIES_MAX);
        }
        struct sf_script_entry *entry = &arm->entries[arm->entries_count++];
        SF_TRY(read_entry(script, from, entry, diag));
        if (arm->entries_count > 1 && entry->at_ns < entry[-1].at_ns) {
            return sf_yaml_fail(from, diag, "timeline: at is earlier than in the entry before");
        }
    }
    return SF_OK;
}

static enum sf_err read_expect(const node *expect, struct sf_script_arm *arm, struct sf_diag *diag)
{
    static const char *const keys[] = {"strays", "own_at_least", NULL};
    static const char *const words[] = {"any", "none", "some", NULL};
    if (expect == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_fields_check(expect, keys, "expect", diag));
    const node *strays = sf_yaml_get(expect, "strays");
    for (int i = 0; strays != NULL; i++) {
        if (words[i] == NULL) {
            return sf_yaml_unexpected(strays, diag, "strays", "none, some or any");
        }
        if (strcmp(words[i], strays->text) == 0) {
            arm->strays = (enum sf_script_strays)i;
            break;
        }
    }
    const node *own = sf_yaml_get(expect, "own_at_least");
    struct sf_diag why = {0};
    if (own != NULL && sf_value_share_read(own->text, &arm->own_ppm_min, &why) != SF_OK) {
        return sf_yaml_fail(own, diag, "own_at_least: %s", why.message);
    }
    return SF_OK;
}

static bool has_config(const struct sf_script *script, const char *name)
{
    for (uint32_t i = 0; i < script->configs_count; i++) {
        if (strcmp(script->configs[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum sf_err read_arm(struct sf_script *script, const node *from, struct sf_script_arm *arm,
                            struct sf_diag *diag)
{
    static const char *const keys[] = {"name", "config", "timeline", "expect", NULL};
    SF_TRY(sf_fields_check(from, keys, "arms", diag));
    SF_TRY(sf_fields_text(&script->arena, from, "name", &arm->name, diag));
    SF_TRY(sf_fields_text(&script->arena, from, "config", &arm->config, diag));
    if (arm->name == NULL || arm->config == NULL) {
        return sf_yaml_fail(from, diag, "arms: %s is missing",
                            arm->name == NULL ? "name" : "config");
    }
    if (!has_config(script, arm->config)) {
        return sf_yaml_fail(sf_yaml_get(from, "config"), diag, "config: '%s' is not in configs",
                            arm->config);
    }
    SF_TRY(read_timeline(script, sf_yaml_get(from, "timeline"), arm, diag));
    return read_expect(sf_yaml_get(from, "expect"), arm, diag);
}

static enum sf_err read_arms(struct sf_script *script, const node *root, struct sf_diag *diag)
{
    const node *arms = sf_yaml_get(root, "arms");
    if (arms == NULL || arms->first == NULL) {
        return sf_yaml_fail(root, diag, "arms is missing: a configuration and a time line each");
    }
    for (const node *from = arms->first; from != NULL; from = from->next) {
        if (script->arms_count == SF_SCRIPT_ARMS_MAX) {
            return sf_yaml_fail(from, diag, "arms: more than %d", SF_SCRIPT_ARMS_MAX);
        }
        SF_TRY(read_arm(script, from, &script->arms[script->arms_count++], diag));
    }
    return SF_OK;
}

static enum sf_err read_script(struct sf_script *script, const node *root, struct sf_diag *diag)
{
    static const char *const keys[] = {"live", "name",   "title",   "duration", "homes",
                                       "hub",  "origin", "configs", "arms",     NULL};
    SF_TRY(sf_fields_check(root, keys, "a live scenario", diag));
    const node *live = sf_yaml_get(root, "live");
    if (live == NULL || strcmp(live->text, "1") != 0) {
        return sf_yaml_fail(live != NULL ? live : root, diag, "expected `live: 1`");
    }
    script->duration_ns = 20 * SF_SECOND;
    SF_TRY(sf_fields_text(&script->arena, root, "name", &script->name, diag));
    SF_TRY(sf_fields_text(&script->arena, root, "title", &script->title, diag));
    SF_TRY(sf_fields_span(root, "duration", &script->duration_ns, diag));
    SF_TRY(read_homes(script, sf_yaml_get(root, "homes"), diag));
    SF_TRY(read_hub(script, sf_yaml_get(root, "hub"), diag));
    SF_TRY(read_origin(script, sf_yaml_get(root, "origin"), diag));
    SF_TRY(read_configs(script, sf_yaml_get(root, "configs"), diag));
    return read_arms(script, root, diag);
}

enum sf_err sf_script_load(const char *file, struct sf_script *script, struct sf_diag *diag)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(script != NULL);
    *script = (struct sf_script){.name = "", .title = ""};
    sf_arena_init(&script->arena);
    node *root;
    SF_TRY(sf_fields_read_file(file, &script->arena, &root, diag));
    return read_script(script, root, diag);
}

void sf_script_fini(struct sf_script *script)
{
    SF_ASSERT(script != NULL);
    sf_arena_fini(&script->arena);
}

const char *sf_script_config_path(const struct sf_script *script, const char *server,
                                  const char *name)
{
    for (uint32_t i = 0; i < script->configs_count; i++) {
        const struct sf_script_config *config = &script->configs[i];
        if (strcmp(config->server, server) == 0 && strcmp(config->name, name) == 0) {
            return config->path;
        }
    }
    return NULL;
}
