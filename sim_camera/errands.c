#include "sim_camera/errands.h"

#include "harness/base/assert.h"

enum { SETTINGS_BYTES = 240, BACKUP_HEAD_BYTES = 64, ANALYTICS_BYTES = 180 };

sf_ns sf_errand_every(const struct sf_camera_config *config, enum sf_errand errand)
{
    SF_ASSERT(config != NULL);
    switch (errand) {
    case SF_ERRAND_SETTINGS:
        return config->settings_every_ns;
    case SF_ERRAND_BACKUP:
        return config->backup_every_ns;
    case SF_ERRAND_ANALYTICS:
        return config->analytics_every_ns;
    case SF_ERRANDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static bool backs_up(const struct sf_camera_config *config, enum sf_consent consent)
{
    switch (consent) {
    case SF_CONSENT_NEVER_GIVEN:
        return config->backup_by_default != 0;
    case SF_CONSENT_GIVEN:
        return true;
    case SF_CONSENT_WITHDRAWN:
        return config->backup_sticks != 0;
    }
    SF_UNREACHABLE();
}

struct sf_errand_load sf_errand_run(const struct sf_camera_config *config, enum sf_errand errand,
                                    enum sf_consent consent)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(errand < SF_ERRANDS_COUNT);
    switch (errand) {
    case SF_ERRAND_SETTINGS:
        return (struct sf_errand_load){SETTINGS_BYTES, config->settings_carry_image != 0};
    case SF_ERRAND_BACKUP:
        return backs_up(config, consent) ? (struct sf_errand_load){BACKUP_HEAD_BYTES, true}
                                         : (struct sf_errand_load){0};
    case SF_ERRAND_ANALYTICS:
        return (struct sf_errand_load){ANALYTICS_BYTES, false};
    case SF_ERRANDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}
