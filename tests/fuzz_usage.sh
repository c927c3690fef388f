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

# Killed while it builds, it leaves no ninja and nothing that ninja has started: the compiler here sleeps.
mkdir -p "$scratch/build/dev"
: > "$scratch/CMakePresets.json"
touch -d '1 minute ago' "$scratch/CMakePresets.json"
cat > "$scratch/build/dev/build.ninja" << END
rule compile
  command = echo \$\$PPID \$\$\$\$ > $scratch/compiler && exec sleep 300
build all: compile
END
bash -c 'source "$1"; root=$2; build dev' - "$(dirname "$tool")/lib.sh" "$scratch" 2> /dev/null &
building=$!
until [[ -s $scratch/compiler ]]; do
    kill -0 "$building" || { echo "the build ended"; exit 1; }
    sleep 0.05
done
read -r ninja compiler < "$scratch/compiler"
kill -0 "$ninja" "$compiler"
kill -KILL "$building"
for ((i = 0; i < 200; i++)); do
    kill -0 "$ninja" 2> /dev/null || kill -0 "$compiler" 2> /dev/null || break
    sleep 0.05
done
! kill -0 "$ninja" 2> /dev/null || { kill "$ninja"; echo "ninja is left"; exit 1; }
! kill -0 "$compiler" 2> /dev/null || { kill "$compiler"; echo "the compiler is left"; exit 1; }
