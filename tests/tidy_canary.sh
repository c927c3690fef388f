#!/usr/bin/env bash
# The checker of the tree's rules is tested first: small programs, each with one fault that must be refused by name, and
# one that must pass.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

# plant: a fresh tree of two files that use each other's functions, and the lists for it.
plant() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/harness/a" "$tree/harness/cli" "$tree/tests"
    echo 'int sf_one(int x);' > "$tree/harness/a/one.h"
    printf '#include "harness/a/one.h"\nint sf_one(int x) { return x + 1; }\n' > "$tree/harness/a/one.c"
    printf '#include "harness/a/one.h"\nint main(void) { return sf_one(-1); }\n' > "$tree/harness/cli/main.c"
    printf 'banned: %s reason\n' strcpy rand time sscanf sprintf > "$tree/tidy.txt"
}

tidy() {
    : > "$tree/objects.txt"
    local file
    for file in $(cd "$tree" && find harness -name '*.c'); do
        mkdir -p "$tree/x.dir/$(dirname "$file")"
        gcc -O0 -I"$tree" -c "$tree/$file" -o "$tree/x.dir/$file.o"
        echo "$tree/x.dir/$file.o" >> "$tree/objects.txt"
    done
    TIDY_LISTS=$tree/tidy.txt "$here/tidy.sh" "$tree/objects.txt" "$tree" 2>&1
}

must_refuse() {
    local expected=$1 out
    if out=$(tidy); then
        echo "NOT caught: $expected"
        failed=1
    elif [[ $out != *"$expected"* ]]; then
        echo "caught, but not named: $expected"
        echo "$out"
        failed=1
    else
        echo "caught: $expected"
    fi
}

must_allow() {
    local out
    out=$(tidy) || { echo "refused, but fine: $1"; echo "$out"; failed=1; }
}

# call TEXT: a function of harness/a that main uses.
call() {
    printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n' > "$tree/harness/a/one.c"
    printf 'char sf_text[99];\nint sf_one(int x) { %s; return x + (int)sizeof sf_text; }\n' "$1" >> "$tree/harness/a/one.c"
    printf 'extern char sf_text[99];\nint sf_one(int x);\nint main(void) { return sf_one(sf_text[0]); }\n' > "$tree/harness/cli/main.c"
}

plant
must_allow 'a tree that keeps the rules'

# Names.
plant; echo 'int helper(int x) { return x; }' >> "$tree/harness/a/one.c"
must_refuse 'harness/a/one.c.o: external symbol helper'
plant; echo 'int cli_helper(int x) { return x; }' >> "$tree/harness/a/one.c"
must_refuse 'harness/a/one.c.o: external symbol cli_helper'
plant; echo 'int counter = 1;' >> "$tree/harness/a/one.c"
must_refuse 'harness/a/one.c.o: external symbol counter'
plant; echo 'int helper(int x) { return x; }' >> "$tree/harness/a/one.c"
echo 'named: helper harness/a/two.c.o the reason' >> "$tree/tidy.txt"
must_refuse 'harness/a/one.c.o: external symbol helper'
must_refuse 'tidy.txt:6: harness/a/two.c.o does not define helper'
echo 'named: helper harness/a/one.c.o the reason' > "$tree/named.txt"
sed -i '/two.c.o/d' "$tree/tidy.txt"; cat "$tree/named.txt" >> "$tree/tidy.txt"
must_allow 'a name that is granted to one object'

# Banned calls.
plant; call 'strcpy(sf_text, getenv("X"))'
must_refuse 'harness/a/one.c.o: calls strcpy, which is banned'
plant; call 'sf_text[0] = (char)rand()'
must_refuse 'harness/a/one.c.o: calls rand, which is banned'
plant; call 'sf_text[0] = (char)time(NULL)'
must_refuse 'harness/a/one.c.o: calls time, which is banned'
echo 'granted: time harness/a the reason' >> "$tree/tidy.txt"
must_allow 'a granted call'
plant; call 'sscanf(sf_text, "%%d", &x)'
must_refuse 'harness/a/one.c.o: calls sscanf, which is banned'
plant; call 'snprintf(sf_text, sizeof sf_text, "%%d", x)'
must_allow 'snprintf'
plant; echo 'granted: time harness/a the reason' >> "$tree/tidy.txt"
must_refuse 'tidy.txt:6: harness/a does not call time'

# Dead external functions.
plant; echo 'int sf_dead(int x) { return x; }' >> "$tree/harness/a/one.c"
must_refuse 'harness/a/one.c.o: no other object uses sf_dead'
echo 'alone: sf_dead for tests' >> "$tree/tidy.txt"
must_refuse 'no test, fuzz target or bench uses sf_dead'
echo 'int sf_dead(int x);' > "$tree/tests/one_test.c"
must_allow 'a function that only tests use'
plant; echo 'int sf_one_check(int x) { return x; }' >> "$tree/harness/a/one.c"
must_refuse 'no test, fuzz target or bench uses sf_one_check'
echo 'int sf_one_check(int x);' > "$tree/tests/one_test.c"
must_allow 'a check that only tests use'
plant; echo 'alone: sf_gone for tests' >> "$tree/tidy.txt"
must_refuse 'tidy.txt:6: there is no symbol sf_gone'
plant; echo 'alone: sf_one for tests' >> "$tree/tidy.txt"
must_refuse 'tidy.txt:6: sf_one is used elsewhere'
plant; echo 'alone: sf_one' >> "$tree/tidy.txt"
must_refuse 'tidy.txt:6: expected banned:, granted:, alone: or named: with a reason'

# Switches.
switch() { printf '    switch (x) {\n    case 1:\n        x++;\n        break;\n    %s\n        break;\n    }\n' "$1"; }
plant; { echo 'static inline int sf_three(int x) {'; switch 'default:'; echo '    return x; }'; } >> "$tree/harness/a/one.h"
must_refuse 'harness/a/one.h:7:    default:   say why on this line'
plant; { echo 'static inline int sf_three(int x) {'; switch 'default: /* nothing */'; echo '    return x; }'; } >> "$tree/harness/a/one.h"
must_refuse 'say why on this line'
plant; { echo 'static inline int sf_three(int x) {'; switch 'default: /* not an enum: a number */'; echo '    return x; }'; } >> "$tree/harness/a/one.h"
must_allow 'a default with its reason'

# Headers.
plant; echo 'uint32_t sf_two(uint32_t x);' > "$tree/harness/a/two.h"
must_refuse 'a header does not compile alone'
plant; printf '#include <stdint.h>\nuint32_t sf_two(uint32_t x);\n' > "$tree/harness/a/two.h"
must_allow 'a header with its includes'

# A checker that saw nothing has not passed.
plant; find "$tree/harness" -name '*.c' -delete
must_refuse 'no external symbols'
exit $failed
