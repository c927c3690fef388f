# Compiler flags, the same for every target, under gcc and clang. Warnings are errors.

add_library(sf_flags INTERFACE)
target_compile_options(sf_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
    -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wunused-result -Wconversion -Wsign-conversion
    -Wunused-macros -Wdouble-promotion -fno-common -ffp-contract=off -fno-strict-aliasing)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(sf_flags INTERFACE
        -Wcast-align=strict -Wlogical-op -Wduplicated-branches -Wduplicated-cond)
else()
    target_compile_options(sf_flags INTERFACE
        -Wcast-align -Wcomma -Wextra-semi -Wextra-semi-stmt -Wloop-analysis -Wconditional-uninitialized
        -Wcovered-switch-default -Wassign-enum -Wmissing-noreturn -Wmissing-variable-declarations
        -Wshadow-all -Wshift-sign-overflow -Wunreachable-code-aggressive)
endif()

# SF_CHECKS: 1 in every build type but Release, where it is 0. SF_CHECK(sf_<thing>_check(thing)) then walks the whole thing and
# asserts its invariant; the loop of a run does so between events. Assertions (SF_ASSERT) are on in every build.
target_compile_definitions(sf_flags INTERFACE SF_CHECKS=$<NOT:$<CONFIG:Release>>)

if(SF_SANITIZE)
    target_compile_definitions(sf_flags INTERFACE SF_SANITIZED=1)
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
    # What the simulation compares is hardly ever a byte of the input, and every pointer that UBSan checks is compared
    # too: telling the engine of each took a third of the time, and found nothing sooner. The decoder still tells.
    set(rooms_flags -fno-sanitize-coverage=trace-cmp)
elseif(SF_ENGINE STREQUAL "afl")
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env AFL_LLVM_DENYLIST=${not_instrumented} AFL_QUIET=1)
endif()

# The release build optimises across files: a tenth more runs of fuzzing size in a second. The objects have both forms,
# so that a program that is not optimised this way, which is every test, is linked as fast as ever, with the flag below.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set(across_files -flto=auto -ffat-lto-objects)
    set(linked_as_ever -fno-use-linker-plugin)
endif()
function(sf_optimise_across_files)
    foreach(target IN LISTS ARGN)
        target_compile_options(${target} PRIVATE ${across_files})
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "EXECUTABLE")
            target_link_options(${target} PRIVATE ${across_files})
        endif()
    endforeach()
endfunction()
