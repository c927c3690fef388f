# Rules that the tree itself keeps: who may include whom, and the layout of the public interface.
set(rules ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME include-rules COMMAND ${rules}/include_rules.sh)
add_test(NAME include-rules-canary COMMAND ${rules}/include_rules_canary.sh)
add_test(NAME cache-abi-header COMMAND ${rules}/cache_abi_header.sh)
set_tests_properties(include-rules include-rules-canary cache-abi-header PROPERTIES TIMEOUT 120)
