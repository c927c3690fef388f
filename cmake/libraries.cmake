# The libraries that strayframe stands on. A missing one is one sentence with the name of its package.

find_package(PkgConfig)
if(NOT PKG_CONFIG_FOUND)
    message(FATAL_ERROR "pkg-config is missing: install the package pkg-config.")
endif()

function(sf_library prefix module package)
    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET GLOBAL ${module})
    if(NOT ${prefix}_FOUND)
        message(FATAL_ERROR "The library ${module} is missing: install the package ${package}.")
    endif()
endfunction()

sf_library(YAML yaml-0.1 libyaml-dev)
sf_library(JANSSON jansson libjansson-dev)
sf_library(XXHASH libxxhash libxxhash-dev)
sf_library(XML libxml-2.0 libxml2-dev)
sf_library(NL libnl-3.0 libnl-3-dev)
sf_library(SECCOMP libseccomp libseccomp-dev)
sf_library(JPEG libjpeg libjpeg62-turbo-dev)
sf_library(NETTLE nettle nettle-dev) # before HTTPD, which needs it too: the message names this one
sf_library(HTTPD libmicrohttpd libmicrohttpd-dev)
sf_library(CURL libcurl libcurl4-openssl-dev)
sf_library(SQLITE sqlite3 libsqlite3-dev)
if(SF_ENGINE STREQUAL "replay")
    sf_library(CMOCKA cmocka libcmocka-dev)
    sf_library(ZLIB zlib zlib1g-dev)
endif()
