"""A cache for strayframe in Python: one class, one method an event.

    import strayframe

    class MyCache(strayframe.Cache):
        name, version = "my-cache", "1"

        def on_request(self, event):
            self.answer(event["request"], "unavailable")

    strayframe.run(MyCache)

    strayframe gate --candidate 'exec:python3 my_cache.py'

The methods of a class are the events that it receives. An event is a dictionary with the fields that
docs/exec.md names, and its bytes under "data"; an id of nothing is absent. `self.now`
is the virtual time in ns, `self.wall_ms` the node's wall clock, `self.random` a generator that was
seeded by the host. Take time and chance from nowhere else, and iterate over no set of strings, or no
run repeats. print() goes to standard error. `strayframe.debug()` opens the debugger on the terminal,
under `strayframe talk`.
"""

import json
import os
import random
import sys

PROTOCOL = 1

EVENTS = (
    "upload upload_fragment upload_ended request request_cancelled connection_closed fetch_part"
    " fetch_ended store_reply timer invalidate reconfigure export import identity node clock_step"
    " answer_progress"
).split()


class Refused(Exception):
    """Raised from __init__ (create) or on_reconfigure: the options are not understood."""


class Cache:
    """One instance of a cache, on one node. Fields that every class sets: name, version."""

    name = "unnamed"
    version = "0"
    summary = None  # one line: what it does
    options_known = None  # for a person: "ttl_ms=5000 ..."

    def __init__(self, event):
        """`event` is `create`: node, nodes, still_bytes_max, capacity_bytes, options."""

    # Calls. `fetch`, `timer`, `connection` and `op` are strings that the cache chooses, unique
    # while they are in use.

    def answer(self, request, status, data=b""):
        self._call({"call": "answer", "request": request, "status": status}, data)

    def answer_begin(self, request, total_bytes):
        self._call({"call": "answer_begin", "request": request, "total_bytes": total_bytes})

    def answer_part(self, request, data):
        self._call({"call": "answer_part", "request": request}, data)

    def answer_end(self, request):
        self._call({"call": "answer_end", "request": request})

    def answer_abort(self, request):
        self._call({"call": "answer_abort", "request": request})

    def answer_properties(self, request, **properties):
        """stale, incomplete: booleans; validator, session: ids."""
        self._call({"call": "answer_properties", "request": request, **properties})

    def fetch(self, fetch, camera, **validator):
        self._call({"call": "fetch", "fetch": fetch, "camera": camera, **validator})

    def fetch_cancel(self, fetch):
        self._call({"call": "fetch_cancel", "fetch": fetch})

    def timer_set(self, timer, delay_ns):
        self._call({"call": "timer_set", "timer": timer, "delay_ns": delay_ns})

    def timer_cancel(self, timer):
        self._call({"call": "timer_cancel", "timer": timer})

    def store_open(self, connection):
        self._call({"call": "store_open", "connection": connection})

    def store_close(self, connection):
        self._call({"call": "store_close", "connection": connection})

    def store_get(self, connection, op, key):
        self._call({"call": "store_get", "connection": connection, "op": op, "key": key})

    def store_put(self, connection, op, key, data=b"", ttl_ns=0):
        call = {"call": "store_put", "connection": connection, "op": op, "key": key}
        self._call({**call, "ttl_ns": ttl_ns}, data)

    def identity(self, op, token):
        self._call({"call": "identity", "op": op, "token": token})

    def log(self, text):
        self._call({"call": "log", "text": text})

    def fuzz_state(self, index, value):
        self._call({"call": "fuzz_state", "index": index, "value": value})

    def state(self, data):
        """In on_export: some bytes for the successor."""
        for at in range(0, len(data), 4 << 20):
            self._call({"call": "state"}, data[at : at + (4 << 20)])

    def _call(self, call, data=b""):
        self._talk.call(call, data)


class _Talk:
    """The two pipes. What the program prints goes elsewhere, so that it does not mix with calls."""

    def __init__(self):
        self.input = os.fdopen(os.dup(0), "rb", 1 << 18)
        self.output = os.dup(1)
        os.dup2(2, 1)
        sys.stdin = open(os.devnull)
        self.calls = []
        self.event = None
        self.silent = False  # the event wants no reply: none was expected
        self.mispredicted = None  # the first such event that has calls all the same

    def call(self, call, data):
        if self.silent:
            self.mispredicted = self.mispredicted or self.event
            return
        if data:
            call["bytes"] = len(data)
        self.calls.append(json.dumps(call, separators=(",", ":")).encode() + b"\n")
        if data:
            self.calls.append(data)

    def read(self):
        line = self.input.readline()
        if not line:
            os._exit(0)
        event = json.loads(line)
        if "bytes" in event:
            event["data"] = self.input.read(event["bytes"])
        return event

    def done(self):
        if self.mispredicted:
            self.calls = [b'{"call":"mispredicted","of":"%s"}\n' % self.mispredicted.encode()]
            self.mispredicted = None
        else:
            self.calls.append(b'{"call":"done"}\n')
        data = memoryview(b"".join(self.calls))
        self.calls = []
        while data:
            data = data[os.write(self.output, data) :]


def _hello(cls):
    known = {name: getattr(cls, "on_" + name, None) for name in EVENTS}
    hello = {
        "call": "hello",
        "protocol": PROTOCOL,
        "name": cls.name,
        "version": cls.version,
        "events": [name for name, handler in known.items() if handler],
    }
    if cls.summary:
        hello["summary"] = cls.summary
    if cls.options_known:
        hello["options"] = cls.options_known
    return hello


def _create(cls, talk, event):
    cache = cls.__new__(cls)
    cache._talk = talk
    cache.now = event["now"]
    cache.wall_ms = event["wall_ms"]
    cache.random = random.Random(int(event["seed"], 16))
    cache.__init__(event)
    return cache


def run(cls):
    """Speaks with strayframe until it has had enough."""
    talk = _Talk()
    cache = None
    handlers = {}
    parts = []  # of a state that is imported
    while True:
        event = talk.read()
        name = event["event"]
        talk.event = name
        talk.silent = event.get("reply") is False
        try:
            if name == "hello":
                talk.call(_hello(cls), b"")
            elif name == "create":
                cache = _create(cls, talk, event)
                handlers = {name: getattr(cache, "on_" + name, None) for name in EVENTS}
            elif name == "destroy":
                cache = None
                handlers = {}
            elif handlers.get(name):
                cache.now = event["now"]
                cache.wall_ms = event["wall_ms"]
                if name == "import":
                    parts.append(event["data"])
                    if not event["last"]:
                        talk.done()
                        continue
                    event["data"] = b"".join(parts)
                    parts = []
                handlers[name](event)
        except Refused as refused:
            talk.call({"call": "refuse", "text": str(refused)}, b"")
        if not talk.silent:
            talk.done()


def debug():
    """A break point that speaks with the terminal, for standard input and output are taken."""
    import pdb

    terminal = open("/dev/tty", "r+")
    pdb.Pdb(stdin=terminal, stdout=terminal).set_trace(sys._getframe(1))
