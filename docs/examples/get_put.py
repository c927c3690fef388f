"""A complete frame cache for strayframe in Python, to start from: the same as get_put.c. It puts every
still that arrives whole under its tenant and camera, gets it from there while it is fresh, and asks the
camera when it is not.

    build/release/strayframe gate --candidate 'exec:python3 docs/examples/get_put.py'
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "../../share/clients/python"))
import strayframe  # noqa: E402

FRESH_NS = 15 * 1000 * 1000 * 1000


class Still:
    """In the cache, or on its way into it."""

    def __init__(self, key, total_bytes=0, capture=0):
        self.key = key
        self.data = bytearray(total_bytes)
        self.capture = capture  # the camera's count of stills
        self.stored_ns = 0

    def fill(self, event):
        offset = event["offset"]
        self.data[offset : offset + len(event["data"])] = event["data"]


class GetPut(strayframe.Cache):
    name = "get-put"
    version = "1"
    summary = "whole stills under tenant and camera, while they are fresh"

    def __init__(self, event):
        if event["options"]:
            raise strayframe.Refused("it has no options")
        self.stored = {}
        self.uploads = {}
        self.fetches = {}  # by request, which is also the fetch's id

    def key_of(self, event):
        return (event["tenant"], event["camera"])

    # ---- get and put ----

    def get(self, key):
        still = self.stored.get(key)
        return still if still and self.now - still.stored_ns <= FRESH_NS else None

    def is_overtaken(self, still):
        """A slow still may be overtaken on its way by a newer one, which must then stay."""
        there = self.get(still.key)
        return there is not None and there.capture > still.capture

    def put(self, still):
        still.stored_ns = self.now
        self.stored[still.key] = still

    def answer_with(self, request, still):
        if still:
            self.answer(request, "ok", still.data)
        else:
            self.answer(request, "unavailable")

    # ---- what the host tells ----

    def on_upload(self, event):
        if event["kind"] == "whole":
            still = Still(self.key_of(event), event["total_bytes"], event["capture"])
            self.uploads[event["upload"]] = still

    def on_upload_fragment(self, event):
        still = self.uploads.get(event["upload"])
        if still:  # otherwise its upload has ended, and this packet was slow
            still.fill(event)

    def on_upload_ended(self, event):
        still = self.uploads.pop(event["upload"], None)
        if still and event["end"] == "complete" and not self.is_overtaken(still):
            self.put(still)

    def on_request(self, event):
        request = event["request"]
        still = self.get(self.key_of(event))
        if still:
            self.answer_with(request, still)
            return
        self.fetches[request] = Still(self.key_of(event))
        self.fetch(request, event["camera"])

    def on_request_cancelled(self, event):
        if self.fetches.pop(event["request"], None):
            self.fetch_cancel(event["request"])

    def on_fetch_part(self, event):
        wanted = self.fetches.get(event["fetch"])
        if wanted:
            if not wanted.data:
                wanted.data = bytearray(event["total_bytes"])
            wanted.capture = event["capture"]
            wanted.fill(event)

    def on_fetch_ended(self, event):
        wanted = self.fetches.pop(event["fetch"], None)
        if not wanted:
            return
        if event["end"] != "complete":
            self.answer_with(event["fetch"], None)
            return
        if not self.is_overtaken(wanted):
            self.put(wanted)
        self.answer_with(event["fetch"], self.get(wanted.key))

    def on_invalidate(self, event):
        # What is on its way goes on, and ends under the tenant that it was begun for:
        # a request that names another tenant, such as the camera's next owner, does not find it.
        for tenant, camera in list(self.stored):
            if tenant == event["tenant"] and event.get("camera", camera) == camera:
                del self.stored[(tenant, camera)]


if __name__ == "__main__":
    strayframe.run(GetPut)
