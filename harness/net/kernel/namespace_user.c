/* A right to namespaces for those who have none: sf_namespace_take_user. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/net/kernel/namespace.h"

static enum sf_err write_map(const char *path, const char *text, struct sf_diag *diag)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t written = fd >= 0 ? write(fd, text, strlen(text)) : -1;
    int reason = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (written != (ssize_t)strlen(text)) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot write %s: %s", path, strerror(reason));
    }
    return SF_OK;
}

enum sf_err sf_namespace_take_user(struct sf_diag *diag)
{
    char user_map[32];
    char group_map[32];
    snprintf(user_map, sizeof user_map, "0 %u 1\n", (unsigned)geteuid());
    snprintf(group_map, sizeof group_map, "0 %u 1\n", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "a private network needs the right to make one (CAP_SYS_ADMIN), or a user "
                       "namespace, which is refused here (%s): run as root",
                       strerror(errno));
    }
    SF_TRY(write_map("/proc/self/setgroups", "deny", diag));
    SF_TRY(write_map("/proc/self/uid_map", user_map, diag));
    return write_map("/proc/self/gid_map", group_map, diag);
}
