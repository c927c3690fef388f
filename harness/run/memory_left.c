#include "harness/run/memory_left.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { FILE_BYTES_MAX = 8192, PATH_BYTES = 4096 };

#define GROUPS_FOLDER "/sys/fs/cgroup"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t difference(uint64_t limit, uint64_t used)
{
    return limit > used ? limit - used : 0;
}

/* The beginning of a small file; "" if it cannot be read. */
static void read_file(const char *path, char text_out[FILE_BYTES_MAX])
{
    text_out[0] = '\0';
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        size_t count = fread(text_out, 1, FILE_BYTES_MAX - 1, file);
        text_out[count] = '\0';
        fclose(file);
    }
}

/* Of a text as /proc/meminfo and /proc/self/status have it, "NAME:   123 kB" on a line: the bytes.
 * UINT64_MAX if there is no such line. */
static uint64_t line_of(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            return strtoull(line + length + 1, NULL, 10) * 1024;
        }
    }
    return UINT64_MAX;
}

static uint64_t limit_leaves(const struct rlimit *limit, uint64_t used_bytes)
{
    bool known = limit->rlim_cur != RLIM_INFINITY && used_bytes != UINT64_MAX;
    return known ? difference(limit->rlim_cur, used_bytes) : UINT64_MAX;
}

static uint64_t limits_leave(void)
{
    char text[FILE_BYTES_MAX];
    read_file("/proc/self/status", text);
    struct rlimit space = {.rlim_cur = RLIM_INFINITY};
    struct rlimit data = {.rlim_cur = RLIM_INFINITY};
    (void)getrlimit(RLIMIT_AS, &space);
    (void)getrlimit(RLIMIT_DATA, &data);
    return least(limit_leaves(&space, line_of(text, "VmSize")),
                 limit_leaves(&data, line_of(text, "VmData")));
}

/* A number alone in a file; UINT64_MAX for "max", and if there is no such file. */
static uint64_t number_in(const char *folder, const char *name)
{
    char path[PATH_BYTES + 32];
    char text[FILE_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    read_file(path, text);
    return text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : UINT64_MAX;
}

/* Page cache counts as used, but is given up first. */
static uint64_t group_leaves(const char *folder)
{
    uint64_t limit = number_in(folder, "memory.max");
    uint64_t used = number_in(folder, "memory.current");
    if (limit == UINT64_MAX || used == UINT64_MAX) {
        return UINT64_MAX;
    }
    char path[PATH_BYTES + 32];
    char text[FILE_BYTES_MAX];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    read_file(path, text);
    const char *line = strstr(text, "inactive_file ");
    uint64_t cached = line != NULL ? strtoull(line + strlen("inactive_file "), NULL, 10) : 0;
    return difference(limit, difference(used, cached));
}

/* The process's control group and all above it. */
static uint64_t groups_leave(void)
{
    char text[FILE_BYTES_MAX];
    read_file("/proc/self/cgroup", text);
    const char *own = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
    if (own == NULL) {
        return UINT64_MAX;
    }
    own = strchr(own, '/');
    char folder[PATH_BYTES];
    int length =
        snprintf(folder, sizeof folder, GROUPS_FOLDER "%.*s", (int)strcspn(own, "\n"), own);
    if (length < 0 || (size_t)length >= sizeof folder) {
        return UINT64_MAX;
    }
    uint64_t left = UINT64_MAX;
    for (char *end; strlen(folder) > strlen(GROUPS_FOLDER); *end = '\0') {
        left = least(left, group_leaves(folder));
        end = strrchr(folder, '/');
    }
    return least(left, group_leaves(GROUPS_FOLDER));
}

uint64_t sf_memory_left(void)
{
    char text[FILE_BYTES_MAX];
    read_file("/proc/meminfo", text);
    uint64_t left = least(line_of(text, "MemAvailable"), limits_leave());
    return least(left, groups_leave());
}
