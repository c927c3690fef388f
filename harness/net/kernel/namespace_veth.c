/* Laying a cable between namespaces: sf_namespace_veth_pair. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/kernel/namespace_interface.h"
#include "harness/net/kernel/rtnl.h"

enum { MESSAGE_BYTES = 1024, MAC_BYTES = 6, CARRIER_WAIT_MS = 10000 };

/* An end, looked through. */
struct end {
    const struct sf_namespace_end *asked;
    uint8_t mac[MAC_BYTES];
    struct sf_interface_address address;
};

static enum sf_err read_end(const struct sf_namespace_end *asked, uint8_t number, struct end *end,
                            struct sf_diag *diag)
{
    SF_ASSERT(!asked->space->outside);
    SF_TRY(sf_interface_check_name(asked->interface, diag));
    *end = (struct end){.asked = asked, .mac = {2, 0, 0, 0, 0, number}};
    if (asked->address != NULL) {
        SF_TRY(sf_interface_read_address(asked->address, &end->address, diag));
        memcpy(end->mac + 2, &end->address.address, 4);
    }
    return SF_OK;
}

static enum sf_err make_pair(struct sf_rtnl *rtnl, const struct end *a, const struct end *b,
                             struct sf_diag *diag)
{
    struct nl_msg *message = sf_rtnl_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, MESSAGE_BYTES);
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_text(message, IFLA_IFNAME, a->asked->interface);
    sf_rtnl_put(message, IFLA_ADDRESS, a->mac, sizeof a->mac);
    struct nlattr *info = sf_rtnl_nest(message, IFLA_LINKINFO, NLA_F_NESTED);
    sf_rtnl_put_text(message, IFLA_INFO_KIND, "veth");
    struct nlattr *data = sf_rtnl_nest(message, IFLA_INFO_DATA, NLA_F_NESTED);
    struct nlattr *peer = sf_rtnl_nest(message, VETH_INFO_PEER, NLA_F_NESTED);
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_text(message, IFLA_IFNAME, b->asked->interface);
    sf_rtnl_put(message, IFLA_ADDRESS, b->mac, sizeof b->mac);
    sf_rtnl_put_u32(message, IFLA_NET_NS_FD, (uint32_t)b->asked->space->fd);
    sf_rtnl_nest_end(message, peer);
    sf_rtnl_nest_end(message, data);
    sf_rtnl_nest_end(message, info);

    struct sf_rtnl_reply reply;
    enum sf_err err = sf_rtnl_ask(rtnl, message, &reply, diag);
    nlmsg_free(message);
    SF_TRY(err);
    if (reply.error == 0) {
        return SF_OK;
    }
    if (reply.error == EOPNOTSUPP) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "this kernel has no veth: load the module veth, or use a kernel with "
                       "CONFIG_VETH");
    }
    char what[64];
    snprintf(what, sizeof what, "make the interfaces %s and %s", a->asked->interface,
             b->asked->interface);
    return sf_rtnl_refused(&reply, reply.error == EEXIST ? SF_ERR_INPUT : SF_ERR_MACHINE, what,
                           diag);
}

/* From inside. Every path there can be handled, as a device that cannot do a thing has it off. */
static enum sf_err turn_offloads_off(const char *interface, struct sf_diag *diag)
{
    static const uint32_t switches[] = {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open a socket: %s", strerror(errno));
    }
    enum sf_err err = SF_OK;
    for (size_t i = 0; i < sizeof switches / sizeof switches[0] && err == SF_OK; i++) {
        struct ethtool_value value = {.cmd = switches[i], .data = 0};
        struct ifreq request = {.ifr_data = (char *)&value};
        snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
        if (ioctl(fd, SIOCETHTOOL, &request) != 0 && errno != EOPNOTSUPP) {
            err = sf_fail(diag, SF_ERR_MACHINE, "cannot turn offloads of %s off: %s", interface,
                          strerror(errno));
        }
    }
    close(fd);
    return err;
}

static enum sf_err add_neighbour(struct sf_rtnl *rtnl, int index, const struct end *other,
                                 struct sf_diag *diag)
{
    struct nl_msg *message =
        sf_rtnl_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, MESSAGE_BYTES);
    struct ndmsg header = {.ndm_family = AF_INET, .ndm_ifindex = index, .ndm_state = NUD_PERMANENT};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put(message, NDA_DST, &other->address.address, sizeof other->address.address);
    sf_rtnl_put(message, NDA_LLADDR, other->mac, sizeof other->mac);
    return sf_rtnl_do(rtnl, message, "set a neighbour", diag);
}

/* From inside the end's namespace. */
static enum sf_err set_up_here(struct sf_rtnl *rtnl, const struct end *end, const struct end *other,
                               struct sf_diag *diag)
{
    int index = (int)if_nametoindex(end->asked->interface);
    if (index == 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "the interface %s is gone", end->asked->interface);
    }
    SF_TRY(turn_offloads_off(end->asked->interface, diag));
    SF_TRY(sf_interface_raise(rtnl, index, diag));
    if (end->asked->address != NULL) {
        SF_TRY(sf_interface_add_address(rtnl, index, &end->address, diag));
        if (other->asked->address != NULL) {
            SF_TRY(add_neighbour(rtnl, index, other, diag));
        }
    }
    return SF_OK;
}

static enum sf_err set_up(const struct end *end, const struct end *other, struct sf_diag *diag)
{
    struct sf_rtnl rtnl;
    SF_TRY(sf_rtnl_open(&rtnl, end->asked->space, diag));
    struct sf_namespace inside = {.fd = end->asked->space->fd, .home_fd = -1};
    enum sf_err err = sf_namespace_enter(&inside, diag);
    if (err == SF_OK) {
        err = set_up_here(&rtnl, end, other, diag);
        sf_namespace_leave(&inside);
    }
    sf_rtnl_close(&rtnl);
    return err;
}

/* From inside. An end that was raised before its peer gets its carrier by work that the kernel puts
 * off, and throws away what it is given until then. */
static enum sf_err wait_here(const char *interface, struct sf_diag *diag)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot open a socket: %s", strerror(errno));
    }
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    bool running = false;
    for (int waited_ms = 0; !running && waited_ms < CARRIER_WAIT_MS; waited_ms++) {
        running = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
        if (!running) {
            poll(NULL, 0, 1);
        }
    }
    /* The flag shows a moment before that work is over. It is done under a lock which this question
     * has to wait for. */
    struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
    request.ifr_data = (char *)&value;
    int result = ioctl(fd, SIOCETHTOOL, &request);
    close(fd);
    return running && result == 0
               ? SF_OK
               : sf_fail(diag, SF_ERR_MACHINE, "the interface %s gets no carrier", interface);
}

static enum sf_err wait_for_carrier(const struct end *end, struct sf_diag *diag)
{
    struct sf_namespace inside = {.fd = end->asked->space->fd, .home_fd = -1};
    SF_TRY(sf_namespace_enter(&inside, diag));
    enum sf_err err = wait_here(end->asked->interface, diag);
    sf_namespace_leave(&inside);
    return err;
}

/* After a failure half way, whose diagnosis stays. */
static void take_away(struct sf_rtnl *rtnl, const struct end *end)
{
    struct nl_msg *message = sf_rtnl_message(RTM_DELLINK, 0, MESSAGE_BYTES);
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_text(message, IFLA_IFNAME, end->asked->interface);
    enum sf_err ignored = sf_rtnl_do(rtnl, message, "remove an interface", NULL);
    (void)ignored;
}

enum sf_err sf_namespace_veth_pair(const struct sf_namespace_end *a,
                                   const struct sf_namespace_end *b, struct sf_diag *diag)
{
    SF_ASSERT(a != NULL);
    SF_ASSERT(b != NULL);
    struct end ends[2];
    SF_TRY(read_end(a, 1, &ends[0], diag));
    SF_TRY(read_end(b, 2, &ends[1], diag));
    struct sf_rtnl rtnl;
    SF_TRY(sf_rtnl_open(&rtnl, a->space, diag));
    enum sf_err err = make_pair(&rtnl, &ends[0], &ends[1], diag);
    if (err == SF_OK) {
        err = set_up(&ends[0], &ends[1], diag);
        if (err == SF_OK) {
            err = set_up(&ends[1], &ends[0], diag);
        }
        if (err == SF_OK) {
            err = wait_for_carrier(&ends[0], diag);
        }
        if (err != SF_OK) {
            take_away(&rtnl, &ends[0]);
        }
    }
    sf_rtnl_close(&rtnl);
    return err;
}
