#include "harness/report/report.h"

void sf_report_replay_html(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out)
{
    (void)replay;
    sf_text_add(out, "<!doctype html><title>%s</title>", plan->name);
}
