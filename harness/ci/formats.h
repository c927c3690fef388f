/* The formats in which CI servers and code hosts take a result (result.h). Texts of a result may
 * hold anything: each format escapes or replaces what it cannot carry. */
#ifndef STRAYFRAME_CI_FORMATS_H
#define STRAYFRAME_CI_FORMATS_H

#include "harness/base/text.h"
#include "harness/ci/result.h"

/* JUnit XML, as Jenkins and GitLab read it: one suite; what is inconclusive is skipped. */
void sf_ci_junit(const struct sf_ci_result *result, struct sf_text *out);

/* SARIF 2.1.0 (OASIS): a result for each problem; its rule is the oracle, its fingerprint the
 * signature. A problem that is accepted is suppressed. */
void sf_ci_sarif(const struct sf_ci_result *result, struct sf_text *out);

/* GitLab's Code Quality report: a JSON list. Problems that are accepted are left out. */
void sf_ci_code_quality(const struct sf_ci_result *result, struct sf_text *out);

/* GitHub's workflow commands: ::error file=...::text, a line for each problem and one for the
 * verdict, unless it is a pass. */
void sf_ci_annotations(const struct sf_ci_result *result, struct sf_text *out);

/* Markdown, as GitHub shows it on the page of a job. */
void sf_ci_summary(const struct sf_ci_result *result, struct sf_text *out);

#endif
