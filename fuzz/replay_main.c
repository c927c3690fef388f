/* Runs files through a fuzz target, without any engine: a corpus is an ordinary test. Folders are
 * read in the order of their names. What is said is a comment in YAML, so that it can stand above
 * the scenario that a target prints. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/targets.h"

enum { INPUT_BYTES_MAX = 1 << 20 };

static int run_file(const char *path)
{
    static uint8_t bytes[INPUT_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    fprintf(stderr, "# %s (%zu bytes)\n", path, count);
    return SF_FUZZ_TARGET(bytes, count);
}

static int run_folder(const char *path)
{
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    int files_count = 0;
    int code = 0;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        int length = snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && length > 0 && (size_t)length < sizeof inner &&
            code == 0) {
            code = run_file(inner);
            files_count++;
        }
        free(names[i]);
    }
    if (count >= 0) {
        free(names);
    }
    if (files_count == 0) {
        fprintf(stderr, "%s: there is no file to run\n", path);
        return 2;
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "Usage: %s FILE-OR-FOLDER...\n", argv[0]);
        return 2;
    }
    int code = 0;
    for (int i = 1; i < argc && code == 0; i++) {
        struct stat status;
        code = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode) ? run_folder(argv[i])
                                                                      : run_file(argv[i]);
    }
    return code;
}
