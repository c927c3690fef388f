# The Debian package: cpack --config BUILD/CPackConfig.cmake -B FOLDER. Its dependencies are those that dpkg-shlibdeps
# finds in the programs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME strayframe)
set(CPACK_PACKAGE_VENDOR "the strayframe contributors")
set(CPACK_PACKAGE_CONTACT "strayframe contributors <strayframe@localhost>" CACHE STRING "Maintainer of the Debian package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "test whether a cache of camera stills leaks to other tenants")
set(CPACK_PACKAGE_DESCRIPTION "strayframe simulates cameras, a cloud with the cache under test, hubs and apps
in one process on virtual time, loses, delays and damages packets between them,
and checks every pixel and every byte that reaches a viewer. It judges caches
behind its interface, and real cache servers with their configuration.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # the pages name the prefix
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gcc | c-compiler, cmake | make, pkgconf | pkg-config")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, nginx-light, varnish, squid, haproxy, trafficserver, chromium")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/install/debian_files.cmake)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/install/package_here.cmake)
file(WRITE ${CMAKE_BINARY_DIR}/install/package_here.cmake
    "set(ENV{SF_PACKAGE_SOURCE} \"${CMAKE_SOURCE_DIR}\")\nset(ENV{SF_PACKAGE_CONTACT} \"${CPACK_PACKAGE_CONTACT}\")\n")
include(CPack)
