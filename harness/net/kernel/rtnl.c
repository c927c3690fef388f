#include "harness/net/kernel/rtnl.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/base/assert.h"

/* As elsewhere in the project: no memory for a message of some KiB ends the process. */
static void *or_die(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "strayframe: out of memory\n");
        exit(4);
    }
    return memory;
}

static enum sf_err connect_here(struct sf_rtnl *rtnl, struct sf_diag *diag)
{
    rtnl->socket = or_die(nl_socket_alloc());
    int result = nl_connect(rtnl->socket, NETLINK_ROUTE);
    if (result < 0) {
        nl_socket_free(rtnl->socket);
        return sf_fail(diag, SF_ERR_MACHINE, "cannot reach the kernel by netlink: %s",
                       nl_geterror(result));
    }
    /* Reasons in words came with Linux 4.12; a kernel without them answers with a number alone.
     * The other option keeps it from sending a long message back with its answer. */
    int one = 1;
    int fd = nl_socket_get_fd(rtnl->socket);
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
    return SF_OK;
}

enum sf_err sf_rtnl_open(struct sf_rtnl *rtnl_out, const struct sf_namespace *space,
                         struct sf_diag *diag)
{
    SF_ASSERT(rtnl_out != NULL);
    SF_ASSERT(space != NULL);
    /* A copy, for the caller's may be entered already. */
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    SF_TRY(sf_namespace_enter(&inside, diag));
    enum sf_err err = connect_here(rtnl_out, diag);
    sf_namespace_leave(&inside);
    return err;
}

void sf_rtnl_close(struct sf_rtnl *rtnl)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(rtnl->socket != NULL);
    nl_socket_free(rtnl->socket);
    rtnl->socket = NULL;
}

struct nl_msg *sf_rtnl_message(int type, int flags, size_t payload_bytes_max)
{
    SF_ASSERT(payload_bytes_max > 0);
    struct nl_msg *message = or_die(nlmsg_alloc_size(NLMSG_HDRLEN + payload_bytes_max));
    or_die(nlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST | flags));
    return message;
}

void sf_rtnl_append(struct nl_msg *message, const void *header, size_t bytes)
{
    SF_ASSERT(message != NULL);
    SF_ASSERT(header != NULL || bytes == 0);
    int result = nlmsg_append(message, (void *)(uintptr_t)header, bytes, NLMSG_ALIGNTO);
    SF_ASSERT(result == 0);
}

void sf_rtnl_put(struct nl_msg *message, int type, const void *data, size_t bytes)
{
    SF_ASSERT(message != NULL);
    SF_ASSERT(data != NULL || bytes == 0);
    int result = nla_put(message, type, (int)bytes, data);
    SF_ASSERT(result == 0);
}

void sf_rtnl_put_u32(struct nl_msg *message, int type, uint32_t value)
{
    SF_ASSERT(message != NULL);
    sf_rtnl_put(message, type, &value, sizeof value);
}

void sf_rtnl_put_text(struct nl_msg *message, int type, const char *text)
{
    SF_ASSERT(message != NULL);
    SF_ASSERT(text != NULL);
    sf_rtnl_put(message, type, text, strlen(text) + 1);
}

struct nlattr *sf_rtnl_nest(struct nl_msg *message, int type, int flags)
{
    SF_ASSERT(message != NULL);
    struct nlattr *nest = nlmsg_tail(nlmsg_hdr(message));
    sf_rtnl_put(message, type | flags, NULL, 0);
    return nest;
}

void sf_rtnl_nest_end(struct nl_msg *message, struct nlattr *nest)
{
    SF_ASSERT(message != NULL);
    SF_ASSERT(nest != NULL);
    nest->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(message)) - (char *)nest);
}

/* Finds the reason among what follows the error; `answer` is the whole message. */
static void read_reason(struct nlmsghdr *answer, struct sf_rtnl_reply *reply)
{
    struct nlmsgerr *error = nlmsg_data(answer);
    int skip = (int)sizeof *error;
    if ((answer->nlmsg_flags & NLM_F_ACK_TLVS) == 0) {
        return;
    }
    if ((answer->nlmsg_flags & NLM_F_CAPPED) == 0) {
        skip += nlmsg_datalen(&error->msg);
    }
    int left = nlmsg_datalen(answer) - (int)NLMSG_ALIGN((unsigned)skip);
    if (left <= 0) {
        return;
    }
    struct nlattr *head = (struct nlattr *)(void *)((char *)error + NLMSG_ALIGN((unsigned)skip));
    const struct nlattr *text = nla_find(head, left, NLMSGERR_ATTR_MSG);
    if (text == NULL) {
        return;
    }
    snprintf(reply->text, sizeof reply->text, "%.*s", nla_len(text), (const char *)nla_data(text));
    size_t length = strlen(reply->text);
    if (length > 0 && reply->text[length - 1] == '.') {
        reply->text[length - 1] = '\0';
    }
}

static int heard_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *context)
{
    (void)from;
    struct sf_rtnl_reply *reply = context;
    reply->error = -error->error;
    read_reason((struct nlmsghdr *)(void *)((char *)error - NLMSG_HDRLEN), reply);
    return NL_STOP;
}

static int heard_ack(struct nl_msg *message, void *context)
{
    (void)message;
    (void)context;
    return NL_STOP;
}

struct visit {
    void (*visit)(struct nlmsghdr *header, void *context);
    void *context;
};

static int heard_item(struct nl_msg *message, void *context)
{
    struct visit *visit = context;
    if (visit->visit != NULL) {
        visit->visit(nlmsg_hdr(message), visit->context);
    }
    return NL_OK;
}

/* One question and all that comes back to it. */
static enum sf_err converse(struct sf_rtnl *rtnl, struct nl_msg *message, struct visit *visit,
                            struct sf_rtnl_reply *reply, struct sf_diag *diag)
{
    *reply = (struct sf_rtnl_reply){0};
    struct nl_cb *callbacks = or_die(nl_cb_alloc(NL_CB_DEFAULT));
    nl_cb_err(callbacks, NL_CB_CUSTOM, heard_error, reply);
    nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, heard_ack, NULL);
    nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, heard_item, visit);
    int result = nl_send_auto(rtnl->socket, message);
    if (result >= 0) {
        result = nl_recvmsgs(rtnl->socket, callbacks);
    }
    nl_cb_put(callbacks);
    if (result < 0 && reply->error == 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "talking to the kernel by netlink failed: %s",
                       nl_geterror(result));
    }
    return SF_OK;
}

enum sf_err sf_rtnl_ask(struct sf_rtnl *rtnl, struct nl_msg *message,
                        struct sf_rtnl_reply *reply_out, struct sf_diag *diag)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(message != NULL);
    SF_ASSERT(reply_out != NULL);
    SF_ASSERT(rtnl->socket != NULL);
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_ACK;
    struct visit none = {0};
    return converse(rtnl, message, &none, reply_out, diag);
}

enum sf_err sf_rtnl_refused(const struct sf_rtnl_reply *reply, enum sf_err kind, const char *what,
                            struct sf_diag *diag)
{
    SF_ASSERT(reply != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(reply->error != 0);
    const char *way_out = reply->error == EPERM ? ": run as root (CAP_NET_ADMIN)" : "";
    if (reply->text[0] == '\0') {
        return sf_fail(diag, kind, "cannot %s: %s%s", what, strerror(reply->error), way_out);
    }
    return sf_fail(diag, kind, "cannot %s: the kernel says: %s (%s)%s", what, reply->text,
                   strerror(reply->error), way_out);
}

enum sf_err sf_rtnl_do(struct sf_rtnl *rtnl, struct nl_msg *message, const char *what,
                       struct sf_diag *diag)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(message != NULL);
    SF_ASSERT(what != NULL);
    struct sf_rtnl_reply reply;
    enum sf_err err = sf_rtnl_ask(rtnl, message, &reply, diag);
    nlmsg_free(message);
    SF_TRY(err);
    return reply.error == 0 ? SF_OK : sf_rtnl_refused(&reply, SF_ERR_MACHINE, what, diag);
}

enum sf_err sf_rtnl_dump(struct sf_rtnl *rtnl, struct nl_msg *message,
                         void (*visit)(struct nlmsghdr *header, void *context), void *context,
                         struct sf_diag *diag)
{
    SF_ASSERT(rtnl != NULL);
    SF_ASSERT(message != NULL);
    SF_ASSERT(visit != NULL);
    SF_ASSERT(context != NULL);
    SF_ASSERT(rtnl->socket != NULL);
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_DUMP;
    struct visit visitor = {.visit = visit, .context = context};
    struct sf_rtnl_reply reply;
    SF_TRY(converse(rtnl, message, &visitor, &reply, diag));
    return reply.error == 0 ? SF_OK : sf_rtnl_refused(&reply, SF_ERR_MACHINE, "read", diag);
}
