#!/usr/bin/env bash
# `strayframe new-cache`: what it writes, for each language, is built and passes the gate by the commands that it prints,
# in a folder without anything else; the gate catches the mistake that is planted in it afterwards; what exists is not
# overwritten; after a failure nothing is left.
#
#   tests/new_cache.sh STRAYFRAME
set -euo pipefail

program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
    echo "$*"
    exit 1
}

# plant LANGUAGE FILE: the mistake: a key without the tenant.
plant() {
    case $1 in
        c) sed -i 's/return (struct key){tenant, camera};/(void)tenant; (void)camera; return (struct key){1, camera_slot};/' "$2" ;;
        cpp) sed -i 's/return {event.tenant, event.camera};/return {1, event.camera_slot};/' "$2" ;;
        python) sed -i 's/return (event\["tenant"\], event\["camera"\])/return (1, event["camera_slot"])/' "$2" ;;
    esac
}

for language in c cpp python; do
    name=my-$language
    case $language in python) file=$name/$name.py ;; *) file=$name/$name.$language ;; esac
    "$program" new-cache "$name" --language "$language" > said
    sed -n 's/^  //p' said > commands
    [[ $(wc -l < commands) -ge 2 ]] || { cat said; fail "$language: no commands are printed"; }
    sh -e commands > out 2>&1 || { cat out; fail "$language: what new-cache wrote does not pass the gate"; }
    plant "$language" "$file"
    ! sh -e commands > out 2>&1 || fail "$language: the mistake was not caught"
    grep -q "verdict: leak" out || { cat out; fail "$language: no leak was reported"; }
    [[ $(wc -l < "$name/README.md") -eq 5 ]] || fail "$language: the README has not five lines"
    ! grep -rq '@NAME@\|get.put\|GetPut' "$name" --include='*.c' --include='*.cpp' --include='*.py' --include='*.md' \
        --include='*.txt' --include='*.sh' --include='*.yml' --exclude-dir=build || fail "$language: a name is left"
    before=$(sha256sum "$file")
    code=0
    "$program" new-cache "$name" --language "$language" 2> out || code=$?
    [[ $code -eq 2 && $(sha256sum "$file") == "$before" ]] || fail "$language: an existing folder is not refused"
    grep -q "exists already" out || { cat out; fail "no reason is said"; }
    echo "$language: passes, and leaks with the mistake"
done

# refused WORD...: exit code 2, and no folder.
refused() {
    local code=0
    "$program" new-cache "$@" > out 2>&1 || code=$?
    [[ $code -eq 2 && ! -e ${1##*/} ]] || { cat out; fail "not refused: $*"; }
}
refused 1st
refused 'a b'
refused strayframe
refused other --language rust
refused no/such/folder
code=0
(ulimit -f 1 && "$program" new-cache full) > out 2>&1 || code=$?
[[ $code -eq 4 && ! -e full ]] || { cat out; fail "exit code $code with a full disk, or something is left"; }
"$program" new-cache "$scratch/deep" > /dev/null # a path
[[ -e deep/deep.c ]] || fail "a path is not taken as the folder"
