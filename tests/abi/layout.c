/* Pins the layout and the values of the public cache interface on 64-bit Linux, so that a plug-in
 * built years ago still loads. Compiled alone with the header, as C11 and as C++14, by
 * cache_abi_header.sh.
 *
 * A failure here means that a field was moved, retyped or taken away, or that a value got another
 * meaning: undo that. After a field was APPENDED, append its line here and raise the struct's size.
 */
#include "strayframe_cache.h"

#ifdef __cplusplus
#define PIN_THAT(fact, text) static_assert(fact, text)
#else
#define PIN_THAT(fact, text) _Static_assert(fact, text)
#endif

#define PIN_VALUE(name, value) PIN_THAT((name) == (value), #name)
#define PIN_SIZE(type, bytes) PIN_THAT(sizeof(struct type) == (bytes), "size of " #type)
#define PIN(type, field, bytes) PIN_THAT(offsetof(struct type, field) == (bytes), #type "." #field)

PIN_VALUE(SF_CACHE_ABI, 1u);
PIN_VALUE(SF_CACHE_STATUS_OK, 0u);
PIN_VALUE(SF_CACHE_STATUS_NOT_FOUND, 1u);
PIN_VALUE(SF_CACHE_STATUS_UNAVAILABLE, 2u);
PIN_VALUE(SF_CACHE_PATH_INTEGRATION, 1u);
PIN_VALUE(SF_CACHE_PATH_APP, 2u);
PIN_VALUE(SF_CACHE_END_COMPLETE, 0u);
PIN_VALUE(SF_CACHE_END_ABANDONED, 1u);
PIN_VALUE(SF_CACHE_STORE_FOUND, 0u);
PIN_VALUE(SF_CACHE_STORE_MISSING, 1u);
PIN_VALUE(SF_CACHE_STORE_STORED, 2u);
PIN_VALUE(SF_CACHE_STORE_FAILED, 3u);
PIN_VALUE(SF_CACHE_SCOPE_CAMERA, 1u);
PIN_VALUE(SF_CACHE_SCOPE_TENANT, 2u);
PIN_VALUE(SF_CACHE_SCOPE_LINK, 3u);
PIN_VALUE(SF_CACHE_DONE, 0);
PIN_VALUE(SF_CACHE_E_BUSY, 1);
PIN_VALUE(SF_CACHE_E_UNKNOWN_REQUEST, 16);
PIN_VALUE(SF_CACHE_E_ANSWERED, 17);
PIN_VALUE(SF_CACHE_E_CANCELLED, 18);
PIN_VALUE(SF_CACHE_E_TOO_MANY_BYTES, 19);
PIN_VALUE(SF_CACHE_E_TOO_FEW_BYTES, 20);
PIN_VALUE(SF_CACHE_E_BAD_STATUS, 21);
PIN_VALUE(SF_CACHE_E_UNKNOWN_CONNECTION, 22);
PIN_VALUE(SF_CACHE_E_UNKNOWN_FETCH, 23);
PIN_VALUE(SF_CACHE_E_UNKNOWN_CAMERA, 24);
PIN_VALUE(SF_CACHE_E_BAD_ARGUMENT, 25);
PIN_VALUE(SF_CACHE_STILL_BYTES_MAX, (4u << 20));
PIN_VALUE(SF_CACHE_KEY_BYTES_MAX, 256u);
PIN_VALUE(SF_CACHE_STATUS_NOT_MODIFIED, 3u);
PIN_VALUE(SF_CACHE_STATUS_PARTIAL, 4u);
PIN_VALUE(SF_CACHE_PATH_EXPORT, 3u);
PIN_VALUE(SF_CACHE_END_NOT_MODIFIED, 2u);
PIN_VALUE(SF_CACHE_STILL_WHOLE, 0u);
PIN_VALUE(SF_CACHE_STILL_DELTA, 1u);
PIN_VALUE(SF_CACHE_STILL_PRIVATE, 1u);
PIN_VALUE(SF_CACHE_ANSWER_STALE, 1u);
PIN_VALUE(SF_CACHE_ANSWER_INCOMPLETE, 2u);
PIN_VALUE(SF_CACHE_IDENTITY_KNOWN, 0u);
PIN_VALUE(SF_CACHE_IDENTITY_UNKNOWN, 1u);
PIN_VALUE(SF_CACHE_IDENTITY_FAILED, 2u);
PIN_VALUE(SF_CACHE_NODE_LOST, 0u);
PIN_VALUE(SF_CACHE_NODE_JOINED, 1u);

PIN_SIZE(sf_cache_answer_properties, 24);
PIN(sf_cache_answer_properties, struct_bytes, 0);
PIN(sf_cache_answer_properties, flags, 4);
PIN(sf_cache_answer_properties, validator, 8);
PIN(sf_cache_answer_properties, session, 16);

PIN_SIZE(sf_cache_host, 200);
PIN(sf_cache_host, struct_bytes, 0);
PIN(sf_cache_host, abi, 4);
PIN(sf_cache_host, context, 8);
PIN(sf_cache_host, now_ns, 16);
PIN(sf_cache_host, random_u64, 24);
PIN(sf_cache_host, log, 32);
PIN(sf_cache_host, timer_set, 40);
PIN(sf_cache_host, timer_cancel, 48);
PIN(sf_cache_host, answer, 56);
PIN(sf_cache_host, answer_begin, 64);
PIN(sf_cache_host, answer_part, 72);
PIN(sf_cache_host, answer_end, 80);
PIN(sf_cache_host, answer_abort, 88);
PIN(sf_cache_host, fetch, 96);
PIN(sf_cache_host, fetch_cancel, 104);
PIN(sf_cache_host, store_open, 112);
PIN(sf_cache_host, store_close, 120);
PIN(sf_cache_host, store_get, 128);
PIN(sf_cache_host, store_put, 136);
PIN(sf_cache_host, state, 144);
PIN(sf_cache_host, wall_clock_ms, 152);
PIN(sf_cache_host, identity, 160);
PIN(sf_cache_host, fetch_if_changed, 168);
PIN(sf_cache_host, answer_properties, 176);
PIN(sf_cache_host, hold, 184);
PIN(sf_cache_host, drop, 192);

PIN_SIZE(sf_cache_config, 40);
PIN(sf_cache_config, struct_bytes, 0);
PIN(sf_cache_config, node, 4);
PIN(sf_cache_config, nodes, 8);
PIN(sf_cache_config, still_bytes_max, 12);
PIN(sf_cache_config, capacity_bytes, 16);
PIN(sf_cache_config, options, 24);
PIN(sf_cache_config, fresh_within_ns, 32);

PIN_SIZE(sf_cache_upload, 104);
PIN(sf_cache_upload, struct_bytes, 0);
PIN(sf_cache_upload, total_bytes, 4);
PIN(sf_cache_upload, upload, 8);
PIN(sf_cache_upload, camera, 16);
PIN(sf_cache_upload, tenant, 24);
PIN(sf_cache_upload, model, 32);
PIN(sf_cache_upload, camera_slot, 40);
PIN(sf_cache_upload, capture, 44);
PIN(sf_cache_upload, captured_unix_ms, 48);
PIN(sf_cache_upload, validator, 56);
PIN(sf_cache_upload, serial, 64);
PIN(sf_cache_upload, vary, 72);
PIN(sf_cache_upload, flags, 80);
PIN(sf_cache_upload, kind, 84);
PIN(sf_cache_upload, base_capture, 88);
PIN(sf_cache_upload, first_row, 92);
PIN(sf_cache_upload, rows_count, 96);
PIN(sf_cache_upload, reserved, 100);

PIN_SIZE(sf_cache_fragment, 32);
PIN(sf_cache_fragment, struct_bytes, 0);
PIN(sf_cache_fragment, offset, 4);
PIN(sf_cache_fragment, upload, 8);
PIN(sf_cache_fragment, bytes, 16);
PIN(sf_cache_fragment, bytes_count, 24);
PIN(sf_cache_fragment, reserved, 28);

PIN_SIZE(sf_cache_upload_end, 24);
PIN(sf_cache_upload_end, struct_bytes, 0);
PIN(sf_cache_upload_end, end, 4);
PIN(sf_cache_upload_end, upload, 8);
PIN(sf_cache_upload_end, received_bytes, 16);
PIN(sf_cache_upload_end, reserved, 20);

PIN_SIZE(sf_cache_request, 128);
PIN(sf_cache_request, struct_bytes, 0);
PIN(sf_cache_request, path, 4);
PIN(sf_cache_request, request, 8);
PIN(sf_cache_request, connection, 16);
PIN(sf_cache_request, viewer, 24);
PIN(sf_cache_request, tenant, 32);
PIN(sf_cache_request, camera, 40);
PIN(sf_cache_request, model, 48);
PIN(sf_cache_request, integration, 56);
PIN(sf_cache_request, deadline_ns, 64);
PIN(sf_cache_request, camera_slot, 72);
PIN(sf_cache_request, reserved, 76);
PIN(sf_cache_request, token, 80);
PIN(sf_cache_request, session_renewal, 88);
PIN(sf_cache_request, validator, 96);
PIN(sf_cache_request, serial, 104);
PIN(sf_cache_request, name, 112);
PIN(sf_cache_request, range_offset, 120);
PIN(sf_cache_request, reserved_2, 124);

PIN_SIZE(sf_cache_fetch_part, 80);
PIN(sf_cache_fetch_part, struct_bytes, 0);
PIN(sf_cache_fetch_part, offset, 4);
PIN(sf_cache_fetch_part, fetch, 8);
PIN(sf_cache_fetch_part, cookie, 16);
PIN(sf_cache_fetch_part, camera, 24);
PIN(sf_cache_fetch_part, total_bytes, 32);
PIN(sf_cache_fetch_part, bytes_count, 36);
PIN(sf_cache_fetch_part, bytes, 40);
PIN(sf_cache_fetch_part, capture, 48);
PIN(sf_cache_fetch_part, reserved, 52);
PIN(sf_cache_fetch_part, validator, 56);
PIN(sf_cache_fetch_part, vary, 64);
PIN(sf_cache_fetch_part, flags, 72);
PIN(sf_cache_fetch_part, reserved_2, 76);

PIN_SIZE(sf_cache_fetch_end, 32);
PIN(sf_cache_fetch_end, struct_bytes, 0);
PIN(sf_cache_fetch_end, end, 4);
PIN(sf_cache_fetch_end, fetch, 8);
PIN(sf_cache_fetch_end, cookie, 16);
PIN(sf_cache_fetch_end, camera, 24);

PIN_SIZE(sf_cache_store_reply, 40);
PIN(sf_cache_store_reply, struct_bytes, 0);
PIN(sf_cache_store_reply, status, 4);
PIN(sf_cache_store_reply, connection, 8);
PIN(sf_cache_store_reply, cookie, 16);
PIN(sf_cache_store_reply, bytes, 24);
PIN(sf_cache_store_reply, bytes_count, 32);
PIN(sf_cache_store_reply, reserved, 36);

PIN_SIZE(sf_cache_invalidation, 24);
PIN(sf_cache_invalidation, struct_bytes, 0);
PIN(sf_cache_invalidation, scope, 4);
PIN(sf_cache_invalidation, tenant, 8);
PIN(sf_cache_invalidation, camera, 16);

PIN_SIZE(sf_cache_identity, 32);
PIN(sf_cache_identity, struct_bytes, 0);
PIN(sf_cache_identity, status, 4);
PIN(sf_cache_identity, cookie, 8);
PIN(sf_cache_identity, token, 16);
PIN(sf_cache_identity, tenant, 24);

PIN_SIZE(sf_cache_node_event, 16);
PIN(sf_cache_node_event, struct_bytes, 0);
PIN(sf_cache_node_event, event, 4);
PIN(sf_cache_node_event, node, 8);
PIN(sf_cache_node_event, reserved, 12);

PIN_SIZE(sf_cache_sink, 24);
PIN(sf_cache_sink, struct_bytes, 0);
PIN(sf_cache_sink, reserved, 4);
PIN(sf_cache_sink, context, 8);
PIN(sf_cache_sink, write, 16);

PIN_SIZE(sf_cache_plugin, 200);
PIN(sf_cache_plugin, struct_bytes, 0);
PIN(sf_cache_plugin, abi, 4);
PIN(sf_cache_plugin, name, 8);
PIN(sf_cache_plugin, version, 16);
PIN(sf_cache_plugin, summary, 24);
PIN(sf_cache_plugin, options, 32);
PIN(sf_cache_plugin, create, 40);
PIN(sf_cache_plugin, destroy, 48);
PIN(sf_cache_plugin, on_upload, 56);
PIN(sf_cache_plugin, on_upload_fragment, 64);
PIN(sf_cache_plugin, on_upload_ended, 72);
PIN(sf_cache_plugin, on_request, 80);
PIN(sf_cache_plugin, on_request_cancelled, 88);
PIN(sf_cache_plugin, on_connection_closed, 96);
PIN(sf_cache_plugin, on_fetch_part, 104);
PIN(sf_cache_plugin, on_fetch_ended, 112);
PIN(sf_cache_plugin, on_store_reply, 120);
PIN(sf_cache_plugin, on_timer, 128);
PIN(sf_cache_plugin, on_invalidate, 136);
PIN(sf_cache_plugin, on_reconfigure, 144);
PIN(sf_cache_plugin, export_state, 152);
PIN(sf_cache_plugin, import_state, 160);
PIN(sf_cache_plugin, on_identity, 168);
PIN(sf_cache_plugin, on_node, 176);
PIN(sf_cache_plugin, on_clock_step, 184);
PIN(sf_cache_plugin, on_answer_progress, 192);
