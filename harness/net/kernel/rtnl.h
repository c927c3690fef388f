/* A conversation with the kernel's network configuration (NETLINK_ROUTE), on libnl's core: send one
 * message, hear whether the kernel took it and, if not, why in the kernel's own words. Knows no
 * interface and no qdisc. Only harness/net/kernel includes this. */
#ifndef STRAYFRAME_NET_KERNEL_RTNL_H
#define STRAYFRAME_NET_KERNEL_RTNL_H

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stddef.h>

#include "harness/base/err.h"
#include "harness/net/kernel/namespace.h"

struct sf_rtnl {
    struct nl_sock *socket; /* owned */
};

enum { SF_RTNL_TEXT_BYTES = 256 };

/* What the kernel said. */
struct sf_rtnl_reply {
    int error;                     /* an errno; 0: done */
    char text[SF_RTNL_TEXT_BYTES]; /* its reason, without a full stop; "" if it gave none */
};

/* A socket that belongs to `space`. Close it after SF_OK only. */
SF_MUST_USE enum sf_err sf_rtnl_open(struct sf_rtnl *rtnl_out, const struct sf_namespace *space,
                                     struct sf_diag *diag);
void sf_rtnl_close(struct sf_rtnl *rtnl);

/* A message of `type` with room for `payload_bytes_max`; `flags` next to NLM_F_REQUEST. Never NULL.
 * nlmsg_free gives it back. */
struct nl_msg *sf_rtnl_message(int type, int flags, size_t payload_bytes_max);

/* Adds a header, such as struct ifinfomsg; or an attribute. The caller asked for room enough, and
 * that is asserted. */
void sf_rtnl_append(struct nl_msg *message, const void *header, size_t bytes);
void sf_rtnl_put(struct nl_msg *message, int type, const void *data, size_t bytes);
void sf_rtnl_put_u32(struct nl_msg *message, int type, uint32_t value);
void sf_rtnl_put_text(struct nl_msg *message, int type, const char *text);
/* Begins a nested attribute; `flags` may be NLA_F_NESTED. */
struct nlattr *sf_rtnl_nest(struct nl_msg *message, int type, int flags);
void sf_rtnl_nest_end(struct nl_msg *message, struct nlattr *nest);

/* Sends and waits for the answer. A refusal is an answer: SF_OK with reply_out->error set.
 * SF_ERR_MACHINE when the conversation itself failed. */
SF_MUST_USE enum sf_err sf_rtnl_ask(struct sf_rtnl *rtnl, struct nl_msg *message,
                                    struct sf_rtnl_reply *reply_out, struct sf_diag *diag);

/* The same where every refusal is SF_ERR_MACHINE: "cannot WHAT: REASON". Frees the message. */
SF_MUST_USE enum sf_err sf_rtnl_do(struct sf_rtnl *rtnl, struct nl_msg *message, const char *what,
                                   struct sf_diag *diag);

/* "cannot WHAT: REASON" of a refusal, as an error of the given kind. */
SF_MUST_USE enum sf_err sf_rtnl_refused(const struct sf_rtnl_reply *reply, enum sf_err kind,
                                        const char *what, struct sf_diag *diag);

/* Asks for a list; `visit` is called with each message of it. */
SF_MUST_USE enum sf_err sf_rtnl_dump(struct sf_rtnl *rtnl, struct nl_msg *message,
                                     void (*visit)(struct nlmsghdr *header, void *context),
                                     void *context, struct sf_diag *diag);

#endif
