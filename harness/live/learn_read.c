/* Reads a learn file. */
#include <stdio.h>
#include <string.h>

#include "harness/live/fields.h"
#include "harness/base/assert.h"
#include "harness/live/learn.h"
#include "harness/scenario/live.h"
#include "harness/scenario/yaml_tree.h"

typedef struct sf_yaml_node node;

/* A header line made of a prefix and the value of a key. */
static enum sf_err take_header(struct sf_learn_order *order, const node *from, const char *key,
                               const char *prefix, struct sf_learn_account *account,
                               struct sf_diag *diag)
{
    const node *value = sf_yaml_get(from, key);
    if (value == NULL) {
        return SF_OK;
    }
    if (value->kind != SF_YAML_SCALAR || account->headers_count == SF_LEARN_HEADERS_MAX) {
        return sf_yaml_fail(value, diag, "%s: expected one line", key);
    }
    struct sf_text line = {0};
    sf_text_add(&line, "%s%s", prefix, value->text);
    account->headers[account->headers_count++] = sf_fields_keep(&order->arena, line.data);
    sf_text_free(&line);
    return SF_OK;
}

static enum sf_err read_account(struct sf_learn_order *order, const node *from,
                                struct sf_diag *diag)
{
    static const char *const keys[] = {"name", "header", "cookie", "bearer", "query", "form", NULL};
    static const char *const form_keys[] = {"url", "fields", NULL};
    SF_TRY(sf_fields_check(from, keys, "accounts", diag));
    if (order->accounts_count == SF_LEARN_ACCOUNTS_MAX) {
        return sf_yaml_fail(from, diag, "accounts: at most %d", SF_LEARN_ACCOUNTS_MAX);
    }
    struct sf_learn_account *account = &order->accounts[order->accounts_count++];
    SF_TRY(sf_fields_text(&order->arena, from, "name", &account->name, diag));
    if (account->name == NULL) {
        return sf_yaml_fail(from, diag, "accounts: name is missing");
    }
    SF_TRY(take_header(order, from, "header", "", account, diag));
    SF_TRY(take_header(order, from, "cookie", "Cookie: ", account, diag));
    SF_TRY(take_header(order, from, "bearer", "Authorization: Bearer ", account, diag));
    SF_TRY(sf_fields_text(&order->arena, from, "query", &account->query, diag));
    const node *form = sf_yaml_get(from, "form");
    if (form != NULL) {
        SF_TRY(sf_fields_check(form, form_keys, "form", diag));
        SF_TRY(sf_fields_text(&order->arena, form, "url", &account->form_url, diag));
        SF_TRY(sf_fields_text(&order->arena, form, "fields", &account->form_fields, diag));
        if (account->form_url == NULL || account->form_fields == NULL) {
            return sf_yaml_fail(form, diag, "form: expected url and fields");
        }
    }
    if (account->headers_count == 0 && account->query == NULL && form == NULL) {
        return sf_yaml_fail(from, diag, "accounts: expected header, cookie, bearer, query or form");
    }
    return SF_OK;
}

/* Is the host of a URL a loopback address? */
static bool is_loopback(const char *url)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost:", 10) == 0 ||
           strncmp(host, "localhost/", 10) == 0 || strncmp(host, "[::1]", 5) == 0;
}

static enum sf_err check_url(const char *what, const char *url, bool outside, struct sf_diag *diag)
{
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: expected a URL, http://HOST:PORT", what);
    }
    if (strpbrk(url, "@ ") != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: a URL without user names and spaces", what);
    }
    if (!outside && !is_loopback(url)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "%s: not a loopback address; --outside allows it, and asks slowly", what);
    }
    return SF_OK;
}

static enum sf_err read_pages(struct sf_learn_order *order, const node *root, struct sf_diag *diag)
{
    const node *pages = sf_yaml_get(root, "pages");
    for (const node *page = pages != NULL ? pages->first : NULL; page != NULL; page = page->next) {
        if (page->kind != SF_YAML_SCALAR || page->text[0] != '/' ||
            order->pages_count == SF_LEARN_PAGES_MAX) {
            return sf_yaml_fail(page, diag, "pages: at most %d, and each begins with '/'",
                                SF_LEARN_PAGES_MAX);
        }
        order->pages[order->pages_count++] = sf_fields_keep(&order->arena, page->text);
    }
    return order->pages_count > 0 ? SF_OK : sf_yaml_fail(root, diag, "pages is missing");
}

static enum sf_err read_upload(struct sf_learn_order *order, const node *from, struct sf_diag *diag)
{
    static const char *const keys[] = {"method", "path", "type", "settle", NULL};
    static const char *const methods[] = {"PUT", "POST", "PATCH", NULL};
    struct sf_learn_upload *upload = &order->upload;
    if (from == NULL) {
        return SF_OK;
    }
    *upload =
        (struct sf_learn_upload){.method = "PUT", .type = "image/jpeg", .settle_ns = 200 * SF_MS};
    SF_TRY(sf_fields_check(from, keys, "upload", diag));
    SF_TRY(sf_fields_text(&order->arena, from, "method", &upload->method, diag));
    SF_TRY(sf_fields_text(&order->arena, from, "path", &upload->path, diag));
    SF_TRY(sf_fields_text(&order->arena, from, "type", &upload->type, diag));
    SF_TRY(sf_fields_span(from, "settle", &upload->settle_ns, diag));
    if (upload->path == NULL || upload->path[0] != '/') {
        return sf_yaml_fail(from, diag, "upload: path is missing, or does not begin with '/'");
    }
    int index = 0;
    struct sf_diag why = {0};
    if (sf_word_choose(upload->method, methods, "PUT, POST or PATCH", &index, &why) != SF_OK) {
        return sf_yaml_fail(sf_yaml_get(from, "method"), diag, "method: %s", why.message);
    }
    struct sf_text line = {0};
    sf_text_add(&line, "Content-Type: %s", upload->type);
    upload->type = sf_fields_keep(&order->arena, line.data);
    sf_text_free(&line);
    return SF_OK;
}

static enum sf_err read_root(struct sf_learn_order *order, const node *root, const char *cache,
                             struct sf_diag *diag)
{
    static const char *const keys[] = {"learn",  "direct",  "cache", "accounts", "pages",
                                       "upload", "repeats", "gap",   NULL};
    SF_TRY(sf_fields_check(root, keys, "a learn file", diag));
    SF_TRY(sf_fields_text(&order->arena, root, "direct", &order->direct, diag));
    SF_TRY(sf_fields_text(&order->arena, root, "cache", &order->cache, diag));
    order->cache = cache != NULL ? sf_fields_keep(&order->arena, cache) : order->cache;
    if (order->direct == NULL || order->cache == NULL) {
        return sf_yaml_fail(root, diag, "%s is missing: the URL of the service %s",
                            order->direct == NULL ? "direct" : "cache",
                            order->direct == NULL ? "itself" : "through the cache (or --url)");
    }
    const node *accounts = sf_yaml_get(root, "accounts");
    for (const node *from = accounts != NULL ? accounts->first : NULL; from != NULL;
         from = from->next) {
        SF_TRY(read_account(order, from, diag));
    }
    if (order->accounts_count < 2) {
        return sf_yaml_fail(root, diag, "accounts: expected two at least");
    }
    SF_TRY(read_upload(order, sf_yaml_get(root, "upload"), diag));
    order->repeats = 3;
    order->gap_ns = 300 * SF_MS;
    SF_TRY(sf_fields_count(root, "repeats", 1, 100, &order->repeats, diag));
    SF_TRY(sf_fields_span(root, "gap", &order->gap_ns, diag));
    return read_pages(order, root, diag);
}

enum sf_err sf_learn_read(const char *file, const char *cache, bool outside,
                          struct sf_learn_order *order, struct sf_diag *diag)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(order != NULL);
    *order = (struct sf_learn_order){.patience_ns = 5 * SF_SECOND, .outside = outside};
    sf_arena_init(&order->arena);
    node *root;
    enum sf_err err = sf_fields_read_file(file, &order->arena, &root, diag);
    if (err == SF_OK) {
        err = read_root(order, root, cache, diag);
    }
    if (err == SF_OK) {
        err = check_url("direct", order->direct, outside, diag);
    }
    for (uint32_t i = 0; err == SF_OK && i < order->accounts_count; i++) {
        if (order->accounts[i].form_url != NULL) {
            err = check_url("form", order->accounts[i].form_url, outside, diag);
        }
    }
    return err == SF_OK ? check_url("cache", order->cache, outside, diag) : err;
}

void sf_learn_order_fini(struct sf_learn_order *order)
{
    SF_ASSERT(order != NULL);
    sf_arena_fini(&order->arena);
}
