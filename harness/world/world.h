/* The world of one run: homes, links, cloud, and everything on its way between them. Private to
 * harness/run. What it consists of is in world_state.h. Its parts: sf_world_build.c (from a plan),
 * world_network.c (messages in packets), world_links.c (links that change), world_queued.c (links
 * that hold packets back), world_home.c (camera and viewers), world_still.c (what cameras send),
 * world_errands.c (what else they send), world_holding.c (what viewers keep), world_cloud.c (where
 * what arrives in the cloud goes, and what the cache's host is lent), world_upload.c,
 * world_fetch.c, world_request.c, world_export.c (copies for owners), world_store.c (the shared
 * store), world_identity.c (the identity service), world_session.c (signing in), world_direct.c
 * (asking a camera past the front door), world_nodes.c (the cache's nodes), deliveries.c (what
 * reached a viewer), world_timeline.c (what the scenario does), world_power.c (what it does to the
 * devices in homes), world.c (the event loop). */
#ifndef STRAYFRAME_WORLD_WORLD_H
#define STRAYFRAME_WORLD_WORLD_H

#include "harness/world/state.h"

/* ---- time and trace ---- */

/* By how much something is late; 0: it is not. A half to all of `slow_ns`. */
sf_ns sf_world_late(struct sf_rng *rng, int64_t share_ppm, sf_ns slow_ns);

static inline sf_ns world_now(const struct world *world)
{
    return world->queue.now_ns;
}

static inline void world_trace(struct world *world, struct sf_record record)
{
    record.at_ns = world->queue.now_ns;
    sf_trace_add(&world->trace, record);
}

/* Pushes an event about a handle. The lane is the kind and the target: such events keep their
 * order. */
void sf_world_push(struct world *world, enum event_kind kind, uint32_t target, uint16_t small,
                   sf_handle handle, sf_ns due_ns);

static inline sf_handle event_handle(const struct sf_event *event)
{
    return (uint64_t)event->b << 32 | event->a;
}

/* A home in the trace is an index from 0, and so is its camera and its tenant. What must not change
 * when other homes are taken out of the plan goes by its number: chance, and what a cache sees. */
static inline uint32_t home_number(const struct world *world, uint32_t home)
{
    return world->homes[home].number;
}

/* UINT32_MAX: there is none. */
uint32_t sf_home_of_number(const struct world *world, uint32_t number);

static inline uint32_t viewer_number(uint32_t home, uint32_t viewer)
{
    return home * VIEWERS_PER_HOME + viewer;
}

/* What the cache's host is told of a viewer: by the home's number. */
static inline uint32_t viewer_for_host(const struct world *world, uint32_t home, uint32_t viewer)
{
    return home_number(world, home) * VIEWERS_PER_HOME + viewer;
}

/* A request's number in the trace: unique in the run. */
static inline uint64_t request_number(uint32_t home, uint32_t viewer, uint32_t number)
{
    return (uint64_t)viewer_number(home, viewer) << 32 | number;
}

static inline uint16_t path_flag(uint32_t viewer)
{
    return viewer == VIEWER_HUB      ? SF_FLAG_INTEGRATION
           : viewer == VIEWER_EXPORT ? SF_FLAG_EXPORT
                                     : 0;
}

/* The app's path passes the cache by. */
static inline bool request_uses_cache(const struct request *request)
{
    return request->integration || request->export_job;
}

/* ---- sf_world_build.c ---- */
void sf_world_init(struct world *world);
void sf_world_fini(struct world *world);
/* Builds the homes from the plan and puts the first events into the queue. `world` is new, or has
 * been cleared. */
void sf_world_build(struct world *world, const struct sf_plan *plan,
                    const struct sf_cache_module *modules, uint64_t seed);
/* Destroys the caches and drops what is still on its way. Part of the run: what a cache says while
 * it is destroyed is in its own run's trace, not in that of the next. The log and what the cache
 * reported of itself stay until the next build. */
void sf_world_clear(struct world *world);

/* ---- world_network.c ---- */
/* A new message of total_bytes; with `content` it gets a payload to be filled in. Nothing is sent
 * yet. */
struct message *sf_message_create(struct world *world, enum message_kind kind, uint32_t home,
                                  bool up, uint32_t total_bytes, bool content);
struct message *sf_message_get(struct world *world, sf_handle handle);
/* Sends what is ready and was not sent before. */
void sf_message_send(struct world *world, struct message *message);
void sf_message_stop_sending(struct world *world, struct message *message);
void sf_message_stop_receiving(struct world *world, struct message *message);
void sf_network_event(struct world *world, const struct sf_event *event);

/* A packet of a message arrives at the end of its link, whole or with a wrong checksum. */
static inline void push_arrival(struct world *world, uint32_t link, enum event_kind kind,
                                bool corrupted, uint32_t fragment, sf_handle message, sf_ns due_ns)
{
    sf_queue_push(&world->queue,
                  (struct sf_event){
                      .due_ns = due_ns,
                      .kind = (uint16_t)(corrupted ? kind + 1 : kind),
                      .small = (uint16_t)fragment,
                      .target = link,
                      .a = (uint32_t)message,
                      .b = (uint32_t)(message >> 32),
                  },
                  link);
}

/* ---- world_queued.c ---- */
void sf_slotted_init(struct world *world);
/* Finds the links that are ever on a network with slots; their homes are not built yet. */
void sf_slotted_build(struct world *world);
void sf_slotted_link_init(struct slotted_link *queued, const struct sf_netem_config *config,
                          uint64_t seed);
/* Drops what still waits when a run ends. */
void sf_slotted_drop(struct world *world);

/* NULL: the link decides over a packet when it is sent. */
static inline struct slotted_link *slotted_link(const struct world *world, uint32_t link)
{
    return world->queued != NULL ? world->queued[link] : NULL;
}

/* Takes a packet in, whose copies are then on their way, and returns its fate as far as it is
 * known: flags of PACKET. After the record sf_slotted_let_go is called. */
uint16_t sf_slotted_take_in(struct world *world, struct slotted_link *queued,
                            struct message *message, enum event_kind kind, uint32_t fragment,
                            uint32_t bytes);
/* Lets out what may leave now. */
void sf_slotted_let_go(struct world *world, uint32_t link);
void sf_slotted_wake(struct world *world, uint32_t link);
/* The link has got other parameters. */
void sf_slotted_changed(struct world *world, uint32_t link);

/* ---- world_home.c ---- */
/* Camera and viewers start; `again` after power was lost. */
void sf_home_start(struct world *world, uint32_t home, bool again);
/* Somebody starts watching; an export job begins. */
void sf_viewer_wake(struct world *world, uint32_t home, uint32_t viewer);
/* A new session has come. */
void sf_viewer_signed_in(struct world *world, uint32_t home, uint32_t viewer);
void sf_camera_tick(struct world *world, uint32_t home);
void sf_camera_command(struct world *world, uint32_t home, sf_handle fetch);
/* The camera takes a still for itself, into world->still_scratch; returns its bytes. */
uint32_t sf_camera_capture(struct world *world, uint32_t home);
void sf_viewer_tick(struct world *world, uint32_t home, uint32_t viewer);
/* The viewer hears that its connection is broken. */
void sf_viewer_connection_broke(struct world *world, const struct message *message);
/* A fragment of an answer has come; `last` when nothing is missing. */
void sf_viewer_fragment(struct world *world, struct message *message, bool last);

/* ---- world_still.c ---- */
/* What the camera sends of its new still, and what it is to itself from now on. */
struct still_sent {
    const uint8_t *whole; /* the still as the camera has it, after all that it sent */
    uint32_t whole_bytes;
    uint64_t hash;                   /* of the whole */
    const uint8_t *bytes;            /* what is sent: all of it, or the rows that changed */
    struct sf_cache_host_still said; /* of it; total_bytes of what is sent */
};
/* `count` bytes of the new still are in still_scratch. */
void sf_still_prepare(struct world *world, uint32_t home, const struct sf_camera_effects *effects,
                      uint32_t count, int64_t unix_ms, struct still_sent *sent_out);
void sf_still_fini(struct home *home);
/* The group's first number, and how many of its cameras share a serial, make the serial. */
uint32_t sf_still_serial(const struct world *world, uint32_t group, uint32_t number);
/* Answers a command whose sender has the camera's latest still already; false if it has not. */
bool sf_still_unchanged(struct world *world, const struct message *command);

/* ---- world_cloud.c ---- */
void sf_cloud_start(struct world *world);
void sf_cloud_fragment(struct world *world, struct message *message, uint32_t index, bool last);
struct sf_cache_host_camera sf_cloud_camera_facts(const struct world *world, uint32_t camera);
/* How many different bytes of a still have arrived. */
uint32_t sf_cloud_received_bytes(const struct message *message);

/* ---- world_upload.c ---- */
void sf_cloud_upload_fragment(struct world *world, struct message *message, uint32_t index,
                              bool last);
void sf_cloud_upload_time_out(struct world *world, struct message *message);
/* Ends the uploads whose version is gone with its node. */
void sf_cloud_uploads_lost(struct world *world);

/* ---- world_fetch.c ---- */
/* Asks the camera for a still: for the cache's fetch, or, with host_fetch 0, for a request. */
sf_handle sf_cloud_fetch_start(struct world *world, uint32_t camera, sf_handle host_fetch,
                               sf_handle request, uint64_t validator);
void sf_cloud_fetch_unchanged(struct world *world, sf_handle fetch);
void sf_cloud_fetch_forget(struct world *world, sf_handle fetch);
void sf_cloud_fetched_fragment(struct world *world, struct message *message, uint32_t index,
                               bool last);
void sf_cloud_fetch_limit(struct world *world, sf_handle fetch);

/* ---- world_request.c ---- */
void sf_cloud_request_arrived(struct world *world, const struct message *message);
/* Tells the viewer, and forgets the request. */
void sf_cloud_refuse(struct world *world, struct request *request,
                     enum sf_authorisation_answer reason);
void sf_cloud_cancel_arrived(struct world *world, const struct message *message);
void sf_cloud_close_arrived(struct world *world, const struct message *message);
void sf_cloud_request_limit(struct world *world, sf_handle request);
/* Begins to answer; the message is NULL when the front door, asked again, does not let it out. */
struct message *sf_cloud_answer_begin(struct world *world, struct request *request, uint32_t status,
                                      uint32_t total_bytes);
void sf_cloud_answer_bytes(struct world *world, const struct request *request, const uint8_t *bytes,
                           uint32_t count);
void sf_cloud_answer_end(struct world *world, const struct request *request, bool aborted);
/* A node is lost, with every request that it had and every answer that it was sending; the
 * connections to it break. */
void sf_cloud_requests_lost(struct world *world, uint32_t node);
/* Stops whatever is being answered, or will be, on the integration's path; for all homes or one. */
void sf_cloud_stop_integration(struct world *world, uint32_t home_or_nobody);

/* ---- world_store.c ---- */
void sf_store_start(void *world, uint32_t version, uint64_t connection, uint64_t cookie, bool put,
                    const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                    sf_ns ttl_ns);
void sf_store_arrive(struct world *world, sf_handle operation);
void sf_store_reply(struct world *world, sf_handle operation);

/* The viewer has more of the answer than before. */
void sf_cloud_answer_taken(struct world *world, const struct message *answer);

/* ---- world_holding.c ---- */
/* Says in a request what the viewer holds. */
void sf_holding_say(const struct viewer_state *state, struct message *request);
/* Keeps what the display shows, or what has come of a picture that was given up. */
void sf_holding_keep(struct world *world, const struct message *answer, bool whole);
void sf_holding_fini(struct viewer_state *state);
/* The picture as a display has it after this answer: what came before it, and what has come of it
 * without a gap. Valid until the next call. */
const uint8_t *sf_holding_picture(struct world *world, const struct message *answer,
                                  uint32_t *count_out);

/* ---- world_export.c ---- */
/* Is an owner of this group going to ask for a copy? */
bool sf_export_is_planned(const struct sf_plan *plan, uint32_t group);
/* What an export job is like, beside the home's hub. */
struct sf_viewer_config sf_export_config(const struct sf_viewer_config *hub, bool planned);
/* The owners of these homes, or SF_GROUP_ALL, ask for a copy, all at once. */
void sf_export_start(struct world *world, uint32_t group);
/* How long the cloud gives a request. */
sf_ns sf_request_deadline_ns(const struct world *world, const struct request *request);

/* ---- home/deliveries.c ---- */
/* Measures what has reached a viewer of an answer with a picture. */
void sf_delivery_judge(struct world *world, struct message *answer,
                       enum sf_judge_occasion occasion);
/* The display shows again what the viewer holds. */
void sf_delivery_judge_held(struct world *world, const struct message *answer);

/* ---- world_power.c ---- */
/* Each for the homes of one group, or SF_GROUP_ALL. Homes that are in that state are left alone. */
void sf_power_switch(struct world *world, uint32_t group, bool on);
void sf_power_wake(struct world *world, uint32_t group);
void sf_camera_clock_step(struct world *world, uint32_t group, sf_ns step_ns);
void sf_camera_firmware(struct world *world, uint32_t group, uint32_t version);

/* ---- world_session.c ---- */
/* Signs a viewer in for the first time, where it has an account. */
void sf_session_start(struct world *world, uint32_t home, uint32_t viewer);
void sf_session_limit(struct world *world, uint64_t session);
/* The sessions of these homes' viewers expire now; group as above. */
void sf_session_expire(struct world *world, uint32_t group);
/* Up: the viewer asks for a new session; the cloud gives it one; down: it has come. */
void sf_session_sign_in(struct world *world, uint32_t home, uint32_t viewer);
void sf_session_sign_in_arrived(struct world *world, const struct message *message);
void sf_session_arrived(struct world *world, const struct message *message);

/* The session that the front door renews the request's with; 0: it does not. */
uint64_t sf_session_renew(struct world *world, const struct request *request);
/* The viewer uses the session that came with an answer from now on. */
void sf_session_taken_over(struct world *world, const struct message *answer);

/* ---- world_direct.c ---- */
/* How a viewer names the camera that it asks directly. */
uint64_t sf_direct_camera_id(const struct world *world, uint32_t home, uint32_t viewer);
/* A relay, which authorises nobody, passes the ask on; the camera decides; a refusal comes back. */
void sf_direct_relay(struct world *world, struct request *request);
void sf_direct_command_arrived(struct world *world, const struct message *message);
void sf_direct_refusal_arrived(struct world *world, const struct message *message);

/* ---- world_errands.c ---- */
/* Says what may leave homes, where the scenario concerns itself with it. */
void sf_errands_introduce(struct world *world);
/* Starts the errands of a home: at the beginning, and when power is back. */
void sf_errands_start(struct world *world, uint32_t home);
void sf_errand_tick(struct world *world, uint32_t home, enum sf_errand errand);
/* Owners consent to the backup, or withdraw it; group as above. */
void sf_errands_consent(struct world *world, uint32_t group, bool given);
/* So many bytes of a message have just left the home, or left it again. */
void sf_errand_bytes_left(struct world *world, const struct message *message, uint32_t bytes);
/* Has the owner a viewer of its own that stills go to by way of the cloud? */
bool sf_home_is_served(const struct world *world, uint32_t home);
/* What cameras have begun to send, and have no leave for any more, stops where it is. */
void sf_errands_stop_without_leave(struct world *world);

/* ---- world_timeline.c ---- */
/* Links by number, as in the trace: twice the home, plus one for the way down. */
struct sf_netem *sf_link_netem(struct world *world, uint32_t link);
void sf_link_init(struct world *world, uint32_t link, uint32_t network, uint64_t seed);
void sf_link_start(struct world *world, uint32_t link, uint32_t network);
void sf_link_change(struct world *world, uint32_t link, uint32_t network);
void sf_link_state_ends(struct world *world, const struct sf_event *event);

void sf_timeline_start(struct world *world);
/* `times`: how often the entry has happened already; a rolling deploy is one for each node. */
void sf_timeline_step(struct world *world, uint32_t index, uint32_t times);

/* ---- world_nodes.c ---- */
/* `node` may be SF_NODE_ALL. */
void sf_nodes_deploy(struct world *world, uint32_t node, const struct sf_cache_module *module);
void sf_nodes_reconfigure(struct world *world, uint32_t node, const char *options);
void sf_nodes_step_clock(struct world *world, uint32_t node, sf_ns step_ns);
/* A node that is lost already stays lost; one that is there stays. */
void sf_node_lose(struct world *world, uint32_t node);
void sf_node_bring_back(struct world *world, uint32_t node);

/* ---- world_identity.c ---- */
/* A session of a viewer, as the host of the cache has it: it goes by the home's number. */
uint64_t sf_session_for_host(const struct world *world, uint32_t home, uint32_t viewer,
                             uint64_t session);
/* The other way round; 0, which is none, for a number that cannot be one. */
uint64_t sf_session_of_host(const struct world *world, uint64_t session);
void sf_identity_ask(void *world, sf_handle host_question, uint64_t session);
void sf_identity_answer(struct world *world, sf_handle question, bool failed);

/* ---- world.c ---- */
/* Runs until the plan's end, for at most `events_max` events (0: no bound), or until `strays_max`.
 * False if one of those ended it. */
bool sf_world_run(struct world *world, uint64_t events_max);

#endif
