#include "harness/net/kernel/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/assert.h"

/* Of the calling thread. */
static const char own_path[] = "/proc/thread-self/ns/net";

static enum sf_err open_own(int *fd_out, struct sf_diag *diag)
{
    *fd_out = open(own_path, O_RDONLY | O_CLOEXEC);
    if (*fd_out < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open %s: %s", own_path, strerror(errno));
    }
    return SF_OK;
}

/* Written from inside. Missing files mean that the kernel has no IPv6; files that cannot be written
 * are the case that the header speaks of. */
static void turn_ipv6_off(void)
{
    static const char *const paths[] = {
        "/proc/sys/net/ipv6/conf/all/disable_ipv6",
        "/proc/sys/net/ipv6/conf/default/disable_ipv6",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int fd = open(paths[i], O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            ssize_t written = write(fd, "1", 1);
            (void)written;
            close(fd);
        }
    }
}

static enum sf_err raise_loopback(struct sf_diag *diag)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open a socket: %s", strerror(errno));
    }
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int result = ioctl(fd, SIOCSIFFLAGS, &request);
    int reason = errno;
    close(fd);
    return result == 0 ? SF_OK
                       : sf_fail(diag, SF_ERR_MACHINE, "cannot raise the loopback interface: %s",
                                 strerror(reason));
}

static bool is_here(int fd)
{
    struct stat here;
    struct stat there;
    return stat(own_path, &here) == 0 && fstat(fd, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* Going to where one is needs no right, so that any user may look at its own network. */
static int go_to(int fd)
{
    if (is_here(fd)) {
        return 0;
    }
    /* First of all, that the way back is open: a user namespace may own what it makes and yet not
     * be let into the network that it came with. */
    int home_fd = open(own_path, O_RDONLY | O_CLOEXEC);
    int result = home_fd < 0 ? -1 : setns(home_fd, CLONE_NEWNET);
    if (home_fd >= 0) {
        int reason = errno;
        close(home_fd);
        errno = reason;
    }
    return result == 0 ? setns(fd, CLONE_NEWNET) : result;
}

static void go_home(int fd)
{
    int result = setns(fd, CLONE_NEWNET);
    SF_ASSERT(result == 0 || is_here(fd)); /* go_to has seen that the way back is open */
}

enum sf_err sf_namespace_create(struct sf_namespace *made_out, struct sf_diag *diag)
{
    SF_ASSERT(made_out != NULL);
    *made_out = SF_NAMESPACE_NONE;
    int home_fd;
    SF_TRY(open_own(&home_fd, diag));
    /* The first, to where the thread is, asks whether it could come back. */
    if (setns(home_fd, CLONE_NEWNET) != 0 || unshare(CLONE_NEWNET) != 0) {
        int reason = errno;
        close(home_fd);
        if (reason == EPERM) {
            return sf_fail(diag, SF_ERR_MACHINE,
                           "a private network namespace needs the right to make one "
                           "(CAP_SYS_ADMIN): run as root, or behind "
                           "'unshare --user --map-root-user --net'");
        }
        return sf_fail(diag, SF_ERR_MACHINE, "cannot make a network namespace: %s",
                       strerror(reason));
    }
    turn_ipv6_off();
    enum sf_err err = raise_loopback(diag);
    if (err == SF_OK) {
        err = open_own(&made_out->fd, diag);
    }
    go_home(home_fd);
    close(home_fd);
    return err;
}

/* The network of the machine, or of the container: that of process 1, or if it may not be looked
 * at, our own. */
static enum sf_err stat_outside(struct stat *outside, struct sf_diag *diag)
{
    if (stat("/proc/1/ns/net", outside) != 0 && stat(own_path, outside) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot look at %s: %s", own_path, strerror(errno));
    }
    return SF_OK;
}

static enum sf_err refuse_outside(int fd, const char *name, struct sf_diag *diag)
{
    struct stat outside;
    struct stat opened;
    SF_TRY(stat_outside(&outside, diag));
    if (fstat(fd, &opened) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot look at namespace %s: %s", name,
                       strerror(errno));
    }
    if (opened.st_dev == outside.st_dev && opened.st_ino == outside.st_ino) {
        return sf_fail(diag, SF_ERR_INPUT, "namespace %s is the machine's own network", name);
    }
    return SF_OK;
}

enum sf_err sf_namespace_open_named(const char *name, struct sf_namespace *opened_out,
                                    struct sf_diag *diag)
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(opened_out != NULL);
    *opened_out = SF_NAMESPACE_NONE;
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL || strlen(name) > 255) {
        return sf_fail(diag, SF_ERR_INPUT, "'%.64s' is no name of a network namespace", name);
    }
    char path[512];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    struct sf_namespace space = SF_NAMESPACE_NONE;
    space.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (space.fd < 0 && errno == ENOENT) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "there is no network namespace %s: make one with 'ip netns add %s'", name,
                       name);
    }
    if (space.fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open %s: %s", path, strerror(errno));
    }
    enum sf_err err = refuse_outside(space.fd, name, diag);
    if (err != SF_OK) {
        sf_namespace_fini(&space);
        return err;
    }
    *opened_out = space;
    return SF_OK;
}

enum sf_err sf_namespace_open_outside(struct sf_namespace *opened_out, struct sf_diag *diag)
{
    SF_ASSERT(opened_out != NULL);
    *opened_out = SF_NAMESPACE_NONE;
    SF_TRY(open_own(&opened_out->fd, diag));
    opened_out->outside = true;
    return SF_OK;
}

enum sf_err sf_namespace_enter(struct sf_namespace *space, struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(space->fd >= 0);
    SF_ASSERT(space->home_fd < 0);
    SF_TRY(open_own(&space->home_fd, diag));
    if (go_to(space->fd) != 0) {
        int reason = errno;
        close(space->home_fd);
        space->home_fd = -1;
        return sf_fail(diag, SF_ERR_MACHINE, "cannot enter the network namespace: %s%s",
                       strerror(reason), reason == EPERM ? ": run as root (CAP_SYS_ADMIN)" : "");
    }
    return SF_OK;
}

void sf_namespace_leave(struct sf_namespace *space)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(space->home_fd >= 0);
    go_home(space->home_fd);
    close(space->home_fd);
    space->home_fd = -1;
}

void sf_namespace_fini(struct sf_namespace *space)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(space->home_fd < 0);
    if (space->fd >= 0) {
        close(space->fd);
    }
    *space = SF_NAMESPACE_NONE;
}
