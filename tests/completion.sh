#!/usr/bin/env bash
# Completion in bash and zsh: every command and every option of the help is completed, and nothing else; values are files
# or caches as the help names them. What the build installs is what the program prints. zsh completes on a terminal of
# its own (zpty), as a user sees it.
#
#   tests/completion.sh STRAYFRAME
#
# Exit code 77 (skipped): bash completes, but zsh is not installed.
set -euo pipefail

program=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
mkdir bin
ln -s "$program" bin/strayframe
export PATH=$scratch/bin:$PATH
touch mine.so mine.yaml

fail() {
    echo "$*"
    exit 1
}

strayframe help --completion bash > completion.bash
# shellcheck disable=SC1091
source ./completion.bash
[[ $(complete -p strayframe) == *"-F _strayframe strayframe" ]] || fail "bash: the function is not registered"

# completed LINE: what bash offers at its end, one a line.
completed() {
    COMP_LINE=$1
    COMP_POINT=${#COMP_LINE}
    read -ra COMP_WORDS <<< "$COMP_LINE"
    [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _strayframe
    [[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
}

# offers LINE WORD...: exactly these.
offers() {
    local line=$1 actual expected
    shift
    actual=$(completed "$line" | sort)
    expected=$([[ $# -eq 0 ]] || printf '%s\n' "$@" | sort)
    [[ $actual == "$expected" ]] || fail "bash: '$line' offers: ${actual//$'\n'/ }; expected: ${expected//$'\n'/ }"
}

mapfile -t commands < <(strayframe --help | awk '/^Commands:/ { inside = 1; next } /^$/ { inside = 0 } inside { print $1 }')
[[ ${#commands[@]} -ge 15 ]] || fail "only ${#commands[@]} commands in the help"
offers "strayframe " "${commands[@]}" --help --version
count=0
for command in "${commands[@]}"; do
    mapfile -t options < <(strayframe help "$command" | sed -nE 's/^  (--[a-z-]+).*/\1/p')
    offers "strayframe $command --" "${options[@]}"
    count=$((count + ${#options[@]}))
done
[[ $count -ge 100 ]] || fail "only $count options"
offers "strayframe ga" gate
offers "strayframe gate --cand" --candidate
offers "strayframe gate --candidate min" mine.so mine.yaml
offers "strayframe gate --candidate builtin:canary-tenantl" canary-tenantless # the part after the colon
offers "strayframe gate --seeds m"
offers "strayframe list sch" schema
offers "strayframe help mer" merge
offers "strayframe run min" mine.so mine.yaml
offers "strayframe doctor min"

strayframe help --completion zsh > _strayframe
code=0
strayframe help --completion fish 2> out || code=$?
[[ $code -eq 2 ]] || fail "an unknown shell gives exit code $code"
if ! command -v zsh > /dev/null; then
    echo "skipped: bash completes; zsh is not installed"
    exit 77
fi

# On its own terminal zsh prints what it would insert, then a mark.
cat > ask.zsh << 'END'
zmodload zsh/zpty
zpty z zsh -f -i
line() { zpty -w z "$1" }
line 'PS1=; unsetopt zle_bracketed_paste 2> /dev/null; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D'
line 'zstyle ":completion:*" list-grouped false; bindkey "^I" complete-word; LISTMAX=1000; bindkey "^X" kill-whole-line'
line 'show() { print -r -- "<""<$BUFFER>"">"; BUFFER= }; zle -N show; bindkey "^T" show'
for wanted in "$@"; do
    zpty -w -n z "$wanted"$'\t\C-T'
    zpty -r -m z seen '*<<*>>*' || exit 1
    seen=${seen##*<<}
    print -r -- "${seen%%>>*}"
done
zpty -d z
END
asked=("strayframe doc" "strayframe gate --candid" "strayframe list sch" "strayframe help mer" "strayframe run mine.y"
    "strayframe gate --candidate builtin:canary-tenantl")
timeout 60 zsh -f ask.zsh "${asked[@]}" > answers || { cat answers; fail "zsh: no answer"; }
printf '%s\n' "strayframe doctor " "strayframe gate --candidate " "strayframe list schema " "strayframe help merge " \
    "strayframe run mine.yaml " "strayframe gate --candidate builtin:canary-tenantless " > expected
diff expected answers || fail "zsh does not complete so"
# Each option is in its table, with the same help.
for command in "${commands[@]}"; do
    while read -r option; do
        awk -v command="    $command)" '$0 == command { inside = 1 } /^        ;;/ { inside = 0 } inside' _strayframe |
            grep -qF -- "$option[" || fail "zsh: $command has no $option"
    done < <(strayframe help "$command" | sed -nE 's/^  (--[a-z-]+).*/\1/p')
done
echo "$count options"
