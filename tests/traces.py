#!/usr/bin/python3
"""What `strayframe trace` writes is read by the programs that it is for, and says what the run was.

    tests/traces.py STRAYFRAME

pcapng is opened by tshark; the trace events of Perfetto are held to the rules of the JSON trace-event format; the text to the
records of the run. Each check has canaries. Exit code 77 (skipped): tshark is not installed; the rest was checked.
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
program = os.path.abspath(sys.argv[1])
failures = []
STRAY = "scenarios/canary/stray-pixels.yaml"


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def strayframe(*arguments):
    return subprocess.run([program, *arguments], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


# ---- Perfetto ----


def events_problem(trace):
    """The rules of the trace-event format that the importer of Perfetto relies on."""
    named = set()
    open_spans = {}
    flows = {}
    slices = set()
    last = {}
    for event in trace["traceEvents"]:
        if not {"ph", "name", "pid", "tid", "ts"} <= event.keys():
            return f"an event lacks a key: {event}"
        place = (event["pid"], event["tid"])
        if event["pid"] <= 0 or event["tid"] <= 0:
            return f"no such process or thread: {event}"
        if event["ph"] == "M":
            if event["name"] == "thread_name":
                named.add(place)
            continue
        if place not in named:
            return f"the track has no name: {event}"
        if event["ts"] < last.get(place, 0) and not event["name"].startswith("finding: "):
            return f"time goes back: {event}"
        if not event["name"].startswith("finding: "):
            last[place] = event["ts"]
        if event["ph"] == "X":
            if event.get("dur", 0) <= 0:
                return f"a slice without a length: {event}"
            slices.add((place, event["ts"]))
        elif event["ph"] == "i":
            if event.get("s") not in ("t", "p", "g"):
                return f"an instant without a scope: {event}"
        elif event["ph"] in "stf":
            if (place, event["ts"]) not in slices:
                return f"a flow that touches no slice: {event}"
            if event["ph"] == "s" and event["id"] in flows:
                return f"two flows of one number: {event}"
            if event["ph"] != "s" and event["id"] not in flows:
                return f"a flow without a beginning: {event}"
            flows[event["id"]] = event["ph"]
        elif event["ph"] in "be":
            if (event["ph"] == "b") == (event["id"] in open_spans):
                return f"a span that begins twice, or ends without a beginning: {event}"
            if event["ph"] == "b":
                open_spans[event["id"]] = event
            else:
                del open_spans[event["id"]]
        else:
            return f"an unknown phase: {event}"
    return None


def try_events(trace):
    problem = events_problem(trace)
    expect(problem is None, f"perfetto: {problem}")
    events = trace["traceEvents"]

    def planted(what, phase, change):
        changed = copy.deepcopy(trace)
        place = next(i for i, event in enumerate(events) if event["ph"] == phase)
        change(changed["traceEvents"], place)
        expect(events_problem(changed) is not None, f"the check of perfetto does not see {what}")

    planted("a missing time", "X", lambda all, i: all[i].pop("ts"))
    planted("a slice without a length", "X", lambda all, i: all[i].pop("dur"))
    planted("an instant without a scope", "i", lambda all, i: all[i].pop("s"))
    planted("a flow without a beginning", "s", lambda all, i: all.pop(i))
    planted("a span without a beginning", "b", lambda all, i: all.pop(i))
    planted("a track without a name", "i", lambda all, i: all[i].update(tid=77777777))
    planted("a flow that touches no slice", "t", lambda all, i: all[i].update(ts=all[i]["ts"] + 0.5))


# ---- tshark ----


def tshark(file, *arguments):
    done = subprocess.run(["tshark", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o",
                           "udp.check_checksum:TRUE", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


BAD = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || " \
      "tcp.analysis.flags || !(http || syslog)"


def try_packets(file, text, scratch):
    code, lines, complaint = tshark(file, "-T", "fields", "-e", "ip.src", "-e", "ip.dst")
    expect(code == 0 and "cut short" not in complaint, f"tshark opens the file: {complaint}")
    expect(len(lines.splitlines()) > 100, "there are packets")
    code, bad, _ = tshark(file, "-Y", BAD)
    expect(bad == "", f"tshark has something to say against {bad.splitlines()[:3]}")

    code, asks, _ = tshark(file, "-N", "n", "-Y", "http.request", "-T", "fields", "-e", "ip.src", "-e", "ip.src_host", "-e",
                           "http.request.uri", "-e", "frame.time_epoch")
    rows = [line.split("\t") for line in asks.splitlines()]
    viewers = [row for row in rows if row[1].startswith("hub-of-home-")]
    expect(viewers, "hubs ask")
    for address, name, uri, _ in viewers:
        home = name.rsplit("-", 1)[1]
        expect(address == f"10.0.{home}.2" and uri == f"/camera/{home}", f"{name} is {address} and asks for {uri}")
    asked = re.search(r"^(\d+):(\d+\.\d+) hub of home (\d+) asks for camera", text, re.M)
    expect([f"hub-of-home-{asked[3]}", f"{int(asked[1]) * 60 + float(asked[2]):.9f}"] in
           [[row[1], row[3]] for row in viewers], "the first request of the text is among the packets, at its time")
    _, answers, _ = tshark(file, "-Y", "http.response", "-T", "fields", "-e", "http.response.code")
    expect("200" in answers.split(), "requests are answered")
    packets = len(re.findall(r"link of home \d+ takes in", text))
    _, fragments, _ = tshark(file, "-Y", 'syslog.msg contains "takes in"', "-T", "fields", "-e", "syslog.msg")
    expect(len(fragments.splitlines()) == packets > 0, "each fragment that enters a link is a packet")

    with open(file, "rb") as whole:
        content = whole.read()
    cut = os.path.join(scratch, "cut.pcapng")
    with open(cut, "wb") as part:
        part.write(content[:-5])
    _, _, complaint = tshark(cut)
    expect("cut short" in complaint, "the check of packets does not see a file that is cut short")
    changed = os.path.join(scratch, "changed.pcapng")
    with open(changed, "wb") as other:
        other.write(content.replace(b"GET /camera/", b"GOT /camera/"))
    _, bad, _ = tshark(changed, "-Y", BAD)
    expect(bad != "", "the check of packets does not see a changed payload")


with tempfile.TemporaryDirectory() as scratch:
    def at(name):
        return os.path.join(scratch, name)

    strayframe("run", STRAY, "--save", at("saved.run"))
    done = strayframe("trace", at("saved.run"), "--pcapng", at("a.pcapng"), "--perfetto", at("a.json"), "--text", at("a.txt"))
    expect(done.returncode == 0, f"trace of a saved run: {done.stderr.decode()}")
    expect(done.stdout == b"", "what goes to files is not printed")
    again = strayframe("trace", STRAY)
    with open(at("a.txt"), "rb") as file:
        text = file.read()
    expect(again.returncode == 0 and again.stdout == text, "a scenario and its saved run have one trace")
    text = text.decode()
    expect("hub of home 1" in text and "home 0" not in text and "camera 0" not in text, "homes are counted from 1")
    told = json.loads(strayframe("run", STRAY, "--json").stdout)
    with open(at("a.json"), encoding="utf-8") as file:
        trace = json.load(file)
    try_events(trace)
    findings = [event for event in trace["traceEvents"] if event["name"].startswith("finding: ")]
    expect(len(findings) >= len(told["findings"]) > 0, "each finding is an instant")
    first = told["findings"][0]
    expect(any(event["ts"] * 1000 == first["at_ns"] and event["name"] == f"finding: {first['oracle']}" and
               first["text"].endswith(event["args"]["finding"]) for event in findings), "the first one is among them")
    for wrong, code in (([STRAY, "--pcapng", "/no/such/folder/x"], 4), (["/no/such/file"], 2), ([STRAY, "--pcap", "x"], 2)):
        done = strayframe("trace", *wrong)
        expect(done.returncode == code or (code == 4 and done.returncode == 2), f"trace {wrong} is {done.returncode}")
        expect(done.stderr != b"", f"trace {wrong} says why")
    if shutil.which("tshark") is None:
        print("skipped: the package tshark is not installed; text and trace events were checked")
        sys.exit(1 if failures else 77)
    try_packets(at("a.pcapng"), text, scratch)
sys.exit(1 if failures else 0)
