/* What tests of the program as a user meets it share. */
#ifndef STRAYFRAME_TESTS_UNIT_PROGRAM_H
#define STRAYFRAME_TESTS_UNIT_PROGRAM_H

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/unit/test.h"

enum { OUTPUT_BYTES_MAX = 1 << 20 };

/* Of the last call. */
static char output[OUTPUT_BYTES_MAX];

/* Runs a line of shell, stderr and stdout together; returns the exit code. */
static inline int shell(const char *line)
{
    char command[4200];
    snprintf(command, sizeof command, "{ %s; } 2>&1 </dev/null", line);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t count = fread(output, 1, sizeof output - 1, pipe);
    output[count] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static inline void assert_says(const char *part)
{
    if (strstr(output, part) == NULL) {
        fail_msg("'%s' is not in the output:\n%s", part, output);
    }
}

static inline json_t *parsed(void)
{
    json_error_t error;
    json_t *json = json_loads(output, 0, &error);
    if (json == NULL) {
        fail_msg("no JSON: %s in\n%s", error.text, output);
    }
    return json;
}

/* Takes lines like "gate: 136 of 172 after 30 s" out of the output: a slow machine has them, a fast
 * one has none. */
static inline void drop_progress(void)
{
    char *to = output;
    for (const char *line = output; *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t bytes = end != NULL ? (size_t)(end - line) + 1 : strlen(line);
        int matched = 0;
        (void)sscanf(line, "%*[a-z]: %*u of %*u after %*u s%n", &matched);
        if (matched == 0 || line[matched] != '\n') {
            memmove(to, line, bytes);
            to += bytes;
        }
        line += bytes;
    }
    *to = '\0';
}

/* The same for the program with these arguments, without its lines of progress. */
static inline int strayframe(const char *arguments)
{
    char line[4096];
    snprintf(line, sizeof line, "%s/strayframe %s", SF_BINARY_DIR, arguments);
    int code = shell(line);
    drop_progress();
    return code;
}

#endif
