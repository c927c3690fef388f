/* strayframe-runner OBJECT: started by strayframe, in a box, with its messages on standard input
 * and output. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/thread.h"
#include "harness/runner/runner.h"

/* The messages get other numbers, so that what the object prints does not mix with them. */
static void take_pipes(struct sf_wire_pipes *pipes)
{
    enum { HIGH = 100 };
    pipes->in_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, HIGH);
    pipes->out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, HIGH);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    close(null);
}

static const struct sf_cache_plugin *load(const char *path, char *problem, size_t problem_bytes)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL) {
        snprintf(problem, problem_bytes, "cannot be loaded: %s", dlerror());
        return NULL;
    }
    sf_cache_plugin_get_function get;
    void *symbol = dlsym(object, "sf_cache_plugin_get");
    if (symbol == NULL) {
        snprintf(problem, problem_bytes,
                 "does not export the function sf_cache_plugin_get (see strayframe_cache.h)");
        return NULL;
    }
    memcpy(&get, &symbol, sizeof get);
    const struct sf_cache_plugin *plugin = get(SF_CACHE_ABI);
    if (plugin == NULL) {
        snprintf(problem, problem_bytes, "cannot work with version %u of the interface",
                 SF_CACHE_ABI);
    } else if (plugin->abi != SF_CACHE_ABI) {
        snprintf(problem, problem_bytes, "speaks version %u of the interface, not %u", plugin->abi,
                 SF_CACHE_ABI);
    } else if (!SF_CACHE_HAS(plugin, destroy) || plugin->create == NULL ||
               plugin->destroy == NULL || plugin->name == NULL || plugin->version == NULL) {
        snprintf(problem, problem_bytes, "lacks one of: name, version, create, destroy");
    } else {
        return plugin;
    }
    return NULL;
}

/* What the object wants to be told. The runner itself wants to know which requests are open, and
 * which ids have come to their end. */
static uint32_t events_of(const struct sf_cache_plugin *plugin)
{
    uint32_t events = 1u << SF_EVENT_REQUEST_CANCELLED | 1u << SF_EVENT_FETCH_ENDED |
                      1u << SF_EVENT_STORE_REPLY | 1u << SF_EVENT_TIMER | 1u << SF_EVENT_IDENTITY;
#define IF_IT_HAS(FUNCTION, EVENT)                                    \
    if (SF_CACHE_HAS(plugin, FUNCTION) && plugin->FUNCTION != NULL) { \
        events |= 1u << SF_EVENT_##EVENT;                             \
    }
    IF_IT_HAS(on_upload, UPLOAD)
    IF_IT_HAS(on_upload_fragment, UPLOAD_FRAGMENT)
    IF_IT_HAS(on_upload_ended, UPLOAD_ENDED)
    IF_IT_HAS(on_request, REQUEST)
    IF_IT_HAS(on_connection_closed, CONNECTION_CLOSED)
    IF_IT_HAS(on_fetch_part, FETCH_PART)
    IF_IT_HAS(on_invalidate, INVALIDATE)
    IF_IT_HAS(on_reconfigure, RECONFIGURE)
    IF_IT_HAS(export_state, EXPORT)
    IF_IT_HAS(import_state, IMPORT)
    IF_IT_HAS(on_node, NODE)
    IF_IT_HAS(on_clock_step, CLOCK_STEP)
    IF_IT_HAS(on_answer_progress, ANSWER_PROGRESS)
#undef IF_IT_HAS
    return events;
}

static void answer_hello(struct sf_wire_pipes *pipes, const struct sf_cache_plugin *plugin,
                         const char *problem)
{
    if (plugin == NULL) {
        const struct sf_call_refuse refuse = {problem};
        sf_runner_write(pipes, SF_CALL_REFUSE, false, &refuse);
        return;
    }
    const struct sf_call_hello hello = {
        .protocol = SF_WIRE_PROTOCOL,
        .name = plugin->name,
        .version = plugin->version,
        .summary = plugin->summary,
        .options = plugin->options,
        .events = events_of(plugin),
    };
    sf_runner_write(pipes, SF_CALL_HELLO, false, &hello);
}

static void end_event(struct sf_instance *instance)
{
    if (instance->mispredicted_by != SF_EVENT_HELLO) {
        const struct sf_call_mispredicted body = {instance->mispredicted_by};
        instance->pipes->out.length = 0; /* the run is worth nothing */
        sf_runner_write(instance->pipes, SF_CALL_MISPREDICTED, false, &body);
        instance->mispredicted_by = SF_EVENT_HELLO;
    } else {
        if (atomic_exchange(&instance->called_from_afar, false)) {
            sf_runner_write(instance->pipes, SF_CALL_FOREIGN_THREAD, false, NULL);
        }
        sf_runner_write(instance->pipes, SF_CALL_DONE, false, NULL);
    }
    sf_runner_flush(instance->pipes);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "strayframe-runner: is started by strayframe, which see\n");
        return 2;
    }
    static struct sf_wire_pipes pipes;
    static struct sf_instance instance;
    struct sf_wire_head head;
    union sf_wire_body body;
    take_pipes(&pipes);
    instance.pipes = &pipes;
    instance.thread = sf_thread();
    instance.mispredicted_by = SF_EVENT_HELLO;
    for (;;) {
        sf_runner_read(&pipes, &head, &body);
        if (head.kind == SF_EVENT_HELLO) {
            char problem[512] = "";
            instance.plugin = load(argv[1], problem, sizeof problem);
            answer_hello(&pipes, instance.plugin, problem);
            sf_runner_close_doors();
        } else {
            instance.event = (enum sf_wire_event)head.kind;
            instance.silent = !head.reply;
            instance.now_ns = head.now_ns;
            instance.wall_ms = head.wall_ms;
            sf_runner_tell(&instance, &head, &body);
        }
        if (head.reply) {
            end_event(&instance);
        }
    }
}
