/* strayframe new-cache: a folder with a complete small cache, its build, its test and a CI job. The
 * cache is one of docs/examples; what stands around it is in share/new-cache. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/place.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"

enum { FILES_MAX = 8, NAME_BYTES_MAX = 40 };

static const struct cli_option options[] = {
    {"language", "LANGUAGE", "c, cpp or python (c)"},
    CLI_OPTIONS_END,
};

struct source {
    const char *from;   /* a file of the program */
    const char *to;     /* in the new folder; @ is the cache's name */
    const char *begins; /* leave out what stands before this text, and write the comment; or NULL */
    bool runs;          /* is executable */
};

struct language {
    const char *name;
    const char *title;
    const char *comment; /* the first of the cache, @ is its name */
    struct source sources[FILES_MAX];
    const char
        *steps[3]; /* what to do then; % and ^ say where this strayframe is, unless that is usual */
};

#define COMMENT "A cache of camera stills, @. It keeps whole stills under tenant and camera."
#define BUILD "cmake -B build% && cmake --build build"
#define TEST "ctest --test-dir build --output-on-failure"

static const struct language languages[] = {
    {.name = "c",
     .title = "C",
     .comment = "/* " COMMENT " */\n",
     .sources = {{"docs/examples/get_put.c", "@.c", "#include \"strayframe_cache.h\"", false},
                 {"share/new-cache/c/CMakeLists.txt", "CMakeLists.txt", NULL, false},
                 {"share/new-cache/c/README.md", "README.md", NULL, false},
                 {"share/new-cache/c/gate.yml", ".github/workflows/gate.yml", NULL, false}},
     .steps = {BUILD, TEST}},
    {.name = "cpp",
     .title = "C++",
     .comment = "// " COMMENT "\n",
     .sources = {{"docs/examples/get_put.cpp", "@.cpp", "#include \"strayframe.hpp\"", false},
                 {"share/new-cache/cpp/CMakeLists.txt", "CMakeLists.txt", NULL, false},
                 {"share/new-cache/cpp/README.md", "README.md", NULL, false},
                 {"share/new-cache/cpp/gate.yml", ".github/workflows/gate.yml", NULL, false}},
     .steps = {BUILD, TEST}},
    {.name = "python",
     .title = "Python",
     .comment = "\"\"\"" COMMENT "\"\"\"\n\n",
     .sources = {{"docs/examples/get_put.py", "@.py", "import strayframe", false},
                 {"share/clients/python/strayframe.py", "strayframe.py", NULL, false},
                 {"share/new-cache/python/test.sh", "test.sh", NULL, true},
                 {"share/new-cache/python/README.md", "README.md", NULL, false},
                 {"share/new-cache/python/gate.yml", ".github/workflows/gate.yml", NULL, false}},
     .steps = {"^./test.sh"}},
};

enum { LANGUAGES_COUNT = sizeof languages / sizeof languages[0] };

/* Adds `text` with each `word` replaced. */
static void add_replaced(struct sf_text *out, const char *text, const char *word, const char *by)
{
    for (const char *at = strstr(text, word); at != NULL; at = strstr(text, word)) {
        sf_text_add_bytes(out, text, (size_t)(at - text));
        sf_text_add(out, "%s", by);
        text = at + strlen(word);
    }
    sf_text_add(out, "%s", text);
}

static void replace(struct sf_text *text, const char *word, const char *by)
{
    struct sf_text out = {0};
    add_replaced(&out, text->data, word, by);
    sf_text_free(text);
    *text = out;
}

static enum sf_err read_own(const char *name, struct sf_text *out, struct sf_diag *diag)
{
    char found[CLI_PATH_BYTES];
    char path[CLI_PATH_BYTES];
    char bytes[4096];
    cli_find_own(name, found, sizeof found);
    cli_find_data(found, path, sizeof path);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail(diag, sf_err_of_file(errno), "%s, which comes with the program: %s", path,
                       strerror(errno));
    }
    for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        sf_text_add_bytes(out, bytes, count);
    }
    sf_text_add(out, "%s", "");
    bool failed = ferror(file) != 0;
    fclose(file);
    return failed ? sf_fail(diag, SF_ERR_MACHINE, "%s: cannot be read", path) : SF_OK;
}

/* The text of one file of the new cache. */
static enum sf_err make_text(const struct language *language, const struct source *source,
                             const char *name, struct sf_text *out, struct sf_diag *diag)
{
    SF_TRY(read_own(source->from, out, diag));
    if (source->begins != NULL) {
        struct sf_text text = {0};
        const char *from = strstr(out->data, source->begins);
        add_replaced(&text, language->comment, "@", name);
        sf_text_add(&text, "%s", from != NULL ? from : out->data);
        sf_text_free(out);
        *out = text;
        replace(out, "  # noqa: E402", "");
        replace(out, "get-put", name);
        replace(out, "GetPut", "Cache");
    }
    replace(out, "@NAME@", name);
    return SF_OK;
}

/* The folders of a file's path below `folder`. */
static enum sf_err make_folders(const char *path, size_t folder_bytes, struct sf_diag *diag)
{
    char part[CLI_PATH_BYTES];
    for (const char *slash = strchr(path + folder_bytes + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST) {
            return sf_fail(diag, sf_err_of_file(errno), "%s: %s", part, strerror(errno));
        }
    }
    return SF_OK;
}

static enum sf_err write_source(const struct language *language, const struct source *source,
                                const char *folder, const char *name, struct sf_diag *diag)
{
    struct sf_text path = {0};
    struct sf_text text = {0};
    sf_text_add(&path, "%s/", folder);
    add_replaced(&path, source->to, "@", name);
    enum sf_err err = make_text(language, source, name, &text, diag);
    if (err == SF_OK) {
        err = make_folders(path.data, strlen(folder), diag);
    }
    if (err == SF_OK) {
        err = cli_write_file(path.data, &text, diag);
    }
    if (err == SF_OK && source->runs && chmod(path.data, 0755) != 0) {
        err = sf_fail(diag, SF_ERR_MACHINE, "%s: %s", path.data, strerror(errno));
    }
    sf_text_free(&path);
    sf_text_free(&text);
    return err;
}

static enum sf_err find_language(const struct cli_args *args, const struct language **language_out,
                                 struct sf_diag *diag)
{
    const char *wanted = cli_value(args, "language");
    const char *known[LANGUAGES_COUNT + 1] = {NULL};
    *language_out = &languages[0];
    if (wanted == NULL) {
        return SF_OK;
    }
    for (int i = 0; i < LANGUAGES_COUNT; i++) {
        known[i] = languages[i].name;
        if (strcmp(wanted, languages[i].name) == 0 ||
            (languages[i].title[1] == '+' && strcmp(wanted, "c++") == 0)) {
            *language_out = &languages[i];
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(wanted, known);
    return sf_fail(diag, SF_ERR_INPUT,
                   "--language is c, cpp or python, not '%s'%s%s%s; for Go and Rust see "
                   "docs/your-cache.md",
                   wanted, nearest != NULL ? "; did you mean '" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* The last part of the folder's path is the name. */
static enum sf_err find_name(const char *folder, const char **name_out, struct sf_diag *diag)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *slash = strrchr(folder, '/');
    const char *name = slash != NULL ? slash + 1 : folder;
    size_t length = strlen(name);
    if (length == 0 || length > NAME_BYTES_MAX || strspn(name, all) != length ||
        strchr(letters, name[0]) == NULL || strcmp(name, "strayframe") == 0) {
        return sf_fail(
            diag, SF_ERR_INPUT,
            "'%s' cannot be a cache's name: expected 1 to %d letters, digits, _ and -, a "
            "letter first, and not strayframe",
            name, NAME_BYTES_MAX);
    }
    *name_out = name;
    return SF_OK;
}

/* Where CMake and the shell look anyway. */
static bool is_usual(const char *path)
{
    return strncmp(path, "/usr/", 5) == 0;
}

/* ` -Dstrayframe_DIR=...` and `STRAYFRAME=... `, each empty where it is not needed. */
static void say_where(struct sf_text *cmake_out, struct sf_text *shell_out)
{
    char path[SF_PLACE_BYTES];
    sf_text_add(cmake_out, "%s", "");
    sf_text_add(shell_out, "%s", "");
    if (sf_place_cmake(path) && !is_usual(path)) {
        struct sf_text define = {0};
        sf_text_add(&define, "-Dstrayframe_DIR=%s", path);
        sf_text_add_word(cmake_out, define.data);
        sf_text_free(&define);
    }
    if (sf_place_program("strayframe", path) && !is_usual(path)) {
        struct sf_text word = {0};
        sf_text_add_word(&word, path);
        sf_text_add(shell_out, "STRAYFRAME=%s ", word.data + 1); /* without the space */
        sf_text_free(&word);
    }
}

static void print_steps(const struct language *language, const char *folder)
{
    struct sf_text cmake = {0};
    struct sf_text shell = {0};
    struct sf_text text = {0};
    say_where(&cmake, &shell);
    sf_text_add(&text, "%s: a cache in %s. Judge it:\n  cd", folder, language->title);
    sf_text_add_word(&text, folder);
    sf_text_add(&text, "\n");
    for (int i = 0; language->steps[i] != NULL; i++) {
        struct sf_text step = {0};
        add_replaced(&step, language->steps[i], "%", cmake.data);
        replace(&step, "^", shell.data);
        sf_text_add(&text, "  %s\n", step.data);
        sf_text_free(&step);
    }
    (void)cli_print_text(&text, 0);
    sf_text_free(&text);
    sf_text_free(&shell);
    sf_text_free(&cmake);
}

/* After a failure nothing is left that would be in the way of the next try. */
static void remove_sources(const struct language *language, const char *folder, const char *name)
{
    static const char *const folders[] = {".github/workflows", ".github", "."};
    struct sf_text path = {0};
    for (int i = 0; language->sources[i].from != NULL; i++) {
        sf_text_add(&path, "%s/", folder);
        add_replaced(&path, language->sources[i].to, "@", name);
        (void)unlink(path.data);
        sf_text_free(&path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        sf_text_add(&path, "%s%s%s", folder, i < 2 ? "/" : "", i < 2 ? folders[i] : "");
        (void)rmdir(path.data);
        sf_text_free(&path);
    }
}

static enum sf_err make_cache(const struct cli_args *args, struct sf_diag *diag)
{
    const struct language *language = NULL;
    const char *name = NULL;
    char folder[CLI_PATH_BYTES / 2];
    size_t length = strlen(args->words[0]);
    while (length > 1 && args->words[0][length - 1] == '/') {
        length--;
    }
    if (length >= sizeof folder) {
        return sf_fail(diag, SF_ERR_INPUT, "the path is longer than %zu bytes", sizeof folder - 1);
    }
    snprintf(folder, sizeof folder, "%.*s", (int)length, args->words[0]);
    SF_TRY(find_language(args, &language, diag));
    SF_TRY(find_name(folder, &name, diag));
    if (mkdir(folder, 0777) != 0) {
        return errno == EEXIST
                   ? sf_fail(diag, SF_ERR_INPUT, "%s exists already; nothing was written", folder)
                   : sf_fail(diag, sf_err_of_file(errno), "%s: %s", folder, strerror(errno));
    }
    for (int i = 0; language->sources[i].from != NULL; i++) {
        enum sf_err err = write_source(language, &language->sources[i], folder, name, diag);
        if (err != SF_OK) {
            remove_sources(language, folder, name);
            return err;
        }
    }
    print_steps(language, folder);
    return SF_OK;
}

static int run(const struct cli_args *args)
{
    struct sf_diag diag = {0};
    enum sf_err err = make_cache(args, &diag);
    return err == SF_OK ? CLI_EXIT_PASS : cli_fail(err, &diag);
}

const struct cli_command cli_new_cache = {
    .name = "new-cache",
    .words = "NAME",
    .summary = "Write a folder with a complete small cache, its build, its test and a CI job",
    .details =
        "NAME is the folder, which must not exist yet; its last part is the cache's name. What is\n"
        "written passes the gate as it is: replace the cache in it by yours. For Go and Rust\n"
        "see docs/your-cache.md.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
