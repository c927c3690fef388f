/* The folder of a test of commands: caches are put into it, and no process may be left that has it
 * in its command line, in the path of a cache, which the runner of a shared object has too. */
#ifndef STRAYFRAME_TESTS_UNIT_LEFTOVERS_H
#define STRAYFRAME_TESTS_UNIT_LEFTOVERS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

static inline bool any_is_left(const char *folder)
{
    bool any = false;
    DIR *processes = opendir("/proc");
    assert_non_null(processes);
    for (const struct dirent *entry = readdir(processes); entry != NULL;
         entry = readdir(processes)) {
        char path[300];
        char line[4096] = "";
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        int fd = open(path, O_RDONLY);
        ssize_t count = fd >= 0 ? read(fd, line, sizeof line - 1) : 0;
        if (fd >= 0) {
            close(fd);
        }
        for (ssize_t i = 0; i < count; i++) {
            any |= strncmp(line + i, folder, strlen(folder)) == 0;
        }
    }
    closedir(processes);
    return any;
}

/* The kernel takes a moment to end what is in a namespace. */
static inline void assert_nothing_is_left(const char *folder)
{
    enum { ROUNDS = 500, ROUND_US = 20 * 1000 };
    for (int round = 0; round < ROUNDS && any_is_left(folder); round++) {
        usleep(ROUND_US);
    }
    assert_false(any_is_left(folder));
}

/* Puts a shared object of tests/plugins into the test's folder under the name of what it is to do.
 */
static inline void link_to(const char *folder, const char *object, const char *name)
{
    char from[400];
    char to[400];
    snprintf(from, sizeof from, "%s/tests/%s.so", SF_BINARY_DIR, object);
    snprintf(to, sizeof to, "%s/%s.so", folder, name);
    assert_int_equal(symlink(from, to), 0);
}

#endif
