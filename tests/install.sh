#!/usr/bin/env bash
# An installation works at any prefix, from any folder, also after it was moved: the program finds its other programs,
# scenarios, drivers and baseline; a cache is built with only what is installed, by pkg-config and by CMake; every link
# of the installed pages leads to a file, and no page names the tree of the source.
#
#   tests/install.sh BUILD     BUILD: a folder in which everything is built
set -euo pipefail

build=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "$*"
    exit 1
}

cmake --install "$build" --prefix "$scratch/first" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
mv "$scratch/first" "$scratch/moved away" # a prefix with a blank
prefix="$scratch/moved away"
mkdir "$scratch/elsewhere" "$scratch/bin"
cd "$scratch/elsewhere"
ln -s "$prefix/bin/strayframe" "$scratch/bin/strayframe" # as /usr/local/bin often is

# expect CODE COMMAND...: the program's exit code, without the environment of this test.
expect() {
    local expected=$1 code=0
    shift
    env -i PATH="$scratch/bin:/usr/bin:/bin" "$@" > out 2>&1 < /dev/null || code=$?
    [[ $code -eq $expected ]] || { cat out; fail "expected exit code $expected, actual exit code $code: $*"; }
}

# has_line TEXT: the last command printed it.
has_line() {
    grep -qF -- "$1" out || { cat out; fail "not printed: $1"; }
}

expect 0 strayframe list defects
has_line "shown by: scenarios/gate/"
expect 0 strayframe live --help
has_line "$prefix/share/strayframe/docs/" # where the pages are that it names
expect 0 strayframe list places
has_line "$prefix/include"
expect 2 strayframe live --server nginx
has_line "needs --config" # the driver was found
expect 2 strayframe live --server nginy --config x
has_line "did you mean 'nginx'?"
expect 0 strayframe run scenarios/smoke/small.yaml

# repeats: the first command that the gate's list of findings names finds a leak again.
repeats() {
    local command
    command=$(sed -n 's/^ *\(strayframe run .*\)/\1/p' out | head -n 1)
    [[ -n $command ]] || { cat out; fail "the gate names no command"; }
    expect 1 sh -c "$command"
}
expect 1 strayframe gate --seeds 1 --candidate builtin:canary-tenantless
has_line "strayframe run scenarios/gate/"
repeats

# A cache built with what pkg-config names, judged from its runner's box.
cp "$prefix"/share/strayframe/docs/examples/get_put*.c .
flags=$(PKG_CONFIG_PATH="$prefix/share/pkgconfig" pkg-config --cflags strayframe)
eval "cc -std=c11 -shared -fPIC $flags -o leaky.so get_put_leaky.c"
expect 1 strayframe run scenarios/gate/deploy.yaml --seed 1 --cache ./leaky.so --save leak.run
expect 0 strayframe explain leak.run
has_line "no-stray-pixels"

# The CMake package, also that of the build tree. -h of the program: it is the imported one.
cat > CMakeLists.txt << 'END'
cmake_minimum_required(VERSION 3.25)
project(user C CXX)
find_package(strayframe 0.1 REQUIRED)
add_library(leaky MODULE get_put_leaky.c)
target_link_libraries(leaky PRIVATE strayframe::cache)
add_library(mine MODULE mine.cpp)
target_link_libraries(mine PRIVATE strayframe::cache)
set_target_properties(leaky mine PROPERTIES CXX_STANDARD 17 PREFIX "")
add_custom_target(judge ALL COMMAND strayframe::strayframe run scenarios/smoke/small.yaml --cache $<TARGET_FILE:mine>
    WORKING_DIRECTORY / DEPENDS mine)
END
cp "$prefix/share/strayframe/docs/examples/get_put.cpp" mine.cpp
cmake -S . -B "$scratch/user" -DCMAKE_PREFIX_PATH="$prefix" > out 2>&1 || { cat out; fail "find_package failed"; }
cmake --build "$scratch/user" > out 2>&1 || { cat out; fail "the cache was not built with the CMake package"; }
cmake -S . -B "$scratch/user2" -Dstrayframe_DIR="$build/cmake" > out 2>&1 || { cat out; fail "find_package failed"; }
cmake --build "$scratch/user2" --target leaky > out 2>&1 || { cat out; fail "not built with the build tree's package"; }

# Scenarios that happen to lie in the current folder are not the gate's, whatever version they are of; named, they are.
mkdir -p scenarios/gate
for name in "$prefix"/share/strayframe/scenarios/gate/*.yaml; do
    echo "strayframe: 99" > "scenarios/gate/$(basename "$name")"
done
expect 1 strayframe gate --seeds 1 --candidate builtin:canary-tenantless
repeats
expect 2 strayframe gate --only scenarios/gate --candidate builtin:canary-tenantless
has_line "99"
expect 2 strayframe run scenarios/gate/deploy.yaml
has_line "99"

# The pages.
cd "$prefix/share/strayframe"
count=0
while IFS= read -r page; do
    while IFS= read -r link; do
        [[ -e $(dirname "$page")/$link ]] || fail "$page links to $link, which does not exist"
        count=$((count + 1))
    done < <(grep -oE '\]\([^)#:]+' "$page" | cut -c3- | grep -v '^https*$')
done < <(find . -name '*.md')
[[ $count -ge 100 ]] || fail "only $count links in the installed pages"
! grep -rnE "build/release/([^b]|$)|-I harness/cache" --include='*.md' --exclude=install.md --exclude=CHANGELOG.md . || fail "an installed page names the source tree"
[[ -e $prefix/share/doc/strayframe/docs/gate.md && -e $prefix/share/man/man1/strayframe.1 ]] || fail "no documentation"
python3 -c 'import json, sys; json.load(open(sys.argv[1]))' share/schemas/scenario.schema.json

for shell in bash zsh; do
    file=$(find "$prefix/share/$shell"* -type f)
    diff "$file" <("$prefix/bin/strayframe" help --completion "$shell") || fail "$file is not what the program prints"
done

# The canary of all this: without the data the program finds none, wherever it was built.
rm -r "$prefix/share/strayframe" "$prefix/libexec"
cd "$scratch"
expect 2 strayframe list defects
expect 2 strayframe run scenarios/smoke/small.yaml
expect 4 strayframe live --url http://127.0.0.1:9
has_line "strayframe-live"
expect 4 strayframe run "$build/source/scenarios/smoke/small.yaml" --cache elsewhere/leaky.so
has_line "strayframe-runner"
echo "$count links"
