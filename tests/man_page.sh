#!/usr/bin/env bash
# The manual page is the one that the program prints, names every command and option of its help, and
# `man` has nothing to say against it.
#
#   tests/man_page.sh STRAYFRAME
#
# Exit code 77 (skipped): the page is right, but nothing here can format one.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
page=$root/docs/strayframe.1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if ! diff -u "$page" <("$program" help --man) > "$scratch/diff"; then
    cat "$scratch/diff"
    echo "docs/strayframe.1 is not what the program says: build/release/strayframe help --man > docs/strayframe.1"
    exit 1
fi

if command -v man > /dev/null && command -v groff > /dev/null; then
    groff -man -ww -z -Tutf8 "$page" 2> "$scratch/warnings"
    MANWIDTH=200 LC_ALL=C.UTF-8 MANPAGER=cat man --warnings -l "$page" > "$scratch/page" 2>> "$scratch/warnings"
    if [[ -s $scratch/warnings ]]; then
        cat "$scratch/warnings"
        exit 1
    fi
else
    echo "skipped: the page is current, but man or groff is not installed to format it"
    exit 77
fi

# What a reader sees has every command and every option of the commands' own help.
count=0
while read -r command; do
    grep -qE "strayframe $command( |$)" "$scratch/page" || { echo "no command $command on the page"; exit 1; }
    while read -r option; do
        grep -qE -- "^ *$option( |$)" "$scratch/page" || { echo "no option $option on the page"; exit 1; }
        count=$((count + 1))
    done < <("$program" help "$command" | sed -nE 's/^  (--[a-z-]+).*/\1/p' | grep -v '^--help$')
done < <(sed -nE 's/^\.SS strayframe ([a-z\\-]+).*/\1/p' "$page" | tr -d '\\')
[[ $count -ge 20 ]] || { echo "only $count options on the page"; exit 1; }
echo "$count options"
