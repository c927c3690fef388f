/* A session's report as text. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/live/session.h"

enum { COLUMNS_MAX = 64 };

const char *sf_session_verdict_name(enum sf_session_verdict verdict)
{
    switch (verdict) {
    case SF_SESSION_PASS:
        return "pass";
    case SF_SESSION_FAIL:
        return "fail";
    case SF_SESSION_INCONCLUSIVE:
        return "inconclusive";
    }
    SF_UNREACHABLE();
}

/* ---- the table: a row for each identity and answer, a column for each situation ---- */

static void column_name(const struct sf_cell *cell, char *out, size_t bytes)
{
    char condition[24];
    char arrival[24];
    sf_injury_print(&cell->condition, condition, sizeof condition);
    sf_arrival_print(&cell->arrival, arrival, sizeof arrival);
    bool gap = cell->arrival.kind == SF_ARRIVAL_GAP && cell->arrival.time_ns == 0;
    snprintf(out, bytes, "%s%s%s%s%s", condition, gap ? "" : ", ", gap ? "" : arrival,
             cell->phase != SF_PHASE_STEADY ? ", " : "",
             cell->phase != SF_PHASE_STEADY ? sf_phase_name(cell->phase) : "");
    if (cell->tenants != 2) {
        size_t length = strlen(out);
        snprintf(out + length, bytes - length, ", %u tenants", cell->tenants);
    }
}

static bool same_row(const struct sf_cell *a, const struct sf_cell *b)
{
    return a->identity.carrier == b->identity.carrier &&
           strcmp(a->identity.name, b->identity.name) == 0 &&
           strcmp(a->says_name, b->says_name) == 0;
}

struct table {
    const struct sf_session_order *order;
    const struct sf_session_report *report;
    char columns[COLUMNS_MAX][64];
    uint32_t columns_count;
};

static uint32_t column_of(struct table *table, const struct sf_cell *cell)
{
    char name[64];
    column_name(cell, name, sizeof name);
    uint32_t i = 0;
    while (i < table->columns_count && strcmp(table->columns[i], name) != 0) {
        i++;
    }
    if (i == table->columns_count && i < COLUMNS_MAX) {
        memcpy(table->columns[i], name, sizeof name);
        table->columns_count++;
    }
    return i;
}

static void add_mark(const struct sf_cell_result *result, struct sf_text *out)
{
    char mark[24] = ".";
    switch (sf_cell_verdict_of(result)) {
    case SF_CELL_CLEAN:
        break;
    case SF_CELL_LEAK:
        snprintf(mark, sizeof mark, "%s%u/%u", result->strays > 0 ? "L" : "c", result->leaking,
                 result->plays);
        break;
    case SF_CELL_NOT_EXERCISED:
        snprintf(mark, sizeof mark, result->outcomes[SF_OUTCOME_ANONYMOUS] > 0 ? "anon" : "-");
        break;
    case SF_CELL_BUSY:
        snprintf(mark, sizeof mark, "busy");
        break;
    }
    sf_text_add(out, "%6s", mark);
}

static void add_row(struct table *table, uint32_t first, struct sf_text *out)
{
    const struct sf_session_order *order = table->order;
    const struct sf_cell_result *results[COLUMNS_MAX] = {0};
    char identity[SF_IDENTITY_NAME_BYTES + 16];
    for (uint32_t i = first; i < order->cells_count; i++) {
        if (same_row(&order->cells[i], &order->cells[first])) {
            uint32_t column = column_of(table, &order->cells[i]);
            if (column < COLUMNS_MAX) {
                results[column] = &table->report->results[i];
            }
        }
    }
    sf_identity_print(&order->cells[first].identity, identity, sizeof identity);
    sf_text_add(out, "  %-16s %-22s", identity, order->cells[first].says_name);
    for (uint32_t i = 0; i < table->columns_count; i++) {
        if (results[i] != NULL) {
            add_mark(results[i], out);
        } else {
            sf_text_add(out, "      ");
        }
    }
    sf_text_add(out, "\n");
}

static void add_table(const struct sf_session_order *order, const struct sf_session_report *report,
                      struct sf_text *out)
{
    struct table table = {.order = order, .report = report};
    for (uint32_t i = 0; i < order->cells_count; i++) {
        column_of(&table, &order->cells[i]);
    }
    for (uint32_t i = 0; i < table.columns_count; i++) {
        sf_text_add(out, "  column %2u: %s\n", i + 1, table.columns[i]);
    }
    sf_text_add(out, "\n  %-16s %-22s", "identity", "the origin says");
    for (uint32_t i = 0; i < table.columns_count; i++) {
        sf_text_add(out, "%6u", i + 1);
    }
    sf_text_add(out, "\n");
    for (uint32_t i = 0; i < order->cells_count; i++) {
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++) {
            first = !same_row(&order->cells[i], &order->cells[j]);
        }
        if (first) {
            add_row(&table, i, out);
        }
    }
    sf_text_add(out,
                "\n  Lk/n  another tenant's still was shown in k of n plays; c: its credential "
                "in a header\n  .     clean    -  not exercised    anon  the server hides the "
                "credential from the origin\n");
}

/* ---- cells ---- */

static void add_counts(const struct sf_cell_result *result, struct sf_text *out)
{
    for (int i = 0; i < SF_OUTCOMES_COUNT; i++) {
        sf_text_add(out, "%s%s %u", i > 0 ? ", " : "", sf_outcome_name((enum sf_outcome)i),
                    result->outcomes[i]);
    }
}

static void add_leak(const struct sf_session_order *order, const struct sf_cell *cell,
                     const struct sf_cell_result *result, struct sf_text *out)
{
    sf_text_add(out, "\n    To see it, keep the server and the origin of this cell running:\n"
                     "      strayframe live ");
    if (order->driver != NULL) {
        sf_text_add(out, "--server %s --config %s --hold ", order->driver->name, order->config);
    } else {
        sf_text_add(out, "--url http://%s:%u --origin-listen %s:%u --hold ", order->url.address,
                    order->url.port,
                    order->stage.origin_listen != NULL ? order->stage.origin_listen : "127.0.0.1",
                    order->stage.origin_port);
    }
    sf_cell_options(cell, out);
    sf_text_add(out, "\n    and, with the SERVER and ORIGIN that it prints (equal sums are one "
                     "picture):\n");
    struct sf_text commands = {0};
    sf_cell_curl(order, cell, result, &commands);
    for (char *line = commands.data; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        sf_text_add(out, "      %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    sf_text_free(&commands);
    sf_text_add(out, "    cure: ");
    sf_cell_cure(order->driver, cell, result, out);
    sf_text_add(out, "\n");
}

static void add_cell(const struct sf_session_order *order, const struct sf_cell *cell,
                     const struct sf_cell_result *result, bool in_full, struct sf_text *out)
{
    sf_text_add(out, "\n  %s", sf_cell_verdict_name(sf_cell_verdict_of(result)));
    if (result->leaking > 0) {
        sf_text_add(out, " in %u of %u: ", result->leaking, result->plays);
    } else {
        sf_text_add(out, ", %u play%s: ", result->plays, result->plays == 1 ? "" : "s");
    }
    sf_cell_options(cell, out);
    sf_text_add(out, "\n    ");
    add_counts(result, out);
    sf_text_add(out, "; owners served %u of %u\n", result->owners_served, result->owners_asked);
    if (in_full && result->leaking > 0) {
        add_leak(order, cell, result, out);
    }
}

static void add_leaks(const struct sf_session_order *order, const struct sf_session_report *report,
                      struct sf_text *out)
{
    bool told[SF_CARRIERS_COUNT] = {0};
    for (uint32_t i = 0; i < order->cells_count; i++) {
        const struct sf_cell *cell = &order->cells[i];
        if (report->results[i].leaking > 0) {
            add_cell(order, cell, &report->results[i], !told[cell->identity.carrier], out);
            told[cell->identity.carrier] = true;
        }
    }
}

static void add_head(const struct sf_session_order *order, const struct sf_session_report *report,
                     struct sf_text *out)
{
    if (order->driver != NULL) {
        sf_text_add(out, "%s, %s\n  %s\n", order->driver->name,
                    report->version[0] != '\0' ? report->version : "unknown version",
                    order->config);
    } else {
        sf_text_add(out, "server at %s:%u\n", order->url.address, order->url.port);
    }
    sf_text_add(out, "  controls: %s\n", report->controls);
    sf_text_add(out,
                "  %u cell%s, %u play%s of each; %llu requests at the origin, %llu without a "
                "credential; %.1f s\n",
                order->cells_count, order->cells_count == 1 ? "" : "s", order->repeats,
                order->repeats == 1 ? "" : "s", (unsigned long long)report->counts.requests_count,
                (unsigned long long)report->counts.anonymous_count,
                (double)report->took_ns / (double)SF_SECOND);
    sf_text_add(out, "  the harness was late by %.1f ms at most, by %.1f ms or less in 99%%\n\n",
                (double)report->lateness.worst_ns / (double)SF_MS,
                (double)report->lateness.p99_ns / (double)SF_MS);
}

void sf_session_text(const struct sf_session_order *order, const struct sf_session_report *report,
                     struct sf_text *out)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(report != NULL);
    SF_ASSERT(out != NULL);
    add_head(order, report, out);
    if (order->cells_count > 1) {
        add_table(order, report, out);
        add_leaks(order, report, out);
    } else if (order->cells_count == 1) {
        add_cell(order, &order->cells[0], &report->results[0], true, out);
    }
    sf_text_add(out, "\nverdict: %s: %s\n", sf_session_verdict_name(report->verdict),
                report->reason);
}
