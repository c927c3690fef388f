/* The view of a terminal: a line a record. */
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/trace/record_words.h"
#include "harness/views/views.h"

static void begin(struct sf_view *view, const char *title)
{
    fprintf(view->file, "%s\n", title);
}

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct sf_view *view = context;
    for (uint32_t i = 0; i < count; i++) {
        struct sf_text line = {0};
        sf_record_tell(&records[i], &line);
        fprintf(view->file, "%s\n", line.data);
        sf_text_free(&line);
    }
}

static void end(struct sf_view *view, const struct sf_finding *findings, uint32_t findings_count)
{
    for (uint32_t i = 0; i < findings_count; i++) {
        struct sf_text line = {0};
        sf_finding_say(&findings[i], &line);
        fprintf(view->file, "finding: %s: %s\n", sf_oracles()[findings[i].oracle]->name, line.data);
        sf_text_free(&line);
    }
}

const struct sf_view_kind sf_view_text = {"text", begin, hear, end};
