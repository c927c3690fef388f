#!/usr/bin/env bash
# Tests tools/test on a scratch tree with planted tests: one that fails in a single preset, one that skips, a cmocka
# program with a skipped function, one that loops, one that sleeps, one that cannot start. All presets must run, each
# failure must be listed at the end, and the last line must count every case.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$root/tools" "$scratch"
: > "$scratch/tools/packages.txt"
mkdir -p "$scratch/tests/kernel"

cat > "$scratch/CMakePresets.json" << 'END'
{
  "version": 6,
  "configurePresets": [
    { "name": "base", "hidden": true, "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}" },
    { "name": "dev", "inherits": "base" },
    { "name": "clang", "inherits": "base" },
    { "name": "asan", "inherits": "base" },
    { "name": "release", "inherits": "base" }
  ]
}
END
cat > "$scratch/program.sh" << 'END'
echo '[==========] Running 3 test(s).'
echo 'skipped: no <network> & no kernel'
echo '[  PASSED  ] 2 test(s).'
echo '[  SKIPPED ] 1 test(s), listed below:'
END
printf '#!/bin/sh\necho "kernel check: skipped: by choice"\nexit 77\n' > "$scratch/tests/kernel/run"
mkdir -p "$scratch/tests/live"
printf '#!/bin/sh\nexit 0\n' > "$scratch/tests/live/run" # a matrix of a real server
chmod +x "$scratch/tests/kernel/run" "$scratch/tests/live/run"

# tree PLANTED...: the scratch tree's tests; `strayframe prove` is `exit 0`.
tree() {
    cat > "$scratch/CMakeLists.txt" << 'END'
cmake_minimum_required(VERSION 3.25)
project(planted LANGUAGES NONE)
enable_testing()
file(WRITE ${CMAKE_BINARY_DIR}/strayframe "#!/bin/sh\nexit 0\n")
file(CHMOD ${CMAKE_BINARY_DIR}/strayframe PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
add_test(NAME program COMMAND sh ${CMAKE_SOURCE_DIR}/program.sh)
add_test(NAME rule COMMAND true)
set_tests_properties(rule PROPERTIES LABELS tree)
add_test(NAME page COMMAND true)
set_tests_properties(page PROPERTIES LABELS pages)
END
    printf '%s\n' "$@" >> "$scratch/CMakeLists.txt"
    rm -rf "$scratch/build"
}

# expect CODE LAST_LINE: runs tools/test and compares; the output is in $scratch/out.
expect() {
    local code=0
    SF_TEST_CPU_SECONDS=1 SF_TEST_SECONDS=10 "$scratch/tools/test" > "$scratch/out" 2>&1 < /dev/null || code=$?
    if [[ $code -ne $1 || $(tail -n 1 "$scratch/out") != "$2" ]]; then
        cat "$scratch/out"
        echo "expected exit code $1 and '$2'; actual exit code $code"
        exit 1
    fi
    echo "as expected: $2"
}

# lists LINE: the list at the end of the output has this line.
lists() {
    tail -n 30 "$scratch/out" | grep -qxF -- "$1" || { cat "$scratch/out"; echo "not in the list: $1"; exit 1; }
}

# Without a failure: the program under four presets, each labelled test under one, prove; the kernel check skips.
tree
expect 0 '13 passed, 0 failed, 5 skipped'
lists 'SKIPPED clang: program: no <network> & no kernel'
lists 'SKIPPED check against real kernels: by choice'

# shellcheck disable=SC2016 # the variables are CMake's
tree 'add_test(NAME skip COMMAND sh -c "echo skipped: no browser; exit 77")' \
    'set_tests_properties(skip PROPERTIES SKIP_RETURN_CODE 77)' \
    'if(CMAKE_BINARY_DIR MATCHES dev)' \
    'add_test(NAME fails COMMAND sh -c "exit 1")' \
    'elseif(CMAKE_BINARY_DIR MATCHES clang)' \
    'add_test(NAME loops COMMAND sh -c "while :; do :; done")' \
    'elseif(CMAKE_BINARY_DIR MATCHES asan)' \
    'add_test(NAME sleeps COMMAND sleep 600)' \
    'else()' \
    'add_test(NAME absent COMMAND /no/such/program)' \
    'endif()'
expect 1 '13 passed, 4 failed, 9 skipped'
lists 'FAILED dev: fails'
lists 'FAILED clang: loops'
lists 'FAILED asan: sleeps'
lists 'FAILED release: absent'
lists 'SKIPPED release: skip: no browser'

# A preset that does not build is a failure, and the others run.
tree 'if(CMAKE_BINARY_DIR MATCHES dev)' 'message(FATAL_ERROR "planted")' 'endif()'
expect 1 '10 passed, 1 failed, 4 skipped'
lists 'FAILED build dev'
