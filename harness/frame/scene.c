#include "harness/frame/scene.h"

#include "harness/base/assert.h"
#include "harness/frame/canvas.h"

/* A room in the making. Coordinates are those of canvas.h: 3200 by 1800. */
struct room {
    struct sf_canvas canvas;
    bool night;
};

/* Short names, because the rooms below are lists of shapes. */
static void box(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                struct sf_paint paint)
{
    sf_canvas_rect(&room->canvas, x0, y0, x1, y1, paint);
}

static void pill(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1, int32_t radius,
                 struct sf_paint paint)
{
    sf_canvas_round_rect(&room->canvas, x0, y0, x1, y1, radius, paint);
}

static void disc(struct room *room, int32_t x, int32_t y, int32_t rx, int32_t ry,
                 struct sf_paint paint)
{
    sf_canvas_ellipse(&room->canvas, x, y, rx, ry, paint);
}

static void quad(struct room *room, struct sf_point a, struct sf_point b, struct sf_point c,
                 struct sf_point d, struct sf_paint paint)
{
    const struct sf_point points[4] = {a, b, c, d};
    sf_canvas_polygon(&room->canvas, points, 4, paint);
}

static void shade(struct room *room, int32_t x, int32_t y, int32_t rx, int32_t ry, uint32_t alpha)
{
    sf_canvas_glow(&room->canvas, x, y, rx, ry, 0x000000, alpha);
}

/* Lamps are off at night: the camera brings its own, unseen light. */
static void light(struct room *room, int32_t x, int32_t y, int32_t rx, int32_t ry, uint32_t alpha)
{
    if (!room->night) {
        sf_canvas_glow(&room->canvas, x, y, rx, ry, 0xfff2c8, alpha);
    }
}

static void wall_and_floor(struct room *room, struct sf_paint wall, int32_t floor_y,
                           struct sf_paint floor)
{
    box(room, 0, 0, SF_CANVAS_WIDTH, floor_y, wall);
    box(room, 0, floor_y, SF_CANVAS_WIDTH, SF_CANVAS_HEIGHT, floor);
    box(room, 0, floor_y - 70, SF_CANVAS_WIDTH, floor_y, sf_paint_down(0xf2efe8, 0xd9d4ca));
    box(room, 0, floor_y, SF_CANVAS_WIDTH, floor_y + 60, sf_paint_veil(0x000000, 60));
}

/* Boards that run away from the viewer. */
static void boards(struct room *room, int32_t floor_y, uint32_t colour)
{
    for (int32_t i = -7; i <= 7; i++) {
        sf_canvas_line(&room->canvas, 1600 + i * 230, floor_y, 1600 + i * 420, SF_CANVAS_HEIGHT, 14,
                       sf_paint_veil(colour, 110));
    }
}

static void window_pane(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    box(room, x0 - 50, y0 - 50, x1 + 50, y1 + 50, sf_paint_plain(0xf4f1ea));
    box(room, x0, y0, x1, y1,
        room->night ? sf_paint_down(0x10141c, 0x1c222c) : sf_paint_down(0x9cc9ee, 0xdff0f8));
    if (!room->night) {
        int32_t rise = (y1 - y0) / 4;
        const struct sf_point hills[6] = {{x0, y1},
                                          {x0, y1 - rise / 2},
                                          {x0 + (x1 - x0) / 3, y1 - rise},
                                          {x0 + (x1 - x0) * 3 / 5, y1 - rise / 2},
                                          {x1, y1 - rise},
                                          {x1, y1}};
        sf_canvas_polygon(&room->canvas, hills, 6, sf_paint_down(0x8fbc86, 0x5f9062));
    }
    int32_t x = (x0 + x1) / 2;
    int32_t y = (y0 + y1) / 2;
    box(room, x - 20, y0, x + 20, y1, sf_paint_plain(0xf4f1ea));
    box(room, x0, y - 20, x1, y + 20, sf_paint_plain(0xf4f1ea));
    box(room, x0 - 90, y1 + 50, x1 + 90, y1 + 100, sf_paint_down(0xffffff, 0xcfcac0));
}

static void curtain(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                    uint32_t colour, uint32_t colour_dark)
{
    int32_t fold = (x1 - x0) / 3;
    for (int32_t i = 0; i < 3; i++) {
        box(room, x0 + i * fold, y0, x0 + (i + 1) * fold, y1, sf_paint_across(colour, colour_dark));
    }
}

static void framed_picture(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    box(room, x0 + 25, y0 + 30, x1 + 40, y1 + 45, sf_paint_veil(0x000000, 60));
    box(room, x0, y0, x1, y1, sf_paint_plain(0x6a4a32));
    box(room, x0 + 35, y0 + 35, x1 - 35, y1 - 35, sf_paint_plain(0xf3eee2));
    box(room, x0 + 80, y0 + 80, x1 - 80, y1 - 80, sf_paint_down(0x9fc4dc, 0xe6d6b0));
    const struct sf_point hill[3] = {
        {x0 + 80, y1 - 80}, {(x0 + x1) / 2, (y0 + y1) / 2}, {x1 - 80, y1 - 80}};
    sf_canvas_polygon(&room->canvas, hill, 3, sf_paint_plain(0x5d8266));
}

static void plant(struct room *room, int32_t x, int32_t y, int32_t size)
{
    for (int32_t i = -2; i <= 2; i++) {
        disc(room, x + i * size / 3, y - size - (2 - (i < 0 ? -i : i)) * size / 3, size / 3,
             size / 2, sf_paint_down(0x6fa45c, 0x3f7040));
    }
    quad(room, (struct sf_point){x - size / 2, y - size * 3 / 4},
         (struct sf_point){x + size / 2, y - size * 3 / 4}, (struct sf_point){x + size / 3, y},
         (struct sf_point){x - size / 3, y}, sf_paint_across(0xc9805a, 0x8e5236));
}

static void star(struct room *room, int32_t x, int32_t y, int32_t size, uint32_t colour)
{
    const struct sf_point points[10] = {
        {x, y - size},
        {x + size * 22 / 100, y - size * 31 / 100},
        {x + size * 95 / 100, y - size * 31 / 100},
        {x + size * 36 / 100, y + size * 12 / 100},
        {x + size * 59 / 100, y + size * 81 / 100},
        {x, y + size * 38 / 100},
        {x - size * 59 / 100, y + size * 81 / 100},
        {x - size * 36 / 100, y + size * 12 / 100},
        {x - size * 95 / 100, y - size * 31 / 100},
        {x - size * 22 / 100, y - size * 31 / 100},
    };
    sf_canvas_polygon(&room->canvas, points, 10, sf_paint_plain(colour));
}

static void teddy(struct room *room, int32_t x, int32_t y)
{
    shade(room, x, y + 10, 260, 70, 140);
    struct sf_paint fur = sf_paint_down(0xb98752, 0x8f6238);
    disc(room, x - 95, y - 40, 75, 55, fur);
    disc(room, x + 95, y - 40, 75, 55, fur);
    disc(room, x, y - 140, 125, 140, fur);
    disc(room, x, y - 120, 75, 90, sf_paint_plain(0xdcb98a));
    disc(room, x - 85, y - 400, 50, 50, fur);
    disc(room, x + 85, y - 400, 50, 50, fur);
    disc(room, x, y - 325, 115, 105, fur);
    disc(room, x, y - 290, 55, 45, sf_paint_plain(0xe6caa0));
    disc(room, x, y - 305, 20, 14, sf_paint_plain(0x2c1c12));
    disc(room, x - 45, y - 350, 14, 16, sf_paint_plain(0x2c1c12));
    disc(room, x + 45, y - 350, 14, 16, sf_paint_plain(0x2c1c12));
}

static void mobile(struct room *room, int32_t x)
{
    struct sf_paint wire = sf_paint_plain(0x6c5a4c);
    sf_canvas_line(&room->canvas, x, 0, x, 330, 14, wire);
    sf_canvas_line(&room->canvas, x - 360, 370, x, 320, 20, wire);
    sf_canvas_line(&room->canvas, x, 320, x + 360, 370, 20, wire);
    sf_canvas_line(&room->canvas, x - 350, 370, x - 350, 520, 12, wire);
    sf_canvas_line(&room->canvas, x, 330, x, 480, 12, wire);
    sf_canvas_line(&room->canvas, x + 350, 370, x + 350, 520, 12, wire);
    star(room, x - 350, 580, 95, 0xe8b84a);
    disc(room, x, 560, 85, 85, sf_paint_plain(0xf2dc9a));
    disc(room, x + 45, 535, 75, 75, sf_paint_plain(0xb9d0dd)); /* bites a crescent out */
    star(room, x + 350, 580, 95, 0xd98a86);
}

static void crib(struct room *room)
{
    shade(room, 1950, 1520, 950, 130, 170);
    box(room, 1260, 860, 2640, 1400, sf_paint_plain(0x8f7a66)); /* the far side, in shade */
    box(room, 1260, 1060, 2640, 1400, sf_paint_down(0xf0ede6, 0xd8d2c6));
    disc(room, 2300, 1060, 180, 120, sf_paint_plain(0xffffff)); /* pillow */
    disc(room, 2290, 1030, 105, 95, sf_paint_down(0xe8b998, 0xd29c78));
    disc(room, 2310, 965, 90, 45, sf_paint_plain(0x6b4a30));
    disc(room, 1860, 1120, 420, 150, sf_paint_down(0x9fbfd8, 0x7c9fbc)); /* blanket */
    box(room, 1260, 1150, 2640, 1400, sf_paint_down(0x8fb0cb, 0x7798b4));
    struct sf_paint wood = sf_paint_across(0xf3e7d2, 0xc8b496);
    for (int32_t i = 0; i < 11; i++) {
        int32_t x = 1350 + i * 118;
        box(room, x, 830, x + 40, 1360, wood);
    }
    box(room, 1240, 780, 2660, 850, sf_paint_down(0xfdf4e2, 0xd3c2a6));
    box(room, 1240, 1350, 2660, 1430, sf_paint_down(0xf3e6cf, 0xbda98a));
    pill(room, 1180, 690, 1290, 1540, 50, wood);
    pill(room, 2610, 690, 2720, 1540, 50, wood);
}

static void draw_nursery(struct room *room)
{
    wall_and_floor(room, sf_paint_down(0xc6dae4, 0xacc6d4), 1300,
                   sf_paint_down(0xb98f66, 0x86633f));
    boards(room, 1300, 0x5c4128);
    for (int32_t i = 0; i < 8; i++) {
        star(room, 180 + i * 420, i % 2 != 0 ? 1040 : 250, 45, 0xe3edf2);
    }
    window_pane(room, 250, 330, 850, 880);
    curtain(room, 110, 250, 330, 1120, 0xe7c3b6, 0xc08f80);
    curtain(room, 770, 250, 990, 1120, 0xe7c3b6, 0xc08f80);
    box(room, 60, 225, 1040, 260, sf_paint_down(0xa07c58, 0x6e5236));
    disc(room, 1900, 1580, 1250, 170, sf_paint_plain(0xd8c3c9));
    disc(room, 1900, 1580, 1050, 130, sf_paint_plain(0xc3a5ae));
    mobile(room, 1950);
    crib(room);
    teddy(room, 700, 1540);
    framed_picture(room, 2800, 420, 3130, 800);
}

/* A panel on a side wall of the hallway: from x0 to x1, from `high` to `low` in 1/100 of the wall.
 * Left of the middle that is the left wall, right of it the right wall. */
static void wall_panel(struct room *room, int32_t x0, int32_t x1, int32_t high, int32_t low,
                       struct sf_paint paint)
{
    struct sf_point corners[4] = {{x0, 0}, {x1, 0}, {x1, 0}, {x0, 0}};
    for (int i = 0; i < 4; i++) {
        int32_t depth = corners[i].x < 1600 ? corners[i].x : 3200 - corners[i].x; /* 0 to 1150 */
        int32_t top = depth * 430 / 1150;
        int32_t bottom = 1900 - depth * 700 / 1150;
        corners[i].y = top + (bottom - top) * (i < 2 ? high : low) / 100;
    }
    sf_canvas_polygon(&room->canvas, corners, 4, paint);
}

static void hallway_door(struct room *room, int32_t x0, int32_t x1)
{
    int32_t inset = (x1 - x0) / 7;
    wall_panel(room, x0, x1, 22, 100, sf_paint_plain(0xf1ece2));
    wall_panel(room, x0 + inset, x1 - inset, 26, 100, sf_paint_across(0xa9764a, 0x8a5c36));
    wall_panel(room, x0 + 2 * inset, x1 - 2 * inset, 32, 56, sf_paint_plain(0x7a5030));
    wall_panel(room, x0 + 2 * inset, x1 - 2 * inset, 64, 92, sf_paint_plain(0x7a5030));
}

static void draw_hallway(struct room *room)
{
    struct sf_point tl = {1150, 430};
    struct sf_point tr = {2050, 430};
    struct sf_point bl = {1150, 1200};
    struct sf_point br = {2050, 1200};
    quad(room, (struct sf_point){0, 0}, (struct sf_point){3200, 0}, tr, tl,
         sf_paint_down(0xe6e2d8, 0xb8b2a4));
    quad(room, bl, br, (struct sf_point){3200, 1900}, (struct sf_point){0, 1900},
         sf_paint_down(0x7a5c40, 0xb58c62));
    quad(room, (struct sf_point){0, 0}, tl, bl, (struct sf_point){0, 1900},
         sf_paint_across(0xd8cfb8, 0xa89e88));
    quad(room, tr, (struct sf_point){3200, 0}, (struct sf_point){3200, 1900}, br,
         sf_paint_across(0x9c927c, 0xcfc5ae));
    box(room, tl.x, tl.y, br.x, br.y, sf_paint_down(0xc4b9a0, 0xada188));
    /* The runner on the floor. */
    quad(room, (struct sf_point){1420, 1210}, (struct sf_point){1780, 1210},
         (struct sf_point){2450, 1900}, (struct sf_point){750, 1900}, sf_paint_plain(0xd9c9a0));
    quad(room, (struct sf_point){1445, 1210}, (struct sf_point){1755, 1210},
         (struct sf_point){2310, 1900}, (struct sf_point){890, 1900},
         sf_paint_down(0x7c3434, 0xa04a44));
    /* The door at the end, with a pane. */
    box(room, 1360, 600, 1840, 1200, sf_paint_plain(0xf1ece2));
    box(room, 1410, 650, 1790, 1200, sf_paint_down(0x5f7d8c, 0x46616f));
    box(room, 1490, 710, 1710, 900,
        room->night ? sf_paint_plain(0x161b22) : sf_paint_down(0xcfe6f4, 0xf4f8ee));
    box(room, 1590, 710, 1610, 900, sf_paint_plain(0x46616f));
    disc(room, 1745, 960, 20, 20, sf_paint_plain(0xe8cf7c));
    hallway_door(room, 180, 560);
    hallway_door(room, 800, 1010);
    hallway_door(room, 2190, 2400);
    /* A mirror and a coat on the right. */
    wall_panel(room, 2620, 2940, 24, 60, sf_paint_plain(0xc79f56));
    wall_panel(room, 2660, 2900, 27, 57, sf_paint_down(0xd6e6ee, 0x9db8c6));
    wall_panel(room, 2560, 3010, 66, 70, sf_paint_plain(0x6a4a30));
    wall_panel(room, 2590, 2640, 70, 88, sf_paint_plain(0x573b25));
    wall_panel(room, 2930, 2980, 70, 88, sf_paint_plain(0x573b25));
    /* Lamps. */
    disc(room, 1600, 330, 230, 45, sf_paint_plain(0xfffaea));
    disc(room, 1600, 120, 400, 70, sf_paint_plain(0xfffaea));
    light(room, 1600, 330, 900, 420, 120);
    shade(room, 1600, 1230, 560, 90, 90);
}

static void armchair(struct room *room)
{
    shade(room, 1560, 1560, 900, 120, 170);
    struct sf_paint leg = sf_paint_plain(0x4a3322);
    box(room, 1020, 1480, 1090, 1590, leg);
    box(room, 2030, 1480, 2100, 1590, leg);
    pill(room, 1080, 560, 2040, 1350, 190, sf_paint_down(0xc46a4e, 0x96462f));
    pill(room, 1170, 650, 1950, 1200, 130, sf_paint_down(0xcf7a5c, 0xb15a40));
    pill(room, 1150, 1130, 1970, 1420, 90, sf_paint_down(0xd98a6a, 0xa8523a));
    box(room, 1100, 1380, 2020, 1510, sf_paint_down(0x9c4a34, 0x7a3524));
    pill(room, 930, 960, 1190, 1520, 120, sf_paint_across(0xc8745a, 0x944430));
    pill(room, 1930, 960, 2190, 1520, 120, sf_paint_across(0xb96048, 0x823a28));
    quad(room, (struct sf_point){1430, 850}, (struct sf_point){1700, 800},
         (struct sf_point){1760, 1110}, (struct sf_point){1480, 1150},
         sf_paint_down(0xe9d9a8, 0xc7ae70));
}

static void floor_lamp(struct room *room, int32_t x)
{
    disc(room, x, 1500, 190, 40, sf_paint_plain(0x4c4640));
    box(room, x - 16, 620, x + 16, 1500, sf_paint_across(0x8c8478, 0x4c4640));
    quad(room, (struct sf_point){x - 130, 330}, (struct sf_point){x + 130, 330},
         (struct sf_point){x + 240, 660}, (struct sf_point){x - 240, 660},
         room->night ? sf_paint_down(0xb8b0a0, 0x9c9484) : sf_paint_down(0xfff0c4, 0xf0d088));
    light(room, x, 560, 800, 760, 110);
}

static void draw_living_room(struct room *room)
{
    wall_and_floor(room, sf_paint_down(0xdccfb4, 0xc6b696), 1320,
                   sf_paint_down(0x9a7450, 0x74543a));
    boards(room, 1320, 0x4a3522);
    window_pane(room, 240, 320, 780, 960);
    curtain(room, 80, 240, 310, 1290, 0x8fa98a, 0x5f7c5e);
    curtain(room, 710, 240, 940, 1290, 0x8fa98a, 0x5f7c5e);
    box(room, 40, 215, 980, 250, sf_paint_down(0x8a6a4a, 0x5a432c));
    framed_picture(room, 1230, 230, 1880, 530);
    disc(room, 1600, 1590, 1350, 190, sf_paint_plain(0xc9b48a));
    disc(room, 1600, 1590, 1180, 150, sf_paint_plain(0x6f8794));
    floor_lamp(room, 2520);
    armchair(room);
    /* A side table with a plant. */
    shade(room, 2850, 1600, 330, 80, 130);
    box(room, 2700, 1160, 2740, 1600, sf_paint_plain(0x5c4029));
    box(room, 2990, 1160, 3030, 1600, sf_paint_plain(0x5c4029));
    box(room, 2650, 1100, 3080, 1160, sf_paint_down(0xa8794c, 0x7a5533));
    plant(room, 2865, 1100, 250);
}

static void draw_porch(struct room *room)
{
    wall_and_floor(room, sf_paint_down(0xd6dbd8, 0xbcc6c4), 1400,
                   sf_paint_down(0xa08a72, 0x78644e));
    for (int32_t y = 90; y < 1330; y += 120) {
        box(room, 0, y, SF_CANVAS_WIDTH, y + 22, sf_paint_veil(0x4a5a5c, 110));
    }
    for (int32_t y = 1470; y < 1800; y += 110) {
        box(room, 0, y, SF_CANVAS_WIDTH, y + 16, sf_paint_veil(0x2c2118, 120));
    }
    /* The door, with panes above and panels below, and its frame. */
    box(room, 1180, 300, 1980, 1400, sf_paint_plain(0xf5f2ea));
    box(room, 1270, 390, 1890, 1400, sf_paint_across(0x2f6a5c, 0x24544a));
    for (int32_t i = 0; i < 3; i++) {
        box(room, 1350 + i * 165, 470, 1480 + i * 165, 760,
            room->night ? sf_paint_down(0x39404a, 0x20262e) : sf_paint_down(0xf8e6b0, 0xe8c878));
    }
    box(room, 1350, 850, 1550, 1310, sf_paint_plain(0x1d463d));
    box(room, 1610, 850, 1810, 1310, sf_paint_plain(0x1d463d));
    disc(room, 1840, 1000, 34, 34, sf_paint_plain(0xf0d27a));
    window_pane(room, 2330, 430, 2900, 950);
    /* The lantern. */
    box(room, 900, 470, 940, 560, sf_paint_plain(0x2c2c2c));
    quad(room, (struct sf_point){850, 560}, (struct sf_point){990, 560},
         (struct sf_point){960, 800}, (struct sf_point){880, 800},
         room->night ? sf_paint_plain(0x707070) : sf_paint_down(0xfff0b8, 0xf0c860));
    box(room, 830, 530, 1010, 570, sf_paint_plain(0x2c2c2c));
    box(room, 865, 795, 975, 830, sf_paint_plain(0x2c2c2c));
    light(room, 920, 680, 520, 560, 120);
    /* Posts, doormat, plants, a parcel. */
    box(room, 180, 0, 360, 1480, sf_paint_across(0xffffff, 0xc9c6be));
    box(room, 150, 1440, 390, 1520, sf_paint_plain(0xdad6cc));
    box(room, 2960, 0, 3140, 1480, sf_paint_across(0xf4f2ec, 0xb9b6ae));
    box(room, 2930, 1440, 3170, 1520, sf_paint_plain(0xcac6bc));
    quad(room, (struct sf_point){1220, 1430}, (struct sf_point){1940, 1430},
         (struct sf_point){2040, 1580}, (struct sf_point){1120, 1580},
         sf_paint_down(0x6a5238, 0x54402a));
    shade(room, 780, 1500, 260, 70, 140);
    plant(room, 780, 1490, 300);
    shade(room, 2250, 1530, 300, 70, 150);
    box(room, 2080, 1230, 2440, 1520, sf_paint_across(0xcfa26a, 0xa67c48));
    box(room, 2235, 1230, 2285, 1520, sf_paint_plain(0xe6cf9c));
}

static void cupboard(struct room *room, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                     int32_t handle_y)
{
    box(room, x0, y0, x1, y1, sf_paint_down(0x6f93a2, 0x587a88));
    box(room, x0 + 40, y0 + 40, x1 - 40, y1 - 40, sf_paint_down(0x7fa4b2, 0x668a98));
    box(room, x0, y0, x0 + 14, y1, sf_paint_plain(0x33505c));
    box(room, (x0 + x1) / 2 - 60, handle_y - 12, (x0 + x1) / 2 + 60, handle_y + 12,
        sf_paint_plain(0xe4e0d4));
}

static void draw_kitchen(struct room *room)
{
    wall_and_floor(room, sf_paint_down(0xeae4d4, 0xd8d0bc), 1500,
                   sf_paint_down(0xa89c8a, 0x847866));
    /* Tiles. */
    box(room, 0, 720, 2400, 1020, sf_paint_plain(0xe8eeee));
    for (int32_t x = 0; x < 2400; x += 160) {
        box(room, x, 720, x + 12, 1020, sf_paint_plain(0xb4c0c0));
    }
    for (int32_t y = 720; y < 1020; y += 100) {
        box(room, 0, y, 2400, y + 12, sf_paint_plain(0xb4c0c0));
    }
    window_pane(room, 330, 300, 940, 740);
    /* Cupboards above, the hood, cupboards below. */
    cupboard(room, 1060, 200, 1330, 700, 640);
    cupboard(room, 2070, 200, 2400, 700, 640);
    quad(room, (struct sf_point){1580, 200}, (struct sf_point){1820, 200},
         (struct sf_point){2040, 620}, (struct sf_point){1360, 620},
         sf_paint_across(0xd2d6d8, 0x8e9498));
    box(room, 1360, 610, 2040, 690, sf_paint_down(0xb4babd, 0x7c8286));
    for (int32_t i = 0; i < 4; i++) {
        cupboard(room, i * 340, 1090, i * 340 + 340, 1560, 1170);
    }
    cupboard(room, 2040, 1090, 2400, 1560, 1170);
    box(room, 0, 1010, 2400, 1100, sf_paint_down(0xe6dcc6, 0x9c8c70));
    /* The stove with its oven door, a pot on top. */
    box(room, 1360, 1000, 2040, 1570, sf_paint_down(0x5a5e62, 0x34383c));
    for (int32_t i = 0; i < 5; i++) {
        disc(room, 1450 + i * 125, 1070, 36, 36, sf_paint_plain(0xc8ccd0));
    }
    box(room, 1440, 1180, 1960, 1480, sf_paint_plain(0x16181c));
    box(room, 1480, 1220, 1920, 1440, sf_paint_down(0x4a3a28, 0x241c14));
    box(room, 1430, 1130, 1970, 1160, sf_paint_plain(0xd4d8dc));
    pill(room, 1460, 790, 1760, 1010, 40, sf_paint_across(0xd06048, 0x8a3424));
    box(room, 1430, 770, 1790, 810, sf_paint_plain(0xa84832));
    disc(room, 1610, 755, 40, 26, sf_paint_plain(0x2c2c2c));
    /* Tap and fruit. */
    box(room, 620, 860, 650, 1010, sf_paint_plain(0x9aa2a6));
    box(room, 500, 850, 650, 880, sf_paint_plain(0x9aa2a6));
    disc(room, 1120, 975, 60, 60, sf_paint_plain(0xd2503c));
    disc(room, 1210, 980, 56, 56, sf_paint_plain(0xe0b03c));
    disc(room, 1165, 1000, 120, 36, sf_paint_plain(0xf0ece0));
    /* The fridge. */
    shade(room, 2780, 1620, 480, 90, 150);
    pill(room, 2460, 250, 3110, 1620, 50, sf_paint_across(0xf2f4f4, 0xb0b6b8));
    box(room, 2460, 720, 3110, 740, sf_paint_plain(0x6c7478));
    box(room, 2530, 480, 2565, 680, sf_paint_plain(0x6c7478));
    box(room, 2530, 790, 2565, 1160, sf_paint_plain(0x6c7478));
    box(room, 2780, 400, 2960, 560, sf_paint_plain(0xf0e08c));
}

static void wheel(struct room *room, int32_t x, int32_t y, int32_t radius)
{
    disc(room, x, y, radius, radius, sf_paint_plain(0x2a2826));
    disc(room, x, y, radius - 34, radius - 34, sf_paint_plain(0xbdb9b0));
    for (int32_t i = -1; i <= 1; i++) {
        sf_canvas_line(&room->canvas, x - radius + 34, y + i * radius / 2, x + radius - 34,
                       y - i * radius / 2, 14, sf_paint_plain(0x6c6a66));
    }
    disc(room, x, y, 34, 34, sf_paint_plain(0x2a2826));
}

static void bicycle(struct room *room)
{
    wheel(room, 330, 1340, 230);
    wheel(room, 900, 1340, 230);
    struct sf_paint frame = sf_paint_plain(0xc43c34);
    sf_canvas_line(&room->canvas, 330, 1340, 480, 1020, 34, frame);
    sf_canvas_line(&room->canvas, 480, 1020, 800, 1020, 34, frame);
    sf_canvas_line(&room->canvas, 480, 1030, 610, 1340, 34, frame);
    sf_canvas_line(&room->canvas, 610, 1340, 800, 1020, 34, frame);
    sf_canvas_line(&room->canvas, 330, 1340, 610, 1340, 28, frame);
    sf_canvas_line(&room->canvas, 780, 900, 900, 1340, 34, frame);
    sf_canvas_line(&room->canvas, 480, 1020, 455, 950, 26, frame);
    pill(room, 360, 910, 560, 960, 24, sf_paint_plain(0x2a2826));
    sf_canvas_line(&room->canvas, 700, 880, 860, 900, 30, sf_paint_plain(0x2a2826));
}

static void car(struct room *room)
{
    shade(room, 1780, 1560, 900, 130, 200);
    box(room, 1150, 1350, 1360, 1570, sf_paint_plain(0x201e1c));
    box(room, 2200, 1350, 2410, 1570, sf_paint_plain(0x201e1c));
    /* Roof and windscreen. */
    quad(room, (struct sf_point){1390, 640}, (struct sf_point){2170, 640},
         (struct sf_point){2350, 1010}, (struct sf_point){1210, 1010},
         sf_paint_down(0x3f6ea0, 0x35608e));
    quad(room, (struct sf_point){1440, 700}, (struct sf_point){2120, 700},
         (struct sf_point){2250, 990}, (struct sf_point){1310, 990},
         sf_paint_down(0xb8d0dc, 0x6c8a9a));
    pill(room, 1080, 880, 1210, 980, 40, sf_paint_plain(0x35608e));
    pill(room, 2350, 880, 2480, 980, 40, sf_paint_plain(0x35608e));
    /* Bonnet, grille, lights, bumper. */
    pill(room, 1120, 980, 2440, 1460, 110, sf_paint_down(0x4f82b8, 0x2c527a));
    disc(room, 1290, 1170, 115, 85, sf_paint_plain(0xf4f2e6));
    disc(room, 2270, 1170, 115, 85, sf_paint_plain(0xf4f2e6));
    disc(room, 1290, 1170, 60, 50, sf_paint_plain(0xc8ccd0));
    disc(room, 2270, 1170, 60, 50, sf_paint_plain(0xc8ccd0));
    for (int32_t y = 1100; y < 1260; y += 50) {
        box(room, 1470, y, 2090, y + 28, sf_paint_plain(0x1c2c3c));
    }
    pill(room, 1090, 1330, 2470, 1440, 50, sf_paint_down(0xd0d4d8, 0x8c9094));
    box(room, 1600, 1330, 1960, 1430, sf_paint_plain(0xf4f4ec));
    box(room, 1640, 1360, 1920, 1400, sf_paint_plain(0x40444c));
}

static void draw_garage(struct room *room)
{
    wall_and_floor(room, sf_paint_down(0xb4b2aa, 0x9c9a92), 1380,
                   sf_paint_down(0x96948e, 0x6e6c66));
    /* The roll-up door behind the car. */
    box(room, 1010, 220, 2540, 1380, sf_paint_plain(0x6a6862));
    for (int32_t y = 260; y < 1380; y += 190) {
        box(room, 1060, y, 2490, y + 160, sf_paint_down(0xd8d6cc, 0xaeaca2));
    }
    for (int32_t i = 0; i < 4; i++) {
        box(room, 1150 + i * 340, 300, 1380 + i * 340, 390,
            room->night ? sf_paint_plain(0x1c222a) : sf_paint_plain(0xbfdcec));
    }
    /* Shelves with boxes. */
    for (int32_t i = 0; i < 3; i++) {
        int32_t y = 560 + i * 340;
        box(room, 2640, y, 3180, y + 40, sf_paint_plain(0x7a5c3c));
        box(room, 2690, y - 210, 2880, y, sf_paint_across(0xcaa26c, 0xa07c4a));
        box(room, 2920, y - 150 - i * 20, 3130, y,
            i == 1 ? sf_paint_plain(0x5c8a6a) : sf_paint_plain(0x9c5c4c));
    }
    box(room, 2640, 250, 2680, 1500, sf_paint_plain(0x5a432c));
    box(room, 3140, 250, 3180, 1500, sf_paint_plain(0x5a432c));
    /* Tools on a board. */
    box(room, 160, 300, 860, 720, sf_paint_plain(0xb89a6c));
    box(room, 240, 360, 280, 660, sf_paint_plain(0x6a4a30));
    box(room, 190, 360, 340, 430, sf_paint_plain(0x55595e));
    box(room, 440, 360, 470, 560, sf_paint_plain(0x8c9094));
    box(room, 425, 550, 485, 680, sf_paint_plain(0xc43c34));
    disc(room, 690, 480, 110, 110, sf_paint_plain(0x55595e));
    disc(room, 690, 480, 70, 70, sf_paint_plain(0xb89a6c));
    bicycle(room);
    car(room);
    light(room, 1750, 200, 1500, 500, 70);
}

static const struct {
    const char *name;
    void (*draw)(struct room *room);
} scenes[SF_SCENES_COUNT] = {
    [SF_SCENE_NURSERY] = {"nursery", draw_nursery},
    [SF_SCENE_HALLWAY] = {"hallway", draw_hallway},
    [SF_SCENE_LIVING_ROOM] = {"living room", draw_living_room},
    [SF_SCENE_PORCH] = {"porch", draw_porch},
    [SF_SCENE_KITCHEN] = {"kitchen", draw_kitchen},
    [SF_SCENE_GARAGE] = {"garage", draw_garage},
};

const char *sf_scene_name(enum sf_scene scene)
{
    SF_ASSERT(scene < SF_SCENES_COUNT);
    return scenes[scene].name;
}

/* What an infrared camera makes of it: no colour, and light only from the camera itself, bright in
 * the middle and falling off to the corners. */
static void see_by_infrared(uint8_t *rgb, uint32_t width_px, uint32_t height_px)
{
    for (int64_t y = 0; y < height_px; y++) {
        for (int64_t x = 0; x < width_px; x++) {
            uint8_t *pixel = rgb + (y * width_px + x) * 3;
            int64_t grey = (pixel[0] * 5 + pixel[1] * 8 + pixel[2] * 3) / 16;
            int64_t u = (2 * x + 1 - width_px) * 256 / width_px;
            int64_t v = (2 * y + 1 - height_px) * 256 / height_px;
            int64_t light = 272 - (u * u + v * v) * 168 / 131072; /* 272 to 104 of 256 */
            grey = grey * light / 256;
            pixel[0] = pixel[1] = pixel[2] = (uint8_t)(grey > 255 ? 255 : grey);
        }
    }
}

void sf_scene_draw(enum sf_scene scene, bool night, uint32_t width_px, uint32_t height_px,
                   uint8_t *rgb_out)
{
    SF_ASSERT(rgb_out != NULL);
    SF_ASSERT(width_px > 0);
    SF_ASSERT(height_px > 0);
    SF_ASSERT(scene < SF_SCENES_COUNT);
    struct room room = {.night = night};
    sf_canvas_init(&room.canvas, width_px, height_px);
    scenes[scene].draw(&room);
    sf_canvas_finish(&room.canvas, rgb_out);
    sf_canvas_fini(&room.canvas);
    if (night) {
        see_by_infrared(rgb_out, width_px, height_px);
    }
    for (size_t i = 0; i < (size_t)width_px * height_px * 3; i++) {
        rgb_out[i] = (uint8_t)(SF_SCENE_LEVEL_MIN +
                               rgb_out[i] * (SF_SCENE_LEVEL_MAX - SF_SCENE_LEVEL_MIN) / 255);
    }
}
