#!/usr/bin/python3
"""What each command that judges writes for other programs is what their formats ask for.

    tests/formats.py STRAYFRAME

JUnit against tests/schemas/junit.xsd, SARIF against tests/schemas/sarif.json (and the schema of OASIS, where
STRAYFRAME_SARIF_SCHEMA names a copy), GitLab's code quality against tests/schemas/gitlab.json, GitHub's commands and the
summary by their grammar. Each check has canaries: outputs that are broken on purpose, which it must refuse.
Exit code 77 (skipped): python3-jsonschema or xmllint is not installed.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
try:
    import jsonschema
except ImportError:
    print("skipped: the package python3-jsonschema is not installed")
    sys.exit(77)
if subprocess.run(["sh", "-c", "command -v xmllint"], stdout=subprocess.DEVNULL).returncode != 0:
    print("skipped: the package libxml2-utils is not installed")
    sys.exit(77)

program = os.path.abspath(sys.argv[1])
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def schema(name):
    with open(os.path.join(root, "tests/schemas", name), encoding="utf-8") as file:
        content = json.load(file)
    jsonschema.Draft7Validator.check_schema(content)
    return jsonschema.Draft7Validator(content)


sarif_schemas = [schema("sarif.json")]
if os.environ.get("STRAYFRAME_SARIF_SCHEMA"):
    with open(os.environ["STRAYFRAME_SARIF_SCHEMA"], encoding="utf-8") as oasis:
        sarif_schemas.append(jsonschema.Draft7Validator(json.load(oasis)))
gitlab_schema = schema("gitlab.json")

# ---- the checks: each returns what is wrong, or None ----


def junit_problem(text):
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", os.path.join(root, "tests/schemas/junit.xsd"), "-"],
        input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        return done.stdout.decode(errors="replace")
    suite = ElementTree.fromstring(text).find("testsuite")
    cases = suite.findall("testcase")
    counts = {"tests": len(cases)}
    for key, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[key] = sum(case.find(element) is not None for case in cases)
    for key, count in counts.items():
        if int(suite.get(key)) != count:
            return f"{key} is {suite.get(key)}, and there are {count}"
    return None


def sarif_problem(text):
    try:
        log = json.loads(text.decode("utf-8"))
        for validator in sarif_schemas:
            validator.validate(log)
    except (ValueError, jsonschema.ValidationError) as error:
        return str(error)
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        if len(set(rules)) != len(rules):
            return "two rules have one id"
        for result in run["results"]:
            if rules[result["ruleIndex"]:][:1] != [result["ruleId"]]:
                return f"ruleIndex {result['ruleIndex']} is not {result['ruleId']}"
    return None


def gitlab_problem(text):
    try:
        entries = json.loads(text.decode("utf-8"))
        gitlab_schema.validate(entries)
    except (ValueError, jsonschema.ValidationError) as error:
        return str(error)
    fingerprints = [entry["fingerprint"] for entry in entries]
    return None if len(set(fingerprints)) == len(fingerprints) else "two entries have one fingerprint"


ESCAPED = r"(?:[^%\r\n\x00-\x1f\x7f]|%25|%0D|%0A)*"
PROPERTY = r"(?:[^%\r\n:,\x00-\x1f\x7f]|%25|%0D|%0A|%3A|%2C)+"
COMMAND = re.compile(rf"::(error|warning|notice) title={PROPERTY}(,file={PROPERTY},line=1)?::{ESCAPED}")


def github_problem(text):
    for line in text.decode("utf-8").split("\n")[:-1]:
        if not COMMAND.fullmatch(line):
            return f"no workflow command: {line}"
    return None if text == b"" or text.endswith(b"\n") else "the last line has no end"


def summary_problem(text):
    lines = text.decode("utf-8").split("\n")
    if not lines[0].startswith("### strayframe "):
        return f"no heading: {lines[0]}"
    if "| | |" not in lines:
        return "no table of figures"
    fence = None
    for line in lines:
        mark = re.fullmatch(r"(~{3,})(?:sh)?", line)
        if mark:
            fence = None if mark.group(1) == fence else fence or mark.group(1)
        elif fence is None and re.search(r"(?<!\\)[<`]|\x1b", line):
            return f"a text is taken for Markdown: {line}"
    return "a block of commands has no end" if fence else None


checks = {"junit": junit_problem, "sarif": sarif_problem, "gitlab": gitlab_problem, "github": github_problem,
          "summary": summary_problem}

# ---- canaries ----


def must_refuse(kind, text, what):
    expect(checks[kind](text) is not None, f"the check of {kind} does not see {what}")


def without(document, *path):
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return json.dumps(changed).encode()


def replaced(document, value, *path):
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(changed).encode()


def try_canaries(outputs):
    junit = outputs["junit"]
    must_refuse("junit", re.sub(rb'(<testcase [^>]*) time="[^"]*"', rb"\1", junit, count=1), "a case without a time")
    must_refuse("junit", re.sub(rb"(?s)<properties>.*</properties>", b"", junit), "missing properties")
    must_refuse("junit", re.sub(rb'(<testsuite [^>]*failures=")\d+', rb"\g<1>9999", junit), "a wrong count")
    must_refuse("junit", junit.replace(b"</testsuites>", b""), "a cut file")
    sarif = json.loads(outputs["sarif"])
    must_refuse("sarif", without(sarif, "version"), "a missing version")
    must_refuse("sarif", replaced(sarif, "2.0.0", "version"), "another version")
    result = ("runs", 0, "results", 0)
    must_refuse("sarif", without(sarif, *result, "message"), "a result without a message")
    must_refuse("sarif", without(sarif, *result, "partialFingerprints"), "a result without a fingerprint")
    must_refuse("sarif", replaced(sarif, "fatal", *result, "level"), "a level that there is not")
    must_refuse("sarif", replaced(sarif, 5, *result, "ruleIndex"), "an index of another rule")
    must_refuse("sarif", replaced(sarif, 1, *result, "surplus"), "a property that the standard does not have")
    must_refuse("sarif", without(sarif, "runs", 0, "tool", "driver", "rules", 0, "help"), "a rule without help")
    location = (*result, "locations", 0, "physicalLocation", "artifactLocation", "uri")
    must_refuse("sarif", replaced(sarif, "a b.yaml", *location), "a location that is no URI")
    gitlab = json.loads(outputs["gitlab"])
    must_refuse("gitlab", without(gitlab, 0, "fingerprint"), "an entry without a fingerprint")
    must_refuse("gitlab", replaced(gitlab, "bad", 0, "severity"), "a severity that there is not")
    must_refuse("gitlab", json.dumps(gitlab + gitlab[:1]).encode(), "two entries of one fingerprint")
    must_refuse("github", b"::error title=t,file=a,line=1::x\nno command\n", "a line that is no command")
    must_refuse("github", b"::error title=t,file=a:b,line=1::x\n", "a colon in a property")
    must_refuse("github", b"::error title=t,file=a,line=1::50% of it\n", "a bare percent sign")
    must_refuse("github", b"::error title=t,file=a,line=1::\x1b[31m\n", "an escape sequence")
    must_refuse("summary", outputs["summary"].replace(b"### ", b"", 1), "a missing heading")
    must_refuse("summary", outputs["summary"] + b"- <script>\n", "an element of HTML")


# ---- the commands ----


def call(arguments, folder):
    files = {"junit": "junit", "sarif": "sarif", "gitlab": "code-quality", "summary": "summary"}
    names = {kind: os.path.join(folder, kind) for kind in files}
    options = ["--annotations", "--json"]
    for kind, name in names.items():
        options += [f"--{files[kind]}", name]
    done = subprocess.run([program, *arguments, *options], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    outputs = {"github": b"".join(line + b"\n" for line in done.stderr.split(b"\n") if line.startswith(b"::"))}
    for kind, name in names.items():
        if not os.path.exists(name):
            expect(False, f"{arguments}: no {kind}:\n{done.stderr.decode(errors='replace')}")
            sys.exit(1)
        with open(name, "rb") as file:
            outputs[kind] = file.read()
        os.remove(name)
    for kind, check in checks.items():
        problem = check(outputs[kind])
        expect(problem is None, f"{' '.join(arguments)}: {kind}: {problem}")
    return done.returncode, outputs


def signatures(outputs):
    log = json.loads(outputs["sarif"])
    return {result["partialFingerprints"]["strayframeSignature/v1"]: result for result in log["runs"][0]["results"]}


SMALL = "scenarios/smoke/small.yaml"
STRAY = "scenarios/canary/stray-pixels.yaml"
LEAKY = "builtin:canary-tenantless"

with tempfile.TemporaryDirectory() as scratch:
    code, fails = call(["run", STRAY], scratch)
    expect(code == 1, "the canary's run fails")
    try_canaries(fails)
    stray = [one for name, one in signatures(fails).items() if name.startswith("no-stray-pixels:")]
    expect(stray and stray[0]["level"] == "error", "a stray picture is an error")
    expect(stray[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == STRAY,
           "the location is the scenario")

    code, passes = call(["run", SMALL, "--expect"], scratch)
    expect(code == 0 and not signatures(passes) and passes["github"] == b"", "a pass has no problem")
    call(["run", SMALL, "--twice"], scratch)

    gate = ["gate", "--candidate", LEAKY, "--seeds", "2", "--only", SMALL]
    code, of_gate = call(gate, scratch)
    expect(code == 1, "the gate fails")
    of_gate_signatures = signatures(of_gate)
    of_run_signatures = signatures(call(["run", SMALL, "--cache", LEAKY, "--seed", "1"], scratch)[1])
    expect(set(of_run_signatures) & set(of_gate_signatures), "run and gate name a finding alike")

    # Every finding is accepted: suppressed, and no error of GitHub's.
    accepts = os.path.join(scratch, "accepts.yaml")
    with open(accepts, "w", encoding="utf-8") as file:
        for name in of_gate_signatures:
            file.write(f'- finding: "{name}"\n  reason: "ticket: 4711, <b>50%</b>"\n  until: 2099-01-31\n')
    code, accepted = call([*gate, "--accept", accepts], scratch)
    for name, one in signatures(accepted).items():
        if name in of_gate_signatures and name not in ("small-worlds"):
            expect(one["suppressions"] and one["suppressions"][0]["justification"] == "accepted until 2099-01-31: ticket: 4711, <b>50%</b>",
                   f"{name} is suppressed")
    expect(accepted["github"].count(b"::notice") >= len(of_gate_signatures) - 1, "what is accepted is a notice")

    call(["gate", "--candidate", LEAKY, "--baseline", "builtin:boxing-day-fix", "--seeds", "1", "--only", SMALL], scratch)
    store = os.path.join(scratch, "store")
    subprocess.run([program, *gate, "--shard", "1/1", "--store", store], cwd=root, stdout=subprocess.DEVNULL, check=False)
    code, merged = call(["merge", store], scratch)
    expect(code == 1 and set(of_gate_signatures) - {"small-worlds"} <= set(signatures(merged)),
           "merge has the problems of the gate")
    code, proved = call(["prove", "--class", "D01", "--seeds", "1", "--only", SMALL], scratch)
    expect((code == 1) == bool(signatures(proved)), "prove has a problem if it fails")
    code, explored = call(["exhaust", "--candidate", LEAKY, "--seconds", "2"], scratch)
    expect(code == 1 and signatures(explored), "exhaust has its finding")
    call(["replay", "--facts-only", "--set", "homes.fleet.count=2", "--set", "homes.poor.count=2", "--set",
          "duration=3min", "--set", "timeline.0.at=10s", "--set", "timeline.1.at=40s", "--set", "timeline.2.at=50s",
          "--set", "timeline.3.at=55s", "--set", "timeline.4.at=100s"], scratch)

    # A name that is hostile to each of the formats.
    hostile = os.path.join(scratch, "a '%25`<b>|,:é\n::error::x.yaml")
    with open(os.path.join(root, STRAY), encoding="utf-8") as source, open(hostile, "w", encoding="utf-8") as copied:
        copied.write(source.read())
    code, of_hostile = call(["run", hostile], scratch)
    expect(code == 1 and len(of_hostile["github"].splitlines()) == len(signatures(of_hostile)) + 1,
           "a line end in a name begins no workflow command")
    broken_name = os.path.join(scratch.encode(), b"\xff\x1b[31m.yaml")
    with open(broken_name, "wb") as copied, open(os.path.join(root, STRAY), "rb") as source:
        copied.write(source.read())
    call(["run", os.fsdecode(broken_name)], scratch)

    # The summary is appended.
    summary = os.path.join(scratch, "summary.md")
    with open(summary, "w", encoding="utf-8") as file:
        file.write("before\n")
    subprocess.run([program, "run", STRAY, "--summary", summary], cwd=root, stdout=subprocess.DEVNULL, check=False)
    with open(summary, encoding="utf-8") as file:
        expect(file.read().startswith("before\n### strayframe run: fail"), "the summary is appended")

print("oasis schema: " + ("used" if len(sarif_schemas) > 1 else "not at hand; the project's own was used"))
sys.exit(1 if failures else 0)
