/* GitHub's annotations, and its page of a job. */
#include "harness/ci/formats.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/ci/write.h"

/* ---- annotations ---- */

/* A workflow command ends with its line; in a property ':' and ',' separate. */
static void add_escaped(const char *text, const char *also, struct sf_text *out)
{
    struct sf_text shown = {0};
    sf_ci_add_shown(text, &shown);
    for (const char *at = shown.data; *at != '\0'; at++) {
        if (strchr("%\r\n", *at) != NULL || strchr(also, *at) != NULL) {
            sf_text_add(out, "%%%02X", (unsigned)(unsigned char)*at);
        } else {
            sf_text_add_bytes(out, at, 1);
        }
    }
    sf_text_free(&shown);
}

static void annotate(const struct sf_ci_problem *problem, const char *suite, struct sf_text *out)
{
    sf_text_add(out, "::%s title=", problem->accepted == NULL ? "error" : "notice");
    add_escaped(suite, ":,", out);
    sf_text_add(out, "%%3A ");
    add_escaped(problem->rule, ":,", out);
    if (problem->file != NULL) {
        sf_text_add(out, ",file=");
        add_escaped(problem->file, ":,", out);
        sf_text_add(out, ",line=1");
    }
    sf_text_add(out, "::");
    add_escaped(problem->text, "", out);
    if (problem->accepted != NULL) {
        sf_text_add(out, " (");
        add_escaped(problem->accepted, "", out);
        sf_text_add(out, ")");
    }
    if (problem->commands[0] != '\0') {
        sf_text_add(out, "%%0A");
        add_escaped(problem->commands, "", out);
    }
    sf_text_add(out, "\n");
}

void sf_ci_annotations(const struct sf_ci_result *result, struct sf_text *out)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    for (uint32_t i = 0; i < result->problems_count; i++) {
        annotate(&result->problems[i], result->suite, out);
    }
    if (result->exit_code != 0) {
        sf_text_add(out, "::%s title=", result->exit_code == 1 ? "error" : "warning");
        add_escaped(result->suite, ":,", out);
        sf_text_add(out, "::verdict: ");
        add_escaped(result->verdict, "", out);
        sf_text_add(out, "%s", result->reason[0] != '\0' ? ": " : "");
        add_escaped(result->reason, "", out);
        sf_text_add(out, "\n");
    }
}

/* ---- the page of a job ---- */

/* Text in which nothing means anything to Markdown or HTML, in one line. */
static void add_plain(const char *text, struct sf_text *out)
{
    struct sf_text shown = {0};
    sf_ci_add_shown(text, &shown);
    for (const char *at = shown.data; *at != '\0'; at++) {
        if (*at == '\n') {
            sf_text_add(out, " ");
        } else if (*at == '<' || *at == '>' || *at == '&') {
            sf_text_add(out, "&#%u;", (unsigned)(unsigned char)*at);
        } else {
            sf_text_add(out, "%s%c", strchr("\\`*_[]()#|~!@", *at) != NULL ? "\\" : "", *at);
        }
    }
    sf_text_free(&shown);
}

/* A block of lines as they are. Its fence is longer than any of its own. */
static void add_block(const char *lines, struct sf_text *out)
{
    size_t longest = 0;
    size_t length = 0;
    struct sf_text shown = {0};
    sf_ci_add_shown(lines, &shown);
    for (const char *at = shown.data; *at != '\0'; at++) {
        length = *at == '~' ? length + 1 : 0;
        longest = length > longest ? length : longest;
    }
    struct sf_text fence = {0};
    for (size_t i = 0; i < longest + 1 || i < 3; i++) {
        sf_text_add(&fence, "~");
    }
    sf_text_add(out, "%ssh\n%s\n%s\n\n", fence.data, shown.data, fence.data);
    sf_text_free(&fence);
    sf_text_free(&shown);
}

static void add_problem(const struct sf_ci_problem *problem, struct sf_text *out)
{
    sf_text_add(out, "**");
    add_plain(problem->rule, out);
    sf_text_add(out, "** ");
    add_plain(problem->text, out);
    if (problem->accepted != NULL) {
        sf_text_add(out, " Does not count: ");
        add_plain(problem->accepted, out);
        sf_text_add(out, ".");
    }
    sf_text_add(out, "\n\n");
    if (problem->commands[0] != '\0') {
        add_block(problem->commands, out);
    }
}

void sf_ci_summary(const struct sf_ci_result *result, struct sf_text *out)
{
    enum { PROBLEMS_MAX = 20 };
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out, "### %s: ", result->suite);
    add_plain(result->verdict, out);
    sf_text_add(out, "\n\n");
    if (result->reason[0] != '\0') {
        add_plain(result->reason, out);
        sf_text_add(out, "\n\n");
    }
    for (uint32_t i = 0; i < result->problems_count && i < PROBLEMS_MAX; i++) {
        add_problem(&result->problems[i], out);
    }
    if (result->problems_count > PROBLEMS_MAX) {
        sf_text_add(out, "And %u more.\n\n", result->problems_count - PROBLEMS_MAX);
    }
    sf_text_add(out, "| | |\n| --- | --- |\n");
    for (uint32_t i = 0; i < result->properties_count; i++) {
        sf_text_add(out, "| ");
        add_plain(result->properties[i].name, out);
        sf_text_add(out, " | ");
        add_plain(result->properties[i].value, out);
        sf_text_add(out, " |\n");
    }
    sf_text_add(out, "\nThe same again:\n\n");
    add_block(result->command, out);
}
