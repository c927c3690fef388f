# `cmake --install BUILD [--prefix PREFIX]`, and the Debian package (cpack --config BUILD/CPackConfig.cmake).
install(TARGETS strayframe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS strayframe-live strayframe-runner RUNTIME DESTINATION ${SF_INSTALL_LIBEXEC})

# What the program reads, under the names that the pages use.
install(DIRECTORY scenarios share DESTINATION ${SF_INSTALL_DATA} USE_SOURCE_PERMISSIONS
    PATTERN "__pycache__" EXCLUDE)
install(DIRECTORY docs/examples docs/frames DESTINATION ${SF_INSTALL_DATA}/docs PATTERN "__pycache__" EXCLUDE)

# The pages, with the commands of an installed program, and links that lead where things are.
foreach(name source_dir=${CMAKE_SOURCE_DIR} data=${SF_INSTALL_DATA} include=${CMAKE_INSTALL_INCLUDEDIR}
        doc=${CMAKE_INSTALL_DOCDIR})
    string(REGEX MATCH "^([^=]*)=(.*)$" both ${name})
    install(CODE "set(SF_PAGES_${CMAKE_MATCH_1} \"${CMAKE_MATCH_2}\")")
endforeach()
install(SCRIPT cmake/install/pages.cmake)
install(FILES docs/strayframe.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The interface for caches: its header, and that for C++, which find_package and pkg-config find.
install(FILES harness/cache/strayframe_cache.h share/clients/cpp/strayframe.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/strayframeConfigVersion.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
set(c_folder ${CMAKE_INSTALL_INCLUDEDIR})
set(cpp_folder ${CMAKE_INSTALL_INCLUDEDIR})
set(program ${CMAKE_INSTALL_BINDIR}/strayframe)
configure_package_config_file(cmake/install/strayframeConfig.cmake.in ${CMAKE_BINARY_DIR}/install/strayframeConfig.cmake
    INSTALL_DESTINATION ${SF_INSTALL_CMAKE} PATH_VARS c_folder cpp_folder program)
install(FILES ${CMAKE_BINARY_DIR}/install/strayframeConfig.cmake ${CMAKE_BINARY_DIR}/cmake/strayframeConfigVersion.cmake
    DESTINATION ${SF_INSTALL_CMAKE})
sf_way(prefix_way ${SF_INSTALL_PKGCONFIG} /prefix)
configure_file(cmake/install/strayframe.pc.in ${CMAKE_BINARY_DIR}/install/strayframe.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/install/strayframe.pc DESTINATION ${SF_INSTALL_PKGCONFIG})

# The same package in the build tree: cmake -Dstrayframe_DIR=BUILD/cmake.
set(c_folder source/harness/cache)
set(cpp_folder source/share/clients/cpp)
set(program strayframe)
configure_package_config_file(cmake/install/strayframeConfig.cmake.in ${CMAKE_BINARY_DIR}/cmake/strayframeConfig.cmake
    INSTALL_PREFIX ${CMAKE_BINARY_DIR} INSTALL_DESTINATION cmake PATH_VARS c_folder cpp_folder program)

# What the program prints: completion for shells, and the JSON Schema of scenarios for editors.
set(completion ${CMAKE_BINARY_DIR}/install/completion)
file(MAKE_DIRECTORY ${completion})
add_custom_command(OUTPUT ${completion}/strayframe ${completion}/_strayframe
    COMMAND strayframe help --completion bash > ${completion}/strayframe
    COMMAND strayframe help --completion zsh > ${completion}/_strayframe DEPENDS strayframe VERBATIM)
install(FILES ${completion}/strayframe DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
set(SF_ZSH_FOLDER ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Where zsh looks for completions")
install(FILES ${completion}/_strayframe DESTINATION ${SF_ZSH_FOLDER})
set(schema ${CMAKE_BINARY_DIR}/install/scenario.schema.json)
add_custom_command(OUTPUT ${schema} COMMAND strayframe list schema > ${schema} DEPENDS strayframe VERBATIM)
add_custom_target(strayframe_printed ALL DEPENDS ${schema} ${completion}/strayframe)
install(FILES ${schema} DESTINATION ${SF_INSTALL_DATA}/share/schemas)
include(cmake/package.cmake)
