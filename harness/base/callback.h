/* The functions of a plug-in that the host calls, by their names in the public header. The trace
 * says from inside which one an answer was given; new ones are appended. */
#ifndef STRAYFRAME_BASE_CALLBACK_H
#define STRAYFRAME_BASE_CALLBACK_H

#define SF_CALLBACKS(X)                             \
    X(CREATE, "create")                             \
    X(ON_UPLOAD, "on_upload")                       \
    X(ON_UPLOAD_FRAGMENT, "on_upload_fragment")     \
    X(ON_UPLOAD_ENDED, "on_upload_ended")           \
    X(ON_REQUEST, "on_request")                     \
    X(ON_REQUEST_CANCELLED, "on_request_cancelled") \
    X(ON_CONNECTION_CLOSED, "on_connection_closed") \
    X(ON_FETCH_PART, "on_fetch_part")               \
    X(ON_FETCH_ENDED, "on_fetch_ended")             \
    X(ON_STORE_REPLY, "on_store_reply")             \
    X(ON_TIMER, "on_timer")                         \
    X(ON_INVALIDATE, "on_invalidate")               \
    X(ON_RECONFIGURE, "on_reconfigure")             \
    X(EXPORT_STATE, "export_state")                 \
    X(IMPORT_STATE, "import_state")                 \
    X(ON_IDENTITY, "on_identity")                   \
    X(ON_NODE, "on_node")                           \
    X(ON_CLOCK_STEP, "on_clock_step")               \
    X(ON_ANSWER_PROGRESS, "on_answer_progress")

enum sf_callback {
#define X(NAME, name) SF_CALLBACK_##NAME,
    SF_CALLBACKS(X)
#undef X
        SF_CALLBACKS_COUNT
};

const char *sf_callback_name(enum sf_callback callback);

#endif
