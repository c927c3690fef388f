#include "harness/gate/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/line.h"

enum { LINE_BYTES = 256 };

static bool is_known(const char *id)
{
    const struct sf_defect *defect = sf_defects();
    while (defect->id != NULL && strcmp(defect->id, id) != 0) {
        defect++;
    }
    return defect->id != NULL;
}

/* `text` is one line; nothing is added for one without a class. */
static enum sf_err read_line(const char *path, uint32_t number, char *text,
                             struct sf_baseline *baseline, struct sf_diag *diag)
{
    struct sf_baseline_class class = {.line = number};
    char runs[10] = "";
    char rest[2];
    text[strcspn(text, "#\r\n")] = '\0';
    int parts = sscanf(text, "%15s %9[0-9] %1s", class.id, runs, rest);
    if (parts <= 0) {
        return SF_OK;
    }
    class.median_runs = (uint32_t)strtoul(runs, NULL, 10);
    if (parts != 2 || class.median_runs == 0) {
        return sf_fail_at(diag, SF_ERR_INPUT, path, number, 1,
                          "expected a class and its median number of runs, such as 'D05 2'");
    }
    if (!is_known(class.id)) {
        return sf_fail_at(diag, SF_ERR_INPUT, path, number, 1, "there is no class '%s'", class.id);
    }
    if (sf_baseline_class_of(baseline, class.id) != NULL) {
        return sf_fail_at(diag, SF_ERR_INPUT, path, number, 1, "'%s' stands here twice", class.id);
    }
    baseline->classes[baseline->count++] = class;
    return SF_OK;
}

enum sf_err sf_baseline_read(const char *path, struct sf_baseline *baseline, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(baseline != NULL);
    *baseline = (struct sf_baseline){0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: cannot be read", path);
    }
    struct sf_line line = {0};
    enum sf_line_end end = SF_LINE_READ;
    uint32_t number = 0;
    enum sf_err err = SF_OK;
    errno = 0;
    while (err == SF_OK && (end = sf_line_read(&line, file, LINE_BYTES - 1)) == SF_LINE_READ) {
        err = read_line(path, ++number, line.text, baseline, diag);
    }
    if (err == SF_OK && ferror(file)) {
        err = sf_fail(diag, sf_err_of_file(errno), "%s: cannot be read: %s", path, strerror(errno));
    } else if (err == SF_OK && end == SF_LINE_TOO_LONG) {
        err = sf_fail_at(diag, SF_ERR_INPUT, path, number + 1, 1, "a line of more than %d bytes",
                         LINE_BYTES - 1);
    }
    sf_line_free(&line);
    fclose(file);
    return err;
}

const struct sf_baseline_class *sf_baseline_class_of(const struct sf_baseline *baseline,
                                                     const char *id)
{
    SF_ASSERT(baseline != NULL);
    SF_ASSERT(id != NULL);
    for (uint32_t i = 0; i < baseline->count; i++) {
        if (strcmp(baseline->classes[i].id, id) == 0) {
            return &baseline->classes[i];
        }
    }
    return NULL;
}

void sf_baseline_write(const struct sf_proofs *proofs, struct sf_text *out)
{
    SF_ASSERT(proofs != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(
        out,
        "# Classes of defect that `strayframe prove` has caught, and in the median after how many "
        "runs.\n# One that is missed fails it. `strayframe prove --keep FILE` writes this.\n");
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        if (proof->meant_count > 0) {
            sf_text_add(out, "%s %u\n", proof->defect->id, proof->median_runs);
        }
    }
}
