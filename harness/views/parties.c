#include "harness/views/parties.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/trace/record_words.h"

void sf_view_init(struct sf_view *view, FILE *file, uint32_t homes_count)
{
    SF_ASSERT(view != NULL);
    SF_ASSERT(file != NULL);
    *view = (struct sf_view){.file = file, .homes_count = homes_count};
    view->asks_camera =
        sf_alloc((size_t)homes_count * SF_VIEWERS_PER_HOME + 1, sizeof *view->asks_camera);
}

void sf_view_fini(struct sf_view *view)
{
    SF_ASSERT(view != NULL);
    free(view->asks_camera);
    *view = (struct sf_view){0};
}

/* ---- parties ---- */

void sf_party_name(struct sf_party party, char *out, size_t out_bytes)
{
    static const char *const services[] = {"identity service", "shared store"};
    SF_ASSERT(out != NULL);
    switch (party.kind) {
    case SF_PARTY_CLOUD:
        snprintf(out, out_bytes, "cloud");
        return;
    case SF_PARTY_NODE:
        snprintf(out, out_bytes, "node %" PRIu32, party.number);
        return;
    case SF_PARTY_SERVICE:
        SF_ASSERT(party.number < SF_SERVICES_COUNT);
        snprintf(out, out_bytes, "%s", services[party.number]);
        return;
    case SF_PARTY_DESTINATION:
        snprintf(out, out_bytes, "%s", sf_destination_name((enum sf_destination)party.number));
        return;
    case SF_PARTY_HOME:
        snprintf(out, out_bytes, "home %" PRIu32, party.number + 1);
        return;
    case SF_PARTY_CAMERA:
        snprintf(out, out_bytes, "camera of home %" PRIu32, party.number + 1);
        return;
    case SF_PARTY_VIEWER: {
        struct sf_viewer_id viewer = sf_viewer_id(party.number);
        snprintf(out, out_bytes, "%s of home %" PRIu32, sf_viewer_kind_name(viewer),
                 sf_home_of_viewer(viewer).index + 1);
        return;
    }
    }
    SF_UNREACHABLE();
}

uint32_t sf_party_home(struct sf_party party)
{
    switch (party.kind) {
    case SF_PARTY_CLOUD:
    case SF_PARTY_NODE:
    case SF_PARTY_SERVICE:
    case SF_PARTY_DESTINATION:
        return 0;
    case SF_PARTY_HOME:
    case SF_PARTY_CAMERA:
        return party.number + 1;
    case SF_PARTY_VIEWER:
        return sf_home_of_viewer(sf_viewer_id(party.number)).index + 1;
    }
    SF_UNREACHABLE();
}

uint32_t sf_party_place(struct sf_party party)
{
    enum {
        CLOUD = 1,
        SERVICES = 2,
        DESTINATIONS = 4,
        NODES = 10,
        CAMERA = 1,
        VIEWERS = 2,
        HOME = 254
    };
    _Static_assert(SERVICES + SF_SERVICES_COUNT <= DESTINATIONS, "places are their own");
    _Static_assert(DESTINATIONS + SF_DESTINATIONS_COUNT <= NODES, "places are their own");
    switch (party.kind) {
    case SF_PARTY_CLOUD:
        return CLOUD;
    case SF_PARTY_NODE:
        return NODES + party.number;
    case SF_PARTY_SERVICE:
        return SERVICES + party.number;
    case SF_PARTY_DESTINATION:
        return DESTINATIONS + party.number;
    case SF_PARTY_HOME:
        return HOME;
    case SF_PARTY_CAMERA:
        return CAMERA;
    case SF_PARTY_VIEWER:
        return VIEWERS + (uint32_t)sf_viewer_kind(sf_viewer_id(party.number));
    }
    SF_UNREACHABLE();
}

/* Homes are in 10.0.0.0/8, and above 65535 in the networks of 11.0.0.0 and so on: numbers of a
 * simulation, which never leave the file. */
uint32_t sf_party_address(struct sf_party party)
{
    enum { HOMES_NET = 10 };
    const uint32_t cloud_net = UINT32_C(192) << 24 | 2u << 8; /* 192.0.2.0/24, for documentation */
    uint32_t home = sf_party_home(party);
    uint32_t place = sf_party_place(party) & 0xff;
    return home == 0 ? cloud_net | place
                     : (HOMES_NET + (home >> 16)) << 24 | (home & 0xffff) << 8 | place;
}

struct sf_party sf_party_of_record(const struct sf_record *record)
{
    SF_ASSERT(record != NULL);
    uint64_t node;
    switch (sf_record_subject((enum sf_record_kind)record->kind)) {
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_HOME:
        return (struct sf_party){SF_PARTY_HOME, record->who};
    case SF_SUBJECT_CAMERA:
        return (struct sf_party){SF_PARTY_CAMERA, record->who};
    case SF_SUBJECT_VIEWER:
        return (struct sf_party){SF_PARTY_VIEWER, record->who};
    case SF_SUBJECT_LINK:
        return (struct sf_party){SF_PARTY_HOME, sf_home_of_link(sf_link_id(record->who)).index};
    case SF_SUBJECT_OTHER:
        break;
    }
    if (sf_record_number(record, SF_TYPE_NODE, &node) && node != SF_NOBODY) {
        return (struct sf_party){SF_PARTY_NODE, (uint32_t)node};
    }
    return (struct sf_party){SF_PARTY_CLOUD, 0};
}

/* ---- messages ---- */

static const struct sf_party cloud = {SF_PARTY_CLOUD, 0};

static struct sf_party node_party(struct sf_node_id node)
{
    return sf_node_is_none(node) ? cloud : (struct sf_party){SF_PARTY_NODE, node.index};
}

static struct sf_party asked_by(const struct sf_view *view, struct sf_viewer_id viewer)
{
    return view->asks_camera[viewer.index]
               ? (struct sf_party){SF_PARTY_CAMERA, sf_home_of_viewer(viewer).index}
               : cloud;
}

static struct sf_message between_viewer(const struct sf_view *view, struct sf_viewer_id viewer,
                                        uint64_t request)
{
    return (struct sf_message){.kind = SF_MESSAGE_REQUEST,
                               .from = {SF_PARTY_VIEWER, viewer.index},
                               .to = asked_by(view, viewer),
                               .exchange = request};
}

static struct sf_message turned(struct sf_message message, uint16_t status)
{
    return (struct sf_message){.kind = SF_MESSAGE_ANSWER,
                               .from = message.to,
                               .to = message.from,
                               .exchange = message.exchange,
                               .status = status};
}

static uint16_t http_status(uint16_t status)
{
    static const uint16_t of_http[] = {200, 404, 503, 304, 206};
    uint16_t number = status & SF_STATUS_MASK;
    return number < sizeof of_http / sizeof of_http[0] ? of_http[number] : 500;
}

static struct sf_message fetch_of(struct sf_camera_id camera, uint64_t exchange)
{
    return (struct sf_message){.kind = SF_MESSAGE_REQUEST,
                               .from = cloud,
                               .to = {SF_PARTY_CAMERA, camera.index},
                               .exchange = exchange};
}

static struct sf_message datagram(struct sf_party from, struct sf_party to)
{
    return (struct sf_message){.kind = SF_MESSAGE_OTHER, .from = from, .to = to};
}

static struct sf_message of_link(struct sf_link_id link)
{
    struct sf_party home = {SF_PARTY_HOME, sf_home_of_link(link).index};
    return sf_link_is_up(link) ? datagram(home, cloud) : datagram(cloud, home);
}

static struct sf_message of_camera(uint32_t camera, struct sf_party to)
{
    return datagram((struct sf_party){SF_PARTY_CAMERA, camera}, to);
}

/* ---- exchanges ---- */

static struct sf_view_transfer *find_transfer(struct sf_view *view, const struct sf_record *record,
                                              bool is_upload)
{
    for (size_t i = 0; i < SF_VIEW_TRANSFERS_MAX; i++) {
        struct sf_view_transfer *transfer = &view->transfers[i];
        if (transfer->exchange != 0 && transfer->camera == record->who &&
            transfer->handle == record->c && transfer->is_upload == is_upload) {
            return transfer;
        }
    }
    return NULL;
}

/* In place of the oldest, where more are under way than there is room for. */
static uint64_t begin_transfer(struct sf_view *view, const struct sf_record *record, bool is_upload)
{
    struct sf_view_transfer *oldest = &view->transfers[0];
    for (size_t i = 0; i < SF_VIEW_TRANSFERS_MAX; i++) {
        oldest = view->transfers[i].exchange < oldest->exchange ? &view->transfers[i] : oldest;
    }
    *oldest = (struct sf_view_transfer){.camera = record->who,
                                        .is_upload = is_upload,
                                        .handle = record->c,
                                        .exchange = ++view->transfers_count};
    return oldest->exchange;
}

static uint64_t of_transfer(struct sf_view *view, const struct sf_record *record, bool is_upload,
                            bool ends)
{
    struct sf_view_transfer *transfer = find_transfer(view, record, is_upload);
    uint64_t exchange = transfer != NULL ? transfer->exchange : ++view->transfers_count;
    if (transfer != NULL && ends) {
        transfer->exchange = 0;
    }
    return exchange;
}

uint64_t sf_view_exchange(struct sf_view *view, const struct sf_record *record)
{
    SF_ASSERT(view != NULL);
    SF_ASSERT(record != NULL);
    uint64_t request;
    if (record->kind == SF_RECORD_FETCH || record->kind == SF_RECORD_UPLOAD_BEGUN) {
        return begin_transfer(view, record, record->kind == SF_RECORD_UPLOAD_BEGUN);
    }
    if (record->kind == SF_RECORD_FETCH_ARRIVES) {
        return of_transfer(view, record, false, false);
    }
    if (record->kind == SF_RECORD_FETCH_ENDED || record->kind == SF_RECORD_FETCH_CANCELLED) {
        return of_transfer(view, record, false, true);
    }
    if (record->kind == SF_RECORD_UPLOAD_ENDED) {
        return of_transfer(view, record, true, true);
    }
    return sf_record_number(record, SF_TYPE_REQUEST, &request) ? request : 0;
}

bool sf_message_of(struct sf_view *view, const struct sf_record *record, uint64_t exchange,
                   struct sf_message *out)
{
    SF_ASSERT(view != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(out != NULL);
    /* The kinds that are messages; all others happen in one place. */
    if (record->kind == SF_RECORD_VIEWER) {
        view->asks_camera[record->who] = (record->flags & SF_FLAG_DIRECT) != 0;
    } else if (record->kind == SF_RECORD_ASK) {
        *out = between_viewer(view, sf_ask_of(record).viewer, sf_ask_of(record).request);
        return true;
    } else if (record->kind == SF_RECORD_REFUSED) {
        struct sf_refused_record refused = sf_refused_of(record);
        *out = turned(between_viewer(view, refused.viewer, refused.request), 403);
        return true;
    } else if (record->kind == SF_RECORD_ANSWERED) {
        struct sf_answered_record answered = sf_answered_of(record);
        *out = turned(between_viewer(view, answered.viewer, answered.request),
                      http_status(answered.status));
        return true;
    } else if (record->kind == SF_RECORD_FETCH) {
        *out = fetch_of(sf_fetch_of(record).camera, exchange);
        return true;
    } else if (record->kind == SF_RECORD_FETCH_ENDED) {
        struct sf_fetch_ended_record ended = sf_fetch_ended_of(record);
        static const uint16_t of_http[] = {200, 206, 304};
        *out = turned(fetch_of(ended.camera, exchange), of_http[ended.ending]);
        return true;
    } else if (record->kind == SF_RECORD_PACKET) {
        *out = of_link(sf_packet_of(record).link);
        return true;
    } else if (record->kind == SF_RECORD_PASSED_ON) {
        *out = datagram(cloud, node_party(sf_passed_on_of(record).node));
        return true;
    } else if (record->kind == SF_RECORD_UPLOAD_BEGUN) {
        *out = of_camera(record->who, node_party(sf_upload_begun_of(record).node));
        return true;
    } else if (record->kind == SF_RECORD_UPLOAD_ENDED || record->kind == SF_RECORD_FRAGMENT_LATE) {
        *out = of_camera(record->who, cloud);
        return true;
    } else if (record->kind == SF_RECORD_STORE) {
        *out = datagram(cloud, (struct sf_party){SF_PARTY_SERVICE, SF_SERVICE_STORE});
        return true;
    } else if (record->kind == SF_RECORD_IDENTITY) {
        *out = datagram((struct sf_party){SF_PARTY_SERVICE, SF_SERVICE_IDENTITY}, cloud);
        return true;
    } else if (record->kind == SF_RECORD_LEFT_HOME) {
        enum sf_destination to = sf_left_home_of(record).destination;
        *out = of_camera(record->who, to == SF_DESTINATION_CLOUD
                                          ? cloud
                                          : (struct sf_party){SF_PARTY_DESTINATION, to});
        return true;
    }
    return false;
}

void sf_view_say(const struct sf_record *record, struct sf_text *out)
{
    struct sf_text all = {0};
    sf_record_tell(record, &all);
    const char *space = strchr(all.data, ' ');
    sf_text_add(out, "%s", space != NULL ? space + 1 : all.data);
    sf_text_free(&all);
}
