#include "harness/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/assert.h"

static enum sf_err cannot_write(const char *path, int error, struct sf_diag *diag)
{
    return sf_fail(diag, sf_err_of_file(error), "cannot write %s: %s", path, strerror(error));
}

/* Where the file really is, behind symbolic links; as named if it is not there yet. */
static enum sf_err find_place(struct sf_whole_file *whole, const char *path, struct sf_diag *diag)
{
    struct stat status;
    char real[PATH_MAX];
    if (stat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode)) {
            return sf_fail(diag, SF_ERR_INPUT, "%s is not a file: it cannot be written anew", path);
        }
        path = realpath(path, real) != NULL ? real : path;
    }
    int length = snprintf(whole->path, sizeof whole->path, "%s", path);
    if (length <= 0 || length >= (int)sizeof whole->path) {
        return sf_fail(diag, SF_ERR_INPUT, "the path of the file to write is empty or too long");
    }
    return SF_OK;
}

/* The folder that the file is in. */
static void folder_of(const char *path, char folder_out[SF_WHOLE_FILE_PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    snprintf(folder_out, SF_WHOLE_FILE_PATH_BYTES, "%.*s", (int)length, path);
    if (slash == NULL) {
        snprintf(folder_out, SF_WHOLE_FILE_PATH_BYTES, ".");
    }
}

/* A file without a name, which goes when its writer ends, however that ends; -1 where the file
 * system has no such thing. */
static int open_nameless(const char *path)
{
    char folder[SF_WHOLE_FILE_PATH_BYTES];
    folder_of(path, folder);
    return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

/* mkstemp makes files for their owner alone; this one is like any other. */
static void allow_as_usual(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    int ignored = fchmod(fd, 0666 & ~mask);
    (void)ignored; /* then it stays its owner's */
}

static void remove_part(const struct sf_whole_file *whole)
{
    if (whole->part[0] != '\0') {
        unlink(whole->part);
    }
}

enum sf_err sf_whole_file_open(struct sf_whole_file *whole, const char *path, struct sf_diag *diag)
{
    SF_ASSERT(whole != NULL);
    SF_ASSERT(path != NULL);
    SF_TRY(find_place(whole, path, diag));
    whole->part[0] = '\0';
    int fd = open_nameless(whole->path);
    if (fd < 0) {
        snprintf(whole->part, sizeof whole->part, "%s.XXXXXX", whole->path);
        fd = mkostemp(whole->part, O_CLOEXEC);
        if (fd < 0) {
            return cannot_write(path, errno, diag);
        }
        allow_as_usual(fd);
    }
    whole->file = fdopen(fd, "wb");
    if (whole->file == NULL) {
        enum sf_err err = cannot_write(path, errno, diag);
        close(fd);
        remove_part(whole);
        return err;
    }
    return SF_OK;
}

/* Gives a file without a name one beside its place: only rename puts it over what is there. */
static bool name_part(struct sf_whole_file *whole)
{
    if (whole->part[0] != '\0') {
        return true;
    }
    char nameless[32];
    snprintf(nameless, sizeof nameless, "/proc/self/fd/%d", fileno(whole->file));
    snprintf(whole->part, sizeof whole->part, "%s.%d", whole->path, (int)getpid());
    bool named = linkat(AT_FDCWD, nameless, AT_FDCWD, whole->part, AT_SYMLINK_FOLLOW) == 0;
    whole->part[0] = named ? whole->part[0] : '\0';
    return named;
}

/* A new name is on the disk when its folder is. */
static bool sync_folder(const char *path)
{
    char folder[SF_WHOLE_FILE_PATH_BYTES];
    folder_of(path, folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool synced = fsync(fd) == 0 || errno == EINVAL; /* some file systems know no such thing */
    close(fd);
    return synced;
}

enum sf_err sf_whole_file_keep(struct sf_whole_file *whole, struct sf_diag *diag)
{
    SF_ASSERT(whole != NULL);
    SF_ASSERT(whole->file != NULL);
    errno = 0;
    bool written = ferror(whole->file) == 0 && fflush(whole->file) == 0;
    written = written && fsync(fileno(whole->file)) == 0 && name_part(whole);
    int error = errno;
    if (fclose(whole->file) != 0 && written) {
        written = false;
        error = errno;
    }
    whole->file = NULL;
    if (written && rename(whole->part, whole->path) != 0) {
        written = false;
        error = errno;
    }
    if (!written) {
        remove_part(whole);
        return cannot_write(whole->path, error != 0 ? error : EIO, diag);
    }
    return sync_folder(whole->path) ? SF_OK : cannot_write(whole->path, errno, diag);
}

void sf_whole_file_drop(struct sf_whole_file *whole)
{
    SF_ASSERT(whole != NULL);
    SF_ASSERT(whole->file != NULL);
    fclose(whole->file);
    whole->file = NULL;
    remove_part(whole);
}

enum sf_err sf_whole_file_write(const char *path, const void *bytes, size_t count,
                                struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    struct sf_whole_file whole;
    SF_TRY(sf_whole_file_open(&whole, path, diag));
    if (fwrite(bytes, 1, count, whole.file) != count) {
        enum sf_err err = cannot_write(path, errno, diag);
        sf_whole_file_drop(&whole);
        return err;
    }
    return sf_whole_file_keep(&whole, diag);
}
