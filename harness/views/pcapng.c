/* Packets, as Wireshark reads them: one interface of raw IPv4, times in ns from the start of the
 * run, the names of all parties. Requests and fetches are HTTP over TCP, each exchange a connection
 * of its own, without its beginning and end; all else is UDP to the port of syslog, whose text is
 * the record's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/views/parties.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_NAMES = 4,
    BLOCK_PACKET = 6,
    BYTE_ORDER = 0x1a2b3c4d,
    LINK_RAW = 101,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_PROGRAM = 4, /* of a section */
    OPTION_NAME = 2,    /* of an interface */
    OPTION_TIMES = 9,   /* of an interface: times are in 10^-N s */
    NAME_IPV4 = 1,
    IP_BYTES = 20,
    TCP_BYTES = 20,
    UDP_BYTES = 8,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PORT_HTTP = 80,
    PORT_SYSLOG = 514,
    ASK_BYTES = 512, /* of every request, so that an answer knows how much it acknowledges */
};

/* ---- blocks ---- */

static void add16(struct sf_text *out, uint16_t number)
{
    sf_text_add_bytes(out, &number, sizeof number);
}

static void add32(struct sf_text *out, uint32_t number)
{
    sf_text_add_bytes(out, &number, sizeof number);
}

static void pad(struct sf_text *out)
{
    static const char zeros[4];
    sf_text_add_bytes(out, zeros, (4 - out->length % 4) % 4);
}

static void add_option(struct sf_text *out, uint16_t code, const void *value, size_t bytes)
{
    add16(out, code);
    add16(out, (uint16_t)bytes);
    sf_text_add_bytes(out, value, bytes);
    pad(out);
}

static void add_option_text(struct sf_text *out, uint16_t code, const char *text)
{
    add_option(out, code, text, strlen(text));
}

static void write_block(struct sf_view *view, uint32_t type, const struct sf_text *body)
{
    uint32_t bytes = (uint32_t)body->length + 12;
    SF_ASSERT(bytes % 4 == 0);
    fwrite(&type, sizeof type, 1, view->file);
    fwrite(&bytes, sizeof bytes, 1, view->file);
    fwrite(body->data, 1, body->length, view->file);
    fwrite(&bytes, sizeof bytes, 1, view->file);
}

static void write_section(struct sf_view *view, const char *title)
{
    struct sf_text body = {0};
    add32(&body, BYTE_ORDER);
    add16(&body, 1);
    add16(&body, 0);
    add32(&body, UINT32_MAX); /* its length is not known yet */
    add32(&body, UINT32_MAX);
    add_option_text(&body, OPTION_COMMENT, title);
    add_option_text(&body, OPTION_PROGRAM, "strayframe " SF_VERSION);
    add_option(&body, OPTION_END, "", 0);
    write_block(view, BLOCK_SECTION, &body);
    sf_text_free(&body);
}

static void write_interface(struct sf_view *view)
{
    static const uint8_t nanoseconds = 9;
    struct sf_text body = {0};
    add16(&body, LINK_RAW);
    add16(&body, 0);
    add32(&body, 0);
    add_option_text(&body, OPTION_NAME, "simulated");
    add_option(&body, OPTION_TIMES, &nanoseconds, sizeof nanoseconds);
    add_option(&body, OPTION_END, "", 0);
    write_block(view, BLOCK_INTERFACE, &body);
    sf_text_free(&body);
}

static void add_be32(struct sf_text *out, uint32_t number)
{
    const uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                             (uint8_t)(number >> 8), (uint8_t)number};
    sf_text_add_bytes(out, bytes, sizeof bytes);
}

static void add_be16(struct sf_text *out, uint16_t number)
{
    const uint8_t bytes[] = {(uint8_t)(number >> 8), (uint8_t)number};
    sf_text_add_bytes(out, bytes, sizeof bytes);
}

/* A host's name has no spaces. */
static void add_name(struct sf_text *out, struct sf_party party)
{
    char name[64];
    sf_party_name(party, name, sizeof name);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
    add16(out, NAME_IPV4);
    add16(out, (uint16_t)(4 + strlen(name) + 1));
    add_be32(out, sf_party_address(party));
    sf_text_add_bytes(out, name, strlen(name) + 1);
    pad(out);
}

static void write_names(struct sf_view *view)
{
    enum { NODES_NAMED = 16 };
    struct sf_text body = {0};
    add_name(&body, (struct sf_party){SF_PARTY_CLOUD, 0});
    for (uint32_t i = 0; i < NODES_NAMED; i++) {
        add_name(&body, (struct sf_party){SF_PARTY_NODE, i});
    }
    for (uint32_t i = 0; i < SF_SERVICES_COUNT; i++) {
        add_name(&body, (struct sf_party){SF_PARTY_SERVICE, i});
    }
    for (uint32_t i = SF_DESTINATION_BACKUP; i < SF_DESTINATIONS_COUNT; i++) {
        add_name(&body, (struct sf_party){SF_PARTY_DESTINATION, i});
    }
    for (uint32_t home = 0; home < view->homes_count; home++) {
        add_name(&body, (struct sf_party){SF_PARTY_HOME, home});
        add_name(&body, (struct sf_party){SF_PARTY_CAMERA, home});
        for (uint32_t kind = 0; kind < SF_VIEWERS_PER_HOME; kind++) {
            struct sf_viewer_id viewer =
                sf_viewer_of_home(sf_home_id(home), (enum sf_viewer_kind)kind);
            add_name(&body, (struct sf_party){SF_PARTY_VIEWER, viewer.index});
        }
    }
    add32(&body, 0); /* no more names */
    write_block(view, BLOCK_NAMES, &body);
    sf_text_free(&body);
}

static void begin(struct sf_view *view, const char *title)
{
    write_section(view, title);
    write_interface(view);
    write_names(view);
}

/* ---- packets ---- */

/* Of RFC 1071, over bytes of an even or odd number. */
static uint32_t sum16(uint32_t sum, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < count; i++) {
        sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static uint16_t folded(uint32_t sum)
{
    return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static void add_ip(struct sf_text *out, const struct sf_message *message, uint8_t protocol,
                   size_t bytes)
{
    struct sf_text head = {0};
    add_be16(&head, 0x4500);
    add_be16(&head, (uint16_t)(IP_BYTES + bytes));
    add_be32(&head, 0x4000); /* number 0, not to be cut */
    add_be16(&head, (uint16_t)(64 << 8 | protocol));
    add_be16(&head, 0);
    add_be32(&head, sf_party_address(message->from));
    add_be32(&head, sf_party_address(message->to));
    uint16_t checksum = folded(sum16(0, head.data, IP_BYTES));
    head.data[10] = (char)(checksum >> 8);
    head.data[11] = (char)(checksum & 0xff);
    sf_text_add_bytes(out, head.data, IP_BYTES);
    sf_text_free(&head);
}

/* With the checksum over the addresses, too: at `checksum_at` of what begins with TCP or UDP. */
static void add_transport(struct sf_text *out, const struct sf_message *message, uint8_t protocol,
                          struct sf_text *segment, size_t checksum_at)
{
    struct sf_text around = {0};
    add_be32(&around, sf_party_address(message->from));
    add_be32(&around, sf_party_address(message->to));
    add_be16(&around, protocol);
    add_be16(&around, (uint16_t)segment->length);
    uint32_t sum = sum16(0, around.data, around.length);
    uint16_t checksum = folded(sum16(sum, segment->data, segment->length));
    sf_text_free(&around);
    if (checksum == 0 && protocol == PROTOCOL_UDP) {
        checksum = UINT16_MAX; /* 0 says that there is none */
    }
    segment->data[checksum_at] = (char)(checksum >> 8);
    segment->data[checksum_at + 1] = (char)(checksum & 0xff);
    add_ip(out, message, protocol, segment->length);
    sf_text_add_bytes(out, segment->data, segment->length);
}

static void add_udp(struct sf_text *out, const struct sf_message *message, const char *said)
{
    static const char head[] = "<14>strayframe: ";
    struct sf_text segment = {0};
    add_be16(&segment, PORT_SYSLOG);
    add_be16(&segment, PORT_SYSLOG);
    add_be16(&segment, (uint16_t)(UDP_BYTES + strlen(head) + strlen(said)));
    add_be16(&segment, 0);
    sf_text_add_bytes(&segment, head, strlen(head));
    sf_text_add_bytes(&segment, said, strlen(said));
    add_transport(out, message, PROTOCOL_UDP, &segment, 6);
    sf_text_free(&segment);
}

/* Exactly ASK_BYTES. */
static void add_ask(struct sf_text *out, const struct sf_message *message, const char *said)
{
    size_t start = out->length;
    bool is_fetch = message->to.kind == SF_PARTY_CAMERA;
    uint32_t home = sf_party_home(is_fetch ? message->to : message->from);
    sf_text_add(out,
                "GET /camera/%" PRIu32 " HTTP/1.1\r\nHost: %s\r\nX-Strayframe: %.300s\r\nX-Pad: ",
                home, is_fetch ? "camera" : "cloud", said);
    while (out->length - start < ASK_BYTES - 4) {
        sf_text_add(out, "-");
    }
    sf_text_add(out, "\r\n\r\n");
    SF_ASSERT(out->length - start == ASK_BYTES);
}

static void add_answer(struct sf_text *out, const struct sf_message *message, const char *said)
{
    sf_text_add(out, "HTTP/1.1 %u %s\r\nContent-Length: 0\r\nX-Strayframe: %.300s\r\n\r\n",
                (unsigned)message->status, message->status < 400 ? "OK" : "Refused", said);
}

/* Ports of an exchange: that of HTTP, and one of its own. */
static void add_tcp(struct sf_text *out, const struct sf_message *message, const char *said)
{
    enum { OWN_FIRST = 1024, OWN_COUNT = 64000, PUSH_ACK = 0x18, WINDOW = 65535 };
    bool asks = message->kind == SF_MESSAGE_REQUEST;
    uint16_t own = (uint16_t)(OWN_FIRST + (uint32_t)message->exchange % OWN_COUNT);
    struct sf_text segment = {0};
    add_be16(&segment, asks ? own : PORT_HTTP);
    add_be16(&segment, asks ? PORT_HTTP : own);
    add_be32(&segment, 1);
    add_be32(&segment, asks ? 1 : 1 + ASK_BYTES);
    add_be16(&segment, 5 << 12 | PUSH_ACK);
    add_be16(&segment, WINDOW);
    add_be32(&segment, 0); /* checksum, urgent */
    SF_ASSERT(segment.length == TCP_BYTES);
    if (asks) {
        add_ask(&segment, message, said);
    } else {
        add_answer(&segment, message, said);
    }
    add_transport(out, message, PROTOCOL_TCP, &segment, 16);
    sf_text_free(&segment);
}

/* What became of a packet is a comment: it was sent, whether it arrived or not. */
static void add_fate(struct sf_text *out, const struct sf_record *record)
{
    if (record->kind == SF_RECORD_PACKET && (record->flags & SF_FATE_LOST) != 0) {
        add_option_text(out, OPTION_COMMENT, "lost");
    } else if (record->kind == SF_RECORD_PACKET && (record->flags & SF_FATE_OVER_LIMIT) != 0) {
        add_option_text(out, OPTION_COMMENT, "lost: the queue was full");
    }
}

static void write_packet(struct sf_view *view, const struct sf_record *record,
                         const struct sf_message *message)
{
    struct sf_text said = {0};
    struct sf_text packet = {0};
    struct sf_text body = {0};
    sf_view_say(record, &said);
    if (message->kind == SF_MESSAGE_OTHER) {
        add_udp(&packet, message, said.data);
    } else {
        add_tcp(&packet, message, said.data);
    }
    uint64_t at_ns = (uint64_t)record->at_ns;
    add32(&body, 0);
    add32(&body, (uint32_t)(at_ns >> 32));
    add32(&body, (uint32_t)at_ns);
    add32(&body, (uint32_t)packet.length);
    add32(&body, (uint32_t)packet.length);
    sf_text_add_bytes(&body, packet.data, packet.length);
    pad(&body);
    add_fate(&body, record);
    add_option(&body, OPTION_END, "", 0);
    write_block(view, BLOCK_PACKET, &body);
    sf_text_free(&body);
    sf_text_free(&packet);
    sf_text_free(&said);
}

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct sf_view *view = context;
    for (uint32_t i = 0; i < count; i++) {
        struct sf_message message;
        uint64_t exchange = sf_view_exchange(view, &records[i]);
        if (sf_message_of(view, &records[i], exchange, &message)) {
            write_packet(view, &records[i], &message);
        }
    }
}

static void end(struct sf_view *view, const struct sf_finding *findings, uint32_t findings_count)
{
    (void)view;
    (void)findings;
    (void)findings_count;
}

const struct sf_view_kind sf_view_pcapng = {"pcapng", begin, hear, end};
