#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/story/facts.h"
#include "harness/trace/record_words.h"

enum { CAPACITY_FIRST = 1024 };

void sf_gather_init(struct sf_gather *gather, const struct sf_finding *finding)
{
    SF_ASSERT(gather != NULL);
    SF_ASSERT(finding != NULL);
    *gather = (struct sf_gather){.finding = *finding, .capacity = CAPACITY_FIRST};
    gather->records = sf_alloc(gather->capacity, sizeof *gather->records);
}

void sf_gather_fini(struct sf_gather *gather)
{
    SF_ASSERT(gather != NULL);
    free(gather->records);
    *gather = (struct sf_gather){0};
}

/* May the viewer see this camera, by a record of its owner or its guest? */
static bool is_entitling(const struct sf_finding *finding, const struct sf_record *record,
                         struct sf_camera_id *camera_out)
{
    if (record->kind == SF_RECORD_CAMERA) {
        *camera_out = sf_camera_of(record).camera;
        return sf_tenant_same(sf_camera_of(record).tenant, finding->viewer_tenant);
    }
    if (record->kind == SF_RECORD_SHARE) {
        *camera_out = sf_share_of(record).camera;
        return sf_share_of(record).shared &&
               sf_tenant_same(sf_share_of(record).guest, finding->viewer_tenant);
    }
    return false;
}

static void see_cameras(struct sf_gather *gather, const struct sf_record *record)
{
    struct sf_camera_id camera;
    if (!sf_viewer_is_none(gather->finding.viewer) &&
        gather->cameras_count < SF_GATHER_CAMERAS_MAX &&
        is_entitling(&gather->finding, record, &camera)) {
        gather->cameras[gather->cameras_count++] = camera;
    }
}

static bool home_concerned(const struct sf_gather *gather, struct sf_home_id home)
{
    const struct sf_finding *finding = &gather->finding;
    for (uint32_t i = 0; i < gather->cameras_count; i++) {
        if (sf_home_same(home, sf_home_of_camera(gather->cameras[i]))) {
            return true;
        }
    }
    bool viewers = !sf_viewer_is_none(finding->viewer) &&
                   sf_home_same(home, sf_home_of_viewer(finding->viewer));
    return viewers || sf_home_same(home, sf_home_of_camera(finding->owner_camera));
}

/* The requests of the other home's viewers, and what became of them at the cache. */
static bool is_owners_request(const struct sf_finding *finding, const struct sf_record *record)
{
    bool of_owner = sf_home_same(sf_home_of_viewer(sf_viewer_of_record(record)),
                                 sf_home_of_camera(finding->owner_camera));
    return of_owner && (record->kind == SF_RECORD_ADMITTED || record->kind == SF_RECORD_ANSWERED);
}

/* Of the viewer and the cameras that it may see or saw, all; of the owner's viewers, their
 * requests; of other parties the records that may matter to any home: of the operator, the cache,
 * cancelled requests, and who owns a camera or shares it with whom: which camera the viewer asked
 * for is not known yet. */
static bool concerned(const struct sf_gather *gather, const struct sf_record *record)
{
    const struct sf_finding *finding = &gather->finding;
    if (record->kind == SF_RECORD_CANCELLED || record->kind == SF_RECORD_CAMERA ||
        record->kind == SF_RECORD_SHARE) {
        return true;
    }
    bool packet = record->kind == SF_RECORD_PACKET || record->kind == SF_RECORD_PACKET_LEFT;
    if (packet && (record->flags & SF_FATE_ACK) != 0) {
        return false;
    }
    switch (sf_record_subject((enum sf_record_kind)record->kind)) {
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_CAMERA:
    case SF_SUBJECT_HOME:
    case SF_SUBJECT_LINK:
        return home_concerned(gather, sf_home_of_record(record));
    case SF_SUBJECT_VIEWER:
        return sf_viewer_same(sf_viewer_of_record(record), finding->viewer) ||
               is_owners_request(finding, record);
    case SF_SUBJECT_OTHER:
        break;
    }
    return true;
}

void sf_gather_records(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_gather *gather = context;
    for (uint32_t i = 0; i < count; i++) {
        see_cameras(gather, &records[i]);
        sf_influence_see(&gather->influence, &records[i]); /* behind the end of the run */
        if (records[i].at_ns > gather->finding.at_ns || !concerned(gather, &records[i])) {
            continue;
        }
        if (gather->count == gather->capacity) {
            gather->capacity *= 2;
            gather->records =
                sf_realloc(gather->records, gather->capacity, sizeof *gather->records);
        }
        gather->records[gather->count++] = records[i];
    }
}
