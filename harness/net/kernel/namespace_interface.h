/* What setting up an interface takes, whatever kind it is: its name, its address, raising it. Only
 * harness/net/kernel includes this. */
#ifndef STRAYFRAME_NET_KERNEL_NAMESPACE_INTERFACE_H
#define STRAYFRAME_NET_KERNEL_NAMESPACE_INTERFACE_H

#include <netinet/in.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/kernel/rtnl.h"

struct sf_interface_address {
    struct in_addr address;
    uint8_t prefix_bits;
};

/* SF_ERR_INPUT for one that Linux would not have. */
SF_MUST_USE enum sf_err sf_interface_check_name(const char *name, struct sf_diag *diag);

/* SF_ERR_INPUT for anything but IPv4 with a prefix, "10.1.0.1/24". */
SF_MUST_USE enum sf_err sf_interface_read_address(const char *text,
                                                  struct sf_interface_address *address_out,
                                                  struct sf_diag *diag);

/* Up, and without an IPv6 address of its own, which would talk. */
SF_MUST_USE enum sf_err sf_interface_raise(struct sf_rtnl *rtnl, int index, struct sf_diag *diag);

/* The address, and with it the route to its prefix. */
SF_MUST_USE enum sf_err sf_interface_add_address(struct sf_rtnl *rtnl, int index,
                                                 const struct sf_interface_address *address,
                                                 struct sf_diag *diag);

#endif
