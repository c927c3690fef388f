/* A finding in words, and what reports share. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/report/report.h"

struct sf_paint sf_paint_for(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    bool plain = !isatty(fd) || (no_color != NULL && no_color[0] != '\0');
    return plain ? (struct sf_paint){"", "", "", "", ""}
                 : (struct sf_paint){"\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"};
}

void sf_report_time(sf_ns at_ns, char *out, size_t out_bytes)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(out_bytes > 0);
    SF_ASSERT(at_ns >= 0);
    snprintf(out, out_bytes, "%02" PRId64 ":%02" PRId64 ".%03" PRId64, at_ns / SF_MINUTE,
             at_ns % SF_MINUTE / SF_SECOND, at_ns % SF_SECOND / SF_MS);
}

void sf_report_finding(const struct sf_finding *finding, struct sf_text *out)
{
    SF_ASSERT(finding != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(finding->oracle < SF_ORACLES_MAX);
    char at[32];
    sf_report_time(finding->at_ns, at, sizeof at);
    sf_text_add(out, "%s %s: ", at, sf_oracles()[finding->oracle]->name);
    sf_finding_say(finding, out);
}
