#include "harness/machine/versions.h"

#include <curl/curlver.h>
#include <jansson.h>
#include <libxml/xmlversion.h>
#include <microhttpd.h>
#include <netlink/version.h>
#include <nettle/version.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stddef.h>
#include <xxhash.h>
#include <yaml.h>
#include <jpeglib.h>

/* The four numbers of microhttpd's version are bytes in binary-coded decimal. */
static const char *microhttpd(void)
{
    static char text[24];
    unsigned long number = MHD_VERSION;
    snprintf(text, sizeof text, "%lx.%lx.%lx", number >> 24u & 0xffu, number >> 16u & 0xffu,
             number >> 8u & 0xffu);
    return text;
}

static const char *xxhash(void)
{
    static char text[24];
    unsigned number = XXH_versionNumber();
    snprintf(text, sizeof text, "%u.%u.%u", number / 10000, number / 100 % 100, number % 100);
    return text;
}

static const char *seccomp(void)
{
    static char text[40];
    const struct scmp_version *version = seccomp_version();
    snprintf(text, sizeof text, "%u.%u.%u", version->major, version->minor, version->micro);
    return text;
}

static const char *nettle(void)
{
    static char text[24];
    snprintf(text, sizeof text, "%d.%d", NETTLE_VERSION_MAJOR, NETTLE_VERSION_MINOR);
    return text;
}

static const char *jpeg(void)
{
    static char text[24];
    snprintf(text, sizeof text, "%d.%d.%d", LIBJPEG_TURBO_VERSION_NUMBER / 1000000,
             LIBJPEG_TURBO_VERSION_NUMBER / 1000 % 1000, LIBJPEG_TURBO_VERSION_NUMBER % 1000);
    return text;
}

const struct sf_library *sf_libraries(void)
{
    static struct sf_library libraries[12];
    const struct sf_library all[] = {
        {"libyaml", yaml_get_version_string()},
        {"jansson", JANSSON_VERSION},
        {"xxhash", xxhash()},
        {"libjpeg-turbo", jpeg()},
        {"libxml2", LIBXML_DOTTED_VERSION},
        {"libnl", LIBNL_VERSION},
        {"libseccomp", seccomp()},
        {"sqlite", sqlite3_libversion()},
        {"nettle", nettle()},
        {"curl", LIBCURL_VERSION},
        {"libmicrohttpd", microhttpd()},
        {NULL, NULL},
    };
    _Static_assert(sizeof all == sizeof libraries, "the table holds all of them");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        libraries[i] = all[i];
    }
    return libraries;
}
