#!/usr/bin/env bash
# The phrases of tests/words.txt do not occur in what users and contributors read, nor across a line's end. The check
# has a canary: a text with each phrase planted, which must be reported.
#
#   tests/words.sh [FILE...]     FILE: instead of the texts of the tree
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Every text of the tree, except inputs of fuzz targets, pictures, the phrases and this script.
texts() {
    find "$root"/{README.md,CHANGELOG.md,CMakeLists.txt,docs,scenarios,tools,bench,fuzz,share,cmake} \
        "$root"/{harness,sim_camera,sim_cloud,sim_hub,tests} -type f \
        ! -path '*/fuzz/corpus/*' ! -name '*.jpg' ! -name '*.gz' ! -name words.sh ! -name words.txt
}

# report FILE...: FILE:LINE: phrase, for each occurrence. A line is read together with the last words of the line
# before, without what begins a comment or a string.
report() {
    awk -F '\t' '
        FNR == NR { if (!/^#/ && NF == 2) { phrases[++count] = $1; better[count] = $2 }; next }
        FNR == 1 { tail = "" }
        {
            line = tolower($0)
            sub(/^[ \t]*([*#\/"]+[ \t]*)*/, "", line)
            sub(/-u nobody/, "", line) # the name of an account
            gsub(/\x27s([^a-z]|$)/, " ", line) # a genitive
            gsub(/[^a-z_\x27-]+/, " ", line)
            text = " " tail " " line " "
            for (i = 1; i <= count; i++)
                if (match(text, " (" phrases[i] ") ") && RSTART + RLENGTH - 1 > length(tail) + 2) {
                    name = FILENAME
                    sub("^" root "/", "", name)
                    printf "%s:%d: \"%s\": write %s\n", name, FNR, substr(text, RSTART + 1, RLENGTH - 2), better[i]
                }
            words = split(line, word, " ")
            tail = words >= 2 ? word[words - 1] " " word[words] : word[1]
        }' root="$root" "$root/tests/words.txt" "$@"
}

planted=("Whoever asks" "it is Nobody." "so" "many runs are" "held" "against it" "is told," "by itself" "what there is"
    "law has it that" "no ear for" "someone else"
    "for everyone" "each find" "is anybody's")
printf ' * "%s\n' "${planted[@]}" > "$scratch/canary.c"
found=$(report "$scratch/canary.c" | wc -l)
[[ $found -eq 13 ]] || { report "$scratch/canary.c"; echo "the canary has 13 phrases, reported: $found"; exit 1; }

if [[ $# -eq 0 ]]; then
    mapfile -t files < <(texts)
else
    files=("$@")
fi
[[ $# -gt 0 || ${#files[@]} -ge 500 ]] || { echo "only ${#files[@]} texts found"; exit 1; }
report "${files[@]}" > "$scratch/out"
cat "$scratch/out"
echo "${#files[@]} texts, $(wc -l < "$scratch/out") phrases to replace"
[[ ! -s $scratch/out ]]
