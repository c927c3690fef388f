/* What a scenario can say of a camera. */
#ifndef STRAYFRAME_SIM_CAMERA_CONFIG_H
#define STRAYFRAME_SIM_CAMERA_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* Values of `etag`: what a validator is made of. */
enum sf_camera_etag { SF_ETAG_CONTENT, SF_ETAG_SIZE, SF_ETAG_SECOND };

/* Values of `night`. */
enum sf_camera_night { SF_NIGHT_AUTO, SF_NIGHT_ALWAYS, SF_NIGHT_NEVER };

/* The keys; see harness/scenario/param.h. */
/* clang-format off */
#define SF_CAMERA_PARAMS(X)                                                                        \
    X(TEXT, model,                                                                                 \
      "make and model; cameras of one model share it",                                             \
      SF_DRAWN_TEXT(1, models, 3))                                                                 \
    X(DURATION, upload_every, 10 * SF_SECOND, 0, SF_HOUR,                                          \
      "uploads a still to the cloud this often, from a random phase; 0s: only on request",         \
      .period = true, .role = SF_ROLE_CAPTURES,                                                    \
      SF_DRAWN(1, 0, SF_SECOND, 12, 100 * SF_MS, SF_HOUR))                                         \
    X(DURATION, send_time_out, 6 * SF_SECOND, 100 * SF_MS, SF_MINUTE,                              \
      "the camera stops sending a still after this long",                                          \
      SF_DRAWN(1, SF_SECOND, SF_SECOND, 8, SF_SECOND, SF_MINUTE))                                  \
    X(CHOICE, night, SF_NIGHT_AUTO, night_choices,                                                 \
      "infrared (grayscale): auto by the local time of day, always or never",                      \
      SF_DRAWN_WORD(8, 1, 2))                                                                      \
    X(DURATION, dark_from, 17 * SF_HOUR, 0, 24 * SF_HOUR,                                          \
      "local time of day from which it is dark",                                                   \
      SF_DRAWN_OR(17 * SF_HOUR, 8, 0, 3 * SF_HOUR, 8, 0, 24 * SF_HOUR))                            \
    X(DURATION, dark_until, 7 * SF_HOUR, 0, 24 * SF_HOUR,                                          \
      "local time of day until which it is dark",                                                  \
      SF_DRAWN_OR(7 * SF_HOUR, 8, 0, 3 * SF_HOUR, 8, 0, 24 * SF_HOUR))                             \
    X(DURATION, settings_every, 0, 0, 24 * SF_HOUR,                                                \
      "asks the settings service for templates this often, from a random phase; 0s: never",        \
      .period = true, .role = SF_ROLE_CAPTURES,                                                    \
      SF_DRAWN_OR(0, 8, 5 * SF_SECOND, 5 * SF_SECOND, 4, SF_SECOND, SF_HOUR))                      \
    X(DURATION, backup_every, 0, 0, 24 * SF_HOUR,                                                  \
      "sends a still to the backup store this often while its owner consents; 0s: it has no backup",\
      .period = true, .role = SF_ROLE_CAPTURES,                                                    \
      SF_DRAWN_OR(0, 4, 5 * SF_SECOND, 5 * SF_SECOND, 4, SF_SECOND, SF_HOUR))                      \
    X(SWITCH, backup, 0,                                                                           \
      "its owner consents to the backup from the start",                                           \
      SF_DRAWN_SWITCH(0, 8))                                                                       \
    X(DURATION, analytics_every, 0, 0, 24 * SF_HOUR,                                               \
      "sends usage figures to an analytics service this often; 0s: never",                         \
      .period = true,                                                                              \
      SF_NOT_DRAWN("goes to a destination that the list of no scenario allows"))                   \
    X(SWITCH, backup_by_default, 0,                                                                \
      "a planted fault: the backup is on until its owner switches it off",                         \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, backup_sticks, 0,                                                                    \
      "a planted fault: the backup goes on after its owner has switched it off",                   \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, settings_carry_image, 0,                                                             \
      "a planted fault: a settings call takes a still along",                                      \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, open_to_all, 0,                                                                      \
      "a planted fault: answers every direct request",                                             \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, guessable_id, 0,                                                                     \
      "a planted fault: ids are counted up, and a direct request needs only the id",               \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(CHOICE, etag, SF_ETAG_CONTENT, etag_choices,                                                 \
      "what its firmware makes a still's validator of: content; or, as bad firmware does, size or "\
      "second",                                                                                    \
      SF_DRAWN_WORD(2, 1, 2))                                                                      \
    X(COUNT, serials_shared, 0, 0, 1 << 20,                                                        \
      "this many neighbouring cameras of the group have one serial number; 0: each has its own",   \
      SF_DRAWN_OR(0, 4, 2, 1, 2, 0, 16))                                                           \
    X(COUNT, delta_every, 0, 0, 16,                                                                \
      "the first of this many uploads is a whole still, the others carry the rows that changed; "  \
      "0: all are whole",                                                                          \
      .period = true,                                                                              \
      SF_DRAWN_OR(0, 3, 2, 1, 4, 0, 16))                                                           \
    X(SWITCH, private, 1,                                                                          \
      "flags its stills as private to their owner: not to be stored where other accounts read",    \
      SF_NOT_DRAWN("a still that is not private may be shown to others; the oracles allow none"))  \
    X(COUNT, captures_wrap, 0, 0, 1 << 20,                                                         \
      "the count of stills that it tells the cache begins again after this number; 0: it does not",\
      SF_DRAWN_OR(0, 4, 5, 5, 5, 5, 1 << 20))                                                      \
    X(COUNT, per_account, 1, 1, 16,                                                                \
      "this many neighbouring homes of the group, each with its camera and viewers, have one "     \
      "account; their viewers ask for two of its cameras in turn",                                 \
      SF_DRAWN_OR(1, 3, 2, 1, 2, 1, 4))
/* clang-format on */

struct sf_camera_config {
    SF_CAMERA_PARAMS(SF_PARAM_MEMBER)
};

extern const struct sf_param_table sf_camera_param_table;

#endif
