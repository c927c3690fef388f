/* What the gathered records say of one finding, looked up once; the steps and the paragraph are
 * both made of it. Private to this room. */
#ifndef STRAYFRAME_STORY_FACTS_H
#define STRAYFRAME_STORY_FACTS_H

#include "harness/base/ids.h"
#include "harness/story/story.h"

/* What became of the packets of one message. */
struct trip {
    uint32_t sent_count;  /* packets, repeated ones too */
    uint32_t lost_count;  /* of those: never came out, or broken */
    uint32_t parts_count; /* different packets */
};

/* A still on its way up. Any of the records may be NULL: it did not happen, or not in time. */
struct upload {
    const struct sf_record *capture;
    const struct sf_record *begun; /* the camera sent it without a request */
    const struct sf_record *fetch; /* it was asked for */
    const struct sf_record *ended; /* UPLOAD_ENDED or FETCH_ENDED */
    const struct sf_record *given_up;
    struct trip trip;
};

struct facts {
    const struct sf_gather *gather;
    const struct sf_plan *plan;
    const struct sf_finding *finding;
    bool has_viewer;
    bool stray; /* something of another home's reached the viewer */
    uint64_t request;
    int32_t viewer_offset_s; /* from UTC */
    int32_t owner_offset_s;
    bool poor_network;
    struct upload foreign;
    struct upload own;                 /* the latest before the answer, or ... */
    bool own_is_in_it;                 /* ... the one that came to the viewer, in part at least */
    const struct sf_record *own_whole; /* the latest upload of its own that ended complete */
    const struct sf_record *ask;
    struct trip ask_trip;
    const struct sf_record *admitted;
    const struct sf_record *refused;
    const struct sf_record *answered;
    const struct sf_record *answered_from; /* in which function of the cache */
    struct trip answer_trip;
    const struct sf_record *delivered;
    const struct sf_record *shown;
    const struct sf_record *gave_up;
    const struct sf_record *deployed; /* the version that answered; NULL: the first */
    /* The request of the other home that was open when the answer was given: ADMITTED. */
    const struct sf_record *owner_waits;
    const struct sf_record
        *newer;     /* SEEN: a newer still of its own that it had been shown before */
    sf_ns begin_ns; /* where the story begins */
};

void sf_facts_find(const struct sf_gather *gather, const struct sf_plan *plan, struct facts *facts);

/* Of an upload whose end is known: is all of it there? How many bytes are? */
bool sf_upload_is_whole(const struct upload *upload);
uint32_t sf_upload_received_bytes(const struct upload *upload);

/* Does the request, which is known, ask for the camera of the viewer's own home? */
bool sf_facts_asks_own(const struct facts *facts);

/* The name of the cache that was live at a DEPLOYED record; NULL: the first one. */
const char *sf_facts_cache(const struct facts *facts, const struct sf_record *deployed);
/* The options of a RECONFIGURED record; NULL if the plan has none at that instant. */
const char *sf_facts_options(const struct facts *facts, const struct sf_record *reconfigured);
/* How many nodes of the cache the story knows of; at least 1. */
uint32_t sf_facts_nodes_count(const struct facts *facts);
/* Has the picture that was shown a part of another home's? */
bool sf_facts_shows_stranger(const struct facts *facts);
/* The name of the network in a NETWORK record. */
const char *sf_facts_network_name(const struct facts *facts, const struct sf_record *record);
/* The network that a home is on at an instant. */
const struct sf_plan_network *sf_facts_network(const struct facts *facts, struct sf_home_id home,
                                               sf_ns at_ns);

/* ---- words.c: how things are said ---- */

/* "12,345". */
void sf_say_number(uint64_t number, struct sf_text *out);
/* "23:08:15 there (UTC+01:00)". `local_s` is what a clock there says, as if it were UTC. */
void sf_say_local_time(int64_t local_s, int32_t offset_s, struct sf_text *out);
/* "680 ms", "22 s", "3 min". */
void sf_say_span(sf_ns span_ns, struct sf_text *out);
/* "9 packets (sent 36 times in all, 22 of them lost)". */
void sf_say_trip(const struct trip *trip, struct sf_text *out);
/* One sentence on what happened around a request, without a full stop. */
void sf_say_event(const struct facts *facts, const struct sf_record *record, struct sf_text *out);
/* Whose parts the picture in facts->shown is made of: "16.5% home 951's still 49, 60.0% its own
 * still 50". */
void sf_say_picture(const struct facts *facts, struct sf_text *out);
/* Whose bytes arrived in facts->delivered: "2,800 bytes of home 951's still 49, ...". */
void sf_say_bytes(const struct facts *facts, struct sf_text *out);

/* From inside which function of the cache an answer was given, for an ANSWERED_FROM: "from inside
 * on_fetch_ended of home 4's camera, a fetch begun for home 7". */
void sf_say_cause(const struct sf_record *answered_from, struct sf_text *out);
/* "flagged as stale, from byte 2,800 on": what an answer says of itself; nothing where it says
 * nothing. */
void sf_say_flags(const struct facts *facts, struct sf_text *out);

void sf_lanes_name(const struct facts *facts, struct sf_story *story);
void sf_steps_tell(const struct facts *facts, struct sf_story *story);
/* What of all that points to the cause. */
void sf_why_tell(const struct facts *facts, struct sf_text *out);
void sf_paragraph_tell(const struct facts *facts, struct sf_text *out);

#endif
