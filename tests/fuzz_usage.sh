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
