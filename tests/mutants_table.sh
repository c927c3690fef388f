#!/usr/bin/env bash
# The tables of docs/defects.md about mechanical changes are what tools/mutants and tools/mutants-host print of the
# outcomes that were measured.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
page=$root/docs/defects.md

# compare TABLE...: each line that the command prints is a line of the page.
compare() {
    local line
    while IFS= read -r line; do
        grep -qxF -- "$line" "$page" || { echo "docs/defects.md lacks a line that '$*' prints: $line"; exit 1; }
    done < <("$@" 2> /dev/null)
}

compare "$root/tools/mutants" --table "$root/tests/mutants/measured.tsv"
compare "$root/tools/mutants-host" --table "$root/tests/mutants/measured-host.tsv"
[[ $("$root/tools/mutants" --table "$root/tests/mutants/measured.tsv" | wc -l) -gt 3 ]]
[[ $("$root/tools/mutants-host" --table "$root/tests/mutants/measured-host.tsv" 2> /dev/null | wc -l) -gt 3 ]]
