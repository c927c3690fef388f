#!/usr/bin/env bash
# The Debian package: made with cpack, looked at by lintian, installed in an empty root (mmdebstrap) with only what it
# depends on, and used there from another folder by an unprivileged user. Caches made by `new-cache` are then built and
# judged with compilers from Debian. The host's files cannot be seen from that root.
#
#   tests/package.sh BUILD     BUILD: a folder in which everything is built
#
# Needs root, mmdebstrap, lintian and the network. Exit code 77 (skipped) where that is not possible.
set -euo pipefail

build=$(realpath "$1")

skip() {
    echo "skipped: $*"
    exit 77
}
[[ $EUID -eq 0 ]] || skip "an empty root is made as root only"
for program in mmdebstrap lintian unshare pivot_root dpkg-shlibdeps; do
    command -v "$program" > /dev/null || skip "$program is not installed"
done

scratch=$(mktemp -d)
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root

fail() {
    echo "$*"
    exit 1
}

# ---- the package ----

cpack --config "$build/CPackConfig.cmake" -B "$scratch/package" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
package=$(echo "$scratch"/package/*.deb)
# The project has no mail address.
lintian --fail-on error,warning --allow-root \
    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$package" || fail "lintian has something to say"
depends=$(dpkg-deb -f "$package" Depends)
for library in libc6 libyaml-0-2 libjansson4 libsqlite3-0 libcurl4 libmicrohttpd12; do
    [[ $depends == *"$library"* ]] || fail "the package does not depend on $library: $depends"
done

# ---- an empty root with the package and what it depends on ----

mmdebstrap --quiet --variant=apt --include=mount --mode=root --format=directory \
    --customize-hook="copy-in $package /" \
    --customize-hook='chroot "$1" sh -c "apt-get -q update && apt-get -qy install --no-install-recommends /*.deb"' \
    --customize-hook='chroot "$1" useradd -m visitor' \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" > "$scratch/log" 2>&1 < /dev/null ||
    skip "no empty root could be made: $(tail -n 1 "$scratch/log")"

# inside COMMAND: in the root, whose files are all that can be seen.
inside() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --propagation private sh -ec '
        cd "$1"
        mount --bind . .
        cd "$1"
        mount -t proc proc proc
        mount --rbind /dev dev
        pivot_root . mnt
        umount -l /mnt
        exec su visitor -s /bin/sh -c "cd && $2"' sh "$root" "$1" < /dev/null
}

# expect CODE TEXT COMMAND: the exit code in the root, and what is printed.
expect() {
    local expected=$1 text=$2 code=0
    inside "$3" > "$scratch/out" 2>&1 || code=$?
    [[ $code -eq $expected ]] || { cat "$scratch/out"; fail "expected exit code $expected, actual exit code $code: $3"; }
    [[ -z $text ]] || grep -qF -- "$text" "$scratch/out" || { cat "$scratch/out"; fail "'$3' does not print: $text"; }
    echo "exit code $code: $3"
}

expect 1 "" "test -e $build" # nothing of the tree is there
expect 0 "strayframe" "strayframe --version"
expect 0 "D01" "strayframe list defects"
expect 0 "/usr/share/strayframe/scenarios" "strayframe list places"
expect 0 "/usr/share/strayframe/docs/" "strayframe live --help"
expect 2 "needs --config" "strayframe live --server nginx"
expect 0 "verdict: pass" "strayframe gate --seeds 5 --candidate builtin:careful"
expect 1 "verdict: leak" "strayframe gate --seeds 1 --candidate builtin:canary-tenantless"
expect 1 "stray" "strayframe run scenarios/canary/stray-pixels.yaml --save leak.run"
expect 0 "no-stray-pixels" "strayframe explain leak.run"
expect 0 "12 of 12 facts hold" "strayframe replay --facts-only"

# ---- with compilers ----

chroot "$root" sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends \
    gcc libc6-dev g++ cmake make pkgconf python3' > "$scratch/log" 2>&1 < /dev/null ||
    skip "the package works; no compilers could be installed: $(tail -n 1 "$scratch/log")"
expect 0 "" 'cp /usr/share/doc/strayframe/docs/examples/get_put*.c . && cc -std=c11 -shared -fPIC $(pkg-config --cflags strayframe) -o leaky.so get_put_leaky.c'
expect 1 "verdict: leak" "strayframe gate --seeds 1 --candidate ./leaky.so"
for language in c cpp; do
    expect 0 "cmake -B build &&" "strayframe new-cache my_$language --language $language" # without a path: it is a usual place
    expect 0 "100% tests passed" "cd my_$language && cmake -B build && cmake --build build && ctest --test-dir build --output-on-failure"
done
expect 0 "./test.sh" "strayframe new-cache my_python --language python"
expect 0 "verdict: pass" "cd my_python && ./test.sh"
