/* A driver and a configuration become files and commands. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/live/driver.h"
#include "harness/live/fields.h"

enum { PATH_BYTES = 1024 };

/* Where a file of this name goes; one that was laid down before is replaced. */
static struct sf_keeper_file *file_for(struct sf_keeper_job *job, const char *name)
{
    for (uint32_t i = 0; i < job->files_count; i++) {
        if (strcmp(job->files[i].path, name) == 0) {
            sf_text_free(&job->files[i].text);
            return &job->files[i];
        }
    }
    if (job->files_count == SF_KEEPER_FILES_MAX) {
        return NULL;
    }
    struct sf_keeper_file *file = &job->files[job->files_count++];
    file->path = sf_strdup(name);
    return file;
}

static enum sf_err add_file(struct sf_keeper_job *job, const char *path, const char *name,
                            const struct sf_places *places, uint32_t *used, struct sf_diag *diag)
{
    struct sf_keeper_file *file = file_for(job, name);
    if (file == NULL) {
        return sf_fail_at(diag, SF_ERR_INPUT, path, 0, 0, "more than %d files of configuration",
                          SF_KEEPER_FILES_MAX);
    }
    struct sf_text text = {0};
    enum sf_err err = sf_fields_read_text(path, &text, diag);
    if (err == SF_OK && text.length > 0) {
        err = sf_template_expand(path, text.data, text.length, places, &file->text, used, diag);
    }
    sf_text_free(&text);
    return err;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum sf_err add_folder(struct sf_keeper_job *job, const char *folder,
                              const struct sf_places *places, uint32_t *used, struct sf_diag *diag)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, by_name);
    if (count < 0) {
        return sf_fail_at(diag, sf_err_of_file(errno), folder, 0, 0, "cannot read the folder: %s",
                          strerror(errno));
    }
    enum sf_err err = SF_OK;
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        struct stat about;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (err == SF_OK && entries[i]->d_name[0] != '.' && stat(path, &about) == 0 &&
            S_ISREG(about.st_mode)) {
            err = add_file(job, path, entries[i]->d_name, places, used, diag);
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

enum sf_err sf_driver_command(const struct sf_driver *driver, const struct sf_driver_action *action,
                              const struct sf_places *places, struct sf_keeper_command *command,
                              struct sf_diag *diag)
{
    SF_ASSERT(driver != NULL);
    SF_ASSERT(action != NULL);
    SF_ASSERT(places != NULL);
    SF_ASSERT(command != NULL);
    *command = (struct sf_keeper_command){.signal = action->signal};
    for (uint32_t i = 0; action->words[i] != NULL; i++) {
        struct sf_text word = {0};
        SF_TRY(sf_template_expand(driver->file, action->words[i], strlen(action->words[i]), places,
                                  &word, NULL, diag));
        command->words[i] = word.data != NULL ? word.data : sf_strdup("");
    }
    return SF_OK;
}

void sf_driver_command_fini(struct sf_keeper_command *command)
{
    SF_ASSERT(command != NULL);
    for (uint32_t i = 0; i < SF_KEEPER_WORDS_MAX; i++) {
        free(command->words[i]);
        command->words[i] = NULL;
    }
}

/* A configuration that names no place to listen at, or no origin, would be tested against
 * something else. */
static enum sf_err check_used(const struct sf_driver *driver, const char *config, uint32_t used,
                              struct sf_diag *diag)
{
    uint32_t listens = 1U << SF_PLACE_LISTEN | 1U << SF_PLACE_LISTEN_PORT;
    uint32_t fetches = 1U << SF_PLACE_ORIGIN | 1U << SF_PLACE_ORIGIN_PORT;
    if (!driver->listens_outside_config && (used & listens) == 0) {
        return sf_fail_at(diag, SF_ERR_INPUT, config, 0, 0,
                          "has no {LISTEN} or {LISTEN_PORT}: write it where the address stands at "
                          "which the server listens");
    }
    if ((used & fetches) == 0) {
        return sf_fail_at(diag, SF_ERR_INPUT, config, 0, 0,
                          "has no {ORIGIN} or {ORIGIN_PORT}: write it where the address of your "
                          "origin stands");
    }
    return SF_OK;
}

static enum sf_err add_config(const struct sf_driver *driver, const char *config,
                              const struct sf_places *places, struct sf_keeper_job *job,
                              struct sf_diag *diag)
{
    uint32_t used = 0;
    struct stat about;
    if (driver->base != NULL) {
        char base[PATH_BYTES];
        snprintf(base, sizeof base, "%s/%s", driver->folder, driver->base);
        SF_TRY(add_folder(job, base, places, &used, diag));
    }
    if (stat(config, &about) == 0 && S_ISDIR(about.st_mode)) {
        SF_TRY(add_folder(job, config, places, &used, diag));
    } else {
        SF_TRY(add_file(job, config, driver->config, places, &used, diag));
    }
    return check_used(driver, config, used, diag);
}

enum sf_err sf_driver_job(const struct sf_driver *driver, const char *config,
                          const struct sf_places *places, struct sf_keeper_job *job,
                          struct sf_diag *diag)
{
    SF_ASSERT(driver != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(places != NULL);
    SF_ASSERT(job != NULL);
    *job = (struct sf_keeper_job){.dir = places->values[SF_PLACE_DIR]};
    SF_TRY(add_config(driver, config, places, job, diag));
    SF_TRY(sf_driver_command(driver, &driver->prepare, places, &job->prepare, diag));
    SF_TRY(sf_driver_command(driver, &driver->start, places, &job->start, diag));
    return sf_driver_command(driver, &driver->stop, places, &job->stop, diag);
}

void sf_driver_job_fini(struct sf_keeper_job *job)
{
    SF_ASSERT(job != NULL);
    for (uint32_t i = 0; i < job->files_count; i++) {
        free(job->files[i].path);
        sf_text_free(&job->files[i].text);
    }
    sf_driver_command_fini(&job->prepare);
    sf_driver_command_fini(&job->start);
    sf_driver_command_fini(&job->stop);
    *job = (struct sf_keeper_job){0};
}
