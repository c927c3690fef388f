# shellcheck shell=bash
# What tools/replay and tools/test share: named steps, packages, builds. Sourced, not run.
# Everything here talks on stderr, so that stdout is the program's.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)

say() {
    printf '%s\n' "$*" >&2
}

# step NAME COMMAND...: says what begins, runs it, says how long it took, passes its exit code on.
step() {
    local name=$1 began=$SECONDS code=0
    shift
    say "==> $name"
    "$@" || code=$?
    if [[ $code -eq 0 ]]; then
        say "    $name: $((SECONDS - began)) s"
    else
        say "FAILED: $name, after $((SECONDS - began)) s, exit code $code"
    fi
    return "$code"
}

# missing_packages GROUP...: the lines of packages.txt whose package is not installed.
missing_packages() {
    local group package reason installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n')
    while read -r group package reason; do
        if [[ " $* " == *" $group "* ]] && ! grep -qx "installed $package" <<< "$installed"; then
            printf '%s %s\n' "$package" "$reason"
        fi
    done < "$root/tools/packages.txt"
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@" # without a terminal there is no password prompt
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" < /dev/null >&2
}

install_now() {
    apt_get update && apt_get install -y --no-install-recommends "$@"
}

# need_packages GROUP...: installs what is missing, after saying what and why.
need_packages() {
    if ! command -v dpkg-query > /dev/null; then
        say "This is not Debian: no package is installed. tools/packages.txt names what is needed."
        return 0
    fi
    local missing packages package reason
    missing=$(missing_packages "$@")
    if [[ -z $missing ]]; then
        return 0
    fi
    mapfile -t packages < <(cut -d' ' -f1 <<< "$missing")
    say "Missing on this machine, to be installed from Debian:"
    while read -r package reason; do
        printf '    %-20s %s\n' "$package" "$reason" >&2
    done <<< "$missing"
    if [[ $EUID -ne 0 ]] && ! command -v sudo > /dev/null; then
        say "Installing needs root, and there is no sudo here. Run this as root and start again:"
        say "    apt-get install --no-install-recommends ${packages[*]}"
        return 4
    fi
    if ! step "install ${#packages[@]} packages" install_now "${packages[@]}"; then
        say "The packages could not be installed. Run this as root and start again:"
        say "    apt-get update && apt-get install --no-install-recommends ${packages[*]}"
        return 4
    fi
}

# want_packages GROUP...: tries to install what is missing; what needs it is skipped otherwise. Servers are not started:
# Debian starts a daemon when its package is installed, unless policy-rc.d forbids it.
want_packages() {
    local missing policy=/usr/sbin/policy-rc.d ours=no
    command -v dpkg-query > /dev/null || return 0
    missing=$(missing_packages "$@" | cut -d' ' -f1)
    [[ -n $missing ]] || return 0
    if [[ $EUID -ne 0 ]] && ! command -v sudo > /dev/null; then
        say "Not installed, and there is no sudo here: ${missing//$'\n'/ }. What needs them is skipped."
        return 0
    fi
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null && as_root chmod 755 "$policy" && ours=yes
    fi
    # shellcheck disable=SC2086
    install_now $missing || say "Could not be installed: ${missing//$'\n'/ }. What needs them is skipped."
    [[ $ours == no ]] || as_root rm -f "$policy"
}

# bound SIGNAL SHELL COMMAND...: becomes COMMAND, which gets SIGNAL when the process SHELL ends, even if that is killed.
bound() {
    # shellcheck disable=SC2016 # for the inner shell
    exec setpriv --pdeathsig "$1" -- sh -c '[ "$PPID" = "$0" ] && exec "$@"' "${@:2}"
}

# build PRESET [TARGET]: configures if need be, and builds what has changed. Without `cmake --build` in between: ninja
# has to get the signal, for it ends the compilers.
build() {
    local preset=$1 target=${2:-all} files=$root/build/$1/build.ninja shell=$BASHPID
    if [[ ! $files -nt $root/CMakePresets.json ]]; then
        (cd "$root" && bound TERM "$shell" cmake --preset "$preset") >&2 || return
    fi
    (bound TERM "$shell" ninja -C "$root/build/$preset" -j "$cores" "$target") >&2
}
