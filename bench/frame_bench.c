/* What stills cost. Prints a Markdown table; best of several rounds of processor time, which is
 * what the code costs where nothing else disturbs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/frame/inspect.h"
#include "harness/frame/ledger.h"
#include "harness/frame/still.h"

enum { ROUNDS = 7, CAMERAS = 1044, CAPTURES = 200 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct size {
    uint16_t width_px;
    uint16_t height_px;
};

/* A fleet: six rooms, a name for each camera, a capture every five seconds. */
static struct sf_still_spec spec_of(const struct size *size, struct sf_mark mark, char name[12])
{
    memcpy(name, "Camera 0000", 12);
    for (uint32_t i = 10, rest = mark.camera.index; i > 6; i--, rest /= 10) {
        name[i] = (char)('0' + rest % 10);
    }
    return (struct sf_still_spec){
        .mark = mark,
        .width_px = size->width_px,
        .height_px = size->height_px,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = mark.camera.index % 2 != 0,
        .scene = (enum sf_scene)(mark.camera.index / 2 % SF_SCENES_COUNT),
        .camera_name = name,
        .local_unix_s = 1577400000 + mark.capture * 5 + mark.camera.index % 5,
        .utc_offset_s = 3600,
    };
}

static size_t make(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    char name[12];
    struct sf_still_spec spec = spec_of(context, mark, name);
    return sf_still_make(&spec, out, capacity);
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    char name[12];
    struct sf_still_spec spec = spec_of(context, mark, name);
    return sf_still_blocks_between(&spec, still, count, from, to);
}

static struct sf_mark mark_of(uint32_t camera, uint32_t capture)
{
    return (struct sf_mark){{camera / 2}, {camera}, capture};
}

/* Still after still of a fleet, as its cameras capture them. */
static double make_us(struct size *size, uint8_t *out, size_t capacity, double *bytes_out)
{
    const uint32_t stills = size->width_px > 640 ? 1000 : 20 * CAMERAS;
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double bytes = 0;
        double start = now_s();
        for (uint32_t i = 0; i < stills; i++) {
            bytes += (double)make(size, mark_of(i % CAMERAS, i / CAMERAS), out, capacity);
        }
        double took = (now_s() - start) / stills * 1e6;
        best = round > 0 && took < best ? took : best; /* the first prepares */
        *bytes_out = bytes / stills;
    }
    return best;
}

static double prepare_ms(struct size *size, uint8_t *out, size_t capacity)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        sf_still_forget();
        double start = now_s();
        make(size, mark_of(0, 0), out, capacity);
        double took = (now_s() - start) * 1e3;
        best = took < best ? took : best;
    }
    return best;
}

static double inspect_us(struct size *size, uint8_t *out, size_t capacity)
{
    const uint32_t stills = size->width_px > 640 ? 20 : 300;
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double took = 0;
        for (uint32_t i = 0; i < stills; i++) {
            struct sf_inspection seen;
            size_t count = make(size, mark_of(i, 7), out, capacity);
            double start = now_s();
            sf_inspect(out, count, &seen);
            took += now_s() - start;
        }
        best = took / stills * 1e6 < best ? took / stills * 1e6 : best;
    }
    return best;
}

static void print_sizes(void)
{
    static struct size sizes[] = {{64, 16},   {128, 64},   {160, 90},   {320, 180},
                                  {640, 360}, {1280, 720}, {1920, 1080}};
    printf("| size | bytes | put together, us | the first of its kind, ms | inspected, us |\n");
    printf("| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct size *size = &sizes[i];
        size_t capacity = sf_still_bytes_max(size->width_px, size->height_px);
        uint8_t *out = sf_alloc(capacity, 1);
        double bytes;
        double prepare = prepare_ms(size, out, capacity);
        double took = make_us(size, out, capacity, &bytes);
        printf("| %ux%u | %.0f | %.2f | %.1f | %.0f |\n", size->width_px, size->height_px, bytes,
               took, prepare, inspect_us(size, out, capacity));
        free(out);
        sf_still_forget();
    }
}

/* Deliveries whose first half is one camera's capture and whose second half another's. */
static double attribute_us(struct sf_ledger *ledger, struct size *size, size_t capacity,
                           uint32_t age)
{
    enum { DELIVERIES = 500 };
    uint8_t *mixed = sf_alloc(capacity, 1);
    uint8_t *other = sf_alloc(capacity, 1);
    double took = 0;
    for (uint32_t i = 0; i < DELIVERIES; i++) {
        uint32_t camera = i * 577 % CAMERAS;
        size_t count = make(size, mark_of(camera, CAPTURES - 1), mixed, capacity);
        size_t other_count =
            make(size, mark_of((camera + 100) % CAMERAS, CAPTURES - 1 - age), other, capacity);
        size_t seam = count / 2;
        size_t end = count < other_count ? count : other_count;
        memcpy(mixed + seam, other + seam, end - seam);
        struct sf_byte_attribution out;
        double start = now_s();
        sf_ledger_attribute(ledger, mixed, end, &out);
        took += now_s() - start;
    }
    free(mixed);
    free(other);
    return took / DELIVERIES * 1e6;
}

static void print_ledger(void)
{
    struct size size = {SF_STILL_WIDTH_PX_DEFAULT, SF_STILL_HEIGHT_PX_DEFAULT};
    size_t capacity = sf_still_bytes_max(size.width_px, size.height_px);
    struct sf_ledger *ledger =
        sf_ledger_create((struct sf_ledger_source){make, blocks_between, &size, capacity});
    uint8_t *out = sf_alloc(capacity, 1);
    struct sf_byte_attribution attribution;
    double start = now_s();
    for (uint32_t capture = 0; capture < CAPTURES; capture++) {
        for (uint32_t camera = 0; camera < CAMERAS; camera++) {
            sf_ledger_capture(ledger, mark_of(camera, capture), 0);
        }
    }
    double tell = (now_s() - start) / CAPTURES / CAMERAS * 1e9;
    make(&size, mark_of(0, 0), out, capacity);
    start = now_s();
    sf_ledger_attribute(ledger, out, 1000, &attribution);
    double index = (now_s() - start) * 1e3;
    printf("\n| ledger of %d cameras with %d captures each, 320x180 | |\n| --- | --- |\n", CAMERAS,
           CAPTURES);
    printf("| telling a capture | %.0f ns |\n", tell);
    printf("| building the index, once | %.0f ms |\n", index);
    for (uint32_t age = 1; age < CAPTURES; age = age * 5 + 1) {
        printf("| attributing a delivery, half of it %u captures old | %.0f us |\n", age,
               attribute_us(ledger, &size, capacity, age));
    }
    free(out);
    sf_ledger_destroy(ledger);
}

int main(void)
{
    print_sizes();
    print_ledger();
    return 0;
}
