/* The gate's result as one HTML page: for the person who approves a deploy, on a screen, on paper
 * and with a screen reader. It refers to nothing outside itself and runs no script. */
#ifndef STRAYFRAME_REPORT_GATE_PAGE_H
#define STRAYFRAME_REPORT_GATE_PAGE_H

#include "harness/campaign/campaign.h"
#include "harness/dossier/dossier.h"
#include "harness/report/gate.h"

/* What the page is made of. Borrowed. */
struct sf_gate_page {
    const struct sf_gate *gate;
    const struct sf_gate_names *names;
    const struct sf_campaign *what;    /* what ran */
    const struct sf_dossier *dossiers; /* one for each finding of the gate; NULL: none was made */
    uint32_t dossiers_count;           /* the first ones */
    const char *without_dossiers;      /* why there is none; NULL */
    const char *machines;              /* where the parts of a merged campaign ran; NULL */
    const char *command;               /* gives this page again */
    const char *started;               /* "2020-01-01 12:00:00 UTC"; "" where that is not known */
    const char *ended;
};

void sf_report_gate_html(const struct sf_gate_page *page, struct sf_text *out);

#endif
