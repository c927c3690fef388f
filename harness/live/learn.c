/* Learns whose words are whose, then asks through the cache. */
#include "harness/live/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/live/loop.h"
#include "harness/live/outcome.h"
#include "harness/live/stills.h"
#include "harness/live/viewers.h"

enum { NOBODY_ASKS = SF_LEARN_ACCOUNTS_MAX, OUTSIDE_PAUSE_MS = 250 };

/* An answer that was waited for. */
struct got {
    struct learning *learning;
    bool ended;
    int status;
    bool whole;
    struct sf_words words; /* of what was learned; `body` where stills were uploaded */
    struct sf_text body;
    struct sf_text headers;
};

struct learning {
    const struct sf_learn_order *order;
    struct sf_learn_report *report;
    struct sf_loop *loop;
    struct sf_viewers *viewers;
    struct sf_text cookies[SF_LEARN_ACCOUNTS_MAX]; /* "Cookie: a=b; c=d", from a form */
    struct sf_words own[SF_LEARN_ACCOUNTS_MAX][SF_LEARN_PAGES_MAX];
    struct sf_stills *stills; /* where they are uploaded */
    uint32_t waiting_count;
    bool all_ended;
};

/* ---- asking ---- */

static void done(void *context, const struct sf_answer *answer)
{
    struct got *got = context;
    got->ended = true;
    got->status = answer->status;
    got->whole = answer->whole;
    if (got->learning->stills != NULL) {
        sf_text_add_bytes(&got->body, answer->bytes, answer->count);
    } else {
        sf_words_of((const char *)answer->bytes, answer->count, &got->words);
    }
    sf_text_add(&got->headers, "%s", answer->headers);
    got->learning->waiting_count--;
    got->learning->all_ended = got->learning->waiting_count == 0;
}

/* What is sent beside the credential. */
struct load {
    const char *post; /* a form */
    const uint8_t *still;
    size_t still_bytes;
};

/* `account` NOBODY_ASKS: without a credential. */
static void ask(struct learning *learning, const char *base, const char *page, uint32_t account,
                const struct load *load, struct got *got)
{
    const struct sf_learn_order *order = learning->order;
    struct sf_text url = {0};
    struct sf_ask asked = {.home = account,
                           .post = load != NULL ? load->post : NULL,
                           .method = order->upload.method,
                           .body = load != NULL ? load->still : NULL,
                           .body_bytes = load != NULL ? load->still_bytes : 0,
                           .patience_ns = order->patience_ns,
                           .done = done,
                           .context = got};
    sf_text_add(&url, "%s%s", base, page);
    if (account < order->accounts_count) {
        const struct sf_learn_account *who = &order->accounts[account];
        for (uint32_t i = 0; i < who->headers_count; i++) {
            asked.headers[i] = who->headers[i];
        }
        uint32_t count = who->headers_count;
        if (learning->cookies[account].length > 0) {
            asked.headers[count++] = learning->cookies[account].data;
        }
        if (asked.body != NULL) {
            asked.headers[count] = order->upload.type;
        }
        if (who->query != NULL && asked.post == NULL) {
            sf_text_add(&url, "%c%s", strchr(page, '?') != NULL ? '&' : '?', who->query);
        }
    }
    *got = (struct got){.learning = learning};
    asked.url = url.data;
    learning->waiting_count++;
    learning->all_ended = false;
    learning->report->asks_count++;
    sf_viewers_ask(learning->viewers, NULL, &asked);
    sf_text_free(&url);
    if (order->outside) {
        sf_loop_wait(learning->loop, OUTSIDE_PAUSE_MS * SF_MS);
    }
}

static void wait_for_all(struct learning *learning)
{
    bool ended = sf_loop_run(learning->loop, &learning->all_ended, SF_NS_NEVER);
    SF_ASSERT(ended); /* every ask ends by its patience */
}

static void forget(struct got *got)
{
    sf_words_free(&got->words);
    sf_text_free(&got->body);
    sf_text_free(&got->headers);
}

/* ---- logging in by a form ---- */

/* The "name=value" of each Set-Cookie line. */
static void keep_cookies(const char *headers, struct sf_text *cookie)
{
    for (const char *line = headers; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (strncasecmp(line, "Set-Cookie:", 11) == 0) {
            const char *value = line + 11 + strspn(line + 11, " ");
            sf_text_add(cookie, "%s%.*s",
                        cookie->length > 0 ? "; " : "Cookie: ", (int)strcspn(value, ";\r\n"),
                        value);
        }
        line += length + (line[length] == '\n');
    }
}

static enum sf_err log_in(struct learning *learning, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < learning->order->accounts_count; i++) {
        const struct sf_learn_account *account = &learning->order->accounts[i];
        struct got got;
        if (account->form_url == NULL) {
            continue;
        }
        ask(learning, account->form_url, "", i, &(struct load){.post = account->form_fields}, &got);
        wait_for_all(learning);
        keep_cookies(got.headers.data != NULL ? got.headers.data : "", &learning->cookies[i]);
        int status = got.status;
        forget(&got);
        if (learning->cookies[i].length == 0) {
            return sf_fail(diag, SF_ERR_INPUT, "the login of %s set no cookie (status %d)",
                           account->name, status);
        }
    }
    return SF_OK;
}

/* ---- learning ---- */

static enum sf_err fetch(struct learning *learning, uint32_t page, uint32_t account,
                         struct sf_words *words_out, struct sf_diag *diag)
{
    struct got got;
    ask(learning, learning->order->direct, learning->order->pages[page], account, NULL, &got);
    wait_for_all(learning);
    sf_text_free(&got.headers);
    *words_out = got.words;
    if (account < learning->order->accounts_count && (got.status < 200 || got.status >= 400)) {
        sf_words_free(words_out);
        return sf_fail(diag, SF_ERR_INPUT, "%s, directly, as %s: status %d",
                       learning->order->pages[page], learning->order->accounts[account].name,
                       got.status);
    }
    return SF_OK;
}

/* What both answers of an account have and no other's: words of a page that all accounts share, and
 * what changes with every answer (times, request numbers), belong to no account. */
static enum sf_err learn_page(struct learning *learning, uint32_t page, struct sf_diag *diag)
{
    uint32_t accounts = learning->order->accounts_count;
    struct sf_words first[SF_LEARN_ACCOUNTS_MAX + 1] = {0};
    struct sf_words second[SF_LEARN_ACCOUNTS_MAX + 1] = {0};
    enum sf_err err = SF_OK;
    for (uint32_t i = 0; err == SF_OK && i <= accounts; i++) {
        uint32_t who = i < accounts ? i : NOBODY_ASKS;
        err = fetch(learning, page, who, &first[i], diag);
        err = err == SF_OK ? fetch(learning, page, who, &second[i], diag) : err;
    }
    for (uint32_t i = 0; err == SF_OK && i < accounts; i++) {
        struct sf_words *own = &learning->own[i][page];
        sf_words_copy(&first[i], own);
        sf_words_keep(own, &second[i], true);
        for (uint32_t j = 0; j <= accounts; j++) {
            if (j != i) {
                sf_words_keep(own, &first[j], false);
                sf_words_keep(own, &second[j], false);
            }
        }
        learning->report->words_count[page] += own->count;
    }
    for (uint32_t i = 0; i <= accounts; i++) {
        sf_words_free(&first[i]);
        sf_words_free(&second[i]);
    }
    return err;
}

/* ---- uploading ---- */

/* "/cameras/alice/still" of "/cameras/{account}/still". */
static void fill_account(const char *path, const char *name, struct sf_text *out)
{
    const char *hole = strstr(path, "{account}");
    if (hole == NULL) {
        sf_text_add(out, "%s", path);
    } else {
        sf_text_add(out, "%.*s%s%s", (int)(hole - path), path, name, hole + strlen("{account}"));
    }
}

static enum sf_err upload_one(struct learning *learning, uint32_t account, struct sf_diag *diag)
{
    const struct sf_learn_order *order = learning->order;
    struct sf_text path = {0};
    struct got got;
    struct load load = {0};
    load.still_bytes =
        sf_stills_make(learning->stills, account, 0, false, sf_loop_now(), &load.still);
    fill_account(order->upload.path, order->accounts[account].name, &path);
    ask(learning, order->direct, path.data, account, &load, &got);
    wait_for_all(learning);
    int status = got.status;
    forget(&got);
    sf_text_free(&path);
    return status >= 200 && status < 400
               ? SF_OK
               : sf_fail(diag, SF_ERR_INPUT, "the upload of %s was answered with status %d",
                         order->accounts[account].name, status);
}

/* A new still of each account, so that each turn has one of its own. */
static enum sf_err upload_all(struct learning *learning, struct sf_diag *diag)
{
    if (learning->stills == NULL) {
        return SF_OK;
    }
    for (uint32_t i = 0; i < learning->order->accounts_count; i++) {
        SF_TRY(upload_one(learning, i, diag));
    }
    sf_loop_wait(learning->loop, learning->order->upload.settle_ns);
    return SF_OK;
}

static void drop_record(void *context, struct sf_record record)
{
    sf_outcomes_hear(context, &record, 1);
}

static void take_outcome(void *context, const struct sf_ask_outcome *outcome)
{
    *(struct sf_ask_outcome *)context = *outcome;
}

/* Whose still an answer is, as in any live run. */
static struct sf_ask_outcome outcome_of(const struct learning *learning, uint32_t viewer,
                                        const struct got *got)
{
    struct sf_ask_outcome outcome = {.outcome = SF_OUTCOME_ERROR};
    struct sf_outcome_reader reader = {.ended = take_outcome, .context = &outcome};
    const struct sf_stills_trace trace = {.add = drop_record, .context = &reader};
    const struct sf_received received = {.tenant = viewer,
                                         .request = 1,
                                         .bytes = (const uint8_t *)got->body.data,
                                         .count = got->body.length,
                                         .whole = got->whole,
                                         .display = got->status < 400};
    bool leftover = sf_stills_judge(learning->stills, &received, &trace);
    drop_record(&reader, SF_RECORD(end));
    if (leftover) {
        outcome.outcome = SF_OUTCOME_LEFTOVER;
    }
    return outcome;
}

/* Does the page show each account its own still, asked for directly? Then it can be judged. */
static enum sf_err see_page(struct learning *learning, uint32_t page, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < learning->order->accounts_count; i++) {
        struct got got;
        ask(learning, learning->order->direct, learning->order->pages[page], i, NULL, &got);
        wait_for_all(learning);
        enum sf_outcome outcome = outcome_of(learning, i, &got).outcome;
        int status = got.status;
        forget(&got);
        if (outcome != SF_OUTCOME_OWN && outcome != SF_OUTCOME_OTHER) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "%s, directly, as %s: status %d, and not the still that was uploaded",
                           learning->order->pages[page], learning->order->accounts[i].name, status);
        }
        learning->report->words_count[page]++;
    }
    return SF_OK;
}

/* ---- asking through the cache ---- */

static void count_other(struct sf_learn_cell *cell, uint32_t viewer, uint32_t owner, bool *leaked)
{
    cell->viewer = cell->other == 0 ? viewer : cell->viewer;
    cell->owner = cell->other == 0 ? owner : cell->owner;
    cell->other++;
    *leaked = true;
}

static void count_still(const struct learning *learning, struct sf_learn_cell *cell,
                        uint32_t viewer, const struct got *got, bool *leaked)
{
    const struct sf_ask_outcome outcome = outcome_of(learning, viewer, got);
    switch (outcome.outcome) {
    case SF_OUTCOME_OTHER:
        count_other(cell, viewer, outcome.owner.index, leaked);
        return;
    case SF_OUTCOME_OWN:
        cell->own++;
        return;
    case SF_OUTCOME_TORN:
        cell->torn++;
        return;
    case SF_OUTCOME_ANONYMOUS:
    case SF_OUTCOME_LEFTOVER:
        cell->neither++;
        return;
    case SF_OUTCOME_ERROR:
    case SF_OUTCOMES_COUNT:
        cell->error++;
        return;
    }
}

static void count(struct learning *learning, struct sf_learn_cell *cell, uint32_t viewer,
                  const struct got *got, bool *leaked)
{
    if (learning->stills != NULL) {
        count_still(learning, cell, viewer, got, leaked);
        return;
    }
    bool own = sf_words_share(&learning->own[viewer][cell->page], &got->words);
    for (uint32_t i = 0; i < learning->order->accounts_count; i++) {
        if (i != viewer && sf_words_share(&learning->own[i][cell->page], &got->words)) {
            count_other(cell, viewer, i, leaked);
            return;
        }
    }
    cell->own += own;
    cell->error += !own && (got->status == 0 || got->status >= 400);
    cell->neither += !own && got->status > 0 && got->status < 400;
}

/* Every account asks; another one leads each time. */
static void play(struct learning *learning, const char *base, struct sf_learn_cell *cell,
                 uint32_t turn)
{
    const struct sf_learn_order *order = learning->order;
    struct got got[SF_LEARN_ACCOUNTS_MAX];
    bool leaked = false;
    for (uint32_t i = 0; i < order->accounts_count; i++) {
        uint32_t account = (i + turn) % order->accounts_count;
        ask(learning, base, order->pages[cell->page], account, NULL, &got[account]);
        if (cell->arrival == SF_LEARN_ONE_BY_ONE) {
            wait_for_all(learning);
            sf_loop_wait(learning->loop, order->gap_ns);
        }
    }
    wait_for_all(learning);
    for (uint32_t i = 0; i < order->accounts_count; i++) {
        count(learning, cell, i, &got[i], &leaked);
        forget(&got[i]);
    }
    cell->plays++;
    cell->leaking += leaked;
}

static enum sf_err play_page(struct learning *learning, uint32_t page, struct sf_diag *diag)
{
    for (int arrival = 0; arrival < SF_LEARN_ARRIVALS_COUNT; arrival++) {
        struct sf_learn_cell *cell = &learning->report->cells[learning->report->cells_count++];
        *cell = (struct sf_learn_cell){.page = page, .arrival = (enum sf_learn_arrival)arrival};
        for (uint32_t i = 0; i < learning->order->repeats; i++) {
            SF_TRY(upload_all(learning, diag));
            play(learning, learning->order->cache, cell, i);
        }
    }
    return SF_OK;
}

/* Clean: the service itself, asked once more. Leaky: the same answers, each taken for the next
 * account's. */
static void run_controls(struct learning *learning)
{
    struct sf_learn_report *report = learning->report;
    uint32_t accounts = learning->order->accounts_count;
    uint32_t clean_strays = 0;
    uint32_t caught = 0;
    uint32_t chances = 0;
    for (uint32_t page = 0; page < learning->order->pages_count; page++) {
        if (report->words_count[page] == 0) {
            continue;
        }
        struct sf_learn_cell cell = {.page = page};
        for (uint32_t i = 0; i < accounts; i++) {
            struct got got;
            struct sf_learn_cell wrong = {.page = page};
            bool leaked = false;
            ask(learning, learning->order->direct, learning->order->pages[page], i, NULL, &got);
            wait_for_all(learning);
            count(learning, &cell, i, &got, &leaked);
            clean_strays += leaked;
            if (learning->stills != NULL ? cell.own > 0 : learning->own[i][page].count > 0) {
                leaked = false;
                count(learning, &wrong, (i + 1) % accounts, &got, &leaked);
                caught += leaked;
                chances++;
            }
            forget(&got);
        }
    }
    report->controls_held = clean_strays == 0 && chances > 0 && caught == chances;
    snprintf(report->controls, sizeof report->controls,
             "the service itself had %u strays; answers taken for another account's were caught in "
             "%u of %u",
             clean_strays, caught, chances);
}

static enum sf_err learn_and_play(struct learning *learning, struct sf_diag *diag)
{
    SF_TRY(log_in(learning, diag));
    SF_TRY(upload_all(learning, diag));
    for (uint32_t page = 0; page < learning->order->pages_count; page++) {
        if (learning->stills != NULL) {
            SF_TRY(see_page(learning, page, diag));
        } else {
            SF_TRY(learn_page(learning, page, diag));
        }
    }
    run_controls(learning);
    for (uint32_t page = 0; page < learning->order->pages_count; page++) {
        if (learning->report->words_count[page] > 0) {
            SF_TRY(play_page(learning, page, diag));
        }
    }
    return SF_OK;
}

enum sf_err sf_learn_run(const struct sf_learn_order *order, struct sf_learn_report *report,
                         struct sf_diag *diag)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(report != NULL);
    struct learning *learning = sf_alloc(1, sizeof *learning);
    learning->order = order;
    learning->report = report;
    *report = (struct sf_learn_report){0};
    if (order->upload.method != NULL) {
        struct sf_credentials credentials;
        sf_credentials_draw(&credentials);
        learning->stills = sf_stills_create(&credentials, 0);
    }
    enum sf_err err = sf_loop_create(&learning->loop, diag);
    if (err == SF_OK) {
        err = sf_viewers_create(learning->loop, &learning->viewers, diag);
    }
    if (err == SF_OK) {
        err = learn_and_play(learning, diag);
    }
    sf_viewers_destroy(learning->viewers);
    sf_loop_destroy(learning->loop);
    sf_stills_destroy(learning->stills);
    for (uint32_t i = 0; i < SF_LEARN_ACCOUNTS_MAX; i++) {
        sf_text_free(&learning->cookies[i]);
        for (uint32_t j = 0; j < SF_LEARN_PAGES_MAX; j++) {
            sf_words_free(&learning->own[i][j]);
        }
    }
    free(learning);
    return err;
}
