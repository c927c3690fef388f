#include "harness/judge/book_private.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

struct sf_book *sf_book_create(void)
{
    return sf_alloc(1, sizeof(struct sf_book));
}

void sf_book_drop_index(struct sf_book *book)
{
    SF_ASSERT(book != NULL);
    sf_ledger_destroy(book->ledger);
    book->ledger = NULL;
    book->ledger_told = 0;
}

void sf_book_destroy(struct sf_book *book)
{
    if (book != NULL) {
        sf_book_drop_index(book);
        free(book->cameras);
        free(book->entries);
        free(book->scratch);
        free(book);
    }
}

void sf_book_reset(struct sf_book *book, const struct sf_book_stills *stills,
                   uint32_t cameras_count)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(stills != NULL);
    SF_ASSERT(stills->quality > 0);
    sf_book_drop_index(book);
    free(book->scratch);
    book->scratch = NULL;
    book->stills = *stills;
    book->still_bytes_max = sf_still_bytes_max(stills->width_px, stills->height_px);
    if (cameras_count > book->cameras_capacity) {
        book->cameras = sf_realloc(book->cameras, cameras_count, sizeof *book->cameras);
        book->cameras_capacity = cameras_count;
    }
    if (cameras_count > 0) {
        memset(book->cameras, 0, cameras_count * sizeof *book->cameras);
    }
    book->cameras_count = cameras_count;
    book->entries_count = 0;
}

static struct book_camera *camera_of(const struct sf_book *book, struct sf_camera_id id)
{
    SF_ASSERT(id.index < book->cameras_count);
    return &book->cameras[id.index];
}

void sf_book_describe(struct sf_book *book, struct sf_camera_id id,
                      const struct sf_book_camera *facts)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(facts != NULL);
    struct book_camera *camera = camera_of(book, id);
    SF_ASSERT(camera->captures_count == 0);
    camera->facts = *facts;
    camera->described = true;
}

struct sf_camera_id sf_book_add_camera(struct sf_book *book, const struct sf_book_camera *facts)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(facts != NULL);
    SF_ASSERT(book->cameras_count < SF_MARK_FIELD_MAX);
    if (book->cameras_count == book->cameras_capacity) {
        book->cameras_capacity = book->cameras_capacity > 0 ? 2 * book->cameras_capacity : 64;
        book->cameras = sf_realloc(book->cameras, book->cameras_capacity, sizeof *book->cameras);
    }
    struct sf_camera_id id = sf_camera_id(book->cameras_count++);
    book->cameras[id.index] = (struct book_camera){.facts = *facts, .described = true};
    return id;
}

void sf_book_give(struct sf_book *book, struct sf_camera_id id, struct sf_tenant_id owner)
{
    SF_ASSERT(book != NULL);
    struct book_camera *camera = camera_of(book, id);
    SF_ASSERT(camera->described);
    camera->facts.tenant = owner;
    camera->given = true;
}

uint32_t sf_book_add(struct sf_book *book, struct sf_camera_id id,
                     const struct sf_book_capture *capture)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(capture != NULL);
    SF_ASSERT(capture->local_unix_s < INT64_MAX / 2);
    SF_ASSERT(capture->local_unix_s > INT64_MIN / 2);
    struct book_camera *camera = camera_of(book, id);
    SF_ASSERT(camera->described);
    if (book->entries_count == book->entries_capacity) {
        /* Grows while time moves, as the event queue does; kept for the next run. */
        book->entries_capacity = book->entries_capacity > 0 ? book->entries_capacity * 2 : 4096;
        book->entries = sf_realloc(book->entries, book->entries_capacity, sizeof *book->entries);
    }
    uint32_t number = camera->captures_count++;
    book->entries[book->entries_count++] = (struct book_entry){
        .camera = id.index,
        .capture = number,
        .previous = camera->latest,
        .tenant = camera->facts.tenant.index,
        .when = capture->local_unix_s * 2 + capture->night,
    };
    camera->latest = book->entries_count;
    camera->hashes[number % SF_BOOK_HASHES_KEPT] = capture->hash;
    return number;
}

/* ---- looking up ---- */

const struct sf_book_camera *sf_book_camera(const struct sf_book *book, struct sf_camera_id id)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(id.index < book->cameras_count);
    return &camera_of(book, id)->facts;
}

uint32_t sf_book_captures_count(const struct sf_book *book, struct sf_camera_id id)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(id.index < book->cameras_count);
    return camera_of(book, id)->captures_count;
}

int64_t sf_book_start_unix_s(const struct sf_book *book)
{
    SF_ASSERT(book != NULL);
    return book->stills.start_unix_s;
}

uint32_t sf_book_recent(const struct sf_book *book, struct sf_camera_id id, uint64_t hash)
{
    SF_ASSERT(book != NULL);
    const struct book_camera *camera = camera_of(book, id);
    uint32_t made = camera->captures_count;
    for (uint32_t back = 1; back <= made && back <= SF_BOOK_HASHES_KEPT; back++) {
        if (camera->hashes[(made - back) % SF_BOOK_HASHES_KEPT] == hash) {
            return made - back;
        }
    }
    return SF_BOOK_NO_CAPTURE;
}

/* Goes back from the latest: what is asked for is mostly recent. */
static const struct book_entry *find(const struct sf_book *book, uint32_t camera, uint32_t capture)
{
    uint32_t place = book->cameras[camera].latest;
    while (place != 0) {
        const struct book_entry *entry = &book->entries[place - 1];
        if (entry->capture <= capture) {
            return entry->capture == capture ? entry : NULL;
        }
        place = entry->previous;
    }
    return NULL;
}

bool sf_book_find(const struct sf_book *book, struct sf_camera_id id, uint32_t capture,
                  struct sf_book_capture *capture_out)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(capture_out != NULL);
    const struct book_camera *camera = camera_of(book, id);
    const struct book_entry *entry = find(book, id.index, capture);
    if (entry == NULL) {
        return false;
    }
    *capture_out = (struct sf_book_capture){
        .owner = sf_tenant_id(entry->tenant),
        .local_unix_s = book_entry_local_unix_s(entry),
        .hash = camera->captures_count - capture <= SF_BOOK_HASHES_KEPT
                    ? camera->hashes[capture % SF_BOOK_HASHES_KEPT]
                    : 0,
        .night = book_entry_night(entry),
    };
    return true;
}

bool sf_book_knows(const struct sf_book *book, struct sf_mark mark)
{
    SF_ASSERT(book != NULL);
    if (mark.camera.index >= book->cameras_count) {
        return false;
    }
    const struct book_camera *camera = &book->cameras[mark.camera.index];
    if (!camera->given) {
        return camera->facts.tenant.index == mark.tenant.index &&
               mark.capture < camera->captures_count;
    }
    const struct book_entry *entry = find(book, mark.camera.index, mark.capture);
    return entry != NULL && entry->tenant == mark.tenant.index;
}

/* ---- bytes ---- */

void sf_book_spec(const struct sf_book *book, struct sf_camera_id id, uint32_t capture,
                  int64_t local_unix_s, bool night, struct sf_still_spec *spec_out)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(spec_out != NULL);
    const struct book_camera *camera = camera_of(book, id);
    SF_ASSERT(camera->described);
    *spec_out = (struct sf_still_spec){
        .mark = {.tenant = camera->facts.tenant, .camera = id, .capture = capture},
        .width_px = book->stills.width_px,
        .height_px = book->stills.height_px,
        .quality = book->stills.quality,
        .night = night,
        .scene = camera->facts.scene,
        .camera_name = camera->facts.name,
        .local_unix_s = local_unix_s,
        .utc_offset_s = camera->facts.utc_offset_s,
    };
}

size_t sf_book_still_bytes_max(const struct sf_book *book)
{
    SF_ASSERT(book != NULL);
    return book->still_bytes_max;
}

static bool spec_of(const struct sf_book *book, struct sf_mark mark, struct sf_still_spec *spec_out)
{
    const struct book_entry *entry = mark.camera.index < book->cameras_count
                                         ? find(book, mark.camera.index, mark.capture)
                                         : NULL;
    if (entry == NULL || entry->tenant != mark.tenant.index) {
        return false;
    }
    sf_book_spec(book, mark.camera, mark.capture, book_entry_local_unix_s(entry),
                 book_entry_night(entry), spec_out);
    spec_out->mark.tenant = mark.tenant;
    return true;
}

static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    struct sf_still_spec spec;
    return spec_of(context, mark, &spec) ? sf_still_make(&spec, out, capacity) : 0;
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    struct sf_still_spec spec;
    return spec_of(context, mark, &spec) ? sf_still_blocks_between(&spec, still, count, from, to)
                                         : 0;
}

const uint8_t *sf_book_remake(struct sf_book *book, struct sf_mark mark, size_t *count_out)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(count_out != NULL);
    if (book->scratch == NULL) {
        book->scratch = sf_alloc(book->still_bytes_max, 1);
    }
    *count_out = remake(book, mark, book->scratch, book->still_bytes_max);
    return *count_out > 0 ? book->scratch : NULL;
}

/* Tells the ledger the captures that it does not know yet. What a camera's stills have in common
 * changes with day and night only. */
static void tell_ledger(struct sf_book *book)
{
    if (book->ledger == NULL) {
        book->ledger = sf_ledger_create((struct sf_ledger_source){
            .remake = remake,
            .blocks_between = blocks_between,
            .context = book,
            .still_bytes_max = book->still_bytes_max,
        });
    }
    for (; book->ledger_told < book->entries_count; book->ledger_told++) {
        const struct book_entry *entry = &book->entries[book->ledger_told];
        const struct sf_mark mark = {
            .tenant = sf_tenant_id(entry->tenant),
            .camera = sf_camera_id(entry->camera),
            .capture = entry->capture,
        };
        sf_ledger_capture(book->ledger, mark, book_entry_night(entry));
    }
}

void sf_book_attribute(struct sf_book *book, const uint8_t *bytes, uint32_t count,
                       struct sf_byte_attribution *found_out)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(found_out != NULL);
    tell_ledger(book);
    sf_ledger_attribute(book->ledger, bytes, count, found_out);
}

void sf_book_guess(struct sf_book *book, struct sf_mark mark)
{
    SF_ASSERT(book != NULL);
    tell_ledger(book);
    if (sf_book_knows(book, mark)) {
        sf_ledger_guess(book->ledger, mark);
    }
}

uint32_t sf_book_image_bytes(struct sf_book *book, const uint8_t *bytes, uint32_t count)
{
    SF_ASSERT(book != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    struct sf_byte_attribution found;
    sf_book_attribute(book, bytes, count, &found);
    SF_ASSERT(found.unattributed_bytes <= count);
    return count - found.unattributed_bytes;
}

/* ---- the invariant ---- */

void sf_book_check(const struct sf_book *book)
{
    SF_ASSERT(book != NULL);
    uint64_t sum = 0;
    SF_ASSERT(book->entries_count <= book->entries_capacity);
    SF_ASSERT(book->ledger_told <= book->entries_count);
    for (uint32_t i = 0; i < book->cameras_count; i++) {
        const struct book_camera *camera = &book->cameras[i];
        sum += camera->captures_count;
        SF_ASSERT((camera->latest == 0) == (camera->captures_count == 0));
        SF_ASSERT(camera->latest <= book->entries_count);
        if (camera->latest != 0) {
            SF_ASSERT(book->entries[camera->latest - 1].camera == i);
            SF_ASSERT(book->entries[camera->latest - 1].capture == camera->captures_count - 1);
        }
    }
    SF_ASSERT(sum == book->entries_count);
}
