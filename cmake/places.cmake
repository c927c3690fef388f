# Where the parts of an installation lie. The program finds them relative to its own file (harness/base/place.h), so that
# any prefix will do, and a folder that is moved as a whole still works.
include(GNUInstallDirs)
set(SF_INSTALL_LIBEXEC ${CMAKE_INSTALL_LIBEXECDIR}/strayframe) # the programs that strayframe starts
set(SF_INSTALL_DATA ${CMAKE_INSTALL_DATADIR}/strayframe)       # scenarios/, share/ and docs/, as in the source tree
set(SF_INSTALL_CMAKE ${CMAKE_INSTALL_DATADIR}/cmake/strayframe)
set(SF_INSTALL_PKGCONFIG ${CMAKE_INSTALL_DATADIR}/pkgconfig)

# sf_way VARIABLE FROM TO: the way from one folder of an installation to another.
function(sf_way variable from to)
    cmake_path(ABSOLUTE_PATH from BASE_DIRECTORY /prefix NORMALIZE OUTPUT_VARIABLE from_full)
    cmake_path(ABSOLUTE_PATH to BASE_DIRECTORY /prefix NORMALIZE OUTPUT_VARIABLE to_full)
    file(RELATIVE_PATH way ${from_full} ${to_full})
    string(REGEX REPLACE "/$" "" way "${way}")
    set(${variable} ${way} PARENT_SCOPE)
endfunction()
sf_way(libexec ${CMAKE_INSTALL_BINDIR} ${SF_INSTALL_LIBEXEC})
sf_way(bin ${SF_INSTALL_LIBEXEC} ${CMAKE_INSTALL_BINDIR})
sf_way(data ${CMAKE_INSTALL_BINDIR} ${SF_INSTALL_DATA})
sf_way(include ${CMAKE_INSTALL_BINDIR} ${CMAKE_INSTALL_INCLUDEDIR})
sf_way(package ${CMAKE_INSTALL_BINDIR} ${SF_INSTALL_CMAKE})
set_source_files_properties(harness/base/place.c PROPERTIES COMPILE_DEFINITIONS
    "SF_BIN_TO_LIBEXEC=\"${libexec}\";SF_LIBEXEC_TO_BIN=\"${bin}\";SF_BIN_TO_DATA=\"${data}\";SF_BIN_TO_INCLUDE=\"${include}\";SF_BIN_TO_CMAKE=\"${package}\"")

# A program that was built and not installed finds the tree here.
file(RELATIVE_PATH source_way ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
string(REGEX REPLACE "/$" "" source_way "${source_way}")
file(CREATE_LINK ${source_way} ${CMAKE_BINARY_DIR}/source SYMBOLIC)
