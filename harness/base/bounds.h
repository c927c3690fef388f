/* Every bound of the house in one place. The scenario checker refuses what does not fit, so that a
 * run never meets a bound. */
#ifndef STRAYFRAME_BASE_BOUNDS_H
#define STRAYFRAME_BASE_BOUNDS_H

enum {
    SF_HOMES_MAX = 1 << 20,    /* a mark has 20 bits for the tenant and 20 for the camera */
    SF_CAPTURES_MAX = 1 << 20, /* per camera and run: a mark has 20 bits for the capture number */
    SF_GROUPS_MAX = 64,        /* groups of homes in a plan */
    SF_NETWORKS_MAX = 32,      /* named networks in a plan */
    SF_TIMELINE_MAX = 256,     /* entries on a plan's time line */
    SF_TIME_ZONES_MAX = 16,    /* time zones of a group */
    SF_TEXTS_MAX = 64,         /* different names in a plan */
    SF_TEXT_BYTES = 64,        /* a name, with its terminator */
    SF_CACHE_SPEC_BYTES = 256, /* "builtin:NAME?options" or a path, with its terminator */
    SF_NODES_MAX = 16,         /* nodes of the cache */
    SF_FATES_MAX = 2048,       /* explicit packet fates in a plan */
    SF_PACKET_PAYLOAD_BYTES = 1400, /* the most that one packet of a still carries */
    SF_PACKET_HEADER_BYTES = 42,    /* Ethernet 14 + IPv4 20 + UDP 8, as netem counts a frame */
};

#endif
