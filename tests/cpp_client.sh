#!/usr/bin/env bash
# An event that a C++ cache would not hear does not compile: a function that is overloaded or not public.
# The same class with one public function does.
#
#   tests/cpp_client.sh COMPILER
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"

compiles() { # MEMBERS...
    cat > "$scratch/cache.cpp" << EOF
#include "strayframe.hpp"
class Cache {
  public:
    Cache(strayframe::Host &, const sf_cache_config &) {}
    $1
};
STRAYFRAME_CACHE(Cache, "cache", "1", "hears of uploads", nullptr)
EOF
    "$compiler" -std=c++17 -fsyntax-only -I harness/cache -I share/clients/cpp "$scratch/cache.cpp" 2> "$scratch/errors"
}
refuses() { # MEMBERS...
    if compiles "$1" || ! grep -q 'on_upload_ended must be public and not overloaded' "$scratch/errors"; then
        cat "$scratch/errors"
        echo "not refused: $1"
        exit 1
    fi
}

compiler=$1
compiles 'void on_upload_ended(const sf_cache_upload_end &) {}' || { cat "$scratch/errors"; exit 1; }
refuses 'void on_upload_ended(const sf_cache_upload_end &) {} void on_upload_ended(int) {}'
refuses 'private: void on_upload_ended(const sf_cache_upload_end &) {}'
