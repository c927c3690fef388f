"""tests/plugins/thorough.c in Python: the same calls in the same order."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "share/clients/python"))
import strayframe  # noqa: E402

SECOND_NS = 1000 * 1000 * 1000
SWEEP_NS = 5 * SECOND_NS
STALE_NS = 10 * SECOND_NS
HEAD = struct.Struct("<QQIqI")  # tenant, camera, capture, time, length


class Still:
    def __init__(self, event, total_bytes=0):
        self.key = (event["tenant"], event["camera"])
        self.session = event.get("session_renewal")
        self.data = bytearray(total_bytes)
        self.capture = event.get("capture", 0)
        self.stored_ns = 0
        self.fetching = False


class Thorough(strayframe.Cache):
    name, version = "thorough", "1"

    def __init__(self, event):
        self.fresh_ns = 15 * SECOND_NS
        self.read_options(event["options"])
        self.stored, self.uploads, self.requests = {}, {}, {}
        self.puts_count = 0
        self.store_open("store")
        self.timer_set("sweep", SWEEP_NS)

    def read_options(self, options):
        if not options:
            return
        name, _, value = options.partition("=")
        if name != "fresh_ms" or not value.isdigit():
            raise strayframe.Refused("it knows fresh_ms")
        self.fresh_ns = int(value) * 1000000

    def on_reconfigure(self, event):
        self.read_options(event["options"])

    def get(self, key):
        still = self.stored.get(key)
        return still if still and self.now - still.stored_ns <= self.fresh_ns else None

    def put_key(self, key, data, ttl_ns):
        self.puts_count += 1
        self.store_put("store", "put %d" % self.puts_count, "%s %s" % key, bytes(data), ttl_ns)

    def put(self, still):
        there = self.get(still.key)
        if there and there.capture > still.capture:
            return
        still.stored_ns = self.now
        self.stored[still.key] = still
        self.fuzz_state(0, len(self.stored))
        self.put_key(still.key, still.data, self.fresh_ns)

    def deliver(self, request, data, age_ns):
        properties = {"stale": True} if age_ns > STALE_NS else {}
        if self.requests[request].session:
            properties["session"] = self.requests[request].session
        half = len(data) // 2
        self.answer_properties(request, **properties)
        self.answer_begin(request, len(data))
        self.answer_part(request, data[:half])
        self.answer_part(request, data[half:])
        self.answer_end(request)
        del self.requests[request]

    def on_upload(self, event):
        if event["kind"] == "whole":
            self.uploads[event["upload"]] = Still(event, event["total_bytes"])

    def on_upload_fragment(self, event):
        still = self.uploads.get(event["upload"])
        if still:
            still.data[event["offset"] : event["offset"] + event["bytes"]] = event["data"]

    def on_upload_ended(self, event):
        still = self.uploads.pop(event["upload"], None)
        if still and event["end"] == "complete":
            self.put(still)

    def look_up(self, request):
        key = self.requests[request].key
        still = self.get(key)
        if still:
            self.deliver(request, still.data, self.now - still.stored_ns)
        else:
            self.store_get("store", request, "%s %s" % key)

    def on_request(self, event):
        request = event["request"]
        self.requests[request] = Still(event)
        if event.get("token"):
            self.identity(request, event["token"])
        else:
            self.look_up(request)

    def on_identity(self, event):
        if event["op"] not in self.requests:
            return
        if event["status"] == "known":
            self.look_up(event["op"])
        else:
            self.answer(event["op"], "unavailable")
            del self.requests[event["op"]]

    def on_store_reply(self, event):
        wanted = self.requests.get(event["op"])
        if not wanted:
            return
        if event["status"] == "found":
            self.deliver(event["op"], event["data"], 0)
        else:
            wanted.fetching = True
            self.fetch(event["op"], wanted.key[1])

    def on_request_cancelled(self, event):
        wanted = self.requests.pop(event["request"], None)
        if wanted and wanted.fetching:
            self.fetch_cancel(event["request"])

    def on_fetch_part(self, event):
        wanted = self.requests.get(event["fetch"])
        if wanted:
            wanted.data = wanted.data or bytearray(event["total_bytes"])
            wanted.data[event["offset"] : event["offset"] + event["bytes"]] = event["data"]
            wanted.capture = event["capture"]

    def on_fetch_ended(self, event):
        wanted = self.requests.get(event["fetch"])
        if not wanted:
            return
        if event["end"] == "complete":
            self.put(wanted)
            self.deliver(event["fetch"], wanted.data, 0)
        else:
            self.answer(event["fetch"], "unavailable")
            del self.requests[event["fetch"]]

    def on_timer(self, event):
        old = [key for key, still in self.stored.items() if self.now - still.stored_ns > self.fresh_ns]
        for key in old:
            del self.stored[key]
        self.log("swept %d" % len(old))
        self.timer_set("sweep", SWEEP_NS)

    def on_invalidate(self, event):
        for key in sorted(self.stored):
            if key[0] == event["tenant"] and event.get("camera", key[1]) == key[1]:
                self.put_key(key, b"", 0)
                del self.stored[key]

    def on_export(self, event):
        for key in sorted(self.stored):
            still = self.stored[key]
            ids = (int(id, 16) for id in key)
            self.state(HEAD.pack(*ids, still.capture, still.stored_ns, len(still.data)) + still.data)

    def on_import(self, event):
        data, at = event["data"], 0
        while event["from_name"] == "thorough" and at + HEAD.size <= len(data):
            tenant, camera, capture, stored_ns, count = HEAD.unpack_from(data, at)
            at += HEAD.size
            still = Still({"tenant": "%016x" % tenant, "camera": "%016x" % camera, "capture": capture})
            still.stored_ns, still.data = stored_ns, bytearray(data[at : at + count])
            self.stored[still.key] = still
            at += count

    def on_connection_closed(self, event):
        self.log("a connection closed")

    def on_node(self, event):
        self.log("node %d %s" % (event["node"], event["what"]))

    def on_clock_step(self, event):
        self.log("the clock stepped by %d ms" % event["step_ms"])

    def on_answer_progress(self, event):
        self.fuzz_state(1, event["taken_bytes"] >> 12)


if __name__ == "__main__":
    strayframe.run(Thorough)
