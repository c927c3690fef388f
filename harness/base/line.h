/* Lines of text files, of bounded length: a file from outside may be endless, or be no text. */
#ifndef STRAYFRAME_BASE_LINE_H
#define STRAYFRAME_BASE_LINE_H

#include <stddef.h>
#include <stdio.h>

/* A line and its memory; all zero at first. sf_line_free frees it. */
struct sf_line {
    char *text;   /* terminated, with its line feed if there is one */
    size_t bytes; /* without the terminator; more than strlen for a line with a zero byte */
    size_t capacity;
};

enum sf_line_end {
    SF_LINE_READ,
    SF_LINE_NONE, /* the file has ended, or cannot be read: see ferror */
    SF_LINE_TOO_LONG,
};

/* Reads the next line, of at most bytes_max bytes. */
enum sf_line_end sf_line_read(struct sf_line *line, FILE *file, size_t bytes_max);
void sf_line_free(struct sf_line *line);

#endif
