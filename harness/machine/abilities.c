#include "harness/machine/abilities.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/box/process.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/kernel/qdisc.h"

/* ---- the box ---- */

/* What the box of a process lacks, as a real one reports it. All of it where none can be made. */
static uint32_t box_lacks(void)
{
    static bool tried;
    static uint32_t lacks = UINT32_MAX;
    static char program[] = "true";
    char *argv[] = {program, NULL};
    struct sf_process process;
    struct sf_process_end end;
    if (!tried && sf_process_start(argv, &process, NULL) == SF_OK) {
        lacks = process.lacks;
        sf_process_end(&process, 1000, &end);
    }
    tried = true;
    return lacks;
}

static bool has_users(const char *detail)
{
    (void)detail;
    return (box_lacks() & SF_BOX_LACKS_USERS) == 0;
}

static bool has_processes(const char *detail)
{
    (void)detail;
    return (box_lacks() & SF_BOX_LACKS_PROCESSES) == 0;
}

static bool has_network(const char *detail)
{
    (void)detail;
    return (box_lacks() & SF_BOX_LACKS_NETWORK) == 0;
}

static bool has_files(const char *detail)
{
    (void)detail;
    return (box_lacks() & SF_BOX_LACKS_FILES) == 0;
}

static bool has_calls(const char *detail)
{
    (void)detail;
    return (box_lacks() & SF_BOX_LACKS_CALLS) == 0;
}

static bool is_readable(const char *path)
{
    return access(path, R_OK) == 0;
}

/* ---- the kernel's network, and time ---- */

/* In a process of its own: it may leave its user, its network and its priority. */
static bool in_child(bool (*trial)(void))
{
    pid_t child = fork();
    if (child == 0) {
        _exit(trial() ? 0 : 1);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* As root in the machine's own user namespace, else in one of our own. */
static bool take_network(struct sf_namespace *space)
{
    return (geteuid() == 0 || sf_namespace_take_user(NULL) == SF_OK) &&
           sf_namespace_create(space, NULL) == SF_OK;
}

static bool try_netem(void)
{
    struct sf_qdisc_abilities abilities = {0};
    bool may = geteuid() == 0 || sf_namespace_take_user(NULL) == SF_OK;
    return may && sf_qdisc_probe(&abilities, NULL) == SF_OK && abilities.netem;
}

static bool try_tun(void)
{
    struct sf_namespace space = SF_NAMESPACE_NONE;
    int fd = -1;
    if (!take_network(&space)) {
        return false;
    }
    const struct sf_namespace_end end = {
        .space = &space, .interface = "t0", .address = "10.1.0.1/24"};
    return sf_namespace_tun(&end, &fd, NULL) == SF_OK;
}

static bool try_real_time(void)
{
    const struct sched_param lowest = {.sched_priority = sched_get_priority_min(SCHED_RR)};
    return sched_setscheduler(0, SCHED_RR, &lowest) == 0;
}

static bool has_netem(const char *detail)
{
    (void)detail;
    return in_child(try_netem);
}

static bool has_tun(const char *detail)
{
    (void)detail;
    return in_child(try_tun);
}

static bool has_real_time(const char *detail)
{
    (void)detail;
    return in_child(try_real_time);
}

/* ---- programs ---- */

/* Servers are in folders that are not in the PATH of every user. */
static bool has_program(const char *name)
{
    const char *path = getenv("PATH");
    char search[4096];
    snprintf(search, sizeof search, "%.4000s:/usr/local/sbin:/usr/sbin:/sbin",
             path != NULL ? path : "/usr/bin:/bin");
    char *rest = search;
    for (const char *folder = strsep(&rest, ":"); folder != NULL; folder = strsep(&rest, ":")) {
        char file[4608];
        snprintf(file, sizeof file, "%s/%s", folder, name);
        if (folder[0] == '/' && access(file, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* A command of the shell, without output. */
static bool succeeds(const char *command)
{
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
            dup2(null, fd);
        }
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

#define NAMESPACES                                                                    \
    "sysctl -w user.max_user_namespaces=15000   # Ubuntu: "                           \
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container: --security-opt " \
    "seccomp=unconfined"
#define BOX "a cache under test that cannot reach "
#define PROGRAM(group, name, needed_for, package)                              \
    {                                                                          \
        group, name, needed_for, "apt-get install " package, has_program, name \
    }
#define FUZZ "int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return n > 9 ? *b : 0; }"

static const struct sf_ability abilities[] = {
    {"box", "user namespaces", "judging a cache without rights, also where you are root",
     NAMESPACES, has_users, NULL},
    {"box", "pid namespaces", BOX "other processes, and leaves none", NAMESPACES, has_processes,
     NULL},
    {"box", "network namespaces", BOX "the network", NAMESPACES, has_network, NULL},
    {"box", "mount namespaces", BOX "your files", NAMESPACES, has_files, NULL},
    {"box", "seccomp", BOX "system calls that no cache needs",
     "# a kernel with CONFIG_SECCOMP_FILTER", has_calls, NULL},
    {"box", "cgroups", "as many runs at once as fit into the memory of this container",
     "mount -t cgroup2 none /sys/fs/cgroup   # version 2 of cgroups", is_readable,
     "/sys/fs/cgroup/cgroup.controllers"},
    {"network", "sch_netem", "netem --on and --compare: the kernel's own network model",
     "modprobe sch_netem   # in the package linux-image-amd64", has_netem, NULL},
    {"network", "TUN", "netem --relay: a program behind the network model",
     "modprobe tun; mkdir -p /dev/net; mknod /dev/net/tun c 10 200", has_tun, NULL},
    {"network", "real-time priority", "live and netem --relay on a busy machine",
     "setcap cap_sys_nice+ep $(command -v strayframe)   # or run as root", has_real_time, NULL},
    PROGRAM("caches", "cc", "a cache in C", "gcc libc6-dev"),
    PROGRAM("caches", "c++", "a cache in C++", "g++"),
    PROGRAM("caches", "cmake", "what new-cache writes for C and C++", "cmake make"),
    PROGRAM("caches", "python3", "a cache in Python", "python3"),
    PROGRAM("caches", "go", "a cache in Go", "golang-go"),
    PROGRAM("caches", "rustc", "a cache in Rust", "rustc"),
    PROGRAM("live", "nginx", "live --server nginx", "nginx-light"),
    PROGRAM("live", "varnishd", "live --server varnish", "varnish"),
    PROGRAM("live", "squid", "live --server squid", "squid"),
    PROGRAM("live", "traffic_server", "live --server trafficserver", "trafficserver"),
    PROGRAM("live", "haproxy", "live --server haproxy", "haproxy"),
    PROGRAM("live", "redis-server", "scenarios/live/store-pool.yaml", "redis-server"),
    PROGRAM("live", "memcached", "scenarios/live/store-pool.yaml", "memcached"),
    {"bugs", "sanitizers", "a cache in C that AddressSanitizer watches",
     "apt-get install gcc libc6-dev", succeeds,
     "echo 'int main(void) { return 0; }' | cc -fsanitize=address,undefined -x c - -o /dev/null"},
    {"bugs", "libFuzzer", "tools/fuzz of the source tree",
     "apt-get install clang libclang-rt-14-dev", succeeds,
     "echo '" FUZZ "' | clang -fsanitize=fuzzer -x c - -o /dev/null"},
    PROGRAM("bugs", "afl-fuzz", "tools/fuzz with a second engine", "afl++"),
    PROGRAM("tests", "qemu-system-x86_64", "tools/test: the network model against real kernels",
            "qemu-system-x86"),
    PROGRAM("tests", "chromium", "tools/test: the reports in a browser", "chromium"),
    {0},
};

const struct sf_ability *sf_abilities(void)
{
    return abilities;
}
