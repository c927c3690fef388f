#!/usr/bin/env bash
# A cache that is built with sanitizers runs in the box, with the sanitizer's run-time library, and a use
# after free is its crash. Without that library the message says so from its beginning.
#
#   tests/sanitized_cache.sh STRAYFRAME
#
# Exit code 77 (skipped): the compiler has no shared AddressSanitizer, or the program has one of its own.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"

library=$(gcc -print-file-name=libasan.so 2> /dev/null || true)
if [[ $library != /* ]] || grep -q __asan_init "$program"; then
    exit 77
fi
flags=(-std=c11 -shared -fPIC -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -I harness/cache)
gcc "${flags[@]}" -o "$scratch/good.so" docs/examples/get_put.c
sed 's/^    still_take(&cache->uploads, still);$/&\n    free(still->bytes);\n    still->bytes[0] = 1;/' docs/examples/get_put.c > "$scratch/bad.c"
gcc "${flags[@]}" -Wno-error -o "$scratch/bad.so" "$scratch/bad.c" 2> /dev/null

fail() {
    cat "$scratch/out"
    echo "$1"
    exit 1
}
run() {
    local code=0
    "$program" run scenarios/smoke/small.yaml --cache "$scratch/$1" > "$scratch/out" 2>&1 || code=$?
    [[ $code -eq $2 ]] || fail "$1: expected exit code $2, and it was $code"
}

run good.so 2
grep -q 'its last words: .*ASan runtime does not come first' "$scratch/out" || fail "the message has no beginning"
export STRAYFRAME_SANITIZER=$library
run good.so 0
run bad.so 1
grep -q 'AddressSanitizer: heap-use-after-free' "$scratch/out" || fail "the use after free was not seen"
