#!/usr/bin/env bash
# Holds every #include line of the rooms against include_rules.txt: who may include whom.
#
#   tests/include_rules.sh [ROOT]     ROOT: the tree to check, this one if none is named
#
# Exit code 0: all allowed; 1: some are not, or there was nothing to check.
set -euo pipefail

rules=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/include_rules.txt
cd "${1:-$(dirname "$rules")/..}"

rooms=()
for folder in harness sim_*; do
    [[ ! -d $folder ]] || rooms+=("$folder")
done
[[ ${#rooms[@]} -gt 0 ]] || { echo "include rules: no rooms below $PWD"; exit 1; }

{ grep -rnE '^[[:space:]]*#[[:space:]]*include' "${rooms[@]}" || true; } | sort -t: -k1,1 -k2,2n | awk '
    function folder_of(path) {
        sub(/\/[^\/]*$/, "", path)
        return path
    }
    function refuse(why) {
        printf "%s:%s: %s\n", file, line, why
        refused++
    }

    # The rules.
    FILENAME == rules {
        sub(/#.*/, "")
        if (NF == 0) {
            next
        }
        if ($1 !~ /:$/) {
            printf "%s:%d: expected ROOM: ...\n", FILENAME, FNR
            refused++
            next
        }
        room = substr($1, 1, length($1) - 1)
        known[room] = 1
        for (i = 2; i <= NF; i++) {
            allowed[room, $i] = 1
        }
        next
    }

    # The include lines: FILE:LINE:#include "..." or <...>
    {
        split($0, part, ":")
        file = part[1]
        line = part[2]
        room = folder_of(file)
        checked++
        if (!(room in known)) {
            refuse("the folder " room " has no line in include_rules.txt")
            next
        }
        if (match($0, /<[^>]*>/)) {
            header = substr($0, RSTART, RLENGTH)
            owner = folder_of(header) "/>"
            if (!(("everywhere", header) in allowed) && !((room, header) in allowed) &&
                !((room, owner) in allowed)) {
                refuse(room " may not include " header)
            }
        } else if (match($0, /"[^"]*"/)) {
            header = substr($0, RSTART + 1, RLENGTH - 2)
            owner = folder_of(header)
            if (header !~ /\// || header ~ /(^|\/)\.\.?\//) {
                refuse("\"" header "\": say the path from the top of the tree")
            } else if (owner != room && ("private", header) in allowed) {
                refuse(header " is private to " owner)
            } else if (owner != room && !((room, owner "/") in allowed) && !((room, header) in allowed)) {
                refuse(room " may not include " header)
            }
        } else {
            refuse("an include that cannot be read: write the header out")
        }
    }

    END {
        if (checked == 0) {
            print "include rules: not one #include line to check"
            exit 1
        }
        printf "include rules: %d include lines, %d refused\n", checked, refused
        exit refused > 0
    }
' rules="$rules" "$rules" -
