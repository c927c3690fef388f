# shellcheck shell=bash
# A fuzzing campaign, for tools/fuzz and tools/test --long: one engine, one target, one cache, a bound of
# time. What it collects stays in a folder and is used again. Sourced, not run.
#
#   FOLDER/seeds       what it began with
#   FOLDER/corpus      libFuzzer's corpus          FOLDER/crashes    libFuzzer's finds
#   FOLDER/afl         AFL++'s queues and finds
#   FOLDER/log.1 ...   what each job said
#   FOLDER/finds       a scenario for each finding

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fuzz_jobs_running=()

# One list for all engines.
read -ra fuzz_targets < <(sed -n 's/^set(fuzz_targets \(.*\))$/\1/p' "$root/fuzz/CMakeLists.txt")

declare -A fuzz_preset=([libfuzzer]=fuzz [afl]=afl)

fuzz_build() {
    build "${fuzz_preset[$1]}" "$2" && build release "$2" && build release strayframe && build release seeds
}

fuzz_binary() {
    echo "$root/build/${fuzz_preset[$1]}/fuzz/$2"
}

# Longer inputs are read no further; 0: the engine decides.
fuzz_bytes_max() {
    case $1 in
        fuzz_scenario | fuzz_netem_spec) echo 0 ;;
        *) echo 1024 ;;
    esac
}

# Every link of every scenario, a file each.
fuzz_specs() {
    local number=0 spec
    while read -r spec; do
        number=$((number + 1))
        printf '%s' "$spec" > "$1/$number"
    done < <(cat "$root"/scenarios/*/*.yaml | grep -oE '(both|up|down): [^}{,]+' | sed 's/^[a-z]*: //' | sort -u)
}

# fuzz_seeds TARGET FOLDER empty|corpus: an engine wants at least one file to begin with.
fuzz_seeds() {
    local target=$1 seeds=$2/seeds
    rm -rf "$seeds"
    mkdir -p "$seeds"
    if [[ $3 == empty ]]; then
        printf '\0' > "$seeds/zero"
    elif [[ $target == fuzz_scenario ]]; then
        cp "$root"/scenarios/*/*.yaml "$seeds"
    elif [[ $target == fuzz_netem_spec ]]; then
        fuzz_specs "$seeds"
    else
        cp "$root"/build/release/fuzz/seeds/* "$seeds"
    fi
}

# fuzz_passes PROGRAM FILE: does the target run it to its end?
fuzz_passes() {
    (timeout 600 "$1" "$2"; exit $?) &> /dev/null # a shell of its own says nothing of the signal that ends it
}

# fuzz_seed_find TARGET FOLDER: engines refuse to begin with a finding; where a seed is one, it is kept as such.
fuzz_seed_find() {
    local seed
    for seed in "$2"/seeds/*; do
        if ! fuzz_passes "$root/build/release/fuzz/$1" "$seed"; then
            mkdir -p "$2/crashes"
            cp "$seed" "$2/crashes/seed-$(basename "$seed")"
            say "$1: nothing to search for, an input to begin with is a finding already"
            return
        fi
    done
    return 1
}

# Each of these starts one job: TARGET SECONDS FOLDER NUMBER
fuzz_start_libfuzzer() {
    local folder=$3 shell=$BASHPID
    mkdir -p "$folder/corpus" "$folder/crashes"
    # Without -len_control=0 it tries nothing long for minutes, and a short plan does nothing.
    bound KILL "$shell" "$(fuzz_binary libfuzzer "$1")" -max_total_time="$2" -timeout=20 -print_final_stats=1 -reload=5 \
        -len_control=0 -max_len="$(fuzz_bytes_max "$1")" -artifact_prefix="$folder/crashes/" \
        "$folder/corpus" "$folder/seeds" &> "$folder/log.$4" < /dev/null &
}

fuzz_start_afl() {
    local folder=$3 shell=$BASHPID bytes_max options=()
    bytes_max=$(fuzz_bytes_max "$1")
    [[ $bytes_max -eq 0 ]] || options=(-G "$bytes_max")
    mkdir -p "$folder/afl"
    AFL_NO_UI=1 AFL_TRY_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_FAST_CAL=1 AFL_AUTORESUME=1 \
        AFL_BENCH_UNTIL_CRASH=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        bound KILL "$shell" afl-fuzz -V "$2" -t 5000 -i "$folder/seeds" -o "$folder/afl" -S "job$4" \
        "${options[@]}" -- "$(fuzz_binary afl "$1")" \
        &> "$folder/log.$4" < /dev/null &
}

fuzz_stop() {
    [[ ${#fuzz_jobs_running[@]} -eq 0 ]] || kill "${fuzz_jobs_running[@]}" 2> /dev/null || true
}

# How many times a job ran the target, and how many edges it knows: "EXECUTIONS EDGES".
fuzz_counts_libfuzzer() {
    local log=$1/log.$2
    echo "$(grep -aoE 'number_of_executed_units: *[0-9]+' "$log" | grep -oE '[0-9]+' || echo 0)" \
        "$(grep -aoE ' cov: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+' || echo 0)"
}

fuzz_counts_afl() {
    local stats=$1/afl/job$2/fuzzer_stats
    [[ $stats -nt $1/began ]] || { echo 0 0; return; }
    awk '$1 == "execs_done" { done = $3 } $1 == "edges_found" { edges = $3 } END { print done + 0, edges + 0 }' "$stats"
}

# fuzz_campaign ENGINE TARGET SECONDS JOBS FOLDER empty|corpus: exit code 4 if a job ran nothing. Each job
# ends with its first finding.
fuzz_campaign() {
    local engine=$1 target=$2 seconds=$3 jobs=$4 folder=$5 job edges counts executions=0
    mkdir -p "$folder"
    fuzz_seeds "$target" "$folder" "$6" || return 4
    ! fuzz_seed_find "$target" "$folder" || return 0
    touch "$folder/began"
    local began=${EPOCHREALTIME/./}
    for ((job = 1; job <= jobs; job++)); do
        "fuzz_start_$engine" "$target" "$seconds" "$folder" "$job"
        fuzz_jobs_running+=($!)
    done
    for job in "${fuzz_jobs_running[@]}"; do
        while kill -0 "$job" 2> /dev/null; do
            wait "$job" || true # a finding ends it with an exit code of its own
        done
    done
    fuzz_jobs_running=()
    local took_ms=$(((${EPOCHREALTIME/./} - began) / 1000 + 1))
    for ((job = 1; job <= jobs; job++)); do
        counts=$("fuzz_counts_$engine" "$folder" "$job")
        read -r counts edges <<< "$counts"
        if [[ $counts -eq 0 ]]; then
            say "Job $job ran nothing. The last that it said:"
            tail -20 "$folder/log.$job" >&2
            return 4
        fi
        executions=$((executions + counts))
    done
    say "$target under $engine: $executions executions in $((took_ms / 1000)).$((took_ms % 1000 / 100)) s," \
        "$((executions * 1000 / took_ms)) a second; $edges edges seen"
}

# What the engines keep of findings: crashes, and what took too long.
fuzz_raw_finds() {
    [[ ! -d $1 ]] || find "$1" -type f \( -path '*/crashes/*-*' -o -path '*/crashes*/id:*' -o -path '*/hangs*/id:*' \) | sort
}

# The plan of a finding as a scenario; of one that says nothing before it dies, the plan as it was decoded.
fuzz_print_scenario() {
    local replay=$root/build/release/fuzz/fuzz_plan
    (timeout 600 "$replay" "$1" 2> "$2"; exit $?) 2> /dev/null || true
    grep -q '^strayframe: ' "$2" || SF_FUZZ_PRINT=1 "$replay" "$1" 2> "$2"
}

# fuzz_finds ENGINE TARGET FOLDER: prints each finding that still is one, from earlier campaigns too; exit code
# 1 if there is any.
fuzz_finds() {
    local engine=$1 target=$2 folder=$3 raw scenario finds=0
    mkdir -p "$folder/finds"
    while read -r raw; do
        if fuzz_passes "$(fuzz_binary "$engine" "$target")" "$raw"; then
            say "no finding any more: $(realpath --relative-to=. "$raw")"
            continue
        fi
        finds=$((finds + 1))
        if [[ $target == fuzz_plan ]]; then
            scenario=$folder/finds/$(sha1sum < "$raw" | cut -c1-12).yaml
            fuzz_print_scenario "$raw" "$scenario"
            scenario=$(realpath --relative-to=. "$scenario")
            echo "found: $scenario"
            sed -n 's/^# \([0-9]*:\)/  \1/p' "$scenario"
            echo "  $(realpath --relative-to=. "$root/build/release/strayframe") run $scenario"
        else
            echo "found: $(realpath --relative-to=. "$raw")"
        fi
        echo "  $(realpath --relative-to=. "$(fuzz_binary "$engine" "$target")") '$(realpath --relative-to=. "$raw")'"
    done < <(fuzz_raw_finds "$folder")
    [[ $finds -eq 0 ]]
}

# fuzz_nothing ENGINE TARGET SECONDS: a campaign that must find nothing.
fuzz_nothing() {
    local folder=$root/build/fuzzed/$2/$1
    fuzz_campaign "$1" "$2" "$3" 1 "$folder" corpus && fuzz_finds "$1" "$2" "$folder"
}

# fuzz_leak ENGINE SECONDS: a campaign from nothing, with a cache that leaks, must find that.
fuzz_leak() {
    local folder=$root/build/fuzzed/leak/$1
    rm -rf "$folder"
    export SF_FUZZ_CACHE=builtin:boxing-day-update
    fuzz_campaign "$1" fuzz_plan "$2" 1 "$folder" empty && ! fuzz_finds "$1" fuzz_plan "$folder"
    local code=$?
    unset SF_FUZZ_CACHE
    return $code
}
