#!/usr/bin/env bash
# What tools/fuzz says to a mistake, before it builds anything.
set -euo pipefail

tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/tools/fuzz

# refused WORDS OPTION...: exit code 2, and the message has the words.
refused() {
    local words=$1 code=0 said
    shift
    said=$("$tool" "$@" 2>&1) || code=$?
    [[ $code -eq 2 && $said == *"$words"* ]] || { echo "$*: exit code $code, said: $said"; exit 1; }
}

refused "no option '--what'" --what
refused "expected one of" --engine honggfuzz
refused "--seconds needs a value" --seconds
refused "from 1 to" --seconds 1h
refused "from 1 to" --jobs 0
[[ $("$tool" --help) == *--empty-corpus* ]] || { echo "--help does not list the options"; exit 1; }

# Killed with SIGKILL, a campaign leaves no job: the engine here is a script that sleeps.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '#!/bin/sh\necho $$ > %s/pid\nexec sleep 300\n' "$scratch" > "$scratch/engine"
chmod +x "$scratch/engine"
bash -c 'source "$1"; engine=$2/engine; fuzz_binary() { echo "$engine"; }
    fuzz_start_libfuzzer fuzz_plan 9 "$2" 1; wait' \
    - "$(dirname "$tool")/fuzz.sh" "$scratch" &
campaign=$!
until [[ -s $scratch/pid ]]; do
    kill -0 "$campaign" || { echo "the campaign ended"; cat "$scratch/log.1"; exit 1; }
    sleep 0.05
done
job=$(< "$scratch/pid")
kill -0 "$job"
kill -KILL "$campaign"
for ((i = 0; i < 200; i++)); do
    kill -0 "$job" 2> /dev/null || break
    sleep 0.05
done
! kill -0 "$job" 2> /dev/null || { kill "$job"; echo "the engine's job is left"; exit 1; }
