#!/usr/bin/env bash
# `strayframe doctor` says of each ability yes or no, what it is needed for, and the command that mends it; it notices
# what is taken away: programs, and the namespaces of the box; --json says the same as the text. --version names the commit
# of the tree.
#
#   tests/doctor.sh STRAYFRAME
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
    echo "$*"
    exit 1
}

"$program" doctor > text
"$program" doctor --json > json
python3 - text json << 'END'
import json, re, sys
text = open(sys.argv[1]).read()
said = json.load(open(sys.argv[2]))
rows = said["abilities"]
assert len(rows) >= 25, len(rows)
assert {row["group"] for row in rows} >= {"box", "network", "caches", "live", "bugs", "tests"}
for row in rows:
    assert row["needed_for"] and row["mend"], row
    word = "yes" if row["works"] else "NO "
    line = re.compile(r"^  %s  %s +%s$" % (word, re.escape(row["name"]), re.escape(row["needed_for"])), re.M)
    assert line.search(text), row
    assert (row["mend"] in text) or row["works"], row
assert said["versions"]["cache_abi"] == 1
assert len(said["versions"]["libraries"]) == 11
END

# The canaries: no program, no namespaces.
mkdir empty
env -i PATH="$scratch/empty" STRAYFRAME_NO_NAMESPACES=1 "$program" doctor > less
for name in "user namespaces" "pid namespaces" "go"; do
    grep -qE "^  NO   $name " less || { cat less; fail "taken away, but not missed: $name"; }
done
grep -q "apt-get install golang-go" less || fail "no command mends a missing program"
printf '#!/bin/sh\nexit 0\n' > empty/go
chmod +x empty/go
env -i PATH="$scratch/empty" "$program" doctor > more
grep -qE "^  yes  go " more || fail "a program in PATH is not found"

"$program" --version > version
if commit=$(git -C "$root" rev-parse --short=12 HEAD 2> /dev/null); then
    grep -qE "^commit $commit(-dirty)?$" version || { cat version; fail "the commit is $commit"; }
fi
grep -q "^strayframe [0-9]" version && grep -q "^cache interface 1 " version && grep -q "sqlite 3" version ||
    { cat version; fail "--version lacks a line"; }
