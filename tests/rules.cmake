# Rules about the files of the tree. Labels say where one run is enough (tools/test): `tree` for a test that does not
# depend on the compiler, `pages` for one of the program's output, which is the same under each preset, `long` for one
# that takes long and runs under two.
set(rules ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME include-rules COMMAND ${rules}/include_rules.sh)
add_test(NAME include-rules-canary COMMAND ${rules}/include_rules_canary.sh)
# Objects and not the archive: the folder of each is part of a rule.
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/objects.txt
    CONTENT "$<JOIN:$<TARGET_OBJECTS:strayframe_rooms>;$<TARGET_OBJECTS:strayframe_commands>;$<TARGET_OBJECTS:strayframe>;$<TARGET_OBJECTS:strayframe-live>,\n>\n")
add_test(NAME tidy COMMAND ${rules}/tidy.sh ${CMAKE_CURRENT_BINARY_DIR}/objects.txt)
add_test(NAME tidy-canary COMMAND ${rules}/tidy_canary.sh)
add_test(NAME cache-abi-header COMMAND ${rules}/cache_abi_header.sh)
add_test(NAME missing-library COMMAND ${rules}/missing_library.sh)
add_test(NAME tools-test COMMAND ${rules}/tools_test.sh)
add_test(NAME words COMMAND ${rules}/words.sh)
add_test(NAME mutants-table COMMAND ${rules}/mutants_table.sh)
set_tests_properties(
    include-rules include-rules-canary tidy tidy-canary cache-abi-header missing-library tools-test words mutants-table
    PROPERTIES LABELS tree)

add_test(NAME man-page COMMAND ${rules}/man_page.sh $<TARGET_FILE:strayframe>)
add_test(NAME cpp-client COMMAND ${rules}/cpp_client.sh c++)
set_tests_properties(cpp-client PROPERTIES LABELS tree)
add_test(NAME sanitized-cache COMMAND ${rules}/sanitized_cache.sh $<TARGET_FILE:strayframe>)
set_tests_properties(sanitized-cache PROPERTIES SKIP_RETURN_CODE 77 LABELS tree)
add_test(NAME readme COMMAND ${rules}/readme.sh $<TARGET_FILE:strayframe>)
set_tests_properties(man-page PROPERTIES SKIP_RETURN_CODE 77 LABELS tree)
add_test(NAME traces COMMAND ${rules}/traces.py $<TARGET_FILE:strayframe>)
set_tests_properties(traces PROPERTIES SKIP_RETURN_CODE 77 LABELS pages)
add_test(NAME results COMMAND ${rules}/results.py $<TARGET_FILE:strayframe>)
set_tests_properties(results PROPERTIES SKIP_RETURN_CODE 77 LABELS pages)
add_test(NAME formats COMMAND ${rules}/formats.py $<TARGET_FILE:strayframe>)
set_tests_properties(formats PROPERTIES SKIP_RETURN_CODE 77 LABELS pages)
set_tests_properties(readme PROPERTIES LABELS pages)
add_test(NAME install COMMAND ${rules}/install.sh ${CMAKE_BINARY_DIR})
set_tests_properties(install PROPERTIES LABELS pages)
add_test(NAME new-cache COMMAND ${rules}/new_cache.sh $<TARGET_FILE:strayframe>)
set_tests_properties(new-cache PROPERTIES LABELS pages)
add_test(NAME doctor COMMAND ${rules}/doctor.sh $<TARGET_FILE:strayframe>)
set_tests_properties(doctor PROPERTIES LABELS pages)
add_test(NAME completion COMMAND ${rules}/completion.sh $<TARGET_FILE:strayframe>)
set_tests_properties(completion PROPERTIES SKIP_RETURN_CODE 77 LABELS pages)
