#!/usr/bin/env bash
# The README is true: every file that it or a page in docs/ links to exists; each line of its ```sh blocks, run in
# order, gives the exit code that its comment names ("exit code N"; 0 if it names none); each line of the gate's output
# that it quotes is printed by one of these commands, numbers aside; and each line that it quotes of the replay is printed
# by the replay, figures included.
#
#   tests/readme.sh STRAYFRAME     STRAYFRAME: the program that stands in for build/release/strayframe
#
# Commands that need nginx are left out where there is none. tools/replay and tools/test do not run here: they would build the tree that this test is part of. Campaigns of the
# gate are cut to 5 seeds, the fewest with which the first one passes: the length of a campaign changes numbers only.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/build/release"
ln -s "$root"/{harness,scenarios,docs,share} "$scratch"
ln -s "$program" "$scratch/build/release/strayframe"
cd "$scratch"

for page in "$root"/README.md "$root"/docs/*.md; do
    while IFS= read -r link; do
        [[ -e $(dirname "$page")/$link ]] || { echo "${page#"$root"/} links to $link, which does not exist"; exit 1; }
    done < <(grep -oE '\]\([^)#:]+' "$page" | cut -c3-)
done

# cut_seeds LINE: the command with at most 5 seeds.
cut_seeds() {
    local line=${1/ --seeds 60/ --seeds 5}
    [[ $line != *' gate '* || $line == *' --seeds '* ]] || line=${line/ gate / gate --seeds 5 }
    echo "$line"
}

PATH=$PATH:/usr/sbin
count=0
while IFS= read -r line; do
    if [[ $line == *'--server nginx'* ]] && ! command -v nginx > /dev/null; then
        echo "left out, nginx is not installed: $line"
        continue
    fi
    expected=$(grep -oE 'exit code [0-9]+' <<< "$line" | grep -oE '[0-9]+' || echo 0)
    code=0
    bash -euo pipefail -c "$(cut_seeds "$line")" > out 2>&1 < /dev/null || code=$?
    if [[ $code -ne $expected ]]; then
        echo "expected exit code $expected, actual exit code $code: $line"
        cat out
        exit 1
    fi
    cat out >> printed
    echo "exit code $code: $line"
    count=$((count + 1))
done < <(awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside && NF && !/^(#|tools\/|git )/' "$root/README.md")
[[ $count -ge 5 ]] || { echo "only $count commands found in README.md"; exit 1; }

# Quoted output: the blocks without a language that have the gate's verdict.
shape() {
    sed -E 's/[0-9][0-9.,:]*/N/g; s/ +/ /g; s/ $//'
}
shape < printed | sort -u > shapes
quoted=0
while IFS= read -r line; do
    grep -qxF -- "$line" shapes || { echo "README.md quotes a line that no command printed: $line"; exit 1; }
    quoted=$((quoted + 1))
done < <(awk '/^```/ { if (block ~ /verdict: /) printf "%s", block; block = ""; fenced = !fenced; plain = fenced && $0 == "```"; next }
    plain && !/^ *\.\.\.$/ { block = block $0 "\n" }' "$root/README.md" | shape)
[[ $quoted -ge 10 ]] || { echo "only $quoted lines of quoted output found in README.md"; exit 1; }

# quoted_replay FILE: the lines of the replay that a page quotes.
quoted_replay() {
    awk '/^```/ { if (block ~ /facts hold over/) printf "%s", block; block = ""; next } { block = block $0 "\n" }' "$1" |
        grep -vE '^ *(\.\.\.)?$'
}
build/release/strayframe replay --report build/replay.html > replay
for page in README.md docs/incident.md; do
    count=0
    while IFS= read -r line; do
        grep -qxF -- "$line" replay || { echo "$page quotes a line that the replay does not print: $line"; exit 1; }
        count=$((count + 1))
    done < <(quoted_replay "$root/$page")
    [[ $count -ge 10 ]] || { echo "only $count lines of the replay are quoted in $page"; exit 1; }
done
