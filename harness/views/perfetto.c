/* Tracks: the JSON trace-event format. A home is a process, a party in it a thread, with numbers of
 * their own; the cloud is one more. A record is an instant on the track of its party; a message is
 * a slice, so that the arrows of a flow have an end; a request is an event from asking to its end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "harness/base/assert.h"
#include "harness/views/parties.h"

/* ---- writing ---- */

/* One event; releases it. */
static void write_event(struct sf_view *view, json_t *event)
{
    SF_ASSERT(event != NULL);
    fputs(view->between ? ",\n" : "\n", view->file);
    view->between = true;
    json_dumpf(event, view->file, JSON_COMPACT);
    json_decref(event);
}

/* No number is 0, which is the idle process of a machine. */
static json_int_t process_of(struct sf_party party)
{
    enum { CLOUD = 1 << 24 };
    uint32_t home = sf_party_home(party);
    return home != 0 ? (json_int_t)home : CLOUD;
}

/* Microseconds; the format takes fractions. */
static json_t *event_of(const char *phase, const char *name, struct sf_party party, sf_ns at_ns)
{
    enum { PLACES = 256 };
    return json_pack("{s:s, s:s, s:I, s:I, s:f}", "ph", phase, "name", name, "pid",
                     process_of(party), "tid",
                     process_of(party) * PLACES + (json_int_t)sf_party_place(party), "ts",
                     (double)at_ns / 1000.0);
}

static void name_track(struct sf_view *view, struct sf_party party)
{
    char name[64];
    sf_party_name(party, name, sizeof name);
    json_t *event = event_of("M", "thread_name", party, 0);
    json_object_set_new(event, "args", json_pack("{s:s}", "name", name));
    write_event(view, event);
}

static void name_process(struct sf_view *view, struct sf_party party, const char *name)
{
    json_t *event = event_of("M", "process_name", party, 0);
    json_object_set_new(event, "args", json_pack("{s:s}", "name", name));
    write_event(view, event);
    event = event_of("M", "process_sort_index", party, 0);
    json_object_set_new(event, "args",
                        json_pack("{s:I}", "sort_index", (json_int_t)sf_party_home(party)));
    write_event(view, event);
}

static void begin(struct sf_view *view, const char *title)
{
    enum { NODES_NAMED = 16 };
    json_t *about = json_string(title);
    SF_ASSERT(about != NULL);
    fputs("{\"displayTimeUnit\": \"ms\", \"otherData\": {\"run\": ", view->file);
    json_dumpf(about, view->file, JSON_ENCODE_ANY);
    json_decref(about);
    fputs("}, \"traceEvents\": [", view->file);
    const struct sf_party cloud = {SF_PARTY_CLOUD, 0};
    name_process(view, cloud, "cloud");
    name_track(view, cloud);
    for (uint32_t i = 0; i < NODES_NAMED; i++) {
        name_track(view, (struct sf_party){SF_PARTY_NODE, i});
    }
    for (uint32_t i = 0; i < SF_SERVICES_COUNT; i++) {
        name_track(view, (struct sf_party){SF_PARTY_SERVICE, i});
    }
    for (uint32_t home = 0; home < view->homes_count; home++) {
        char name[64];
        const struct sf_party party = {SF_PARTY_HOME, home};
        sf_party_name(party, name, sizeof name);
        name_process(view, party, name);
        name_track(view, party);
        name_track(view, (struct sf_party){SF_PARTY_CAMERA, home});
        for (uint32_t kind = 0; kind < SF_VIEWERS_PER_HOME; kind++) {
            struct sf_viewer_id viewer =
                sf_viewer_of_home(sf_home_id(home), (enum sf_viewer_kind)kind);
            name_track(view, (struct sf_party){SF_PARTY_VIEWER, viewer.index});
        }
    }
}

/* ---- requests ---- */

/* Where a request or fetch stands: the phases of its flow, and of the event that spans it. */
struct stage {
    uint16_t kind;
    const char *category;
    const char *flow; /* s: begins, t: goes on, f: ends */
    const char *span; /* b: begins, e: ends; NULL */
    bool in_cloud;    /* the record is about a viewer or a camera, and happens in the cloud */
};

static const struct stage stages[] = {
    {SF_RECORD_ASK, "request", "s", "b", false},
    {SF_RECORD_ADMITTED, "request", "t", NULL, true},
    {SF_RECORD_PASSED_ON, "request", "t", NULL, true},
    {SF_RECORD_REFUSED, "request", "t", NULL, true},
    {SF_RECORD_ANSWERED, "request", "t", NULL, true},
    {SF_RECORD_DELIVERED, "request", "f", "e", false},
    {SF_RECORD_GAVE_UP, "request", "f", "e", false},
    {SF_RECORD_FETCH, "fetch", "s", NULL, true},
    {SF_RECORD_FETCH_ARRIVES, "fetch", "t", NULL, true},
    {SF_RECORD_FETCH_ENDED, "fetch", "f", NULL, true},
    {SF_RECORD_UPLOAD_BEGUN, "upload", "s", NULL, false},
    {SF_RECORD_UPLOAD_ENDED, "upload", "f", NULL, true},
};

static const struct stage *stage_of(const struct sf_record *record)
{
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        if (stages[i].kind == record->kind) {
            return &stages[i];
        }
    }
    return NULL;
}

static void add_flow(struct sf_view *view, const struct sf_record *record,
                     const struct stage *stage, struct sf_party party, uint64_t exchange)
{
    char id[64];
    snprintf(id, sizeof id, "%s %" PRIu64, stage->category, exchange);
    json_t *flow = event_of(stage->flow, stage->category, party, record->at_ns);
    json_object_set_new(flow, "cat", json_string(stage->category));
    json_object_set_new(flow, "id", json_string(id));
    if (strcmp(stage->flow, "s") != 0) {
        json_object_set_new(flow, "bp", json_string("e")); /* the slice that is there */
    }
    write_event(view, flow);
    if (stage->span != NULL) {
        json_t *span = event_of(stage->span, stage->category, party, record->at_ns);
        json_object_set_new(span, "cat", json_string("in flight"));
        json_object_set_new(span, "id", json_string(id));
        write_event(view, span);
    }
}

static void write_record(struct sf_view *view, const struct sf_record *record)
{
    struct sf_text said = {0};
    uint64_t exchange = sf_view_exchange(view, record);
    const struct stage *stage = stage_of(record);
    struct sf_party party = stage != NULL && stage->in_cloud ? (struct sf_party){SF_PARTY_CLOUD, 0}
                                                             : sf_party_of_record(record);
    sf_view_say(record, &said);
    const char *name = sf_record_kind((enum sf_record_kind)record->kind)->name;
    json_t *event = event_of(stage != NULL ? "X" : "i", name, party, record->at_ns);
    if (stage != NULL) {
        json_object_set_new(event, "dur", json_real(1.0));
    } else {
        json_object_set_new(event, "s", json_string("t")); /* of its track */
    }
    json_object_set_new(event, "args", json_pack("{s:s}", "record", said.data));
    write_event(view, event);
    if (stage != NULL) {
        add_flow(view, record, stage, party, exchange);
    }
    sf_text_free(&said);
}

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct sf_view *view = context;
    for (uint32_t i = 0; i < count; i++) {
        write_record(view, &records[i]);
    }
}

static void end(struct sf_view *view, const struct sf_finding *findings, uint32_t findings_count)
{
    for (uint32_t i = 0; i < findings_count; i++) {
        const struct sf_finding *finding = &findings[i];
        struct sf_party party = sf_viewer_is_none(finding->viewer)
                                    ? (struct sf_party){SF_PARTY_CLOUD, 0}
                                    : (struct sf_party){SF_PARTY_VIEWER, finding->viewer.index};
        struct sf_text said = {0};
        struct sf_text name = {0};
        sf_finding_say(finding, &said);
        sf_text_add(&name, "finding: %s", sf_oracles()[finding->oracle]->name);
        json_t *event = event_of("i", name.data, party, finding->at_ns);
        json_object_set_new(event, "s", json_string("p")); /* over the whole home */
        json_object_set_new(event, "args", json_pack("{s:s}", "finding", said.data));
        write_event(view, event);
        sf_text_free(&name);
        sf_text_free(&said);
    }
    fputs("\n]}\n", view->file);
}

const struct sf_view_kind sf_view_perfetto = {"perfetto", begin, hear, end};
