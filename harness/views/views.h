/* A trace in the forms that people and other programs look at: lines of text, packets (pcapng) and
 * tracks (the JSON trace-event format, which Perfetto opens). Each view is a listener of a trace;
 * it writes to a stream, whose errors its owner sees when it closes the stream. Homes, tenants and
 * cameras are counted from 1, as in every sentence. */
#ifndef STRAYFRAME_VIEWS_VIEWS_H
#define STRAYFRAME_VIEWS_VIEWS_H

#include <stdio.h>

#include "harness/oracle/oracle.h"
#include "harness/trace/record.h"

/* A fetch or an upload that is under way. The cloud gives its handle again when it is over. */
struct sf_view_transfer {
    uint32_t camera;
    bool is_upload;
    uint64_t handle;
    uint64_t exchange; /* 0: free */
};

enum { SF_VIEW_TRANSFERS_MAX = 256 };

struct sf_view {
    FILE *file;
    uint32_t homes_count;
    bool *asks_camera; /* by viewer: it asks the camera, not the cloud */
    struct sf_view_transfer transfers[SF_VIEW_TRANSFERS_MAX];
    uint64_t transfers_count; /* all of them */
    bool between;             /* tracks: an event was written before */
};

/* A view's functions. `hear` fits struct sf_trace_listener, with the view as its context. */
struct sf_view_kind {
    const char *name; /* "pcapng" */
    void (*begin)(struct sf_view *view, const char *title);
    void (*hear)(void *view, const struct sf_record *records, uint32_t count);
    void (*end)(struct sf_view *view, const struct sf_finding *findings, uint32_t findings_count);
};

/* A line a record, then one for each finding. */
extern const struct sf_view_kind sf_view_text;
/* A packet for each message between two parties, and for each fragment that enters a link. A trace
 * has no payloads: where they would be, a packet has the record's text. */
extern const struct sf_view_kind sf_view_pcapng;
/* A track for each party, a flow for each request, an instant for each finding. */
extern const struct sf_view_kind sf_view_perfetto;

/* Borrows the stream. */
void sf_view_init(struct sf_view *view, FILE *file, uint32_t homes_count);
void sf_view_fini(struct sf_view *view);

#endif
