/* `strayframe live --learn FILE`: a service whose content is its own. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/live.h"
#include "harness/live/learn.h"

static const char *const arrivals[SF_LEARN_ARRIVALS_COUNT] = {"one by one", "together"};

struct totals {
    uint32_t leaking;
    uint32_t exercised; /* at least one account got its own */
};

static struct totals add_up(const struct sf_learn_report *report)
{
    struct totals totals = {0};
    for (uint32_t i = 0; i < report->cells_count; i++) {
        totals.leaking += report->cells[i].leaking > 0;
        totals.exercised += report->cells[i].own > 0;
    }
    return totals;
}

static const char *verdict_of(const struct sf_learn_report *report, int *code)
{
    struct totals totals = add_up(report);
    *code = CLI_EXIT_INCONCLUSIVE;
    if (!report->controls_held) {
        return "inconclusive";
    }
    if (totals.leaking > 0) {
        *code = CLI_EXIT_FAIL;
        return "fail";
    }
    if (totals.exercised == 0) {
        return "inconclusive";
    }
    *code = CLI_EXIT_PASS;
    return "pass";
}

static json_t *cell_json(const struct sf_learn_order *order, const struct sf_learn_cell *cell)
{
    json_t *object = json_object();
    json_object_set_new(object, "page", json_string(order->pages[cell->page]));
    json_object_set_new(object, "arrival", json_string(arrivals[cell->arrival]));
    json_object_set_new(object, "plays", json_integer(cell->plays));
    json_object_set_new(object, "leaking", json_integer(cell->leaking));
    json_object_set_new(object, "own", json_integer(cell->own));
    json_object_set_new(object, "other", json_integer(cell->other));
    json_object_set_new(object, "anonymous", json_integer(cell->neither));
    json_object_set_new(object, "error", json_integer(cell->error));
    json_object_set_new(object, "torn", json_integer(cell->torn));
    if (cell->other > 0) {
        json_object_set_new(object, "viewer", json_string(order->accounts[cell->viewer].name));
        json_object_set_new(object, "owner", json_string(order->accounts[cell->owner].name));
    }
    return object;
}

static void print_json(const struct sf_learn_order *order, const struct sf_learn_report *report,
                       const char *verdict)
{
    json_t *root = json_object();
    json_t *cells = json_array();
    json_object_set_new(root, "verdict", json_string(verdict));
    json_object_set_new(root, "controls", json_string(report->controls));
    json_object_set_new(root, "asks", json_integer((json_int_t)report->asks_count));
    for (uint32_t i = 0; i < report->cells_count; i++) {
        json_array_append_new(cells, cell_json(order, &report->cells[i]));
    }
    json_object_set_new(root, "cells", cells);
    cli_print_json(root, 0);
}

static void print_text(const struct sf_learn_order *order, const struct sf_learn_report *report,
                       const char *verdict)
{
    struct sf_text text = {0};
    sf_text_add(&text, "%s\n  controls: %s\n\n", order->cache, report->controls);
    for (uint32_t page = 0; page < order->pages_count; page++) {
        if (report->words_count[page] == 0) {
            sf_text_add(&text, "  %s: says the same to every account: not exercised\n",
                        order->pages[page]);
        }
    }
    for (uint32_t i = 0; i < report->cells_count; i++) {
        const struct sf_learn_cell *cell = &report->cells[i];
        sf_text_add(
            &text, "  %-32s %-10s  %-5s %u/%u: own %u, other %u, anonymous %u, error %u, torn %u\n",
            order->pages[cell->page], arrivals[cell->arrival], cell->leaking > 0 ? "LEAK" : "clean",
            cell->leaking, cell->plays, cell->own, cell->other, cell->neither, cell->error,
            cell->torn);
        if (cell->other > 0) {
            sf_text_add(&text, "      %s was answered with what is %s's\n",
                        order->accounts[cell->viewer].name, order->accounts[cell->owner].name);
        }
    }
    sf_text_add(&text, "\nverdict: %s\n", verdict);
    cli_print_text(&text, 0);
    sf_text_free(&text);
}

enum sf_err cli_live_learn(const struct cli_args *args, int *code_out, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(code_out != NULL);
    struct sf_learn_order *order = sf_alloc(1, sizeof *order);
    struct sf_learn_report *report = sf_alloc(1, sizeof *report);
    enum sf_err err = sf_learn_read(cli_value(args, "learn"), cli_value(args, "url"),
                                    cli_flag(args, "outside"), order, diag);
    if (err == SF_OK) {
        err = sf_learn_run(order, report, diag);
    }
    if (err == SF_OK) {
        const char *verdict = verdict_of(report, code_out);
        if (cli_flag(args, "json")) {
            print_json(order, report, verdict);
        } else {
            print_text(order, report, verdict);
        }
    }
    sf_learn_order_fini(order);
    free(order);
    free(report);
    return err;
}
