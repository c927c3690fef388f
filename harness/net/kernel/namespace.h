/* Private network namespaces: pieces of a real Linux network that belong to this process alone, so
 * that a real qdisc can be tried without going near the machine's own interfaces.
 *
 * A namespace made here has no name and no file. Only descriptors hold it, all closed on exec, so
 * the kernel takes it down with every interface in it when the last process that has them is gone,
 * however that came about; nothing is left to clean up after kill -9.
 *
 * Every function of harness/net/kernel acts in the namespace it is handed. There is one way to hand
 * it the network that the machine lives on, sf_namespace_open_outside, and that is for a user who
 * has said so. */
#ifndef STRAYFRAME_NET_KERNEL_NAMESPACE_H
#define STRAYFRAME_NET_KERNEL_NAMESPACE_H

#include <stdbool.h>

#include "harness/base/err.h"

/* Longest name of an interface, as in Linux: IFNAMSIZ without the end. */
enum { SF_NAMESPACE_INTERFACE_NAME_LENGTH_MAX = 15 };

/* Start from SF_NAMESPACE_NONE. */
struct sf_namespace {
    int fd;       /* owned; -1: none */
    int home_fd;  /* owned; where the thread came from while it is inside; -1: it is not */
    bool outside; /* the machine's own network, by sf_namespace_open_outside */
};

#define SF_NAMESPACE_NONE ((struct sf_namespace){.fd = -1, .home_fd = -1})

/* Makes an empty namespace: the loopback interface up, IPv6 off (where the kernel lets us say so:
 * a container may hold /proc/sys read-only; sf_namespace_veth_pair keeps its interfaces silent
 * either way). The calling thread stays where it is. SF_ERR_MACHINE, with the way out, where the
 * right to do so is missing. */
SF_MUST_USE enum sf_err sf_namespace_create(struct sf_namespace *made_out, struct sf_diag *diag);

/* Moves the calling process, which has one thread only, into a user namespace and an empty network
 * of its own, where it has the right to make namespaces and devices without being root. There it is
 * called root; to files it stays who it was. There is no way back. SF_ERR_MACHINE where the machine
 * does not let users do so. */
SF_MUST_USE enum sf_err sf_namespace_take_user(struct sf_diag *diag);

/* One that has a name, as `ip netns add NAME` gives. SF_ERR_INPUT if there is none of that name, if
 * the name is a path, or if the name stands for the machine's own network. */
SF_MUST_USE enum sf_err sf_namespace_open_named(const char *name, struct sf_namespace *opened_out,
                                                struct sf_diag *diag);

/* The network this process runs in, where the machine's interfaces are. Only where the user has
 * asked for it explicitly. */
SF_MUST_USE enum sf_err sf_namespace_open_outside(struct sf_namespace *opened_out,
                                                  struct sf_diag *diag);

/* Takes the calling thread inside: sockets and devices it opens from now on belong there, for as
 * long as they live. Other threads stay where they are. Not to be called again before leave, but
 * one may enter another namespace from inside; leave in the opposite order. */
SF_MUST_USE enum sf_err sf_namespace_enter(struct sf_namespace *space, struct sf_diag *diag);

/* Back to where this thread was. It asserts that this works: there is nothing sensible to do in the
 * wrong network. */
void sf_namespace_leave(struct sf_namespace *space);

/* Closes this handle. What is inside is gone once nothing else holds the namespace: another
 * descriptor, a socket made inside, a process that entered. May be called again, and on
 * SF_NAMESPACE_NONE. Not from inside. */
void sf_namespace_fini(struct sf_namespace *space);

/* One end of a cable. */
struct sf_namespace_end {
    const struct sf_namespace *space; /* borrowed; not an outside one */
    const char *interface;            /* its name to be, such as "v0" */
    const char *address; /* IPv4 and prefix, "10.1.0.1/24"; NULL: none, for raw frames only */
};

/* Lays a virtual cable (veth): what one end sends, the other receives. One qdisc at each end makes
 * two directions. Both ends are up and quiet: no IPv6 address, each knows the other's hardware
 * address (02:00 and the four bytes of its IPv4 address; 02:00:00:00:00:01 and :02 without), so no
 * ARP, no neighbour discovery; and segmentation offloads are off, so a packet is a packet.
 * UDP_SEGMENT is the exception: a socket that asks for it still hands over one packet for many.
 *
 * The ends may be in one namespace, but then addresses there reach each other without the cable:
 * give addresses only to ends in different ones. SF_ERR_INPUT for a name or an address that is not
 * one, or an interface that exists; SF_ERR_MACHINE where the kernel refuses. On failure nothing is
 * left behind. The cable is gone with either namespace. */
SF_MUST_USE enum sf_err sf_namespace_veth_pair(const struct sf_namespace_end *a,
                                               const struct sf_namespace_end *b,
                                               struct sf_diag *diag);

/* Makes an interface whose cable ends in this program (TUN): what the namespace sends over it is
 * read from *fd_out, an IP packet a read, and what is written arrives there, an IP packet a write.
 * There is no Ethernet header, no super-packet and no checksum left undone. Up and quiet as above;
 * its queue for the reader holds 10,000 packets; MTU 1500. The descriptor is the caller's: it does
 * not block, and the interface is gone when it is closed. SF_ERR_INPUT as above; SF_ERR_MACHINE,
 * with the way out, where /dev/net/tun is missing or closed. */
SF_MUST_USE enum sf_err sf_namespace_tun(const struct sf_namespace_end *end, int *fd_out,
                                         struct sf_diag *diag);

/* How many packets that interface threw away since it was made because its queue for the reader
 * was full. */
SF_MUST_USE enum sf_err sf_namespace_tun_dropped(const struct sf_namespace *space,
                                                 const char *interface, uint64_t *count_out,
                                                 struct sf_diag *diag);

#endif
