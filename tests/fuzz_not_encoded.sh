#!/usr/bin/env bash
# The scenarios that no fuzzer's bytes mean are those that fuzz/not_encoded.txt lists, each with the key that is in
# the way and a reason.
#
#   tests/fuzz_not_encoded.sh LIST
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
listed() { grep -v '^#' "$root/fuzz/not_encoded.txt" | awk '{ print $1, $2 }' | sort; }

if ! diff <(listed) <(awk '{ print $1, $2 }' "$1" | sort); then
    echo "fuzz/not_encoded.txt (<) is not the list of what could not be encoded (>)"
    exit 1
fi
! grep -v '^#' "$root/fuzz/not_encoded.txt" | awk 'NF < 4 { print "no reason: " $0; bad = 1 } END { exit !bad }'
