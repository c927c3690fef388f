/* What the model decides, done to the bytes of a real IP packet. Functions over bytes; they trust
 * nothing in them. */
#ifndef STRAYFRAME_NET_RELAY_PACKET_H
#define STRAYFRAME_NET_RELAY_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IP packet that crosses an Ethernet has this in front. The devices that the relay reads have
 * none, but the model counts it, so that `rate`, `slot` and `corrupt` come out as on an Ethernet
 * interface with tc. */
enum { SF_RELAY_ETHERNET_BYTES = 14 };

/* ECN-capable: IPv4 or IPv6 with an ECN field that is not 0. */
bool sf_relay_packet_is_ect(const uint8_t *packet, size_t bytes);

/* Sets the ECN field to "congestion experienced", and IPv4's checksum to go with it. Does nothing
 * to a packet that is not ECN-capable. */
void sf_relay_packet_mark(uint8_t *packet, size_t bytes);

/* Flips a bit, counted from the first of the Ethernet frame, which the packet is the rest of. False
 * if that bit would have kept the frame from its receiver: one of the destination address or of the
 * type. One of the source address changes nothing that is there. */
bool sf_relay_packet_flip(uint8_t *packet, size_t bytes, uint32_t frame_bit);

#endif
