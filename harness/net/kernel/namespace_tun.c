/* Interfaces whose cable ends in this program: sf_namespace_tun. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/kernel/namespace_interface.h"
#include "harness/net/kernel/rtnl.h"

/* How many packets may wait for the reader: a burst at 100,000 a second for a tenth of one. */
enum { MESSAGE_BYTES = 1024, READER_QUEUE_PACKETS = 10000 };

static const char tun_path[] = "/dev/net/tun";

static enum sf_err open_tun(int *fd_out, struct sf_diag *diag)
{
    *fd_out = open(tun_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*fd_out >= 0) {
        return SF_OK;
    }
    switch (errno) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return sf_fail(diag, SF_ERR_MACHINE,
                       "there is no %s that works: load the module tun, or let the container have "
                       "the device",
                       tun_path);
    case EACCES:
    case EPERM:
        return sf_fail(diag, SF_ERR_MACHINE,
                       "%s may not be opened here: run as root, or let this user read and write it",
                       tun_path);
    default: /* not an enum: a number of errno */
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open %s: %s", tun_path, strerror(errno));
    }
}

/* From inside. */
static enum sf_err make_device(const char *name, int *fd_out, struct sf_diag *diag)
{
    SF_TRY(open_tun(fd_out, diag));
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (if_nametoindex(name) == 0 && ioctl(*fd_out, TUNSETIFF, &request) == 0) {
        return SF_OK;
    }
    int reason = if_nametoindex(name) != 0 ? EEXIST : errno;
    close(*fd_out);
    *fd_out = -1;
    return sf_fail(diag, reason == EEXIST ? SF_ERR_INPUT : SF_ERR_MACHINE,
                   "cannot make the interface %s: %s%s", name, strerror(reason),
                   reason == EPERM ? ": run as root (CAP_NET_ADMIN)" : "");
}

static enum sf_err set_up(const struct sf_namespace_end *end,
                          const struct sf_interface_address *address, int index,
                          struct sf_diag *diag)
{
    struct sf_rtnl rtnl;
    SF_TRY(sf_rtnl_open(&rtnl, end->space, diag));
    struct nl_msg *message = sf_rtnl_message(RTM_NEWLINK, 0, MESSAGE_BYTES);
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_u32(message, IFLA_TXQLEN, READER_QUEUE_PACKETS);
    enum sf_err err = sf_rtnl_do(&rtnl, message, "lengthen an interface's queue", diag);
    if (err == SF_OK) {
        err = sf_interface_raise(&rtnl, index, diag);
    }
    if (err == SF_OK) {
        err = sf_interface_add_address(&rtnl, index, address, diag);
    }
    sf_rtnl_close(&rtnl);
    return err;
}

enum sf_err sf_namespace_tun(const struct sf_namespace_end *end, int *fd_out, struct sf_diag *diag)
{
    SF_ASSERT(end != NULL);
    SF_ASSERT(fd_out != NULL);
    SF_ASSERT(!end->space->outside);
    SF_ASSERT(end->address != NULL);
    *fd_out = -1;
    struct sf_interface_address address;
    SF_TRY(sf_interface_check_name(end->interface, diag));
    SF_TRY(sf_interface_read_address(end->address, &address, diag));
    struct sf_namespace inside = {.fd = end->space->fd, .home_fd = -1};
    SF_TRY(sf_namespace_enter(&inside, diag));
    enum sf_err err = make_device(end->interface, fd_out, diag);
    int index = (int)if_nametoindex(end->interface);
    sf_namespace_leave(&inside);
    if (err == SF_OK) {
        err = set_up(end, &address, index, diag);
        if (err != SF_OK) {
            close(*fd_out);
            *fd_out = -1;
        }
    }
    return err;
}

struct search {
    const char *interface;
    uint64_t dropped_count;
    bool found;
};

static void look_at(struct nlmsghdr *header, void *context)
{
    struct search *search = context;
    struct nlattr *attributes[IFLA_STATS64 + 1];
    if (header->nlmsg_type != RTM_NEWLINK ||
        nlmsg_parse(header, sizeof(struct ifinfomsg), attributes, IFLA_STATS64, NULL) != 0 ||
        attributes[IFLA_IFNAME] == NULL || attributes[IFLA_STATS64] == NULL ||
        strcmp(nla_get_string(attributes[IFLA_IFNAME]), search->interface) != 0) {
        return;
    }
    /* Kernels append to it. */
    struct rtnl_link_stats64 stats = {0};
    nla_memcpy(&stats, attributes[IFLA_STATS64], sizeof stats);
    search->dropped_count = stats.tx_dropped;
    search->found = true;
}

enum sf_err sf_namespace_tun_dropped(const struct sf_namespace *space, const char *interface,
                                     uint64_t *count_out, struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(interface != NULL);
    SF_ASSERT(count_out != NULL);
    struct sf_rtnl rtnl;
    SF_TRY(sf_rtnl_open(&rtnl, space, diag));
    struct nl_msg *message = sf_rtnl_message(RTM_GETLINK, NLM_F_DUMP, MESSAGE_BYTES);
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    sf_rtnl_append(message, &header, sizeof header);
    struct search search = {.interface = interface};
    enum sf_err err = sf_rtnl_dump(&rtnl, message, look_at, &search, diag);
    nlmsg_free(message);
    sf_rtnl_close(&rtnl);
    SF_TRY(err);
    *count_out = search.dropped_count;
    return search.found ? SF_OK
                        : sf_fail(diag, SF_ERR_MACHINE, "the interface %s is gone", interface);
}
