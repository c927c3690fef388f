/* What becomes of a message: the table of kinds, which ties the wings together. */
#ifndef STRAYFRAME_WORLD_ROUTES_H
#define STRAYFRAME_WORLD_ROUTES_H

#include "harness/world/network/network.h"

extern const struct message_route sf_routes[MESSAGE_KINDS_COUNT];

#endif
