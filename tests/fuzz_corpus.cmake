# What engines begin with, run without an engine: nothing may be found in it with the fixed cache, and, as a canary, a
# cache that leaks must be caught by the same inputs. The scenarios that no bytes mean are those of the list.
set(replay ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_corpus.sh $<TARGET_FILE:fuzz_plan> ${CMAKE_BINARY_DIR}/fuzz/seeds)
add_test(NAME fuzz-corpus COMMAND ${replay} builtin:boxing-day-fix)
add_test(NAME fuzz-corpus-canary COMMAND ${replay} builtin:boxing-day-update "no-stray-(pixels|bytes)")
add_test(NAME fuzz-not-encoded
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_not_encoded.sh ${CMAKE_BINARY_DIR}/fuzz/seeds.txt)
foreach(target fuzz_deploy fuzz_scenario fuzz_netem_spec fuzz_trace fuzz_frame fuzz_abi)
    add_test(NAME ${target} COMMAND ${target} ${CMAKE_BINARY_DIR}/fuzz/seeds)
endforeach()
add_test(NAME fuzz-usage COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_usage.sh)
set_tests_properties(fuzz-usage PROPERTIES LABELS tree)
