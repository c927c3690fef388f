/* Reads tests/kernel/cases.txt, for the guest and for the comparison. Included by one file each. */
#ifndef STRAYFRAME_TESTS_KERNEL_CASE_LIST_H
#define STRAYFRAME_TESTS_KERNEL_CASE_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_grammar.h"

enum { CASES_MAX = 64, CASE_LINE_BYTES = 512, HEADERS_BYTES = 42 };

struct kernel_case {
    char line[CASE_LINE_BYTES]; /* the texts point into it */
    const char *name;
    const char *spec;
    bool exact;
    uint32_t count;
    uint32_t interval_us;
    uint32_t frame_bytes;
    uint32_t burst;
    uint32_t ect;
    struct sf_netem_config config; /* seeded by the case's place in the list */
};

_Noreturn static inline void die(const char *what, const char *detail)
{
    fprintf(stderr, "kernel check: %s%s%s\n", what, detail[0] != '\0' ? ": " : "", detail);
    exit(4);
}

static inline void read_case(struct kernel_case *one, uint32_t number)
{
    enum { COLUMNS = 8 };
    char *columns[COLUMNS];
    char *at = one->line;
    at[strcspn(at, "\n")] = '\0';
    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = at;
        char *bar = strstr(at, " | ");
        if ((bar == NULL) != (i == COLUMNS - 1)) {
            die("wrong number of columns", one->line);
        }
        if (bar != NULL) {
            *bar = '\0';
            at = bar + 3;
        }
    }
    one->name = columns[0];
    one->exact = strcmp(columns[1], "exact") == 0;
    one->count = (uint32_t)strtoul(columns[2], NULL, 10);
    one->interval_us = (uint32_t)strtoul(columns[3], NULL, 10);
    one->frame_bytes = (uint32_t)strtoul(columns[4], NULL, 10) + HEADERS_BYTES;
    one->burst = (uint32_t)strtoul(columns[5], NULL, 10);
    one->ect = (uint32_t)strtoul(columns[6], NULL, 10);
    one->spec = columns[7];
    struct sf_diag diag = {0};
    if (sf_netem_parse(one->spec, &one->config, NULL, &diag) != SF_OK) {
        die(one->spec, diag.message);
    }
    one->config.seed = number;
    one->config.seed_given = true;
}

static inline uint32_t read_cases(const char *path, struct kernel_case *cases)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        die("cannot open", path);
    }
    uint32_t count = 0;
    while (count < CASES_MAX && fgets(cases[count].line, CASE_LINE_BYTES, file) != NULL) {
        if (cases[count].line[0] != '#' && cases[count].line[0] != '\n') {
            read_case(&cases[count], count + 1);
            count++;
        }
    }
    fclose(file);
    return count;
}

#endif
