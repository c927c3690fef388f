/* Where this program lies, and the files that come with it: in the tree that it was built in as in
 * an installed one, at any prefix. Every place is relative to the program's own file; no folder of
 * the machine that it was built on is part of the program. */
#ifndef STRAYFRAME_BASE_PLACE_H
#define STRAYFRAME_BASE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { SF_PLACE_BYTES = 4096 };

/* A program that belongs to this one: beside it, one folder up (programs of a test), or in the
 * folder libexec of the installation. False if it is in none of them; the path is then that beside
 * this program. */
bool sf_place_program(const char *name, char path_out[SF_PLACE_BYTES]);

/* The folder that has scenarios/, share/ and docs/: that of the installation, or the source tree
 * beside which the program was built. False if there is none. */
bool sf_place_data(char path_out[SF_PLACE_BYTES]);

/* The folder of the public header, and that of the CMake package. False if there is none. */
bool sf_place_include(char path_out[SF_PLACE_BYTES]);
bool sf_place_cmake(char path_out[SF_PLACE_BYTES]);

#endif
