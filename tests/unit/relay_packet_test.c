/* What is done to the bytes of a packet. */
#include <string.h>

#include "harness/net/relay/packet.h"
#include "harness/sim/rng.h"
#include "tests/unit/test.h"

enum { HEADER_BYTES = 20, PACKET_BYTES = 60 };

/* What the words of a header sum up to, 0xffff for one that is whole (RFC 1071). */
static uint32_t sum_of(const uint8_t *header)
{
    uint32_t sum = 0;
    for (int i = 0; i < HEADER_BYTES; i += 2) {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

/* A header of chance with a good checksum, and the given ECN field. */
static void make_ipv4(struct sf_rng *rng, uint8_t ecn, uint8_t *packet)
{
    for (int i = 0; i < PACKET_BYTES; i++) {
        packet[i] = (uint8_t)sf_rng_u64(rng);
    }
    packet[0] = 0x45;
    packet[1] = (uint8_t)((packet[1] & ~3) | ecn);
    packet[10] = packet[11] = 0;
    uint32_t checksum = ~sum_of(packet) & 0xffff;
    packet[10] = (uint8_t)(checksum >> 8);
    packet[11] = (uint8_t)checksum;
    assert_int_equal(sum_of(packet), 0xffff);
}

static void test_a_mark_keeps_the_checksum_good(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "packet", 0);
    for (int i = 0; i < 200000; i++) {
        uint8_t packet[PACKET_BYTES];
        uint8_t before[PACKET_BYTES];
        make_ipv4(&rng, (uint8_t)(i % 4), packet);
        memcpy(before, packet, sizeof before);
        assert_int_equal(sf_relay_packet_is_ect(packet, sizeof packet), i % 4 != 0);
        sf_relay_packet_mark(packet, sizeof packet);
        if (i % 4 == 0) {
            assert_memory_equal(packet, before, sizeof before);
            continue;
        }
        assert_int_equal(packet[1], before[1] | 3);
        assert_int_equal(sum_of(packet), 0xffff);
        assert_memory_equal(packet + 12, before + 12, sizeof before - 12);
    }
}

static void test_ipv6_is_marked_in_its_traffic_class(void **state)
{
    (void)state;
    uint8_t packet[PACKET_BYTES] = {0x60, 0x0a};
    assert_false(sf_relay_packet_is_ect(packet, sizeof packet)); /* those bits are the flow label */
    sf_relay_packet_mark(packet, sizeof packet);
    assert_int_equal(packet[1], 0x0a);
    packet[1] = 0x2a;
    assert_true(sf_relay_packet_is_ect(packet, sizeof packet));
    sf_relay_packet_mark(packet, sizeof packet);
    assert_int_equal(packet[0], 0x60);
    assert_int_equal(packet[1], 0x3a);
}

static void test_what_is_too_short_or_no_ip_is_left_alone(void **state)
{
    (void)state;
    uint8_t short_one[HEADER_BYTES - 1] = {0x45, 3};
    assert_false(sf_relay_packet_is_ect(short_one, sizeof short_one));
    assert_false(sf_relay_packet_is_ect(short_one, 0));
    uint8_t other[PACKET_BYTES] = {0x75, 3};
    assert_false(sf_relay_packet_is_ect(other, sizeof other));
    uint8_t short_ipv6[39] = {0x60, 0x30};
    assert_false(sf_relay_packet_is_ect(short_ipv6, sizeof short_ipv6));
}

static void test_each_bit_of_the_frame_has_its_place(void **state)
{
    (void)state;
    const uint8_t before[PACKET_BYTES] = {0x45, 1, 2, 3};
    for (uint32_t bit = 0; bit < (14 + PACKET_BYTES) * 8; bit++) {
        uint8_t packet[PACKET_BYTES];
        memcpy(packet, before, sizeof packet);
        bool received = sf_relay_packet_flip(packet, sizeof packet, bit);
        assert_int_equal(received, bit >= 14 * 8 || (bit >= 6 * 8 && bit < 12 * 8));
        uint32_t flips = 0;
        for (uint32_t i = 0; i < PACKET_BYTES; i++) {
            flips += (uint32_t)__builtin_popcount(packet[i] ^ before[i]);
        }
        assert_int_equal(flips, bit >= 14 * 8);
        if (bit >= 14 * 8) {
            assert_int_equal(packet[bit / 8 - 14] ^ before[bit / 8 - 14], 1 << bit % 8);
        }
    }
    uint8_t packet[PACKET_BYTES] = {0};
    assert_true(sf_relay_packet_flip(packet, sizeof packet, UINT32_MAX)); /* beyond its end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mark_keeps_the_checksum_good),
        cmocka_unit_test(test_ipv6_is_marked_in_its_traffic_class),
        cmocka_unit_test(test_what_is_too_short_or_no_ip_is_left_alone),
        cmocka_unit_test(test_each_bit_of_the_frame_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
