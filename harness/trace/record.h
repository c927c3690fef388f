/* What happened, as records of a fixed size: the only thing that is judged. A trace begins by
 * saying who is who, so that an oracle needs nothing else. */
#ifndef STRAYFRAME_TRACE_RECORD_H
#define STRAYFRAME_TRACE_RECORD_H

#include <stdint.h>

#include "harness/base/time.h"

/* name, text, what who / a / b / c / d mean. `request` is the number that the viewer gave its
 * request. New kinds are appended: a saved trace stays readable. */
#define SF_RECORD_KINDS(X)                                                                         \
    /* who is who, at time 0 */                                                                    \
    X(CAMERA, "camera", "camera; a tenant, b offset from UTC in s")                                \
    X(VIEWER, "viewer", "viewer; a tenant, b camera that it asks for; flags path, poor network")   \
    X(LINK, "link", "tenant; d grace ns; flags 1 linked to the integration, 0 not")                \
    /* the network */                                                                              \
    X(PACKET, "packet",                                                                            \
      "link; a transfer, b fragment, c number on the link, d due ns (-1 lost, -2 told by "         \
      "packet-left); flags fate")                                                                  \
    X(NETWORK, "network", "link; a network")                                                       \
    /* cameras and uploads */                                                                      \
    X(CAPTURE, "capture",                                                                          \
      "camera; a capture, b bytes, c local time s, d content hash; flags night")                   \
    X(UPLOAD_BEGUN, "upload-begun", "camera; a capture, b bytes, c upload, d node")                \
    X(UPLOAD_ENDED, "upload-ended", "camera; a capture, b bytes received, c upload; flags end")    \
    X(SEND_GIVEN_UP, "send-given-up", "camera; a capture, b packets not acknowledged")             \
    /* requests */                                                                                 \
    X(ASK, "ask", "viewer; a camera, b connection, c request")                                     \
    X(ADMITTED, "admitted",                                                                        \
      "viewer; a camera, b node, c request, d ns until it has ended; flags path")                  \
    X(REFUSED, "refused", "viewer; a camera, c request; flags reason")                             \
    X(ANSWERED, "answered", "viewer; a bytes, b first packet's transfer, c request; flags status") \
    X(CANCELLED, "cancelled", "viewer; c request; the cloud stops working on it")                  \
    X(GAVE_UP, "gave-up",                                                                          \
      "viewer; a bytes arrived, c request; nothing could be shown; flags 1 nobody is there any "   \
      "more")                                                                                      \
    X(FETCH, "fetch", "camera; c fetch")                                                           \
    X(FETCH_ENDED, "fetch-ended", "camera; b bytes received, c fetch; flags end")                  \
    /* what reached a viewer */                                                                    \
    X(DELIVERED, "delivered",                                                                      \
      "viewer; a bytes arrived, b total bytes, c request, d content hash if whole, else when the " \
      "last of it arrived; flags whole, path")                                                     \
    X(SHOWN, "shown",                                                                              \
      "viewer; a unreadable ppm, b tenant of the largest share (-1 nobody), c request; flags "     \
      "picture, path")                                                                             \
    X(SEEN, "seen",                                                                                \
      "viewer; a tenant, b camera, c request, d capture << 32 | share ppm; flags picture")         \
    X(BYTES, "bytes",                                                                              \
      "viewer; a tenant, b camera, c request, d capture << 32 | bytes; flags path")                \
    /* the operator */                                                                             \
    X(DEPLOYED, "deployed", "cache version, counted (-1 not started); a node, c hash of its name") \
    X(HEALED, "healed", "-; d ns within which owners must see their own frames again")             \
    X(KILL_SWITCH, "kill-switch", "-; d grace ns; flags 1 block, 0 let back")                      \
    /* the cache */                                                                                \
    X(CONTRACT, "contract",                                                                        \
      "cache version; a code, c request or other subject: the contract was broken")                \
    X(STORE, "store", "cache version; a operation, b bytes, c connection, d ns of late reply")     \
    X(CACHE_LOG, "cache-log",                                                                      \
      "cache version; a text, in the run's side table, d hash of the text")                        \
    X(END, "end", "-; the run is over")                                                            \
    X(FETCH_CANCELLED, "fetch-cancelled", "camera; b bytes received, c fetch")                     \
    X(FRAGMENT_LATE, "fragment-late", "camera; a capture, b offset, c upload, which has ended")    \
    /* the cache's nodes, and what they lean on */                                                 \
    X(NODE, "node", "node; flags 1 back, 0 lost")                                                  \
    X(NODE_CLOCK, "node-clock", "node; d step in ns, two's complement")                            \
    X(RECONFIGURED, "reconfigured",                                                                \
      "node; c hash of the options; flags 0 taken, 1 refused, 2 nobody listened")                  \
    X(SERVICE, "service", "0 identity service, 1 shared store; flags 1 on, 0 off")                 \
    X(IDENTITY, "identity", "-; c session, d ns late; flags 0 known, 1 unknown, 2 failed")         \
    /* homes */                                                                                    \
    X(POWER, "power", "home; flags 1 back, 0 lost")                                                \
    X(WAKE, "wake", "viewer; somebody starts watching")                                            \
    X(CAMERA_CLOCK, "camera-clock", "camera; c step in ns, either way")                            \
    X(FIRMWARE, "firmware", "camera; a version")                                                   \
    X(SESSION, "session", "viewer; c session; flags 1 begun, 0 expired")                           \
    /* what leaves homes; only where a scenario concerns itself with it */                         \
    X(DESTINATION, "destination", "destination; flags 1 on the list, 2 called for settings")       \
    X(CONSENT, "consent", "tenant; d grace ns; flags 1 consents to a backup, 0 does not")          \
    X(LEFT_HOME, "left-home", "camera; a destination, b image bytes, c bytes")                     \
    /* what was asked of the run */                                                                \
    X(FRESH, "fresh", "-; d ns that a picture may be old when it is answered")                     \
    X(EXPORT, "export", "viewer; an owner asks for a copy of the latest still")                    \
    X(RENEWED, "renewed",                                                                          \
      "viewer; a viewer whose session it is, c session; it uses that from now on")                 \
    /* links that hold packets back until a slot opens */                                          \
    X(PACKET_LEFT, "packet-left",                                                                  \
      "link; a transfer, b fragment, c number on the link, d ns since it was sent; flags fate")

enum sf_record_kind {
#define X(name, text, fields) SF_RECORD_##name,
    SF_RECORD_KINDS(X)
#undef X
        SF_RECORD_KINDS_COUNT
};

/* Flags of VIEWER, ADMITTED, DELIVERED, SHOWN, SEEN, BYTES. */
enum {
    SF_FLAG_INTEGRATION = 1 << 0, /* on the integration's path; not set: the app's */
    SF_FLAG_WHOLE = 1 << 1,       /* every byte of the answer arrived */
    SF_FLAG_EXACT = 1 << 2,       /* byte for byte a capture of the viewer's own camera */
    SF_FLAG_GRAYSCALE = 1 << 3,
    SF_FLAG_DAMAGED = 1 << 4, /* not one whole picture: mixed, cut or unreadable in part */
    SF_FLAG_DECODABLE = 1 << 5,
    SF_FLAG_POOR_NETWORK =
        1 << 6,             /* VIEWER: the home's network at the start is none of the good ones */
    SF_FLAG_NIGHT = 1 << 7, /* CAPTURE: infrared */
    SF_FLAG_NO_ACCOUNT = 1 << 8, /* VIEWER: never has a session */
    SF_FLAG_DIRECT = 1 << 9,     /* VIEWER, ADMITTED: asks the camera itself */
    /* These two also beside the status of ANSWERED: */
    SF_FLAG_STALE = 1 << 10,      /* the cache said: older than it would like */
    SF_FLAG_INCOMPLETE = 1 << 11, /* the cache said: parts of the picture are missing */
    SF_FLAG_EXPORT = 1 << 12,     /* on the path of exports */
    SF_FLAG_BROKEN = 1 << 13,     /* SHOWN, SEEN: no decoder shows all of it, or it is mixed; a
                                     picture that was encoded anew may be DAMAGED without that */
    SF_FLAGS_FROM_CACHE = SF_FLAG_INTEGRATION | SF_FLAG_EXPORT, /* paths that the cache serves */
};

/* Of PACKET, in place of the time it is due: the link has slots at some time of the run, so when a
 * packet leaves depends on what is sent later. PACKET_LEFT says it, once for each copy. */
#define SF_DUE_TOLD_LATER (UINT64_MAX - 1)

/* Flags of PACKET and PACKET_LEFT: the fate. */
enum {
    SF_FATE_LOST = 1 << 0,
    SF_FATE_DUPLICATED = 1 << 1,
    SF_FATE_CORRUPTED = 1 << 2,
    SF_FATE_OVER_LIMIT = 1 << 3,
    SF_FATE_ACK = 1 << 4, /* an acknowledgement, not a fragment */
};

/* Flags of REFUSED. */
enum {
    SF_REFUSED_NOT_OWNER = 1,
    SF_REFUSED_NOT_LINKED = 2,
    SF_REFUSED_KILL_SWITCH = 3,
    SF_REFUSED_NO_SESSION = 4,
};

/* Flags of GAVE_UP. */
enum { SF_GAVE_UP_LEFT = 1 << 0 }; /* somebody stopped watching while the request was open */

/* Who of SERVICE. */
enum {
    SF_SERVICE_IDENTITY,
    SF_SERVICE_STORE,
};

/* Where a camera sends to. A viewer that the owner asks with is no destination. */
enum sf_destination {
    SF_DESTINATION_NONE,
    SF_DESTINATION_CLOUD,
    SF_DESTINATION_BACKUP,
    SF_DESTINATION_SETTINGS,
    SF_DESTINATION_ANALYTICS,
    SF_DESTINATIONS_COUNT,
};

/* Flags of DESTINATION. */
enum { SF_DESTINATION_ALLOWED = 1 << 0, SF_DESTINATION_FOR_SETTINGS = 1 << 1 };

const char *sf_destination_name(enum sf_destination destination);

struct sf_record {
    sf_ns at_ns;
    uint16_t kind;
    uint16_t flags;
    uint32_t who;
    uint32_t a;
    uint32_t b;
    uint64_t c;
    uint64_t d;
};

_Static_assert(sizeof(struct sf_record) == 40, "no padding: records are hashed and saved");

/* "packet", "capture" ... and what its fields mean. */
const char *sf_record_kind_name(enum sf_record_kind kind);
const char *sf_record_kind_fields(enum sf_record_kind kind);

#endif
