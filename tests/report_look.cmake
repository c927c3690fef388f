# The look of the HTML pages in a real browser; skipped where there is none.
add_test(NAME report/look COMMAND ${CMAKE_SOURCE_DIR}/tests/report_look.sh $<TARGET_FILE:strayframe>
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(report/look PROPERTIES SKIP_RETURN_CODE 77 LABELS pages)
