/* Learning, or uploading: a service with accounts of its own, judged through the cache in front of
 * it.
 *
 * Learning: a service whose content is its own. Each account's pages are fetched from the service
 * itself, twice; words that both answers of one account have, and no answer of another account or
 * of a request without a credential, are that account's. Then the same pages are asked for through
 * the cache, and an answer with another account's words is a stray.
 *
 * Uploading: each account puts a marked still of ours in through the service's own API; then the
 * pages are asked for through the cache, and each answer is judged by whose still it is.
 *
 * Words and credentials are never printed. */
#ifndef STRAYFRAME_LIVE_LEARN_H
#define STRAYFRAME_LIVE_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"

enum {
    SF_LEARN_ACCOUNTS_MAX = 8,
    SF_LEARN_PAGES_MAX = 64,
    SF_LEARN_HEADERS_MAX = 6,
    SF_LEARN_WORD_BYTES_MIN = 4, /* shorter ones occur on others' pages by chance */
};

struct sf_learn_account {
    const char *name;
    const char *headers[SF_LEARN_HEADERS_MAX]; /* lines */
    uint32_t headers_count;
    const char *query;    /* "token=..."; NULL: none */
    const char *form_url; /* a login by form: posted there, its cookies kept; NULL: none */
    const char *form_fields;
};

/* How a still is put in. */
struct sf_learn_upload {
    const char *method; /* NULL: nothing is uploaded, words are learned */
    const char *path;   /* {account} in it is the account's name */
    const char *type;   /* the Content-Type line */
    sf_ns settle_ns;    /* until the service shows what was uploaded */
};

/* What a learn file says. */
struct sf_learn_order {
    struct sf_arena arena;
    const char *direct; /* the service itself: base of the pages' URLs */
    const char *cache;  /* the same through the cache */
    struct sf_learn_account accounts[SF_LEARN_ACCOUNTS_MAX];
    uint32_t accounts_count;
    const char *pages[SF_LEARN_PAGES_MAX];
    uint32_t pages_count;
    struct sf_learn_upload upload;
    uint32_t repeats;
    sf_ns gap_ns;
    sf_ns patience_ns;
    bool outside; /* targets that are not loopback are allowed, and asked slowly */
};

/* `cache` (may be NULL) goes before the file's. */
SF_MUST_USE enum sf_err sf_learn_read(const char *file, const char *cache, bool outside,
                                      struct sf_learn_order *order_out, struct sf_diag *diag);
void sf_learn_order_fini(struct sf_learn_order *order);

enum sf_learn_arrival { SF_LEARN_ONE_BY_ONE, SF_LEARN_TOGETHER, SF_LEARN_ARRIVALS_COUNT };

/* One page under one arrival. */
struct sf_learn_cell {
    uint32_t page;
    enum sf_learn_arrival arrival;
    uint32_t plays;
    uint32_t leaking;
    uint32_t own;
    uint32_t other;
    uint32_t neither; /* answers with no account's words */
    uint32_t error;
    uint32_t torn;   /* a part of the account's own still */
    uint32_t viewer; /* of the first stray */
    uint32_t owner;
};

struct sf_learn_report {
    uint32_t cells_count;
    struct sf_learn_cell cells[SF_LEARN_ARRIVALS_COUNT * SF_LEARN_PAGES_MAX];
    uint32_t words_count[SF_LEARN_PAGES_MAX]; /* learned, of all accounts; 0: all get the same */
    bool controls_held;
    char controls[200];
    uint64_t asks_count;
};

SF_MUST_USE enum sf_err sf_learn_run(const struct sf_learn_order *order,
                                     struct sf_learn_report *report_out, struct sf_diag *diag);

/* ---- words: learn_words.c ---- */

/* The words of a text, sorted, each once. */
struct sf_words {
    char **items; /* owned */
    uint32_t count;
};
void sf_words_of(const char *text, size_t bytes, struct sf_words *out);
/* Keeps those that the other has too, or has not. */
void sf_words_keep(struct sf_words *words, const struct sf_words *other, bool common);
bool sf_words_share(const struct sf_words *a, const struct sf_words *b);
void sf_words_copy(const struct sf_words *words, struct sf_words *out);
void sf_words_free(struct sf_words *words);

#endif
