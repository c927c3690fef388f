/* A sound or a leaky cache (docs/examples/get_put.c) that does one hostile thing besides. Which,
 * its own file name says: tests make a link of that name for each. */
#include <alloca.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define sf_cache_plugin_get sound_plugin_get
#include "docs/examples/get_put.c"
#undef sf_cache_plugin_get

enum { WIRE_IN = 100, WIRE_OUT = 101, REQUESTS_BEFORE = 3 };

/* An address that nothing is at, which the compiler does not know. */
static volatile int *volatile nowhere = (volatile int *)8;

static char act[64];
static char victim[400]; /* beside this object, as is the trophy: see tests/unit/hostile.h */
static char trophy[400];
static struct sf_cache_plugin hostile_plugin;
static unsigned requests_count;

static int is(const char *name)
{
    return strcmp(act, name) == 0;
}

/* ---- what it may do at any time ---- */

static int overflow_stack(volatile const char *above)
{
    volatile char frame[4096];
    frame[0] = above[0];
    if (frame[0] != 0) { /* never */
        return 0;
    }
    return overflow_stack(frame) + frame[0];
}

__attribute__((noreturn)) static void sleep_for_ever(void)
{
    for (;;) {
        sleep(1000);
    }
}

static void *sleep_in_thread(void *unused)
{
    (void)unused;
    sleep_for_ever();
    return NULL;
}

/* A thread that was begun when the object was loaded, and calls when the other one asks for it. */
static const struct sf_cache_host *volatile called_from_afar;

static void *call_in_thread(void *unused)
{
    (void)unused;
    while (called_from_afar == NULL) {
        sched_yield();
    }
    called_from_afar->log(called_from_afar->context, "from afar", 9);
    called_from_afar->timer_set(called_from_afar->context, 1, 0, NULL);
    called_from_afar = NULL;
    return NULL;
}

static void call_from_afar(const struct sf_cache_host *host)
{
    enum { TRIES_MAX = 1000000 };
    called_from_afar = host;
    for (int i = 0; i < TRIES_MAX && called_from_afar != NULL; i++) {
        sched_yield();
    }
}

static void ignore(int number)
{
    (void)number;
}

static void fork_sleepers(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            return;
        }
        if (pid == 0) {
            setsid();
            if (fork() != 0) {
                _exit(0);
            }
            sleep_for_ever();
        }
    }
}

static void write_everywhere(const void *bytes, size_t count)
{
    for (int fd = 0; fd < 256; fd++) {
        (void)!write(fd, bytes, count);
    }
}

static void close_everything(void)
{
    for (int fd = 0; fd < 256; fd++) {
        close(fd);
    }
}

static void flood_stderr(void)
{
    static char line[1 << 16];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < (300 << 20) / (int)sizeof line; i++) {
        (void)!write(STDERR_FILENO, line, sizeof line);
    }
}

/* The name of a thing, and the thing. */
static void do_act(const char *now)
{
    if (is("nothing")) {
    } else if (is("exit0")) {
        exit(0);
    } else if (is("quick_exit0")) {
        _exit(0);
    } else if (is("exit1")) {
        _exit(1);
    } else if (is("abort")) {
        abort();
    } else if (is("segv")) {
        *nowhere = 1;
    } else if (is("fpe")) {
        raise(SIGFPE);
    } else if (is("ill")) {
        __builtin_trap();
    } else if (is("sigterm")) {
        raise(SIGTERM);
    } else if (is("sigkill")) {
        raise(SIGKILL);
    } else if (is("stack")) {
        char none = 0;
        overflow_stack(&none);
    } else if (is("double_free")) {
        void *volatile memory = malloc(1000);
        free(memory);
        free(memory);
    } else if (is("alarm")) {
        alarm(1);
        pause();
    } else if (is("print_pass")) {
        printf("verdict: pass: no invariant was broken\n");
        fflush(stdout);
    } else if (is("print_pass_exit")) {
        printf("verdict: pass: no invariant was broken\n");
        exit(0);
    } else if (is("escapes")) {
        fprintf(stderr, "\033[2J\033]0;owned\007\xe2\x80\xae backwards\r\x9b 31m\n");
    } else if (is("stderr_flood")) {
        flood_stderr();
    } else if (is("kill_parent")) {
        kill(getppid(), SIGKILL);
        kill(getppid(), SIGTERM);
    } else if (is("stop_parent")) {
        kill(getppid(), SIGSTOP);
    } else if (is("kill_group")) {
        kill(0, SIGKILL);
    } else if (is("kill_all")) {
        kill(-1, SIGKILL);
        kill(-1, SIGSTOP);
    } else if (is("descendants")) {
        fork_sleepers(3);
    } else if (is("fork_bomb")) {
        fork_sleepers(1000);
    } else if (is("close_all")) {
        close_everything();
    } else if (is("close_stderr")) {
        close(STDERR_FILENO);
        close(STDOUT_FILENO);
    } else if (is("garbage")) {
        write_everywhere("all is well\n", 12);
    } else if (is("zeros")) {
        static const char zeros[4096];
        write_everywhere(zeros, sizeof zeros);
    } else if (is("done_done")) {
        /* A frame of the call `done`, as the runner would write it. */
        static const char done[40];
        (void)!write(WIRE_OUT, done, sizeof done);
    } else if (is("steal_input")) {
        char bytes[4096];
        (void)!read(WIRE_IN, bytes, sizeof bytes);
    } else if (is("read_files")) {
        int fd = open("/etc/passwd", O_RDONLY);
        fd = fd >= 0 ? fd : open("/proc/1/environ", O_RDONLY);
        if (fd >= 0) {
            close(fd);
        }
    } else if (is("write_files")) {
        int fd = open(trophy, O_CREAT | O_RDWR, 0600);
        if (fd >= 0) {
            (void)!write(fd, "x", 1);
            close(fd);
        }
    } else if (is("unlink_files")) {
        unlink(victim);
        rmdir("/tmp");
    } else if (is("sockets")) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        fd = fd >= 0 ? fd : socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd >= 0) {
            abort();
        }
    } else if (is("ptrace_parent")) {
        if (ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0) {
            abort();
        }
    } else if (is("memory")) {
        for (int i = 0; i < 64; i++) {
            (void)!malloc((size_t)1 << 30);
        }
    } else if (is("no_limits")) {
        const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &all);
        setrlimit(RLIMIT_DATA, &all);
        setrlimit(RLIMIT_NPROC, &all);
    } else if (is("locale")) {
        setlocale(LC_ALL, "de_DE.UTF-8");
        setenv("TZ", "Asia/Tokyo", 1);
        setenv("LD_PRELOAD", "/nonexistent", 1);
    } else if (is("handlers")) {
        for (int number = 1; number < 32; number++) {
            signal(number, ignore);
        }
    } else if (is("segv_ignored")) {
        signal(SIGSEGV, SIG_IGN);
        *nowhere = 1;
    } else if (is("threads")) {
        pthread_t thread;
        for (int i = 0; i < 8; i++) {
            (void)pthread_create(&thread, NULL, sleep_in_thread, NULL);
        }
    } else if (is("timer_signal")) {
        const struct itimerval soon = {{0, 0}, {0, 1000}};
        setitimer(ITIMER_REAL, &soon, NULL);
        pause();
    } else if (is("umask_chdir")) {
        (void)!chdir("/");
        (void)!chroot("/tmp");
    } else if (is("exec")) {
        execl("/bin/true", "true", (char *)NULL);
    } else if (is("nice")) {
        (void)!nice(-20);
        setpriority(PRIO_PROCESS, (id_t)getppid(), 19);
    } else if (is("unmap")) {
        munmap((void *)((uintptr_t)do_act & ~(uintptr_t)0xfff), 1 << 16);
    } else if (is("pause")) {
        for (;;) {
            pause();
        }
    } else if (is("spin")) {
        for (volatile int i = 0;; i++) {
        }
    } else if (is("stop_self")) {
        raise(SIGSTOP);
    } else {
        return;
    }
    (void)now;
}

/* ---- what it may do with the interface ---- */

static uint64_t first_request;
static const uint8_t *kept_bytes;

static void misuse(struct cache *cache, const struct sf_cache_request *request)
{
    static uint8_t bytes[16];
    const struct sf_cache_host *host = cache->host;
    void *context = host->context;
    if (is("answer_unknown")) {
        host->answer(context, 12345, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    } else if (is("answer_twice")) {
        host->answer(context, first_request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        host->answer(context, first_request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    } else if (is("answer_huge")) {
        host->answer(context, request->request, SF_CACHE_STATUS_OK, bytes, 0xffffffff);
    } else if (is("answer_null")) {
        host->answer(context, request->request, SF_CACHE_STATUS_OK, NULL, 100);
    } else if (is("answer_beyond")) {
        host->answer(context, request->request, SF_CACHE_STATUS_OK, bytes, 4 << 20);
    } else if (is("answer_status")) {
        host->answer(context, request->request, 99, NULL, 0);
    } else if (is("end_unbegun")) {
        host->answer_end(context, request->request);
    } else if (is("fetch_unknown")) {
        uint64_t fetch;
        host->fetch(context, 1, 1, &fetch);
    } else if (is("cancel_unknown")) {
        host->fetch_cancel(context, 1u << 30);
    } else if (is("store_unknown")) {
        host->store_get(context, 77, bytes, 1, 0);
        host->store_close(context, 77);
    } else if (is("store_null")) {
        host->store_open(context, NULL);
    } else if (is("timer_past")) {
        host->timer_set(context, -1, 0, NULL);
    } else if (is("properties_null")) {
        host->answer_properties(context, request->request, NULL);
    } else if (is("escapes")) {
        host->log(context, "\033[2J\xe2\x80\xae", 7);
    } else if (is("flood_log")) {
        for (;;) {
            host->log(context, "again", 5);
        }
    } else if (is("flood_timers")) {
        for (;;) {
            host->timer_set(context, 0, 0, NULL);
        }
    } else if (is("timer_loop")) {
        host->timer_set(context, 0, 0, NULL);
    } else if (is("write_past_lent")) {
        memset((void *)(uintptr_t)request, 0xff, 1 << 20);
    } else if (is("thread_calls")) {
        call_from_afar(host);
    } else if (is("use_kept")) {
        first_request += kept_bytes != NULL ? kept_bytes[0] : 0;
    } else if (is("break_host")) {
        memset((void *)(uintptr_t)host, 0xff, sizeof *host);
    }
}

/* ---- its functions ---- */

static void hostile_request(void *context, const struct sf_cache_request *request)
{
    requests_count++;
    first_request = requests_count == 1 ? request->request : first_request;
    if (requests_count == REQUESTS_BEFORE) {
        do_act("request");
        misuse(context, request);
    }
    on_request(context, request);
}

static void hostile_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    kept_bytes = fragment->bytes;
    on_upload_fragment(context, fragment);
}

static void hostile_timer(void *context, uint64_t timer, uint64_t cookie)
{
    const struct cache *cache = context;
    (void)timer;
    cache->host->timer_set(cache->host->context, 0, cookie, NULL);
}

static void hostile_export(void *context, const struct sf_cache_sink *sink)
{
    static const uint8_t bytes[1 << 16];
    (void)context;
    do {
        sink->write(sink->context, bytes, sizeof bytes);
    } while (is("export_for_ever"));
}

static void hostile_import(void *context, const char *from_name, const char *from_version,
                           const uint8_t *bytes, uint64_t bytes_count)
{
    (void)context;
    (void)from_name;
    (void)from_version;
    if (is("import_past") && bytes_count > 0) {
        memset((void *)(uintptr_t)bytes, 0xff, (size_t)bytes_count + (64 << 20));
    }
}

static void *hostile_create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                            char *error, uint32_t error_bytes)
{
    static unsigned created_count;
    requests_count = 0;
    if (created_count++ == 0) { /* the trial is another process, or the first of this one */
        first_request = 0;
    }
    if (is("create_null")) {
        return NULL;
    }
    if (is("create_unterminated")) {
        memset(error, '\033', error_bytes);
        return NULL;
    }
    if (is("create_overflow")) {
        memset(error, 'x', (size_t)error_bytes + 4096);
        return NULL;
    }
    if (is("create_exit")) {
        _exit(0);
    }
    if (is("create_abort")) {
        abort();
    }
    return create(host, config, error, error_bytes);
}

static void hostile_destroy(void *context)
{
    struct cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    if (is("destroy_answers")) {
        host->answer(host->context, first_request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
    if (is("destroy_exit")) {
        exit(0);
    }
    if (is("destroy_abort")) {
        abort();
    }
    destroy(context);
}

__attribute__((noreturn)) static void at_exit(void)
{
    _exit(0);
}

__attribute__((destructor)) static void end(void)
{
    if (is("destructor_exit")) {
        _exit(0);
    }
}

__attribute__((constructor)) static void begin(void)
{
    Dl_info info;
    if (dladdr((const void *)&hostile_plugin, &info) != 0) {
        const char *slash = strrchr(info.dli_fname, '/');
        snprintf(act, sizeof act, "%s", slash != NULL ? slash + 1 : info.dli_fname);
        act[strcspn(act, ".")] = '\0';
        int folder = slash != NULL ? (int)(slash - info.dli_fname) : 0;
        snprintf(victim, sizeof victim, "%.*s/victim", folder, info.dli_fname);
        snprintf(trophy, sizeof trophy, "%.*s/trophy", folder, info.dli_fname);
    }
    if (is("atexit")) {
        atexit(at_exit);
    }
    if (is("thread_calls")) {
        pthread_t thread;
        (void)pthread_create(&thread, NULL, call_in_thread, NULL);
    }
    if (strncmp(act, "load_", 5) == 0) {
        memmove(act, act + 5, sizeof act - 5);
        do_act("load");
        snprintf(act, sizeof act, "nothing");
    }
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static char long_name[1 << 20];
    hostile_plugin = *sound_plugin_get(host_abi);
    hostile_plugin.create = hostile_create;
    hostile_plugin.destroy = hostile_destroy;
    hostile_plugin.on_request = hostile_request;
    hostile_plugin.on_upload_fragment = hostile_fragment;
    hostile_plugin.on_timer = hostile_timer;
    hostile_plugin.export_state = hostile_export;
    hostile_plugin.import_state = hostile_import;
    if (is("plugin_null")) {
        return NULL;
    }
    if (is("plugin_wild")) {
        return (const struct sf_cache_plugin *)16;
    }
    if (is("plugin_small")) {
        hostile_plugin.struct_bytes = 16;
    } else if (is("plugin_large")) {
        hostile_plugin.struct_bytes = 0xffffffff;
    } else if (is("plugin_abi")) {
        hostile_plugin.abi = 99;
    } else if (is("name_null")) {
        hostile_plugin.name = NULL;
    } else if (is("name_escapes")) {
        hostile_plugin.name = "\033[2Jget-put\n\xff";
    } else if (is("name_long")) {
        memset(long_name, 'x', sizeof long_name - 1);
        hostile_plugin.name = long_name;
    } else if (is("create_missing")) {
        hostile_plugin.create = NULL;
    } else if (is("request_wild")) {
        hostile_plugin.on_request = (void (*)(void *, const struct sf_cache_request *))16;
    }
    return &hostile_plugin;
}
