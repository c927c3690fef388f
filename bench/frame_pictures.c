/* Writes stills to look at: every room by day and by night, and one with two packets of another
 * still in it, as a recycled buffer has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/frame/still.h"

static const char *const names[SF_SCENES_COUNT] = {"Nursery",    "Hallway", "Living room",
                                                   "Front door", "Kitchen", "Garage"};

static size_t make(enum sf_scene scene, bool night, uint8_t *out, size_t capacity)
{
    struct sf_still_spec spec = {
        .mark = {{1000 + scene}, {scene}, 7},
        .width_px = SF_STILL_WIDTH_PX_DEFAULT,
        .height_px = SF_STILL_HEIGHT_PX_DEFAULT,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = night,
        .scene = scene,
        .camera_name = names[scene],
        .local_unix_s = night ? 1577402047 : 1577360847 + 3600 * (int64_t)scene,
        .utc_offset_s = 3600 * (1 - (int32_t)scene % 3),
    };
    return sf_still_make(&spec, out, capacity);
}

/* True if it was written. */
static bool write_picture(const char *folder, const char *name, const uint8_t *bytes, size_t count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jpg", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    bool written = fwrite(bytes, 1, count, file) == count;
    bool closed = fclose(file) == 0;
    if (!written || !closed) {
        perror(path);
    }
    return written && closed;
}

int main(int arguments_count, char **arguments)
{
    enum { PACKET_BYTES = 1400 };
    if (arguments_count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    size_t capacity = sf_still_bytes_max(SF_STILL_WIDTH_PX_DEFAULT, SF_STILL_HEIGHT_PX_DEFAULT);
    uint8_t *still = sf_alloc(capacity, 1);
    uint8_t *other = sf_alloc(capacity, 1);
    bool written = true;
    for (int scene = 0; scene < SF_SCENES_COUNT; scene++) {
        for (int night = 0; night < 2; night++) {
            char name[40];
            size_t count = make((enum sf_scene)scene, night != 0, still, capacity);
            snprintf(name, sizeof name, "%s-%s", sf_scene_name((enum sf_scene)scene),
                     night != 0 ? "night" : "day");
            for (char *at = name; *at != '\0'; at++) {
                *at = *at == ' ' ? '-' : *at;
            }
            written = write_picture(arguments[1], name, still, count) && written;
        }
    }
    size_t count = make(SF_SCENE_KITCHEN, true, still, capacity);
    make(SF_SCENE_NURSERY, true, other, capacity);
    memcpy(still + 3 * PACKET_BYTES, other + 3 * PACKET_BYTES, 2 * PACKET_BYTES);
    written = write_picture(arguments[1], "mixed", still, count) && written;
    free(still);
    free(other);
    return written ? 0 : 4;
}
