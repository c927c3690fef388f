#include "harness/campaign/provenance.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/cache_spec.h"
#include "harness/cache/load.h"

enum { PATH_BYTES = 4096, CHUNK_BYTES = 65536 };

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static ssize_t hash_all(int fd, struct sha256_ctx *hash)
{
    static uint8_t chunk[CHUNK_BYTES];
    ssize_t count = read(fd, chunk, sizeof chunk);
    while (count > 0) {
        sha256_update(hash, (size_t)count, chunk);
        count = read(fd, chunk, sizeof chunk);
    }
    return count;
}

enum sf_err sf_sha256_file(const char *path, char text_out[SF_SHA256_TEXT_BYTES],
                           struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(text_out != NULL);
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    int fd = is_file(path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || hash_all(fd, &hash) < 0) {
        enum sf_err err = sf_fail(diag, SF_ERR_INPUT, "%s: cannot be read: %s", path,
                                  fd < 0 && errno == 0 ? "no file" : strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return err;
    }
    close(fd);
    sha256_digest(&hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(text_out + 2 * i, 3, "%02x", digest[i]);
    }
    return SF_OK;
}

/* A program without a folder, found as a shell would. */
static bool find_program(const char *word, const char *search, char *path_out)
{
    snprintf(path_out, PATH_BYTES, "%s", word);
    if (strchr(word, '/') != NULL) {
        return is_file(path_out);
    }
    for (const char *at = search; *at != '\0';) {
        size_t bytes = strcspn(at, ":");
        snprintf(path_out, PATH_BYTES, "%.*s/%s", (int)(bytes < 1024 ? bytes : 1024), at, word);
        if (is_file(path_out) && access(path_out, X_OK) == 0) {
            return true;
        }
        at += bytes + (at[bytes] == ':');
    }
    return false;
}

void sf_cache_files(const char *spec, const char *search,
                    void (*visit)(void *context, const char *path), void *context)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(search != NULL);
    SF_ASSERT(visit != NULL);
    static char path[PATH_BYTES];
    char *words = sf_strdup(sf_cache_spec_is_command(spec) ? spec + strlen("exec:") : spec);
    char *rest = NULL;
    if (!sf_cache_spec_is_foreign(spec)) {
        free(words);
        return;
    }
    if (!sf_cache_spec_is_command(spec)) {
        words[strcspn(words, "?")] = '\0';
        visit(context, words);
        free(words);
        return;
    }
    bool first = true;
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest), first = false) {
        if (first ? find_program(word, search, path) : is_file(word)) {
            visit(context, first ? path : word);
        }
    }
    free(words);
}

void sf_machine_print(struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    struct utsname name;
    if (uname(&name) != 0) {
        sf_text_add(out, "unknown");
        return;
    }
    sf_text_add(out, "%s, %s %s %s, %ld processors", name.nodename, name.sysname, name.release,
                name.machine, sysconf(_SC_NPROCESSORS_ONLN));
}
