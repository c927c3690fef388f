/* Which strayframe this is: its version, commit, the version of the cache interface, and the
 * libraries. */
#ifndef STRAYFRAME_MACHINE_VERSIONS_H
#define STRAYFRAME_MACHINE_VERSIONS_H

struct sf_library {
    const char *name;
    const char
        *version; /* of what is loaded, where the library says; else of what it was built with */
};

/* Ended by one without a name. The texts are the library's own, or stay until the next call. */
const struct sf_library *sf_libraries(void);

/* The commit that was built, abbreviated, with -dirty if files had changes; "unknown" outside git.
 * Defined by the build (cmake/commit.cmake). */
const char *sf_commit(void);

#endif
