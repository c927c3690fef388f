/* The rooms that cameras look at: drawn, so that a person recognises at a glance which one a still
 * shows, by day in colour and by night as an infrared camera sees it. No text and no mark is drawn
 * here. */
#ifndef STRAYFRAME_FRAME_SCENE_H
#define STRAYFRAME_FRAME_SCENE_H

#include <stdbool.h>
#include <stdint.h>

enum sf_scene {
    SF_SCENE_NURSERY,
    SF_SCENE_HALLWAY,
    SF_SCENE_LIVING_ROOM,
    SF_SCENE_PORCH,
    SF_SCENE_KITCHEN,
    SF_SCENE_GARAGE,
    SF_SCENES_COUNT,
};

/* "nursery", "living room"; never NULL. */
const char *sf_scene_name(enum sf_scene scene);

/* width_px * height_px times red, green, blue into `rgb_out`, each within SF_SCENE_LEVEL_MIN and
 * _MAX, which leaves the mark room above and below; equal red, green and blue at night. */
enum { SF_SCENE_LEVEL_MIN = 30, SF_SCENE_LEVEL_MAX = 222 };
void sf_scene_draw(enum sf_scene scene, bool night, uint32_t width_px, uint32_t height_px,
                   uint8_t *rgb_out);

#endif
