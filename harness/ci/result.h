/* A result as CI servers and code hosts take it: cases, each of which passes or fails on its own,
 * and problems, each with the file in which it shows. formats.h writes them. */
#ifndef STRAYFRAME_CI_RESULT_H
#define STRAYFRAME_CI_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/oracle/oracle.h"

enum sf_ci_outcome {
    SF_CI_PASSED,
    SF_CI_FAILED,
    SF_CI_BROKE,   /* it did not come to its end */
    SF_CI_SKIPPED, /* inconclusive, or does not apply */
    SF_CI_OUTCOMES_COUNT
};

/* All texts are owned, and may hold anything. */
struct sf_ci_case {
    enum sf_ci_outcome outcome;
    char *group; /* what was judged: a scenario, a class of defect, a cache */
    char *name;  /* what was asked of it */
    double seconds;
    char *message; /* why it did not pass; NULL where it did */
    char *repeat;  /* the command that shows it again; NULL, or "" for none */
};

/* What a problem is, for tools that group by kind: an oracle, or one of these. */
#define SF_CI_RULE_CRASH "crash"
#define SF_CI_RULE_HANG "hang"
#define SF_CI_RULE_NOT_DETERMINISTIC "not-deterministic"
#define SF_CI_RULE_SMALL_WORLDS "small-worlds"
#define SF_CI_RULE_REGRESSION "regression"
#define SF_CI_RULE_MISSED "missed"
#define SF_CI_RULE_FALSE_ALARM "false-alarm"
#define SF_CI_RULE_FACT "fact"
#define SF_CI_RULE_DIFFERENCE "difference"
#define SF_CI_RULE_EXPECTATION "expectation"

/* In a result all texts but the rule are owned; those that may be NULL are said. */
struct sf_ci_problem {
    const char *rule;     /* the name of an oracle, or one of those above */
    const char *name;     /* stays the same from run to run: a signature */
    const char *file;     /* where it shows; NULL: in no file */
    const char *text;     /* one sentence */
    const char *commands; /* lines to paste; "" for none */
    const char *accepted; /* the reason why it does not count; NULL: it counts */
    bool is_stray;        /* a viewer received another tenant's picture, or a piece of one */
};

struct sf_ci_property {
    const char *name; /* borrowed */
    char *value;
};

enum { SF_CI_PROPERTIES_MAX = 16 };

struct sf_ci_result {
    const char *suite; /* "strayframe gate"; borrowed */
    char *command;     /* that gives this result again */
    char *verdict;     /* one word */
    char *reason;      /* one sentence; "" for none */
    int exit_code;
    double seconds; /* of real time, until now */
    struct sf_ci_property properties[SF_CI_PROPERTIES_MAX];
    uint32_t properties_count;
    struct sf_ci_case *cases;
    uint32_t cases_count;
    struct sf_ci_problem *problems;
    uint32_t problems_count;
};

/* A result without cases. Texts are copied, but for `suite`. */
void sf_ci_begin(struct sf_ci_result *result, const char *suite, const char *command);
void sf_ci_set_verdict(struct sf_ci_result *result, const char *verdict, const char *reason,
                       int exit_code);
/* `name` is borrowed. */
void sf_ci_add_property(struct sf_ci_result *result, const char *name, const char *value);

/* The added case has passed, until sf_ci_set_outcome says otherwise of the last one. */
void sf_ci_add_case(struct sf_ci_result *result, const char *group, const char *name);
void sf_ci_set_outcome(struct sf_ci_result *result, enum sf_ci_outcome outcome, const char *message,
                       const char *repeat);

/* Copies every text but the rule. `text` and `name` are given; `commands` may be NULL. */
void sf_ci_add_problem(struct sf_ci_result *result, const struct sf_ci_problem *problem);

/* What a rule asks, one sentence without a full stop. */
const char *sf_ci_rule_text(const char *rule);

void sf_ci_free(struct sf_ci_result *result);

#endif
