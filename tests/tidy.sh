#!/usr/bin/env bash
# Checks the rules of the tree that a compiler does not: names, banned calls, dead functions, headers that compile alone,
# and switches without `default`. The lists are in tidy.txt.
#
#   tests/tidy.sh OBJECTS [ROOT]    OBJECTS: a file that lists the program's .o files, each path ending in
#                                   <target>.dir/<room>/<file>.c.o
#                                   ROOT: the tree to check, this one by default
#   TIDY_LISTS: another tidy.txt
#
# Exit code 0: all rules hold; 1: some do not, or there was nothing to check.
set -euo pipefail
export LC_ALL=C

lists=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/tidy.txt
objects=$(realpath "$1")
cd "${2:-$(dirname "$lists")/..}"
lists=${TIDY_LISTS:-$lists}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuse() { echo "$*" >> "$work/refused"; }

# symbols_list NM_OPTION...: lines "OBJECT SYMBOL", the object as <room>/<file>.c.o.
symbols_list() {
    xargs -r -d '\n' nm -A "$@" < "$objects" |
        awk '{ object = $1; sub(/:.*/, "", object); sub(/^.*\.dir\/(\.\/)?/, "", object); print object, $NF }' | sort -u
}
symbols_list --defined-only --extern-only > "$work/defined"
# __isoc99_sscanf and __sprintf_chk are sscanf and sprintf.
symbols_list --undefined-only | sed -E 's/ __isoc[0-9]+_/ /; s/ __(.*)_chk$/ \1/' > "$work/used"
[[ -s $work/defined ]] || { echo "tidy: no external symbols in the objects of $objects"; exit 1; }

# Names. Symbols with two underscores belong to the compiler.
awk '
    FILENAME == lists {
        if ($1 == "named:") named[$2, $3] = 1
        next
    }
    ($2, $1) in named { next }
    $2 !~ /^__/ && !($2 ~ /^sf_/ || ($2 ~ /^cli_/ && $1 ~ /^harness\/cli\//) || $2 == "main") {
    printf "%s: external symbol %s: begin it with sf_ (cli_ in harness/cli)\n", $1, $2
}' lists="$lists" "$lists" "$work/defined" >> "$work/refused"

# Banned calls, and symbols that no other object uses.
awk '
    FILENAME == lists {
        sub(/#.*/, "")
        if (NF == 0) next
        kind = $1
        words = kind == "granted:" || kind == "named:" ? 4 : 3
        if ((kind != "banned:" && kind != "granted:" && kind != "alone:" && kind != "named:") || NF < words) {
            printf "tidy.txt:%d: expected banned:, granted:, alone: or named: with a reason\n", FNR
            next
        }
        if (kind == "banned:") banned[$2] = 1
        if (kind == "granted:") granted[$2, $3] = FNR
        if (kind == "alone:") alone[$2] = FNR
        if (kind == "named:") named[$2, $3] = FNR
        next
    }
    FILENAME == defined {
        where[$2] = $1
        delete named[$2, $1]
        next
    }
    {
        folder = $1
        sub(/\/[^\/]*$/, "", folder)
        if ($2 in banned) {
            if ((folder, $2) in seen) next
            seen[folder, $2] = 1
            if (($2, folder) in granted) used_grant[$2, folder] = 1
            else printf "%s: calls %s, which is banned\n", $1, $2
        }
        if (($2 in where) && where[$2] != $1) outside[$2] = 1
    }
    END {
        for (symbol in where) {
            if (symbol !~ /^(sf|cli)_/ || (symbol in outside) || (symbol in alone)) continue
            if (symbol ~ /^sf_.*_check(_[a-z]+)?$/) print symbol > checks
            else printf "%s: no other object uses %s: make it static, or remove it\n", where[symbol], symbol
        }
        for (symbol in alone) {
            if (!(symbol in where)) printf "tidy.txt:%d: there is no symbol %s\n", alone[symbol], symbol
            else if (symbol in outside) printf "tidy.txt:%d: %s is used elsewhere\n", alone[symbol], symbol
        }
        for (pair in named) {
            split(pair, part, SUBSEP)
            printf "tidy.txt:%d: %s does not define %s\n", named[pair], part[2], part[1]
        }
        for (pair in granted) {
            split(pair, part, SUBSEP)
            if (!(pair in used_grant)) printf "tidy.txt:%d: %s does not call %s\n", granted[pair], part[2], part[1]
        }
    }
' lists="$lists" defined="$work/defined" checks="$work/checks" "$lists" "$work/defined" "$work/used" | sort >> "$work/refused"

# A symbol that only tests use has to be used by one.
touch "$work/checks"
{ sed -nE 's/^alone:[[:space:]]+([a-z0-9_]+).*/\1/p' "$lists"; cat "$work/checks"; } | while read -r symbol; do
    grep -rqw --include='*.[ch]' "$symbol" tests fuzz bench 2> /dev/null || refuse "tidy.txt: no test, fuzz target or bench uses $symbol"
done

rooms=()
for folder in harness sim_* fuzz; do
    [[ ! -d $folder ]] || rooms+=("$folder")
done

# A switch over an enum of ours lists every case, so that the compiler tells of a new one. Where it selects some, the line
# says what happens to the rest; a switch over a number says so.
{ grep -rnE --include='*.[ch]' '^[[:space:]]*default[[:space:]]*:' "${rooms[@]}" || true; } |
    { grep -vE 'default: /\* (not an enum|the rest): [a-z].* \*/$' || true; } |
    sed 's/$/   say why on this line: not an enum: ..., or the rest: .../' >> "$work/refused"

# Each header compiles with nothing before it.
find "${rooms[@]}" -name '*.h' | sort > "$work/headers"
includes=(-I. -isystem /usr/include/libnl3 -isystem /usr/include/libxml2)
xargs -r -P 2 -I '{}' gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only "${includes[@]}" -include '{}' \
    -x c /dev/null < "$work/headers" > "$work/said" 2>&1 || { cat "$work/said"; refuse "a header does not compile alone"; }

echo "tidy: $(wc -l < "$work/defined") external symbols, $(wc -l < "$work/headers") headers," \
    "$(wc -l < "$work/refused") refused"
cat "$work/refused"
[[ ! -s $work/refused ]]
