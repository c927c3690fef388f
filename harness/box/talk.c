#include "harness/box/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/line.h"
#include "harness/base/shown.h"
#include "harness/base/text.h"
#include "harness/wire/json.h"

/* ---- the recording ---- */

enum { LINE_BYTES_MAX = 16 << 20 }; /* hexadecimal digits of the longest message */

struct line {
    char *text;             /* of a message that was kept */
    struct sf_line reading; /* of the line that was read last */
    uint64_t number;        /* of the line */
    uint32_t process;
    char mark; /* '>', '<' or '+' */
    const char *rest;
};

/* The next line, whosoever it is of. */
static enum sf_err next_line(FILE *file, const char *path, struct line *line, struct sf_diag *diag)
{
    enum sf_line_end read = sf_line_read(&line->reading, file, LINE_BYTES_MAX);
    char *text = line->reading.text;
    line->mark = '\0';
    if (read == SF_LINE_NONE) {
        return SF_OK;
    }
    line->number++;
    char *end = text;
    unsigned long process = read == SF_LINE_READ ? strtoul(text, &end, 10) : 0;
    if (end == text || strchr("><+", *end) == NULL || end[0] == '\0' || end[1] != ' ') {
        return sf_fail_at(diag, SF_ERR_INPUT, path, (uint32_t)line->number, 1,
                          "expected 'N> ', 'N< ' or 'N+ ': it is no exchange that --log-messages "
                          "wrote");
    }
    text[strcspn(text, "\n")] = '\0';
    line->process = (uint32_t)process;
    line->mark = *end;
    line->rest = end + 2;
    return SF_OK;
}

static void add_hex(struct sf_text *out, const char *digits)
{
    for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2) {
        const char pair[] = {digits[0], digits[1], '\0'};
        uint8_t byte = (uint8_t)strtoul(pair, NULL, 16);
        sf_text_add_bytes(out, &byte, 1);
    }
}

/* ---- the program ---- */

struct program {
    pid_t pid;
    int to_fd;
    FILE *from;
};

static enum sf_err start(char *const argv[], struct program *program, struct sf_diag *diag)
{
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "no pipes to the program: %s", strerror(errno));
    }
    signal(SIGPIPE, SIG_IGN);
    program->pid = fork();
    if (program->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        signal(SIGPIPE, SIG_DFL);
        execvp(argv[0], argv);
        dprintf(STDERR_FILENO, "strayframe: '%s' cannot be started: %s\n", argv[0],
                strerror(errno));
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    program->to_fd = in[1];
    program->from = fdopen(out[0], "r");
    if (program->pid < 0 || program->from == NULL) {
        return sf_fail(diag, SF_ERR_MACHINE, "no process for the program: %s", strerror(errno));
    }
    return SF_OK;
}

static void send_all(const struct program *program, const struct sf_text *event)
{
    size_t sent = 0;
    while (sent < event->length) {
        ssize_t count = write(program->to_fd, event->data + sent, event->length - sent);
        if (count < 0 && errno != EINTR) {
            return; /* it has ended: reading shows that */
        }
        sent += count > 0 ? (size_t)count : 0;
    }
}

/* ---- one against the other ---- */

/* One message of the program against one of the recording, with its bytes. */
static void differ(struct sf_talk *talk, const struct line *line, const char *expected,
                   const char *said)
{
    talk->differs = true;
    talk->line = line->number;
    sf_shown(expected, strlen(expected), talk->expected, sizeof talk->expected);
    sf_shown(said, strlen(said), talk->said, sizeof talk->said);
}

/* What follows a call's line: as many bytes as it says. */
static bool read_raw(FILE *from, const char *call, struct sf_text *raw)
{
    const char *at = strstr(call, "\"bytes\":");
    unsigned long count = at != NULL ? strtoul(at + strlen("\"bytes\":"), NULL, 10) : 0;
    raw->length = 0;
    sf_text_add_bytes(raw, "", 0);
    for (unsigned long i = 0; i < count; i++) {
        int byte = fgetc(from);
        if (byte == EOF) {
            return false;
        }
        const uint8_t one = (uint8_t)byte;
        sf_text_add_bytes(raw, &one, 1);
    }
    return true;
}

static void check_call(const struct program *program, const struct line *line,
                       const struct sf_text *recorded_raw, struct sf_talk *talk)
{
    char *said = NULL;
    size_t capacity = 0;
    struct sf_text raw = {0};
    talk->calls_count++;
    if (getline(&said, &capacity, program->from) < 0) {
        differ(talk, line, line->rest, "");
    } else {
        said[strcspn(said, "\n")] = '\0';
        bool whole = read_raw(program->from, said, &raw);
        bool same = strcmp(said, line->rest) == 0 && whole && raw.length == recorded_raw->length &&
                    (raw.length == 0 || memcmp(raw.data, recorded_raw->data, raw.length) == 0);
        if (!same) {
            differ(talk, line, line->rest, said);
        }
    }
    sf_text_free(&raw);
    free(said);
}

/* A message of the recording, and the bytes that follow it on the next line. */
static enum sf_err next_message(FILE *file, const char *path, uint32_t number, struct line *ahead,
                                struct line *message, struct sf_text *raw, struct sf_diag *diag)
{
    while (ahead->mark != '\0' && (ahead->process != number || ahead->mark == '+')) {
        SF_TRY(next_line(file, path, ahead, diag));
    }
    free(message->text);
    *message = *ahead;
    raw->length = 0;
    if (ahead->mark == '\0') {
        message->text = NULL;
        return SF_OK;
    }
    message->text = sf_strdup(ahead->rest);
    message->rest = message->text;
    SF_TRY(next_line(file, path, ahead, diag));
    if (ahead->mark == '+' && ahead->process == number) {
        add_hex(raw, ahead->rest);
        SF_TRY(next_line(file, path, ahead, diag));
    }
    return SF_OK;
}

static enum sf_err feed(FILE *file, const char *path, uint32_t number,
                        const struct program *program, struct sf_talk *talk, struct sf_diag *diag)
{
    struct line ahead = {0};
    struct line message = {0};
    struct sf_text raw = {0};
    struct sf_text event = {0};
    enum sf_err err = next_line(file, path, &ahead, diag);
    while (err == SF_OK && !talk->differs) {
        err = next_message(file, path, number, &ahead, &message, &raw, diag);
        if (err != SF_OK || message.mark == '\0') {
            break;
        }
        if (message.mark == '<') {
            check_call(program, &message, &raw, talk);
            continue;
        }
        event.length = 0;
        sf_text_add(&event, "%s\n", message.rest);
        sf_text_add_bytes(&event, raw.data, raw.length);
        send_all(program, &event);
        talk->events_count++;
    }
    sf_line_free(&ahead.reading);
    free(message.text);
    sf_text_free(&raw);
    sf_text_free(&event);
    return err;
}

enum sf_err sf_box_talk(const char *path, uint32_t number, char *const argv[], struct sf_talk *talk,
                        struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(argv != NULL);
    SF_ASSERT(talk != NULL);
    struct program program = {.to_fd = -1};
    *talk = (struct sf_talk){0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot be read: %s",
                          strerror(errno));
    }
    enum sf_err err = start(argv, &program, diag);
    if (err == SF_OK) {
        err = feed(file, path, number, &program, talk, diag);
        close(program.to_fd);
        fclose(program.from);
        waitpid(program.pid, NULL, 0);
    }
    fclose(file);
    if (err == SF_OK && talk->events_count == 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s has no message to process %u", path, number);
    }
    return err;
}
