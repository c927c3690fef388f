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

/* What a camera is to the viewer's tenant. */
enum sf_claim {
    SF_CLAIM_AT_HOME,   /* its own, in the viewer's home */
    SF_CLAIM_ELSEWHERE, /* its own, in another home: bought, or of an account with several homes */
    SF_CLAIM_GUEST,     /* another tenant's, who shares it */
    SF_CLAIM_NONE,
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
        *newer; /* SEEN: a newer still of its own that it had been shown before */
    /* claims.c */
    enum sf_claim claim; /* to the camera that the viewer named */
    struct sf_camera_id
        wanted;                /* that camera; without a claim to it the one in the viewer's home */
    struct sf_camera_id asked; /* the camera that the front door took the request for */
    const struct sf_record *bought;         /* CAMERA: `wanted` got its present owner */
    const struct sf_record *sold;           /* CAMERA: it got another owner after the capture */
    const struct sf_record *session_given;  /* RENEWED: with a session of another home */
    const struct sf_record *session_answer; /* ANSWERED: what carried it */
    const struct sf_record *session_from;   /* ANSWERED_FROM, of that answer */
    const struct sf_record *handed; /* HANDED_OVER: a damaged state, to the version that answered */
    sf_ns begin_ns;                 /* where the story begins */
};

void sf_facts_find(const struct sf_gather *gather, const struct sf_plan *plan, struct facts *facts);

/* Of an upload whose end is known: is all of it there? How many bytes are? */
bool sf_upload_is_whole(const struct upload *upload);
uint32_t sf_upload_received_bytes(const struct upload *upload);

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

/* ---- claims.c ---- */

/* Which camera the viewer asked for, and with whose session: after its request is known. */
void sf_facts_find_asked(struct facts *facts);
/* Ways by which another home's still may have come: after that still is known. */
void sf_facts_find_ways(struct facts *facts);
/* False for what became of third homes, and for the owner of a camera that neither was asked for
 * nor took the other home's still. */
bool sf_facts_is_concerned(const struct facts *facts, const struct sf_record *record);
/* The camera that facts->ask names: "its own camera". */
void sf_say_asked(const struct facts *facts, struct sf_text *out);
/* Which answer gave the viewer facts->session_given, and whose session that is. */
void sf_say_session(const struct facts *facts, struct sf_text *out);
/* How a still of the former owner's came to the new one, of facts->sold. */
void sf_say_sale(const struct facts *facts, struct sf_text *out);

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
/* "a state that is cut short": of a HANDED_OVER record. */
void sf_say_state(const struct sf_record *handed, struct sf_text *out);
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
/* Was the rest of a still sent, and is the picture that it made of more than one capture? */
bool sf_facts_continues_another(const struct facts *facts);
/* How another home's still came to the viewer: a sentence without a full stop. */
void sf_why_stray_tell(const struct facts *facts, struct sf_text *out);
/* The record by which something of another home's reached the viewer: the answer, or what led to it
 * where the trace shows that. NULL: it shows nothing of the kind. */
const struct sf_record *sf_why_stray_culprit(const struct facts *facts);
/* Which of the steps should not have happened. */
void sf_culprit_find(const struct facts *facts, struct sf_story *story);
/* What of all that points to the cause. */
void sf_why_tell(const struct facts *facts, struct sf_text *out);
void sf_paragraph_tell(const struct facts *facts, struct sf_text *out);

#endif
