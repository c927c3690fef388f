#!/usr/bin/python3
"""The ready files of share/ci are what their servers take, and call strayframe with options that it has.

    tests/ci_files.py STRAYFRAME

YAML is parsed, and its structure compared with what the servers document; the Jenkinsfile has no parser outside Jenkins, so its
brackets, strings and the sections of a declarative pipeline are checked. The scripts go through sh -n. Each gate is run,
with a small campaign in place of its own. Canaries: a broken copy of each file must be refused.
Exit code 77 (skipped): python3-yaml is not installed.
"""
import os
import re
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
try:
    import yaml
except ImportError:
    print("skipped: the package python3-yaml is not installed")
    sys.exit(77)

program = os.path.abspath(sys.argv[1])
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


class Refused(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Refused(what)


def github_scripts(text):
    content = yaml.safe_load(text)
    need(isinstance(content, dict) and (True in content or "on" in content), "no `on`")  # YAML 1.1 reads `on` as true
    need(set(content) <= {"name", True, "on", "permissions", "jobs", "env"}, f"unknown keys in {list(content)}")
    need(content.get("jobs"), "no jobs")
    scripts = []
    for job in content["jobs"].values():
        need("runs-on" in job and job.get("steps"), "a job without machine or steps")
        for step in job["steps"]:
            need(set(step) <= {"name", "uses", "run", "with", "if", "env", "id"}, f"unknown keys in {list(step)}")
            need(("uses" in step) != ("run" in step), "a step neither uses nor runs, or both")
            need("uses" not in step or re.fullmatch(r"[\w-]+/[\w/.-]+@v\d+", step["uses"]), f"no action: {step.get('uses')}")
            if "run" in step:
                scripts.append(re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", step["run"]))
    return scripts


def gitlab_scripts(text):
    content = yaml.safe_load(text)
    need(isinstance(content, dict) and content, "no jobs")
    known = {"image", "stage", "variables", "before_script", "script", "allow_failure", "artifacts"}
    scripts = []
    for job in content.values():
        need(isinstance(job, dict) and set(job) <= known, f"unknown keys in {list(job)}")
        need(isinstance(job.get("script"), list), "a job without a script")
        need(all(isinstance(line, str) for part in ("before_script", "script") for line in job.get(part, [])),
             "a line of a script is no text")
        need(set(job["artifacts"]["reports"]) <= {"junit", "codequality"}, "an unknown report")
        scripts.append("\n".join(job.get("before_script", []) + job["script"]))
    return scripts


def jenkins_scripts(text):
    """Brackets that match outside of strings and comments, and the sections of a declarative pipeline."""
    token = re.compile(r"'''(.*?)'''|\"\"\"(.*?)\"\"\"|'((?:\\.|[^'\\\n])*)'|\"((?:\\.|[^\"\\\n])*)\"|//[^\n]*|[{}()\[\]]", re.S)
    depth = []
    sections = []
    closing = {"}": "{", ")": "(", "]": "["}
    scripts = []
    at = 0
    plain = ""
    for match in token.finditer(text):
        plain += text[at:match.start()]
        at = match.end()
        word = match.group(0)
        if word == "{":
            sections.append((len(depth), (re.findall(r"\w+", plain) or [""])[-1]))
        if word in "{([":
            depth.append(word)
        elif word in closing:
            need(depth and depth.pop() == closing[word], f"{word} without {closing[word]}")
        elif match.group(1) is not None:
            scripts.append(match.group(1))
        plain += " " if word not in "{}()[]" else word
    plain += text[at:]
    need(not depth, "a bracket is not closed")
    need("'" not in plain and '"' not in plain, "a string is not closed")
    need(sections and sections[0] == (0, "pipeline"), "no pipeline")
    inside = {name for level, name in sections if level == 1}
    need({"agent", "stages"} <= inside, f"a pipeline has an agent and stages: {inside}")
    need(inside <= {"agent", "environment", "stages", "post", "options"}, f"unknown sections: {inside}")
    need(any(name == "steps" for _, name in sections), "no steps")
    return scripts


readers = {"github.yml": github_scripts, "gitlab.yml": gitlab_scripts, "Jenkinsfile": jenkins_scripts}
faults = {
    "github.yml": [("    steps:", "    stepz:"), ("run: make", "run make"), ("uses: actions/checkout@v4", "uses: checkout"),
                   ("jobs:", "jobs: [")],
    "gitlab.yml": [("  script:", "  skript:"), ("      junit: gate.xml", "      junitt: gate.xml"), ("  stage: test", "  stage: [")],
    "Jenkinsfile": [("stages {", "stages "), ("'make'", "'make"), ("pipeline {", "pipline {"), ("error(\"", "error(")],
}


def gates(scripts):
    found = []
    for script in scripts:
        joined = re.sub(r"\\\n\s*", " ", script)
        found += [line.strip() for line in joined.splitlines() if line.strip().startswith("strayframe ")]
    return found


def try_gate(name, line, folder):
    """The same command, with a campaign that takes a second."""
    call = line.replace("strayframe gate", f"'{program}' gate --seeds 1 --only scenarios/smoke/small.yaml")
    commit = "0123456789abcdef0123456789abcdef01234567"
    environment = {**os.environ, "CANDIDATE": "builtin:boxing-day-fix", "BASELINE": "", "GITHUB_SHA": commit,
                   "CI_COMMIT_SHA": commit, "GIT_COMMIT": commit, "GITHUB_STEP_SUMMARY": os.path.join(folder, "summary.md")}
    call = re.sub(r"(?<=\s)(gate\.\w+)", lambda match: os.path.join(folder, match[1]), call)
    done = subprocess.run(["sh", "-c", call], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect(done.returncode in (0, 3), f"{name}: {call}: exit code {done.returncode}: {done.stdout.decode()[-400:]}")
    for file in re.findall(r"(?<=\s)gate\.\w+", line):
        expect(os.path.getsize(os.path.join(folder, file)) > 0, f"{name}: {file} was written")
        os.remove(os.path.join(folder, file))


with tempfile.TemporaryDirectory() as scratch:
    for name, read in readers.items():
        with open(os.path.join(root, "share/ci", name), encoding="utf-8") as file:
            text = file.read()
        try:
            scripts = read(text)
        except (Refused, yaml.YAMLError) as error:
            expect(False, f"{name}: {error}")
            continue
        for script in scripts:
            done = subprocess.run(["sh", "-n"], input=script.encode(), stderr=subprocess.PIPE)
            expect(done.returncode == 0, f"{name}: {done.stderr.decode()}")
        expect(len(gates(scripts)) == 1, f"{name} has one gate")
        for line in gates(scripts):
            try_gate(name, line, scratch)
        for good, bad in faults[name]:
            expect(good in text, f"{name} has no '{good}' to break")
            try:
                read(text.replace(good, bad, 1))
                expect(False, f"{name}: '{bad}' is not noticed")
            except (Refused, yaml.YAMLError):
                pass
sys.exit(1 if failures else 0)
