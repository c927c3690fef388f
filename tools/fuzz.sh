# shellcheck shell=bash
# For tools/test --long: every fuzz target for a while under libFuzzer and under AFL++. A find is a
# failure, and so is a campaign that ran nothing; what was found stays in build/. Sourced, not run.

fuzz_seconds=30

# logged FILE COMMAND...: its output goes to the file; when it fails, the last of it is shown.
logged() {
    local file=$1
    shift
    "$@" > "$file" 2>&1 || { tail -40 "$file"; return 1; }
}

fuzz_libfuzzer() {
    local name=$1 seeds=$2 finds=$root/build/fuzz/finds/$1
    mkdir -p "$finds/corpus"
    logged "$finds/log" "$root/build/fuzz/fuzz/$name" -max_total_time=$fuzz_seconds -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$finds/" "$finds/corpus" "$seeds" || return
    grep -E '^stat::number_of_executed_units: *[1-9]' "$finds/log"
}

fuzz_afl() {
    local name=$1 seeds=$2 finds=$root/build/afl/finds/$1
    rm -rf "$finds"
    mkdir -p "$finds"
    logged "$finds/log" env AFL_NO_UI=1 AFL_TRY_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_FAST_CAL=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -V $fuzz_seconds -i "$seeds" -o "$finds" -- "$root/build/afl/fuzz/$name" || return
    local stats=$finds/default/fuzzer_stats
    grep -E '^(saved_crashes|saved_hangs|stability)' "$stats"
    grep -E '^execs_done *: [1-9]' "$stats" && grep -qE '^saved_crashes *: 0$' "$stats"
}

# The target's corpus; where it has none, one file, since an engine wants something to begin with.
seeds_of() {
    local folder=$root/fuzz/corpus/$1
    if [[ ! -d $folder ]]; then
        folder=$root/build/seeds
        mkdir -p "$folder"
        echo 0 > "$folder/0"
    fi
    echo "$folder"
}

fuzz_everything() {
    local source name seeds
    step "build fuzz" build fuzz
    step "build afl" build afl
    for source in "$root"/fuzz/fuzz_*.c; do
        [[ -e $source ]] || { say "There is no fuzz target in this tree."; return; }
        name=$(basename "$source" .c)
        seeds=$(seeds_of "$name")
        step "$name under libFuzzer, $fuzz_seconds s" fuzz_libfuzzer "$name" "$seeds"
        passed=$((passed + 1))
        step "$name under AFL++, $fuzz_seconds s" fuzz_afl "$name" "$seeds"
        passed=$((passed + 1))
    done
}
