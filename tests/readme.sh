#!/usr/bin/env bash
# The README is true: every file that it or a page in docs/ links to is there, and each line of its ```sh
# blocks, run in order, gives the exit code that its comment names ("exit code N"; 0 if it names none).
#
#   tests/readme.sh STRAYFRAME     STRAYFRAME: the program that stands in for build/release/strayframe
#
# tools/replay and tools/test are left out: they would build the tree that this test is part of.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/build/release"
ln -s "$root"/{harness,scenarios,docs} "$scratch"
ln -s "$program" "$scratch/build/release/strayframe"
cd "$scratch"

for page in "$root"/README.md "$root"/docs/*.md; do
    while IFS= read -r link; do
        [[ -e $(dirname "$page")/$link ]] || { echo "${page#"$root"/} links to $link, which is not there"; exit 1; }
    done < <(grep -oE '\]\([^)#:]+' "$page" | cut -c3-)
done

count=0
while IFS= read -r line; do
    expected=$(grep -oE 'exit code [0-9]+' <<< "$line" | grep -oE '[0-9]+' || echo 0)
    code=0
    bash -euo pipefail -c "$line" > out 2>&1 < /dev/null || code=$?
    if [[ $code -ne $expected ]]; then
        echo "exit code $code, not $expected: $line"
        cat out
        exit 1
    fi
    echo "exit code $code: $line"
    count=$((count + 1))
done < <(awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside && NF && !/^(#|tools\/|git )/' "$root/README.md")

[[ $count -ge 5 ]] || { echo "only $count commands found in README.md"; exit 1; }
