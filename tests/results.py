#!/usr/bin/python3
"""What --json prints is what share/schemas/results.schema.json says, and homes have one number in text and JSON.

    tests/results.py STRAYFRAME [--print FOLDER]

Each command's output is validated twice: as a user would, and with no key that the schema does not name. Canaries: a key that
is missing, of another type, or new must be noticed, and so must a schema that is no schema. Exit code 77 (skipped):
python3-jsonschema is not installed. --print keeps the outputs in FOLDER.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
try:
    import jsonschema
except ImportError:
    print("skipped: the package python3-jsonschema is not installed")
    sys.exit(77)

program = os.path.abspath(sys.argv[1])
failures = []
SMALL = "scenarios/smoke/small.yaml"
STRAY = "scenarios/canary/stray-pixels.yaml"
LEAKY = "builtin:canary-tenantless"
REPLAY = ["--facts-only", "--set", "homes.fleet.count=2", "--set", "homes.poor.count=2", "--set", "duration=3min", "--set",
          "timeline.0.at=10s", "--set", "timeline.1.at=40s", "--set", "timeline.2.at=50s", "--set", "timeline.3.at=55s",
          "--set", "timeline.4.at=100s"]


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def strict(schema):
    """The same schema without room for keys that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: strict(part) for key, part in schema.items()}
    is_object = "object" in changed.get("type", [])
    is_root = "allOf" in changed  # each command has keys of its own
    if "properties" in changed and "additionalProperties" not in changed and is_object and not is_root:
        changed["additionalProperties"] = False
    return changed


def commands(scratch):
    store = os.path.join(scratch, "store")
    yield ["run", STRAY]
    yield ["run", SMALL, "--expect"]
    yield ["run", SMALL, "--twice"]
    yield ["run", SMALL, "--cache", LEAKY, "--vary", "content:1"]
    yield ["gate", "--candidate", LEAKY, "--seeds", "2", "--only", SMALL]
    yield ["gate", "--candidate", LEAKY, "--baseline", "builtin:boxing-day-fix", "--seeds", "1", "--only", SMALL]
    yield ["gate", "--candidate", "builtin:boxing-day-fix", "--seeds", "1", "--small-seconds", "1", "--only", SMALL]
    yield ["gate", "--candidate", LEAKY, "--seeds", "2", "--only", SMALL, "--shard", "1/1", "--store", store]
    yield ["merge", store]
    yield ["history", store]
    yield ["prove", "--class", "D01", "--seeds", "1", "--only", SMALL]
    yield ["exhaust", "--candidate", LEAKY, "--seconds", "2"]
    yield ["exhaust", "--candidate", "builtin:boxing-day-fix", "--seconds", "1", "--depth", "3"]
    yield ["explain", STRAY]
    yield ["explain", SMALL]
    yield ["shrink", STRAY, "--seconds", "1"]
    yield ["replay", *REPLAY]


def outputs():
    with tempfile.TemporaryDirectory() as scratch:
        for arguments in commands(scratch):
            done = subprocess.run([program, *arguments, "--json"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            name = " ".join(arguments).replace(scratch, "SCRATCH")
            try:
                yield name, json.loads(done.stdout)
            except ValueError as error:
                expect(False, f"{name} --json: {error}: {done.stderr.decode(errors='replace')}")


if len(sys.argv) > 3:
    for number, (name, result) in enumerate(outputs()):
        with open(os.path.join(sys.argv[3], f"{number:02}.json"), "w", encoding="utf-8") as file:
            json.dump(result, file)
    sys.exit(1 if failures else 0)

with open(os.path.join(root, "share/schemas/results.schema.json"), encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
open_schema = jsonschema.Draft7Validator(schema)
closed_schema = jsonschema.Draft7Validator(strict(schema))


def problem_of(validator, result):
    error = jsonschema.exceptions.best_match(validator.iter_errors(result))
    return None if error is None else f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def numbers_are_alike(result):
    """The numbers of homes in a finding's sentence are those of its keys."""
    for finding in result.get("findings", []):
        match = re.search(r"the (hub|app|export job) of home (\d+) ", finding["text"])
        if match:
            expect((finding["viewer_kind"], finding["viewer_home"]) == (match[1], int(match[2])),
                   f"{finding['text']}: viewer_home is {finding['viewer_home']}")
        owner = re.search(r"home (\d+)'s capture", finding["text"])
        if owner:
            expect(finding["owner_camera"] == int(owner[1]), f"{finding['text']}: camera {finding['owner_camera']}")
    return len(result.get("findings", []))


def try_canaries(result):
    def planted(what, change):
        changed = copy.deepcopy(result)
        change(changed)
        expect(problem_of(closed_schema, changed) is not None, f"the check does not see {what}")

    planted("a missing key", lambda one: one.pop("verdict"))
    planted("a missing version", lambda one: one.pop("format_version"))
    planted("another version", lambda one: one.update(format_version=2))
    planted("an unknown command", lambda one: one.update(command="judge"))
    planted("a key of another type", lambda one: one.update(homes="six"))
    planted("a new key", lambda one: one.update(surplus=1))
    planted("a missing key of a finding", lambda one: one["findings"][0].pop("owner_tenant"))
    planted("a home 0", lambda one: one["findings"][0].update(viewer_home=0))
    planted("an unknown verdict", lambda one: one.update(verdict="fine"))
    broken = copy.deepcopy(schema)
    broken["definitions"]["finding"]["type"] = "objekt"
    try:
        jsonschema.Draft7Validator.check_schema(broken)
        expect(False, "a broken schema is not noticed")
    except jsonschema.SchemaError:
        pass


findings_count = 0
seen = set()
for name, result in outputs():
    for validator, way in ((open_schema, "a user's"), (closed_schema, "the strict")):
        problem = problem_of(validator, result)
        expect(problem is None, f"{name}: {way} schema: {problem}")
    seen.add(result.get("command"))
    findings_count += numbers_are_alike(result)
    if name == f"run {STRAY}":
        try_canaries(result)
expect(findings_count > 20, f"only {findings_count} findings were compared with their sentences")
missing = {part["if"]["properties"]["command"]["const"] for part in schema["allOf"]} - seen
expect(missing == set(), f"commands of the schema that were not tried: {missing}")
sys.exit(1 if failures else 0)
