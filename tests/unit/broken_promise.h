/* For tests of assertions: a statement that has to end in one. It runs in a child process, so that
 * the test goes on. */
#ifndef STRAYFRAME_TESTS_UNIT_BROKEN_PROMISE_H
#define STRAYFRAME_TESTS_UNIT_BROKEN_PROMISE_H

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* In the child: what it prints as an error goes into the pipe. */
static inline pid_t broken_promise_begin(int *read_fd_out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
    }
    close(ends[1]);
    *read_fd_out = ends[0];
    return child;
}

static inline void broken_promise_end(pid_t child, int read_fd, const char *fact)
{
    char said[1024] = "";
    size_t count = 0;
    ssize_t more;
    while (count < sizeof said - 1 &&
           (more = read(read_fd, said + count, sizeof said - 1 - count)) > 0) {
        count += (size_t)more;
    }
    close(read_fd);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || strstr(said, fact) == NULL) {
        print_error("expected the assertion: %s\nbut the child said: %s\n", fact, said);
        fail();
    }
}

/* `fact` is a part of the assertion's text. */
#define assert_breaks(statement, fact)                \
    do {                                              \
        int read_fd;                                  \
        pid_t child = broken_promise_begin(&read_fd); \
        if (child == 0) {                             \
            statement;                                \
            _exit(0);                                 \
        }                                             \
        broken_promise_end(child, read_fd, fact);     \
    } while (0)

#endif
