#include "harness/box/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/box/process.h"

/* ---- namespaces ---- */

static pid_t fork_into(unsigned long namespaces)
{
    return (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, 0);
}

pid_t sf_sandbox_fork(uint32_t *lacks_out)
{
    SF_ASSERT(lacks_out != NULL);
    static const struct {
        unsigned long namespaces;
        uint32_t lacks;
    } tries[] = {
        {CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS,
         0},
        {CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS,
         SF_BOX_LACKS_USERS},
        {0,
         SF_BOX_LACKS_USERS | SF_BOX_LACKS_PROCESSES | SF_BOX_LACKS_NETWORK | SF_BOX_LACKS_FILES},
    };
    enum { TRIES_COUNT = sizeof tries / sizeof tries[0] };
    /* For tests, and for a debugger that shall find the cache's process. */
    bool plain = getenv("STRAYFRAME_NO_NAMESPACES") != NULL;
    pid_t pid = -1;
    for (int i = plain ? TRIES_COUNT - 1 : 0; i < TRIES_COUNT && pid < 0; i++) {
        *lacks_out = tries[i].lacks;
        pid = fork_into(tries[i].namespaces);
        if (pid < 0 && errno == EAGAIN) {
            break; /* too many processes: asking for less of a new one does not help */
        }
    }
    return pid;
}

static bool write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return done;
}

/* Inside, the user is one without rights; outside, it is the one that we are, whose files it may
 * read. */
static bool map_users(uid_t user, gid_t group)
{
    enum { UNPRIVILEGED = 65534 }; /* the usual id of an account without rights */
    char line[64];
    snprintf(line, sizeof line, "%d %u 1", UNPRIVILEGED, (unsigned)user);
    bool done = write_to("/proc/self/setgroups", "deny");
    done &= write_to("/proc/self/uid_map", line);
    snprintf(line, sizeof line, "%d %u 1", UNPRIVILEGED, (unsigned)group);
    done &= write_to("/proc/self/gid_map", line);
    return done;
}

/* The old /proc would show the other processes, their memory with it. */
static bool hide_processes(void)
{
    enum { FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };
    return mount("proc", "/proc", "proc", FLAGS, NULL) == 0 ||
           mount("none", "/proc", "tmpfs", FLAGS | MS_RDONLY, "size=4k") == 0;
}

static bool make_read_only(void)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    return syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes,
                   sizeof attributes) == 0;
}

uint32_t sf_sandbox_enter(uid_t user, gid_t group, uint32_t lacks)
{
    if ((lacks & SF_BOX_LACKS_USERS) == 0 && !map_users(user, group)) {
        lacks |= SF_BOX_LACKS_USERS;
    }
    if ((lacks & SF_BOX_LACKS_FILES) == 0) {
        bool done = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
        done = done && hide_processes() && make_read_only();
        lacks |= done ? 0 : SF_BOX_LACKS_FILES;
    }
    return lacks;
}

/* ---- limits ---- */

static void limit(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) == 0) {
        rlim_t hard = now.rlim_max < most ? now.rlim_max : most;
        (void)!setrlimit(resource, &(struct rlimit){.rlim_cur = hard, .rlim_max = hard});
    }
}

const char *sf_sandbox_sanitizer(void)
{
    const char *library = getenv("STRAYFRAME_SANITIZER");
    return library != NULL && library[0] != '\0' ? library : NULL;
}

static void set_limits(uint32_t lacks)
{
    enum { FILES_MAX = 256, PROCESSES_MAX = 128 };
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_NOFILE, FILES_MAX);
    if ((lacks & SF_BOX_LACKS_USERS) == 0) { /* otherwise all processes of the user would count */
        limit(RLIMIT_NPROC, PROCESSES_MAX);
    }
#ifndef SF_SANITIZED /* AddressSanitizer's shadow is larger than any memory */
    if (sf_sandbox_sanitizer() == NULL) {
        /* What it has written to or may write to. The address space itself is no measure: some
         * runtimes reserve far more of it than they use. */
        limit(RLIMIT_DATA, (rlim_t)2 << 30);
    }
#endif
}

static void drop_rights(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    (void)!syscall(SYS_capset, &header, none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* ---- system calls ---- */

/* What no cache needs, and what would lead out of its box. Other calls are left to it: runtimes of
 * many languages start here. */
static const int forbidden[] = {
    /* other processes and their memory */
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(process_madvise),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(timer_create),
    /* the network */
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    /* namespaces and file systems */
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(open_tree),
    SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(quotactl),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(sync),
    SCMP_SYS(syncfs),
    /* what is shared between processes */
    SCMP_SYS(shmget),
    SCMP_SYS(shmat),
    SCMP_SYS(msgget),
    SCMP_SYS(semget),
    SCMP_SYS(mq_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    /* the kernel */
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(personality),
    SCMP_SYS(vhangup),
    SCMP_SYS(lookup_dcookie),
};

static const unsigned long forbidden_namespaces[] = {CLONE_NEWUSER,  CLONE_NEWPID, CLONE_NEWNET,
                                                     CLONE_NEWNS,    CLONE_NEWIPC, CLONE_NEWUTS,
                                                     CLONE_NEWCGROUP};

static bool filter_calls(uint32_t lacks)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        return false;
    }
    int failed = 0;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
    }
    for (size_t i = 0; i < sizeof forbidden_namespaces / sizeof forbidden_namespaces[0]; i++) {
        unsigned long flag = forbidden_namespaces[i];
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                   SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    }
    /* A process that was killed was killed from outside, by us or because memory ran short: it can
     * send SIGKILL in no way, itself neither. */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1,
                               SCMP_A1(SCMP_CMP_EQ, SIGKILL, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tkill), 1,
                               SCMP_A1(SCMP_CMP_EQ, SIGKILL, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                               SCMP_A2(SCMP_CMP_EQ, SIGKILL, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fcntl), 1,
                               SCMP_A1(SCMP_CMP_EQ, F_SETSIG, 0));
    /* Its flags are in memory, where no filter can look: the C libraries then use clone. */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if ((lacks & SF_BOX_LACKS_PROCESSES) !=
        0) { /* it sees the others: itself alone it may signal */
        scmp_datum_t own = (scmp_datum_t)getpid();
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1,
                                   SCMP_A0(SCMP_CMP_NE, own, 0));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                                   SCMP_A0(SCMP_CMP_NE, own, 0));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tkill), 1,
                                   SCMP_A0(SCMP_CMP_NE, own, 0));
    }
    bool done = failed == 0 && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

uint32_t sf_sandbox_close(uint32_t lacks)
{
    setsid(); /* kill(0, ...) reaches its own alone */
    set_limits(lacks);
    drop_rights();
    return filter_calls(lacks) ? lacks : lacks | SF_BOX_LACKS_CALLS;
}

/* ---- in a process of ours ---- */

/* Without namespaces: no other process, and no file that changes. */
static const int forbidden_outside[] = {
    SCMP_SYS(fork),        SCMP_SYS(vfork),     SCMP_SYS(clone),     SCMP_SYS(execve),
    SCMP_SYS(execveat),    SCMP_SYS(creat),     SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),      SCMP_SYS(renameat),  SCMP_SYS(renameat2), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),     SCMP_SYS(rmdir),     SCMP_SYS(link),      SCMP_SYS(linkat),
    SCMP_SYS(symlink),     SCMP_SYS(symlinkat), SCMP_SYS(mknod),     SCMP_SYS(mknodat),
    SCMP_SYS(chmod),       SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),  SCMP_SYS(chown),
    SCMP_SYS(lchown),      SCMP_SYS(fchown),    SCMP_SYS(fchownat),  SCMP_SYS(truncate),
    SCMP_SYS(ftruncate),   SCMP_SYS(utimensat), SCMP_SYS(setxattr),  SCMP_SYS(lsetxattr),
    SCMP_SYS(setpriority), SCMP_SYS(setrlimit), SCMP_SYS(openat2),
};

/* Nor may it outlive the process that has started it. */
static int keep_bound(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
                            SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG, 0));
}

static void filter_outside(void)
{
    static const unsigned long writes[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter == NULL;
    for (size_t i = 0; failed == 0 && i < sizeof forbidden_outside / sizeof forbidden_outside[0];
         i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden_outside[i], 0);
    }
    for (size_t i = 0; failed == 0 && i < sizeof writes / sizeof writes[0]; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, writes[i], writes[i])) +
                 seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), 1,
                                  SCMP_A1(SCMP_CMP_MASKED_EQ, writes[i], writes[i]));
    }
    if (failed == 0 && keep_bound(filter) == 0) {
        (void)seccomp_load(filter);
    }
    seccomp_release(filter);
}

void sf_sandbox_confine(void)
{
    const uint32_t no_namespaces =
        SF_BOX_LACKS_USERS | SF_BOX_LACKS_PROCESSES | SF_BOX_LACKS_NETWORK | SF_BOX_LACKS_FILES;
    enum { STANDARD_FDS_END = 3 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < STANDARD_FDS_END; fd++) {
        dup2(null, fd); /* what it prints is not shown */
    }
    close_range(STANDARD_FDS_END, ~0u, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    drop_rights();
    (void)filter_calls(no_namespaces); /* where the kernel has none, the limits remain */
    filter_outside();
}
