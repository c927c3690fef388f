#include "harness/net/kernel/namespace_interface.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/base/assert.h"

enum { MESSAGE_BYTES = 1024, ADDRESS_TEXT_BYTES = 32 };

_Static_assert(SF_NAMESPACE_INTERFACE_NAME_LENGTH_MAX == IF_NAMESIZE - 1, "Linux's own bound");

enum sf_err sf_interface_check_name(const char *name, struct sf_diag *diag)
{
    SF_ASSERT(name != NULL);
    size_t length = strlen(name);
    if (length == 0 || length > SF_NAMESPACE_INTERFACE_NAME_LENGTH_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%.40s' is no name of an interface: 1 to %d characters",
                       name, SF_NAMESPACE_INTERFACE_NAME_LENGTH_MAX);
    }
    return SF_OK;
}

enum sf_err sf_interface_read_address(const char *text, struct sf_interface_address *address_out,
                                      struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(address_out != NULL);
    char address[ADDRESS_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    char *rest = NULL;
    long bits =
        slash != NULL && slash[1] >= '0' && slash[1] <= '9' ? strtol(slash + 1, &rest, 10) : -1;
    if (slash == NULL || slash - text >= ADDRESS_TEXT_BYTES || bits < 0 || bits > 32 ||
        *rest != '\0') {
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%.40s' is no IPv4 address with a prefix, such as 10.1.0.1/24", text);
    }
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (inet_pton(AF_INET, address, &address_out->address) != 1) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is no IPv4 address", address);
    }
    address_out->prefix_bits = (uint8_t)bits;
    return SF_OK;
}

enum sf_err sf_interface_raise(struct sf_rtnl *rtnl, int index, struct sf_diag *diag)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(index > 0);
    struct ifinfomsg header = {
        .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct nl_msg *quiet = sf_rtnl_message(RTM_NEWLINK, 0, MESSAGE_BYTES);
    struct ifinfomsg untouched = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    sf_rtnl_append(quiet, &untouched, sizeof untouched);
    struct nlattr *families = sf_rtnl_nest(quiet, IFLA_AF_SPEC, NLA_F_NESTED);
    struct nlattr *ipv6 = sf_rtnl_nest(quiet, AF_INET6, NLA_F_NESTED);
    uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    sf_rtnl_put(quiet, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    sf_rtnl_nest_end(quiet, ipv6);
    sf_rtnl_nest_end(quiet, families);
    struct sf_rtnl_reply ignored; /* a kernel without IPv6 refuses, and is quiet anyway */
    enum sf_err err = sf_rtnl_ask(rtnl, quiet, &ignored, diag);
    nlmsg_free(quiet);
    SF_TRY(err);

    struct nl_msg *up = sf_rtnl_message(RTM_NEWLINK, 0, MESSAGE_BYTES);
    sf_rtnl_append(up, &header, sizeof header);
    return sf_rtnl_do(rtnl, up, "raise an interface", diag);
}

enum sf_err sf_interface_add_address(struct sf_rtnl *rtnl, int index,
                                     const struct sf_interface_address *address,
                                     struct sf_diag *diag)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(address != NULL);
    SF_ASSERT(index > 0);
    struct nl_msg *message = sf_rtnl_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, MESSAGE_BYTES);
    struct ifaddrmsg header = {.ifa_family = AF_INET,
                               .ifa_prefixlen = address->prefix_bits,
                               .ifa_scope = RT_SCOPE_UNIVERSE,
                               .ifa_index = (uint32_t)index};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put(message, IFA_LOCAL, &address->address, sizeof address->address);
    sf_rtnl_put(message, IFA_ADDRESS, &address->address, sizeof address->address);
    return sf_rtnl_do(rtnl, message, "give an interface its address", diag);
}
