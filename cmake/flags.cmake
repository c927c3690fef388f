# Compiler flags, the same for every target, under gcc and clang. Warnings are errors.

add_library(sf_flags INTERFACE)
target_compile_options(sf_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
    -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wunused-result -fno-common
    -ffp-contract=off -fno-strict-aliasing)

if(SF_SANITIZE)
    target_compile_options(sf_flags INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(sf_flags INTERFACE -fsanitize=address,undefined)
endif()
if(SF_COVERAGE)
    target_compile_options(sf_flags INTERFACE --coverage -O0)
    target_link_options(sf_flags INTERFACE --coverage)
endif()

set(not_instrumented ${CMAKE_SOURCE_DIR}/fuzz/not_instrumented.txt)
if(SF_ENGINE STREQUAL "libfuzzer")
    target_compile_options(sf_flags INTERFACE
        -fsanitize=fuzzer-no-link -fsanitize-coverage-ignorelist=${not_instrumented})
elseif(SF_ENGINE STREQUAL "afl")
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env AFL_LLVM_DENYLIST=${not_instrumented} AFL_QUIET=1)
endif()
