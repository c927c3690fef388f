#include "harness/net/relay/packet.h"

#include "harness/base/assert.h"

enum {
    IPV4_HEADER_BYTES_MIN = 20,
    IPV6_HEADER_BYTES = 40,
    ECN_BITS = 3,
    IPV6_ECN_SHIFT = 4, /* the traffic class lies across the first two bytes */
    SOURCE_ADDRESS_AT = 6,
    TYPE_AT = 12,
};

static int version(const uint8_t *packet, size_t bytes)
{
    if (bytes >= IPV4_HEADER_BYTES_MIN && packet[0] >> 4 == 4) {
        return 4;
    }
    return bytes >= IPV6_HEADER_BYTES && packet[0] >> 4 == 6 ? 6 : 0;
}

bool sf_relay_packet_is_ect(const uint8_t *packet, size_t bytes)
{
    SF_ASSERT(packet != NULL);
    switch (version(packet, bytes)) {
    case 4:
        return (packet[1] & ECN_BITS) != 0;
    case 6:
        return (packet[1] >> IPV6_ECN_SHIFT & ECN_BITS) != 0;
    default: /* not an enum: the version of a packet */
        return false;
    }
}

/* The checksum is the complement of a sum of 16-bit words; a word that grows by n takes n off it
 * (RFC 1624), with the carry brought around. */
static void lower_checksum(uint8_t *packet, uint32_t by)
{
    uint32_t checksum = (uint32_t)packet[10] << 8 | packet[11];
    checksum += 0xffff - by;
    checksum = (checksum & 0xffff) + (checksum >> 16);
    packet[10] = (uint8_t)(checksum >> 8);
    packet[11] = (uint8_t)checksum;
}

void sf_relay_packet_mark(uint8_t *packet, size_t bytes)
{
    SF_ASSERT(packet != NULL);
    if (!sf_relay_packet_is_ect(packet, bytes)) {
        return;
    }
    if (version(packet, bytes) == 6) {
        packet[1] |= ECN_BITS << IPV6_ECN_SHIFT;
        return;
    }
    lower_checksum(packet, ECN_BITS - (packet[1] & ECN_BITS));
    packet[1] |= ECN_BITS;
}

bool sf_relay_packet_flip(uint8_t *packet, size_t bytes, uint32_t frame_bit)
{
    SF_ASSERT(packet != NULL);
    SF_ASSERT(bytes > 0);
    uint32_t at = frame_bit / 8;
    if (at < SF_RELAY_ETHERNET_BYTES) {
        return at >= SOURCE_ADDRESS_AT && at < TYPE_AT;
    }
    at -= SF_RELAY_ETHERNET_BYTES;
    if (at < bytes) {
        packet[at] ^= (uint8_t)(1U << frame_bit % 8);
    }
    return true;
}
