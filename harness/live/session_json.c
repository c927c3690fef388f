/* A session's report as JSON. */
#include <string.h>

#include "harness/live/session.h"

#include "harness/base/assert.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text != NULL ? text : ""));
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

static void set_cell(json_t *object, const struct sf_cell *cell)
{
    char word[SF_IDENTITY_NAME_BYTES + 16];
    sf_identity_print(&cell->identity, word, sizeof word);
    set_text(object, "identity", word);
    set_text(object, "says", cell->says_name);
    json_t *lines = json_array();
    for (uint32_t i = 0; i < cell->says.lines_count; i++) {
        json_array_append_new(lines, json_string(cell->says.lines[i]));
    }
    json_object_set_new(object, "origin_headers", lines);
    set_text(object, "etag", sf_etag_name(cell->says.etag));
    sf_injury_print(&cell->condition, word, sizeof word);
    set_text(object, "condition", word);
    sf_arrival_print(&cell->arrival, word, sizeof word);
    set_text(object, "arrival", word);
    set_count(object, "tenants", cell->tenants);
    set_text(object, "phase", sf_phase_name(cell->phase));
}

static json_t *cell_json(const struct sf_session_order *order, const struct sf_cell *cell,
                         const struct sf_cell_result *result)
{
    json_t *object = json_object();
    set_cell(object, cell);
    set_text(object, "verdict", sf_cell_verdict_name(sf_cell_verdict_of(result)));
    set_count(object, "plays", result->plays);
    set_count(object, "leaking", result->leaking);
    set_count(object, "strays", result->strays);
    set_count(object, "stray_credentials", result->credentials);
    set_count(object, "exercised", result->exercised);
    set_count(object, "busy", result->busy);
    for (int i = 0; i < SF_OUTCOMES_COUNT; i++) {
        set_count(object, sf_outcome_name((enum sf_outcome)i), result->outcomes[i]);
    }
    set_count(object, "owners_asked", result->owners_asked);
    set_count(object, "owners_served", result->owners_served);
    struct sf_text text = {0};
    sf_cell_options(cell, &text);
    set_text(object, "options", text.data);
    sf_text_free(&text);
    if (result->leaking > 0) {
        sf_cell_curl(order, cell, result, &text);
        set_text(object, "curl", text.data);
        sf_text_free(&text);
        sf_cell_cure(order->driver, cell, result, &text);
        set_text(object, "cure", text.data);
        sf_text_free(&text);
    }
    return object;
}

json_t *sf_session_json(const struct sf_session_order *order,
                        const struct sf_session_report *report)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(report != NULL);
    json_t *object = json_object();
    set_text(object, "verdict", sf_session_verdict_name(report->verdict));
    set_text(object, "reason", report->reason);
    set_text(object, "server", order->driver != NULL ? order->driver->name : order->url.address);
    set_text(object, "version", report->version);
    set_text(object, "config", order->config);
    set_text(object, "controls", report->controls);
    json_object_set_new(object, "controls_held", json_boolean(report->controls_held));
    json_object_set_new(object, "contained", json_boolean(report->contained));
    set_count(object, "repeats", order->repeats);
    set_count(object, "origin_requests", report->counts.requests_count);
    set_count(object, "anonymous_requests", report->counts.anonymous_count);
    set_count(object, "connections", report->connections_count);
    json_object_set_new(object, "seconds", json_real((double)report->took_ns / (double)SF_SECOND));
    set_count(object, "late_us_worst", (uint64_t)(report->lateness.worst_ns / SF_US));
    set_count(object, "late_us_p99", (uint64_t)(report->lateness.p99_ns / SF_US));
    json_t *cells = json_array();
    for (uint32_t i = 0; i < order->cells_count; i++) {
        json_array_append_new(cells, cell_json(order, &order->cells[i], &report->results[i]));
    }
    json_object_set_new(object, "cells", cells);
    return object;
}
