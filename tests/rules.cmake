# Rules that the tree itself keeps: who may include whom, the layout of the public interface, and what
# the configure step says when a library is missing, and that the README is true.
set(rules ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME include-rules COMMAND ${rules}/include_rules.sh)
add_test(NAME include-rules-canary COMMAND ${rules}/include_rules_canary.sh)
add_test(NAME cache-abi-header COMMAND ${rules}/cache_abi_header.sh)
add_test(NAME missing-library COMMAND ${rules}/missing_library.sh)
add_test(NAME man-page COMMAND ${rules}/man_page.sh $<TARGET_FILE:strayframe>)
set_tests_properties(man-page PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME readme COMMAND ${rules}/readme.sh $<TARGET_FILE:strayframe>)
set_tests_properties(
    include-rules include-rules-canary cache-abi-header missing-library man-page readme PROPERTIES TIMEOUT 120)
