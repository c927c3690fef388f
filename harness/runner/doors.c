#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/runner/runner.h"

/* System calls that computing needs, and those for the two pipes. Any other fails. */
static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(close),
    SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(dup), SCMP_SYS(dup2),
    SCMP_SYS(dup3), SCMP_SYS(fcntl), SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap),
    SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack), SCMP_SYS(pause), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(times), SCMP_SYS(getrusage), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(getcpu), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo),
    SCMP_SYS(uname), SCMP_SYS(alarm), SCMP_SYS(setitimer), SCMP_SYS(getitimer),
    SCMP_SYS(restart_syscall), SCMP_SYS(arch_prctl), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit), SCMP_SYS(membarrier),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
    /* to itself: abort and raise. SIGKILL was taken before */
    SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(tgkill)};

void sf_runner_close_doors(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool done = filter != NULL;
    for (size_t i = 0; done && i < sizeof allowed / sizeof allowed[0]; i++) {
        done = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    }
    if (done) {
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); /* threads that run already too */
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE,
                               2);       /* a tree: quicker than a list */
        if (seccomp_load(filter) != 0) { /* a thread is in the way: at least not in this one */
            (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 0);
            (void)seccomp_load(filter); /* where the kernel has none, the box says what it lacks */
        }
    }
    seccomp_release(filter);
}
