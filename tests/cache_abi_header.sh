#!/usr/bin/env bash
# The public header of the cache interface, away from the tree: compiles alone as C11 and as C++14
# under gcc and clang without a warning, and its layout is the one in abi/layout.c.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
alone=$(mktemp -d)
trap 'rm -rf "$alone"' EXIT
cp "$here/../harness/cache/strayframe_cache.h" "$here/abi/layout.c" "$alone"
cd "$alone"
printf '#include "strayframe_cache.h"\n' > alone.c

warnings=(-Wall -Wextra -pedantic -Werror -fsyntax-only)
compilers=("gcc -x c -std=c11" "clang -x c -std=c11" "g++ -x c++ -std=c++14" "clang++ -x c++ -std=c++14")
for compiler in "${compilers[@]}"; do
    read -ra command <<< "$compiler"
    command -v "${command[0]}" > /dev/null || { echo "${command[0]} is missing: install its package."; exit 1; }
    for source in alone.c layout.c; do
        "${command[@]}" "${warnings[@]}" "$source"
    done
    echo "fine: $compiler"
done

# The pins hold only if they would be noticed: what is retyped, inserted or redefined must not compile.
must_break() {
    sed -i.sound "$1" strayframe_cache.h
    ! cmp -s strayframe_cache.h strayframe_cache.h.sound || { echo "nothing to break with: $1"; exit 1; }
    if gcc -std=c11 -fsyntax-only layout.c 2> /dev/null; then
        echo "NOT caught by the layout: $1"
        exit 1
    fi
    mv strayframe_cache.h.sound strayframe_cache.h
    echo "caught: $1"
}
must_break '/^struct sf_cache_request {/,/^};/ s/uint32_t path;/uint64_t path;/'
must_break '/^struct sf_cache_host {/,/^};/ s/void \*context;/uint64_t inserted; void *context;/'
must_break 's/#define SF_CACHE_STATUS_NOT_FOUND 1u/#define SF_CACHE_STATUS_NOT_FOUND 2u/'
