/* Numbers of the kernel's interface that are newer than the headers of Debian 12. */
#ifndef STRAYFRAME_NET_KERNEL_QDISC_WIRE_H
#define STRAYFRAME_NET_KERNEL_QDISC_WIRE_H

enum { SF_TCA_NETEM_PRNG_SEED = 14 };

#endif
