/* A leak as commands that a person can type, and its cure. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/ids.h"
#include "harness/base/assert.h"
#include "harness/live/session.h"

/* 'text' for a shell; ours have no apostrophes but what users type may. */
static void add_quoted(struct sf_text *out, const char *text)
{
    sf_text_add(out, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            sf_text_add(out, "'\\''");
        } else {
            sf_text_add_bytes(out, text, 1);
        }
    }
    sf_text_add(out, "'");
}

void sf_cell_options(const struct sf_cell *cell, struct sf_text *out)
{
    SF_ASSERT(cell != NULL);
    SF_ASSERT(out != NULL);
    char word[SF_IDENTITY_NAME_BYTES + 16];
    sf_identity_print(&cell->identity, word, sizeof word);
    sf_text_add(out, "--identity %s", word);
    for (uint32_t i = 0; i < cell->says.lines_count; i++) {
        sf_text_add(out, " --origin-header ");
        add_quoted(out, cell->says.lines[i]);
    }
    if (cell->says.etag != SF_ETAG_NONE) {
        sf_text_add(out, " --etag %s", sf_etag_name(cell->says.etag));
    }
    sf_injury_print(&cell->condition, word, sizeof word);
    sf_text_add(out, " --condition ");
    add_quoted(out, word);
    if (cell->arrival.kind != SF_ARRIVAL_GAP || cell->arrival.time_ns != 0) {
        sf_arrival_print(&cell->arrival, word, sizeof word);
        sf_text_add(out, " --arrival ");
        add_quoted(out, word);
    }
    sf_text_add(out, " --tenants %u", cell->tenants);
    if (cell->phase != SF_PHASE_STEADY) {
        sf_text_add(out, " --phase %s", sf_phase_name(cell->phase));
    }
}

static void add_ask(const struct sf_session_order *order, const struct sf_cell *cell,
                    const struct sf_step *step, struct sf_text *out)
{
    /* The credentials of --hold are always these. */
    struct sf_stage stage = {.options = order->stage};
    struct sf_request request;
    sf_stage_request(&stage, &cell->identity, step->tenant, 1, &request);
    sf_text_add(out, "curl -s");
    if (order->stage.host != NULL) {
        sf_text_add(out, " -H ");
        struct sf_text host = {0};
        sf_text_add(&host, "Host: %s", order->stage.host);
        add_quoted(out, host.data);
        sf_text_free(&host);
    }
    if (request.header[0] != '\0') {
        sf_text_add(out, " -H ");
        add_quoted(out, request.header);
    }
    sf_text_add(out, " \"$SERVER%s\" | sha256sum", request.path);
}

static void add_outcome(const struct sf_step *step, struct sf_text *out)
{
    sf_text_add(out, "   # tenant %u: ", step->tenant);
    if (step->outcome == SF_OUTCOME_OTHER) {
        sf_text_add(out, "tenant %u's still", step->owner);
    } else if (step->outcome == SF_OUTCOME_OWN) {
        sf_text_add(out, "its own still");
    } else {
        sf_text_add(out, "%s", sf_outcome_name(step->outcome));
    }
    if (step->credential != SF_NOBODY) {
        sf_text_add(out, ", and tenant %u's credential in a header", step->credential);
    }
    sf_text_add(out, ", status %d\n", step->status);
}

void sf_cell_curl(const struct sf_session_order *order, const struct sf_cell *cell,
                  const struct sf_cell_result *result, struct sf_text *out)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(cell != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    bool parallel = cell->arrival.kind != SF_ARRIVAL_GAP;
    char condition[32];
    sf_injury_print(&cell->condition, condition, sizeof condition);
    sf_ns last_ns = 0;
    for (uint32_t i = 0; i < result->steps_count; i++) {
        const struct sf_step *step = &result->steps[i];
        bool turn = i > 0 && step->round != result->steps[i - 1].round;
        if (turn && cell->phase != SF_PHASE_STEADY) {
            sf_text_add(out, "# %s the server\n", sf_phase_name(cell->phase));
        }
        if (turn && cell->condition.kind != SF_INJURY_OK) {
            /* A space would end the URL. */
            char word[32];
            snprintf(word, sizeof word, "%s", condition);
            for (char *space = strchr(word, ' '); space != NULL; space = strchr(word, ' ')) {
                *space = '+';
            }
            sf_text_add(out, "curl -s \"$ORIGIN/.strayframe/injure?what=%s\"\n", word);
        }
        if (i > 0 && (!parallel || turn) && step->at_ns > last_ns) {
            sf_text_add(out, "sleep %.1f\n", (double)(step->at_ns - last_ns) / (double)SF_SECOND);
        }
        last_ns = step->at_ns;
        add_ask(order, cell, step, out);
        sf_text_add(out, parallel ? " &" : "");
        add_outcome(step, out);
    }
}

/* {NAME} is the header's, cookie's or parameter's name; {name_} the same in small letters with
 * underscores, as nginx calls its variables. */
static void add_filled(const char *line, const char *name, struct sf_text *out)
{
    for (; *line != '\0'; line++) {
        if (strncmp(line, "{NAME}", 6) == 0) {
            sf_text_add(out, "%s", name);
            line += 5;
        } else if (strncmp(line, "{name_}", 7) == 0) {
            for (const char *at = name; *at != '\0'; at++) {
                char letter = *at == '-' ? '_' : (char)tolower((unsigned char)*at);
                sf_text_add_bytes(out, &letter, 1);
            }
            line += 6;
        } else {
            sf_text_add_bytes(out, line, 1);
        }
    }
}

void sf_cell_cure(const struct sf_driver *driver, const struct sf_cell *cell,
                  const struct sf_cell_result *result, struct sf_text *out)
{
    SF_ASSERT(cell != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    const char *line = NULL;
    if (driver != NULL && result->strays > 0) {
        line = driver->cures[cell->identity.carrier];
    } else if (driver != NULL) {
        line = driver->cure_credentials;
    }
    if (line != NULL) {
        add_filled(line, cell->identity.name, out);
    } else {
        sf_text_add(out, "%s", "let the origin say `Cache-Control: private`");
    }
}
