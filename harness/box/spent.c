#include "harness/box/spent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(const struct timespec *time)
{
    return (double)time->tv_sec + (double)time->tv_nsec / 1e9;
}

double sf_real_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return seconds(&now);
}

double sf_process_cpu_s(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return seconds(&used);
}

/* The start of a file below /proc/PID; empty when there is none. */
static void read_start(const char *path, char *text, size_t text_bytes)
{
    text[0] = '\0';
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        text[fread(text, 1, text_bytes - 1, file)] = '\0';
        fclose(file);
    }
}

bool sf_process_sleeps(pid_t pid)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_start(path, text, sizeof text);
    const char *name_end = strrchr(text, ')'); /* the name may hold anything */
    return name_end != NULL && name_end[1] == ' ' && name_end[2] != '\0' &&
           strchr("SDTt", name_end[2]) != NULL;
}

uint64_t sf_process_peak_bytes(pid_t pid)
{
    static const char label[] = "\nVmHWM:";
    char path[64];
    char text[2048];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    read_start(path, text, sizeof text);
    const char *line = strstr(text, label);
    return line != NULL ? strtoull(line + sizeof label - 1, NULL, 10) * 1024 : 0;
}

pid_t sf_process_child(pid_t pid)
{
    char path[64];
    char text[32];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    read_start(path, text, sizeof text);
    return (pid_t)strtol(text, NULL, 10);
}
