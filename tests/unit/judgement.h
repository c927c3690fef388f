/* What an oracle says of a trace in its text form (trace_text.h), expected beside actual. There are
 * three homes; home 0 has a hub and an app, home 1 a hub, home 2 no viewer. Sentences count homes
 * from 1. */
#ifndef STRAYFRAME_TESTS_JUDGEMENT_H
#define STRAYFRAME_TESTS_JUDGEMENT_H

#include "harness/oracle/oracle.h"
#include "tests/unit/trace_text.h"

enum { JUDGEMENT_HOMES = 3 };

static const char judgement_world[] = "0 camera 0 belongs to tenant 0\n"
                                      "0 camera 1 belongs to tenant 1\n"
                                      "0 tenant 0 links\n"
                                      "0 tenant 1 links\n"
                                      "0 hub 0 belongs to its own, integration\n"
                                      "0 app 0 belongs to its own\n"
                                      "0 hub 1 belongs to its own, integration\n";

struct judgement {
    struct sf_arena arena;
    struct sf_checker checker;
    enum sf_verdict verdict;
};

static inline void judgement_hear(struct judgement *j, const char *trace)
{
    uint32_t count;
    struct sf_record *records = trace_parse(trace, &count);
    sf_checker_hear(&j->checker, records, count);
    free(records);
}

static inline void judgement_init(struct judgement *j, const char *trace)
{
    sf_arena_init(&j->arena);
    sf_checker_init(&j->checker, &j->arena, JUDGEMENT_HOMES);
    judgement_hear(j, judgement_world);
    judgement_hear(j, trace);
    j->verdict = sf_checker_close(&j->checker);
}

static inline uint32_t judgement_index(const struct sf_oracle *oracle)
{
    uint32_t i = 0;
    while (sf_oracles()[i] != oracle) {
        i++;
    }
    return i;
}

/* "evidence 2\n161 the hub of home 1 was shown ...\n"; "not wanted\n" where the run asks for
 * nothing. */
static inline void judgement_say(const struct judgement *j, uint32_t oracle, struct sf_text *out)
{
    const struct sf_oracle_result *result = &j->checker.results[oracle];
    if (result->wanted) {
        sf_text_add(out, "evidence %" PRIu64 "\n", result->evidence_count);
    } else {
        sf_text_add(out, "not wanted\n");
    }
    for (uint32_t i = 0; i < j->checker.findings->kept_count; i++) {
        const struct sf_finding *finding = &j->checker.findings->kept[i];
        if (finding->oracle == oracle) {
            sf_text_add(out, "%" PRId64 " ", finding->at_ns);
            sf_finding_say(finding, out);
            sf_text_add(out, "\n");
        }
    }
}

/* The oracle's judgement of the trace is `expected`. */
static inline void judge(const struct sf_oracle *oracle, const char *trace, const char *expected)
{
    struct judgement j;
    struct sf_text actual = {0};
    judgement_init(&j, trace);
    judgement_say(&j, judgement_index(oracle), &actual);
    if (strcmp(actual.data, expected) != 0) {
        fail_msg("%s of\n%s\nexpected:\n%s\nactual:\n%s", oracle->name, trace, expected,
                 actual.data);
    }
    sf_text_free(&actual);
    sf_arena_fini(&j.arena);
}

#endif
