#!/usr/bin/env bash
# The commands that are printed after a fail work when they are pasted into a shell, whatever the files are called.
#
#   tests/next_commands.sh STRAYFRAME
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PATH=$(dirname "$program"):$PATH

# A folder and a file with everything that a shell might take for its own.
folder="$scratch/it's \"a\" folder; \$HOME \`id\` & \\ *"
mkdir "$folder"
cd "$folder"
file="a 'b' \"c\" \$(touch planted) -n; #.yaml"
cp "$root/scenarios/canary/stray-pixels.yaml" "$file"

# commands FILE: the lines of an output that are commands, one a line.
commands() {
    sed -n 's/^ *\(strayframe [a-z]* .*\)$/\1/p' "$1"
}

# paste FILE: each command of an output, in a shell; the first must fail as the run did, others must work.
paste_all() {
    local count=0 line code
    while IFS= read -r line; do
        code=0
        sh -c "$line" > "$scratch/out" 2> "$scratch/err" < /dev/null || code=$?
        case $line in
        'strayframe run '* | 'strayframe exhaust '*) expected=1 ;;
        *) expected=0 ;;
        esac
        if [[ $code -ne $expected ]]; then
            echo "exit code $code, expected $expected: $line"
            cat "$scratch/err"
            exit 1
        fi
        [[ $line != *"strayframe shrink"* ]] || grep -q 'scenario\|homes' "$scratch/out"
        count=$((count + 1))
    done < <(commands "$1")
    echo "$count commands pasted"
    [[ $count -ge $2 ]] || { echo "expected at least $2 commands in:"; cat "$1"; exit 1; }
}

# must_fail COMMAND...: its output is in $scratch/told.
must_fail() {
    local code=0
    "$@" > "$scratch/told" 2> "$scratch/err" || code=$?
    [[ $code -eq 1 ]] || { echo "exit code $code, expected 1: $*"; cat "$scratch/err"; exit 1; }
}

must_fail strayframe run "$file" --set "title=it's \"so\""
paste_all "$scratch/told" 2
must_fail strayframe run "$file" --save "a run's file"
must_fail strayframe run "a run's file"
paste_all "$scratch/told" 2
must_fail strayframe gate --candidate builtin:canary-tenantless --seeds 1 --only "$file"
paste_all "$scratch/told" 4
[[ ! -e planted ]] || { echo "a name was run as a command"; exit 1; }

# Canary: names without quotes must be noticed.
strayframe run "$file" > "$scratch/told" || true
commands "$scratch/told" | sed "s/'//g" > "$scratch/unquoted"
if (paste_all "$scratch/unquoted" 2) > /dev/null 2>&1; then
    echo "the test does not notice names without quotes"
    exit 1
fi
