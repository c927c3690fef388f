#!/usr/bin/env bash
# Runs a corpus through the replay build of fuzz_plan.
#
#   tests/fuzz_corpus.sh FUZZ_PLAN FOLDER CACHE [ORACLE]
#
# Without ORACLE, a pattern, nothing may be found; with it, some input must break it, and the plan be printed.
set -euo pipefail

program=$1 folder=$2 oracle=${4:-}
export SF_FUZZ_CACHE=$3

files=$(find "$folder" -type f | wc -l)
[[ $files -ge 50 ]] || { echo "only $files files in $folder"; exit 1; }

code=0
said=$("$program" "$folder" 2>&1) || code=$?
if [[ -z $oracle ]]; then
    ran=$(grep -c '^# .* bytes)$' <<< "$said")
    echo "$ran of $files inputs run, exit code $code"
    [[ $code -eq 0 && $ran -eq $files ]] || { tail -80 <<< "$said"; exit 1; }
else
    [[ $code -ne 0 ]] || { echo "nothing was found with $SF_FUZZ_CACHE"; exit 1; }
    if ! grep -qE "^# [0-9:.]+ $oracle: " <<< "$said" || ! grep -qE "^  oracle: $oracle\$" <<< "$said"; then
        echo "not a finding of $oracle:"
        tail -80 <<< "$said"
        exit 1
    fi
fi
