/* The home wing: cameras and viewers, and what the devices of a home do. It carries out what their
 * step functions (sim_camera, sim_hub) decide. */
#ifndef STRAYFRAME_WORLD_HOME_HOME_H
#define STRAYFRAME_WORLD_HOME_HOME_H

#include "harness/world/state.h"

/* ---- a run (build.c) ---- */

/* Makes room for all homes; world->homes.count is set. */
void sf_homes_build(struct world *world);
/* Camera and viewers of one home; its links and its viewers' first sessions are the caller's. */
void sf_home_build(struct world *world, struct sf_home_id home, uint32_t group, uint32_t number);
/* Drops what devices keep. */
void sf_homes_clear(struct world *world);
void sf_homes_fini(struct world *world);
/* Camera and viewers start; `again` after power was lost. */
void sf_home_start(struct world *world, struct sf_home_id home, bool again);

/* Writes into the trace what may leave homes, where the scenario states that. */
void sf_errands_introduce(struct world *world);

/* ---- events ---- */

void sf_camera_tick(struct world *world, struct sf_home_id home);
void sf_viewer_tick(struct world *world, struct sf_viewer_id viewer);
void sf_errand_tick(struct world *world, struct sf_home_id home, enum sf_errand errand);

/* ---- messages ---- */

void sf_camera_command_arrived(struct world *world, struct message *command);
void sf_camera_bytes_left(struct world *world, const struct message *message, uint32_t bytes);
void sf_viewer_answer_fragment(struct world *world, struct message *answer, uint32_t index,
                               bool last);
void sf_viewer_answer_released(struct world *world, struct message *answer);
void sf_viewer_connection_broke(struct world *world, struct message *message);
void sf_viewer_session_arrived(struct world *world, struct message *message);

/* ---- what the time line does; each for the homes of one group, or SF_GROUP_ALL ---- */

/* Homes that are in that state already are left alone. */
void sf_power_switch(struct world *world, uint32_t group, bool on);
/* A person starts watching at each display. */
void sf_power_wake(struct world *world, uint32_t group);
void sf_camera_clock_step(struct world *world, uint32_t group, sf_ns step_ns);
void sf_camera_firmware(struct world *world, uint32_t group, uint32_t version);
/* The owners start a job of this kind, all at once. */
void sf_job_start(struct world *world, uint32_t group, enum sf_viewer_kind kind);
/* One camera is reset: it counts its stills from 0 again, and knows nothing of those before. */
void sf_camera_reset(struct world *world, struct sf_home_id home);
/* Owners consent to the backup, or withdraw their consent. */
void sf_errands_consent(struct world *world, uint32_t group, bool given);
/* Whatever cameras have begun to send without leave to finish it stops. For all homes. */
void sf_errands_stop_without_leave(struct world *world);

/* ---- invariants (check.c) ---- */

void sf_home_check(const struct world *world, struct sf_home_id home);

#endif
