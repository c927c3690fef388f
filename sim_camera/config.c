#include "sim_camera/config.h"

#include "harness/base/time.h"

static const char *const night_choices[] = {"auto", "always", "never", NULL};
static const char *const etag_choices[] = {"content", "size", "second", NULL};

static const struct sf_param params[] = {
    {"model", SF_PARAM_TEXT, 0, 0, 0, NULL, "make and model; cameras of one model share it"},
    {"upload_every", SF_PARAM_DURATION, 10 * SF_SECOND, 0, SF_HOUR, NULL,
     "a still goes to the cloud this often, from a random phase; 0s: only when asked for"},
    {"send_time_out", SF_PARAM_DURATION, 6 * SF_SECOND, 100 * SF_MS, SF_MINUTE, NULL,
     "the camera stops sending a still after this long"},
    {"night", SF_PARAM_CHOICE, SF_NIGHT_AUTO, 0, 0, night_choices,
     "infrared (grayscale): auto by the local time of day, always or never"},
    {"dark_from", SF_PARAM_DURATION, 17 * SF_HOUR, 0, 24 * SF_HOUR, NULL,
     "local time of day from which it is dark"},
    {"dark_until", SF_PARAM_DURATION, 7 * SF_HOUR, 0, 24 * SF_HOUR, NULL,
     "local time of day until which it is dark"},
    {"settings_every", SF_PARAM_DURATION, 0, 0, 24 * SF_HOUR, NULL,
     "asks the settings service for templates this often, from a random phase; 0s: never"},
    {"backup_every", SF_PARAM_DURATION, 0, 0, 24 * SF_HOUR, NULL,
     "while its owner consents, a still goes to the backup store this often; 0s: it has no backup"},
    {"backup", SF_PARAM_BOOL, 0, 0, 0, NULL, "its owner consents to the backup from the start"},
    {"analytics_every", SF_PARAM_DURATION, 0, 0, 24 * SF_HOUR, NULL,
     "figures of use go to an analytics service this often; 0s: never"},
    {"backup_by_default", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: the backup is on until its owner switches it off"},
    {"backup_sticks", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: the backup goes on after its owner has switched it off"},
    {"settings_carry_image", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: a settings call takes a still along"},
    {"open_to_all", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: whoever asks it directly is answered"},
    {"guessable_id", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: ids are counted up, and whoever asks directly and names the id is answered"},
    {"etag", SF_PARAM_CHOICE, SF_ETAG_CONTENT, 0, 0, etag_choices,
     "what its firmware makes a still's validator of: content; or, as bad firmware does, size or "
     "second"},
    {"serials_shared", SF_PARAM_COUNT, 0, 0, 1 << 20, NULL,
     "so many cameras of the group, neighbours, were made with one number; 0: each has its own"},
    {"delta_every", SF_PARAM_COUNT, 0, 0, 16, NULL,
     "of so many uploads only the first is a whole still, the others are the rows that changed; 0: "
     "all are whole"},
    {"private", SF_PARAM_BOOL, 1, 0, 0, NULL,
     "says of its stills that they are for their owner: not for a table that others reach"},
};

_Static_assert(sizeof(struct sf_camera_config) ==
                   sizeof params / sizeof params[0] * sizeof(int64_t),
               "one member for each parameter");

const struct sf_param_table sf_camera_param_table = {"camera", "the camera of each home", params,
                                                     sizeof params / sizeof params[0]};
