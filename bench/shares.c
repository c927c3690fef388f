/* Runs a command and prints how its processor time is divided: between the process itself, which is
 * the serial share of a command that works in worker processes, and its children.
 *
 *     shares COMMAND [ARGUMENT...]
 *
 * Its output goes nowhere. Exit code: the command's. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(4);
}

static _Noreturn void become(char **command)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execvp(command[0], command);
    _exit(127);
}

/* Of a process that has ended and was not waited for yet: its own ticks and those of its children.
 */
static void read_ticks(pid_t pid, unsigned long ticks_out[2])
{
    char path[64];
    char line[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        give_up(path);
    }
    fclose(file);
    const char *behind_name = strrchr(line, ')');
    unsigned long user;
    unsigned long system;
    unsigned long children_user;
    unsigned long children_system;
    if (behind_name == NULL ||
        sscanf(behind_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
               &user, &system, &children_user, &children_system) != 4) {
        give_up("stat");
    }
    ticks_out[0] = user + system;
    ticks_out[1] = children_user + children_system;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "Usage: %s COMMAND [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    double started_s = now_s();
    pid_t pid = fork();
    if (pid < 0) {
        give_up("fork");
    }
    if (pid == 0) {
        become(argv + 1);
    }
    siginfo_t info;
    unsigned long ticks[2];
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0) {
        give_up("waitid");
    }
    read_ticks(pid, ticks);
    int status = 0;
    waitpid(pid, &status, 0);
    double tick_s = 1 / (double)sysconf(_SC_CLK_TCK);
    printf("own_s %.2f children_s %.2f wall_s %.2f\n", (double)ticks[0] * tick_s,
           (double)ticks[1] * tick_s, now_s() - started_s);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
