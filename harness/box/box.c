/* The programs that are boxed caches, and their processes. */
#include "harness/box/box.h"

#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/cache_spec.h"
#include "harness/base/place.h"
#include "harness/base/shown.h"
#include "harness/box/private.h"
#include "harness/box/sandbox.h"

#define COMMAND_PREFIX "exec:"
#define HOST_NAME "strayframe " SF_VERSION

static struct sf_box *boxes;
static FILE *messages_log;
static uint32_t processes_count;
static uint32_t lacks;
static bool run_is_repeatable;
static bool run_is_void;
static bool run_met_bound; /* it is void for that, or the one before that is repeated was */
static uint64_t run_peak_bytes;

const struct sf_cache_plugin *sf_box_plugin(const struct sf_box *box)
{
    SF_ASSERT(box != NULL);
    return &box->plugin;
}

bool sf_box_is_any(void)
{
    return boxes != NULL;
}

const char *sf_box_object(const struct sf_box *box)
{
    SF_ASSERT(box != NULL);
    return box->json ? NULL : box->words_text;
}

void sf_box_confine(void)
{
    sf_sandbox_confine();
}

/* ---- the processor ---- */

static cpu_set_t free_processors; /* that this process may use when no box is open */
static bool is_pinned;

/* This process and a stranger take turns, thousands of times a run. On one processor that is a
 * switch; on two, each of them falls asleep and is woken up, for ten times the processor time.
 * Strangers inherit the processor. */
static void pin(void)
{
    cpu_set_t one;
    int here = sched_getcpu();
    if (is_pinned || here < 0 ||
        sched_getaffinity(0, sizeof free_processors, &free_processors) != 0 ||
        CPU_COUNT(&free_processors) < 2) {
        return; /* a worker is where its caller wants it */
    }
    CPU_ZERO(&one);
    CPU_SET((size_t)here, &one);
    is_pinned = sched_setaffinity(0, sizeof one, &one) == 0;
}

static void unpin(void)
{
    if (is_pinned) {
        (void)sched_setaffinity(0, sizeof free_processors, &free_processors);
        is_pinned = false;
    }
}

/* ---- runs ---- */

void sf_box_run_begins(double seconds_max, bool repeatable)
{
    sf_channel_allow(seconds_max);
    run_is_repeatable = repeatable;
    run_met_bound &= run_is_void;
    run_is_void = false;
    run_peak_bytes = 0;
}

uint64_t sf_box_run_peak_bytes(void)
{
    return run_peak_bytes;
}

void sf_box_note_peak(uint64_t bytes)
{
    run_peak_bytes = bytes > run_peak_bytes ? bytes : run_peak_bytes;
}

void sf_box_run_ends(void)
{
    sf_channel_allow(0);
}

bool sf_box_run_mispredicted(void)
{
    return run_is_void;
}

bool sf_box_run_is_void(void)
{
    return run_is_void;
}

bool sf_box_is_repeatable(void)
{
    return run_is_repeatable;
}

void sf_box_void_run(void)
{
    run_is_void = true;
}

void sf_box_void_run_at_bound(void)
{
    run_is_void = true;
    run_met_bound = true;
}

bool sf_box_run_asks(void)
{
    return run_met_bound || !run_is_repeatable;
}

void sf_box_log_messages(FILE *file)
{
    messages_log = file;
}

const char *sf_box_lacks(void)
{
    static const char *const words[] = {"no user namespace", "no pid namespace",
                                        "no network namespace", "files not read-only",
                                        "no filter of system calls"};
    static char text[160];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((lacks >> i & 1u) != 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "",
                                     words[i]);
        }
    }
    return text;
}

/* ---- the words of a command ---- */

/* As a shell splits them: blanks, quotes, backslashes, and nothing else. False for a quote that is
 * not closed, no word at all, or too many. `text` is overwritten. */
static bool split_words(char *text, char *argv[SF_BOX_WORDS_MAX + 1])
{
    uint32_t count = 0;
    const char *from = text;
    char *to = text;
    for (;;) {
        from += strspn(from, " \t\n");
        if (*from == '\0') {
            argv[count] = NULL;
            return count > 0;
        }
        if (count == SF_BOX_WORDS_MAX) {
            return false;
        }
        argv[count++] = to;
        char quote = '\0';
        while (*from != '\0' && (quote != '\0' || strchr(" \t\n", *from) == NULL)) {
            if (*from == quote) {
                quote = '\0';
                from++;
            } else if (quote == '\0' && (*from == '\'' || *from == '"')) {
                quote = *from++;
            } else if (quote != '\'' && *from == '\\' && from[1] != '\0') {
                *to++ = from[1];
                from += 2;
            } else {
                *to++ = *from++;
            }
        }
        if (quote != '\0') {
            return false;
        }
        from += *from != '\0';
        *to++ = '\0';
    }
}

static enum sf_err make_words(struct sf_box *box, struct sf_diag *diag)
{
    if (box->json) {
        box->words_text = sf_strdup(box->spec + strlen(COMMAND_PREFIX));
        if (!split_words(box->words_text, box->argv)) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "the cache '%s': expected exec:COMMAND, words with closed quotes, %d at "
                           "most",
                           box->spec, SF_BOX_WORDS_MAX);
        }
        return SF_OK;
    }
    /* Without a slash the loader would search the system's folders. */
    size_t bytes = strlen(box->spec) + sizeof "./";
    box->words_text = sf_alloc(bytes, 1);
    snprintf(box->words_text, bytes, "%s%s", strchr(box->spec, '/') == NULL ? "./" : "", box->spec);
    static char runner[SF_PLACE_BYTES];
    if (!sf_place_program("strayframe-runner", runner)) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "%s is missing: it loads shared objects, and belongs to the program",
                       runner);
    }
    box->argv[0] = runner;
    box->argv[1] = box->words_text;
    return SF_OK;
}

/* ---- the end of a process, in words ---- */

struct ending {
    int32_t code;
    uint64_t subject;
    char text[SF_BOX_TEXT_BYTES];
};

/* The last lines that fit; where not even one does, the beginning of the last. Returns where they
 * begin; *count is where they end. */
static uint32_t last_words(const char *words, uint32_t *count)
{
    enum { SHOWN_BYTES = 120 };
    uint32_t line = *count;
    while (line > 0 && words[line - 1] != '\n') {
        line--;
    }
    if (*count - line > SHOWN_BYTES) {
        *count = line + SHOWN_BYTES;
        while (*count > line + 1 && words[*count] != ' ') {
            --*count;
        }
        return line;
    }
    for (uint32_t at = line; at > 0 && *count - (at - 1) <= SHOWN_BYTES; at--) {
        line = at == 1 || words[at - 2] == '\n' ? at - 1 : line;
    }
    return line;
}

/* What it said last, a little of it. */
static void add_words(const struct sf_process_end *end, char *text, size_t text_bytes)
{
    uint32_t count = end->words_bytes;
    while (count > 0 && strchr(" \n\t", end->words[count - 1]) != NULL) {
        count--;
    }
    if (count == 0) {
        return;
    }
    uint32_t from = last_words(end->words, &count);
    static const char prefix[] = "; its last words: ";
    size_t used = strlen(text);
    if (used + sizeof prefix < text_bytes) {
        memcpy(text + used, prefix, sizeof prefix);
        used += sizeof prefix - 1;
        sf_shown(end->words + from, count - from, text + used, text_bytes - used);
    }
}

/* A process that was killed was killed from outside (see sandbox.c), or for want of memory: that is
 * no doing of the cache's. */
static _Noreturn void machine_failed(const char *name, const char *why)
{
    fprintf(stderr, "strayframe: the machine failed: the process of the cache '%s' %s\n", name,
            why);
    exit(4);
}

static struct ending describe(const struct sf_box *box, enum sf_channel_trouble trouble,
                              const char *problem, const struct sf_process_end *end)
{
    struct ending ending = {0};
    switch (trouble) {
    case SF_CHANNEL_SOUND:
        SF_UNREACHABLE();
    case SF_CHANNEL_SLOW:
        ending.code = SF_CACHE_E_HUNG;
        snprintf(ending.text, sizeof ending.text, "it did not come back in time");
        break;
    case SF_CHANNEL_BROKEN:
        ending.code = SF_CACHE_E_PROTOCOL;
        snprintf(ending.text, sizeof ending.text, "%s", problem);
        break;
    case SF_CHANNEL_FLOOD:
        ending.code = SF_CACHE_E_LIMIT;
        snprintf(ending.text, sizeof ending.text, "it made too many calls in one event");
        break;
    case SF_CHANNEL_ENDED:
        if (!end->known) {
            machine_failed(box->spec, "was ended from outside, with its keeper");
        }
        if (end->by_itself && WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGKILL) {
            machine_failed(box->spec, "was killed from outside, or for want of memory");
        }
        if (end->by_itself && WIFSIGNALED(end->status)) {
            ending.code = SF_CACHE_E_CRASHED;
            ending.subject = (uint64_t)WTERMSIG(end->status);
            snprintf(ending.text, sizeof ending.text, "it crashed (%s)",
                     strsignal(WTERMSIG(end->status)));
        } else if (end->by_itself) {
            ending.code = SF_CACHE_E_EXITED;
            ending.subject = (uint64_t)WEXITSTATUS(end->status);
            snprintf(ending.text, sizeof ending.text, "it ended itself with exit code %d",
                     WEXITSTATUS(end->status));
        } else {
            ending.code = SF_CACHE_E_PROTOCOL;
            snprintf(ending.text, sizeof ending.text, "it closed its standard output or input");
        }
        break;
    }
    add_words(end, ending.text, sizeof ending.text);
    return ending;
}

void sf_boxed_lost(struct sf_boxed *boxed)
{
    SF_ASSERT(boxed != NULL);
    if (boxed->gone) {
        return;
    }
    boxed->gone = true;
    enum sf_channel_trouble trouble = boxed->channel->trouble;
    char problem[sizeof boxed->channel->problem];
    memcpy(problem, boxed->channel->problem, sizeof problem);
    struct sf_process_end end;
    sf_channel_close(boxed->channel, &end);
    free(boxed->channel);
    boxed->channel = NULL;
    struct ending ending = describe(boxed->box, trouble, problem, &end);
    boxed->config.ended(boxed->config.context, ending.code, ending.subject, ending.text);
}

void sf_boxed_broken(struct sf_boxed *boxed, const char *format, ...)
{
    SF_ASSERT(boxed != NULL);
    struct sf_channel *channel = boxed->channel;
    if (boxed->gone || channel->trouble != SF_CHANNEL_SOUND) {
        return;
    }
    char raw[sizeof channel->problem];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    sf_shown(raw, strlen(raw), channel->problem, sizeof channel->problem);
    channel->trouble = SF_CHANNEL_BROKEN;
    sf_boxed_lost(boxed);
}

/* ---- processes ---- */

static void keep_text(char *out, size_t out_bytes, const char *text)
{
    sf_shown(text != NULL ? text : "", text != NULL ? strlen(text) : 0, out, out_bytes);
}

/* Who it is; every process of a box must say the same. */
static bool know(struct sf_box *box, const struct sf_call_hello *hello)
{
    char name[sizeof box->name];
    char version[sizeof box->version];
    uint32_t events = hello->events & sf_wire_optional_events();
    keep_text(name, sizeof name, hello->name);
    keep_text(version, sizeof version, hello->version);
    if (box->is_known) {
        return strcmp(name, box->name) == 0 && strcmp(version, box->version) == 0 &&
               events == box->events;
    }
    memcpy(box->name, name, sizeof name);
    memcpy(box->version, version, sizeof version);
    keep_text(box->summary, sizeof box->summary, hello->summary);
    keep_text(box->options, sizeof box->options, hello->options);
    box->events = events;
    box->is_known = true;
    return true;
}

/* The answer to hello. */
static bool hear_hello(struct sf_box *box, struct sf_channel *channel, struct sf_diag *diag,
                       enum sf_err *err_out)
{
    struct sf_wire_head head;
    union sf_wire_body body;
    *err_out = SF_OK;
    if (!sf_channel_receive(channel, &head, &body)) {
        return false;
    }
    const struct sf_call_hello *hello = (const void *)&body;
    if (head.kind == SF_CALL_REFUSE) {
        const struct sf_call_refuse *refuse = (const void *)&body;
        char text[300];
        keep_text(text, sizeof text, refuse->text);
        *err_out = sf_fail(diag, SF_ERR_INPUT, "the cache '%s' %s", box->spec, text);
        return true;
    }
    if (head.kind != SF_CALL_HELLO) {
        *err_out = sf_fail(diag, SF_ERR_INPUT, "the cache '%s' does not answer 'hello' with one",
                           box->spec);
        return true;
    }
    if (hello->protocol != SF_WIRE_PROTOCOL) {
        *err_out =
            sf_fail(diag, SF_ERR_INPUT, "the cache '%s' speaks version %u of the protocol, not %u",
                    box->spec, hello->protocol, SF_WIRE_PROTOCOL);
        return true;
    }
    if (!know(box, hello)) {
        *err_out = sf_fail(
            diag, SF_ERR_INPUT,
            "the cache '%s' says another name, version or list of events than before", box->spec);
        return true;
    }
    return sf_channel_receive(channel, &head, &body) && head.kind == SF_CALL_DONE;
}

/* Starts a process and exchanges hello. */
static enum sf_err start(struct sf_box *box, struct sf_channel **channel_out, struct sf_diag *diag)
{
    struct sf_channel *channel = sf_alloc(1, sizeof *channel);
    pin();
    enum sf_err err = sf_channel_open(channel, box->argv, box->json, diag);
    if (err != SF_OK) {
        free(channel);
        return err;
    }
    lacks |= channel->process.lacks;
    channel->log = messages_log;
    channel->number = ++processes_count;
    const struct sf_event_hello hello = {.protocol = SF_WIRE_PROTOCOL, .host = HOST_NAME};
    sf_channel_send(channel, &(struct sf_wire_head){.kind = SF_EVENT_HELLO, .reply = true}, &hello);
    if (hear_hello(box, channel, diag, &err) && err == SF_OK) {
        *channel_out = channel;
        return SF_OK;
    }
    enum sf_channel_trouble trouble = channel->trouble;
    char problem[sizeof channel->problem];
    memcpy(problem, channel->problem, sizeof problem);
    struct sf_process_end end;
    sf_channel_close(channel, &end);
    free(channel);
    if (err == SF_OK) {
        struct ending ending = describe(
            box, trouble == SF_CHANNEL_SOUND ? SF_CHANNEL_BROKEN : trouble,
            trouble == SF_CHANNEL_SOUND ? "its 'hello' is not followed by 'done'" : problem, &end);
        err = sf_fail(diag, SF_ERR_INPUT, "the cache '%s' cannot be loaded: %s", box->spec,
                      ending.text);
    }
    return err;
}

enum sf_err sf_box_take(struct sf_box *box, struct sf_channel **channel_out, struct sf_diag *diag)
{
    SF_ASSERT(box != NULL);
    SF_ASSERT(channel_out != NULL);
    if (box->idle_count > 0) {
        *channel_out = box->idle[--box->idle_count];
        return SF_OK;
    }
    return start(box, channel_out, diag);
}

static void end(struct sf_channel *channel)
{
    struct sf_process_end ignored;
    sf_channel_close(channel, &ignored);
    free(channel);
}

void sf_box_give(struct sf_box *box, struct sf_channel *channel)
{
    SF_ASSERT(box != NULL);
    SF_ASSERT(channel != NULL);
    enum { IDLE_MAX = sizeof box->idle / sizeof box->idle[0] };
    if (channel->trouble != SF_CHANNEL_SOUND || box->idle_count == IDLE_MAX) {
        end(channel);
        return;
    }
    box->idle[box->idle_count++] = channel;
}

void sf_box_rest(void)
{
    for (struct sf_box *box = boxes; box != NULL; box = box->next) {
        while (box->idle_count > 0) {
            end(box->idle[--box->idle_count]);
        }
    }
    unpin();
}

enum sf_err sf_box_load(const char *name, const struct sf_box **box_out, struct sf_diag *diag)
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(box_out != NULL);
    enum { SECONDS_MAX = 10 };
    for (const struct sf_box *box = boxes; box != NULL; box = box->next) {
        if (strcmp(box->spec, name) == 0) {
            *box_out = box;
            return SF_OK;
        }
    }
    if (boxes == NULL) {
        atexit(sf_box_rest);
    }
    signal(SIGPIPE, SIG_IGN); /* a process that has ended is noticed by what write returns */
    struct sf_box *box = sf_alloc(1, sizeof *box);
    SF_ASSERT(strlen(name) < sizeof box->spec);
    snprintf(box->spec, sizeof box->spec, "%s", name);
    box->json = sf_cache_spec_is_command(name);
    sf_channel_allow(SECONDS_MAX);
    struct sf_channel *channel = NULL;
    enum sf_err err = make_words(box, diag);
    if (err == SF_OK) {
        err = start(box, &channel, diag);
    }
    if (err != SF_OK) {
        free(box->words_text);
        free(box);
        return err;
    }
    sf_box_fill_plugin(box);
    sf_box_give(box, channel);
    box->next = boxes;
    boxes = box;
    *box_out = box;
    return SF_OK;
}
