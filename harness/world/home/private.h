/* What the files of the home wing share. */
#ifndef STRAYFRAME_WORLD_HOME_PRIVATE_H
#define STRAYFRAME_WORLD_HOME_PRIVATE_H

#include "harness/world/home/home.h"

/* ---- camera.c ---- */

void sf_camera_start(struct world *world, struct sf_home_id home, bool again);
/* Takes a still and sends it in answer to a fetch. */
void sf_camera_command(struct world *world, struct sf_home_id home, sf_handle fetch);
/* Takes a still that is not sent, into world->homes.still_scratch; returns its bytes. */
uint32_t sf_camera_capture(struct world *world, struct sf_home_id home);

/* ---- still.c ---- */

/* The bytes a camera sends for a new still, and the still it holds afterwards. */
struct still_sent {
    const uint8_t *whole; /* the still that the camera holds after sending */
    uint32_t whole_bytes;
    uint64_t hash;                   /* of the whole */
    const uint8_t *bytes;            /* what is sent: all of it, or the rows that changed */
    struct sf_cache_host_still said; /* what the camera says of it; total_bytes of what is sent */
    uint32_t unpaid_bytes; /* of those: what a varied still has more than the ordinary one */
};

/* `count` bytes of the new still are in still_scratch. */
void sf_still_prepare(struct world *world, struct sf_home_id home,
                      const struct sf_camera_effects *effects, uint32_t count, int64_t unix_ms,
                      struct still_sent *sent_out);
void sf_still_fini(struct home *home);
/* The group's first number, and how many of its cameras share a serial, make the serial. */
uint32_t sf_still_serial(const struct world *world, uint32_t group, uint32_t number);
/* Answers a command whose sender has the camera's latest still already; false if it has not. */
bool sf_still_unchanged(struct world *world, const struct message *command);

/* ---- viewers.c ---- */

void sf_viewer_start(struct world *world, struct sf_viewer_id viewer);
/* A person starts watching; an export job begins. */
void sf_viewer_wake(struct world *world, struct sf_viewer_id viewer);
/* A new session has come. */
void sf_viewer_signed_in(struct world *world, struct sf_viewer_id viewer);

/* ---- holding.c ---- */

/* Puts into a request what the viewer holds. */
void sf_holding_say(const struct viewer_state *state, struct request_message *request);
/* Keeps what the display shows, or what has come of a picture that was given up. */
void sf_holding_keep(struct world *world, const struct message *answer, bool whole);
void sf_holding_fini(struct viewer_state *state);
/* The picture as a display has it after this answer: the bytes that the viewer had before it, and
 * those that have come of it without a gap. Valid until the next call. */
const uint8_t *sf_holding_picture(struct world *world, const struct message *answer,
                                  uint32_t *count_out);

/* ---- deliveries.c ---- */

/* Measures what has reached a viewer of an answer with a picture. */
void sf_delivery_judge(struct world *world, struct message *answer,
                       enum sf_judge_occasion occasion);
/* The display shows again what the viewer holds. */
void sf_delivery_judge_held(struct world *world, const struct message *answer);

/* ---- sign_in.c ---- */

void sf_session_sign_in(struct world *world, struct sf_viewer_id viewer);
/* The viewer uses the session that came with an answer from now on. */
void sf_session_taken_over(struct world *world, const struct message *answer);

/* ---- direct.c ---- */

/* How a viewer names the camera that it asks directly. */
uint64_t sf_direct_camera_id(const struct world *world, struct sf_viewer_id viewer);
/* A command for a viewer that asks the camera directly: the camera decides. */
void sf_direct_command(struct world *world, const struct message *command);

/* ---- errands.c ---- */

/* Starts the errands of a home: at the beginning, and when power is back. */
void sf_errands_start(struct world *world, struct sf_home_id home);
/* Has the owner a viewer of its own that stills go to by way of the cloud? */
bool sf_home_is_served(const struct world *world, struct sf_home_id home);

#endif
