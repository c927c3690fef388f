#!/usr/bin/env bash
# Hides each library that cmake/libraries.cmake asks for, one at a time, and demands that the configure
# step ends with one sentence that names the library's package, which tools/packages.txt must have.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_tree=$(dirname "$here")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
IFS=: read -ra places <<< "$(pkg-config --variable pc_path pkg-config)"
failed=0
hidden=0

while read -r module package; do
    rm -rf "${scratch:?}"/*
    mkdir "$scratch/pc"
    for place in "${places[@]}"; do
        [[ ! -d $place ]] || find "$place" -name '*.pc' ! -name "$module.pc" -exec ln -sf -t "$scratch/pc" {} +
    done
    wanted="The library $module is missing: install the package $package."
    if PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$scratch/pc \
        cmake -S "$source_tree" -B "$scratch/build" -G Ninja > "$scratch/out" 2>&1; then
        echo "configured without $module"
        failed=1
    elif ! tr -s ' \n' ' ' < "$scratch/out" | grep -qF "$wanted"; then
        echo "without $module, expected: $wanted"
        cat "$scratch/out"
        failed=1
    else
        echo "caught: $wanted"
    fi
    if ! grep -qE "^build +$package " "$source_tree/tools/packages.txt"; then
        echo "tools/packages.txt does not install $package"
        failed=1
    fi
    hidden=$((hidden + 1))
done < <(sed -nE 's/^ *sf_library\([A-Z0-9]+ ([^ ]+) ([^ )]+)\).*/\1 \2/p' "$source_tree/cmake/libraries.cmake")

[[ $hidden -ge 5 ]] || { echo "only $hidden libraries found in cmake/libraries.cmake"; exit 1; }
exit $failed
