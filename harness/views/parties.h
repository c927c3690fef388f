/* Who sends and who receives, as a record says it. Included by this room only. */
#ifndef STRAYFRAME_VIEWS_PARTIES_H
#define STRAYFRAME_VIEWS_PARTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/views/views.h"

enum sf_party_kind {
    SF_PARTY_CLOUD, /* its front door */
    SF_PARTY_NODE,
    SF_PARTY_SERVICE,     /* number: enum sf_cloud_service */
    SF_PARTY_DESTINATION, /* number: enum sf_destination */
    SF_PARTY_HOME,        /* its connection */
    SF_PARTY_CAMERA,
    SF_PARTY_VIEWER,
};

struct sf_party {
    enum sf_party_kind kind;
    uint32_t number; /* of the home, camera, viewer, node ..., from 0 */
};

/* "hub of home 8". */
void sf_party_name(struct sf_party party, char *out, size_t out_bytes);

/* An address of its own, in the order of the host: 10.0.8.2 for the hub of home 8, 192.0.2.x in the
 * cloud. */
uint32_t sf_party_address(struct sf_party party);

/* The home of a party, from 1; 0: it is in none. And which of its parties it is, from 1. */
uint32_t sf_party_home(struct sf_party party);
uint32_t sf_party_place(struct sf_party party);

/* The party that a record is about. */
struct sf_party sf_party_of_record(const struct sf_record *record);

enum sf_message_kind { SF_MESSAGE_REQUEST, SF_MESSAGE_ANSWER, SF_MESSAGE_OTHER };

struct sf_message {
    enum sf_message_kind kind;
    struct sf_party from;
    struct sf_party to;
    uint64_t exchange; /* REQUEST, ANSWER: the same in both */
    uint16_t status;   /* ANSWER: of HTTP */
};

/* The number of the request, fetch or upload that a record belongs to, which no other one has; 0
 * for other records. To be asked once for each record, in order. */
uint64_t sf_view_exchange(struct sf_view *view, const struct sf_record *record);

/* False for a record that is no message between two parties. Learns who asks cameras. */
bool sf_message_of(struct sf_view *view, const struct sf_record *record, uint64_t exchange,
                   struct sf_message *out);

/* "hub of home 1 asks for camera 1 ..." without the time. */
void sf_view_say(const struct sf_record *record, struct sf_text *out);

#endif
