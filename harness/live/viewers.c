/* libcurl's multi interface on the loop. */
#include "harness/live/viewers.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { IDLE_CONNECTIONS_MAX = 4096, HOMES_MAX = 4096 };

/* Whole URLs are asked with a handle for each home: their host name cannot be ours. */
struct lane {
    struct sf_viewers *viewers;
    CURLM *multi;
    struct sf_timer timer;
    struct lane *next;
    uint32_t home; /* UINT32_MAX: all homes, told apart by their host name */
};

struct sf_viewers {
    struct sf_loop *loop;
    struct lane *lanes;
    struct asking *first;
    uint64_t connections_count;
};

/* One request under way. */
struct asking {
    struct sf_viewers *viewers;
    struct lane *lane;
    CURL *easy;
    struct curl_slist *resolve;
    struct curl_slist *headers;
    struct sf_text body;
    struct sf_text head;
    void (*done)(void *context, const struct sf_answer *answer);
    void *context;
    sf_ns began_ns;
    char problem[CURL_ERROR_SIZE];
    struct asking *next;
    struct asking *before;
};

/* A socket of libcurl's in the loop. */
struct socket_watch {
    struct lane *lane;
    struct sf_watch watch;
};

static void finish(struct asking *asking, CURLcode result);

static void finish_ended(struct lane *lane)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(lane->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            struct asking *asking;
            CURLcode result = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&asking);
            finish(asking, result);
        }
    }
}

static void act(struct lane *lane, curl_socket_t fd, int flags)
{
    int running;
    CURLMcode code = curl_multi_socket_action(lane->multi, fd, flags, &running);
    SF_ASSERT(code == CURLM_OK);
    finish_ended(lane);
}

static void socket_ready(void *context, uint32_t events)
{
    struct socket_watch *socket = context;
    int flags = 0;
    flags |= (events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0;
    flags |= (events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0;
    act(socket->lane, socket->watch.fd, flags);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *slot)
{
    struct lane *lane = context;
    struct socket_watch *socket = slot;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (socket != NULL) {
            sf_loop_unwatch(lane->viewers->loop, &socket->watch);
            free(socket);
            curl_multi_assign(lane->multi, fd, NULL);
        }
        return 0;
    }
    if (socket == NULL) {
        socket = sf_alloc(1, sizeof *socket);
        socket->lane = lane;
        socket->watch = (struct sf_watch){.fd = fd, .ready = socket_ready, .context = socket};
        curl_multi_assign(lane->multi, fd, socket);
    }
    uint32_t events = 0;
    events |= what != CURL_POLL_OUT ? EPOLLIN : 0;
    events |= what != CURL_POLL_IN ? EPOLLOUT : 0;
    sf_loop_watch(lane->viewers->loop, &socket->watch, events);
    return 0;
}

static void timer_due(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *context)
{
    struct lane *lane = context;
    (void)multi;
    if (ms < 0) {
        sf_loop_cancel(lane->viewers->loop, &lane->timer);
    } else {
        sf_loop_set(lane->viewers->loop, &lane->timer, sf_loop_now() + ms * SF_MS);
    }
    return 0;
}

static struct lane *lane_of(struct sf_viewers *viewers, uint32_t home)
{
    for (struct lane *lane = viewers->lanes; lane != NULL; lane = lane->next) {
        if (lane->home == home) {
            return lane;
        }
    }
    struct lane *lane = sf_alloc(1, sizeof *lane);
    lane->viewers = viewers;
    lane->home = home;
    lane->timer = (struct sf_timer){.fire = timer_due, .context = lane};
    lane->multi = curl_multi_init();
    SF_ASSERT(lane->multi != NULL);
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX);
    lane->next = viewers->lanes;
    viewers->lanes = lane;
    return lane;
}

enum sf_err sf_viewers_create(struct sf_loop *loop, struct sf_viewers **viewers_out,
                              struct sf_diag *diag)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(viewers_out != NULL);
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
        return sf_fail(diag, SF_ERR_MACHINE, "libcurl cannot start");
    }
    struct sf_viewers *viewers = sf_alloc(1, sizeof *viewers);
    viewers->loop = loop;
    *viewers_out = viewers;
    return SF_OK;
}

static void release(struct asking *asking)
{
    if (asking->before != NULL) {
        asking->before->next = asking->next;
    } else {
        asking->viewers->first = asking->next;
    }
    if (asking->next != NULL) {
        asking->next->before = asking->before;
    }
    curl_multi_remove_handle(asking->lane->multi, asking->easy);
    curl_easy_cleanup(asking->easy);
    curl_slist_free_all(asking->resolve);
    curl_slist_free_all(asking->headers);
    sf_text_free(&asking->body);
    sf_text_free(&asking->head);
    free(asking);
}

void sf_viewers_destroy(struct sf_viewers *viewers)
{
    if (viewers == NULL) {
        return;
    }
    while (viewers->first != NULL) {
        release(viewers->first);
    }
    while (viewers->lanes != NULL) {
        struct lane *lane = viewers->lanes;
        viewers->lanes = lane->next;
        curl_multi_cleanup(lane->multi);
        sf_loop_cancel(viewers->loop, &lane->timer);
        free(lane);
    }
    free(viewers);
    curl_global_cleanup();
}

static void finish(struct asking *asking, CURLcode result)
{
    long status = 0;
    long connections = 0;
    curl_easy_getinfo(asking->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(asking->easy, CURLINFO_NUM_CONNECTS, &connections);
    asking->viewers->connections_count += (uint64_t)connections;
    struct sf_answer answer = {
        .status = (int)status,
        .whole = result == CURLE_OK,
        .bytes = (const uint8_t *)asking->body.data,
        .count = asking->body.length,
        .headers = asking->head.data != NULL ? asking->head.data : "",
        .problem = result == CURLE_OK           ? ""
                   : asking->problem[0] != '\0' ? asking->problem
                                                : curl_easy_strerror(result),
        .cause = result == CURLE_OK ? "" : curl_easy_strerror(result),
        .took_ns = sf_loop_now() - asking->began_ns,
    };
    asking->done(asking->context, &answer);
    release(asking);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct asking *asking = context;
    if (asking->body.length + size * count > SF_ANSWER_BYTES_MAX) {
        return 0; /* libcurl ends the transfer */
    }
    sf_text_add_bytes(&asking->body, bytes, size * count);
    return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct asking *asking = context;
    if (asking->head.length < 64 * 1024) {
        sf_text_add_bytes(&asking->head, bytes, size * count);
    }
    return size * count;
}

static void name_home(struct asking *asking, const struct sf_target *target,
                      const struct sf_ask *ask)
{
    char text[2048];
    snprintf(text, sizeof text, "home%u.strayframe.invalid:%u:%s", ask->home, target->port,
             target->address);
    asking->resolve = curl_slist_append(NULL, text);
    curl_easy_setopt(asking->easy, CURLOPT_RESOLVE, asking->resolve);
    snprintf(text, sizeof text, "http://home%u.strayframe.invalid:%u%s", ask->home, target->port,
             ask->path);
    curl_easy_setopt(asking->easy, CURLOPT_URL, text);
    if (target->host[0] != '\0') {
        snprintf(text, sizeof text, "Host: %s", target->host);
    } else {
        snprintf(text, sizeof text, "Host: %s:%u", target->address, target->port);
    }
    asking->headers = curl_slist_append(asking->headers, text);
}

static void describe(struct asking *asking, const struct sf_target *target,
                     const struct sf_ask *ask)
{
    CURL *easy = asking->easy;
    if (ask->url != NULL) {
        curl_easy_setopt(easy, CURLOPT_URL, ask->url);
    } else {
        name_home(asking, target, ask);
    }
    for (uint32_t i = 0; i < SF_ASK_HEADERS_MAX && ask->headers[i] != NULL; i++) {
        asking->headers = curl_slist_append(asking->headers, ask->headers[i]);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, asking->headers);
    if (ask->post != NULL) {
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, ask->post);
    } else if (ask->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)ask->body_bytes);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, (const char *)ask->body);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, ask->method);
    }
    curl_easy_setopt(easy, CURLOPT_PRIVATE, asking);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, asking->problem);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, asking);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, asking);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(ask->patience_ns / SF_MS));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* not what the environment says */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "strayframe/" SF_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

void sf_viewers_ask(struct sf_viewers *viewers, const struct sf_target *target,
                    const struct sf_ask *ask)
{
    SF_ASSERT(viewers != NULL);
    SF_ASSERT(ask != NULL);
    struct asking *asking = sf_alloc(1, sizeof *asking);
    asking->viewers = viewers;
    asking->lane = lane_of(viewers, ask->url != NULL ? ask->home : UINT32_MAX);
    asking->done = ask->done;
    asking->context = ask->context;
    asking->began_ns = sf_loop_now();
    asking->easy = curl_easy_init();
    SF_ASSERT(asking->easy != NULL);
    asking->next = viewers->first;
    if (viewers->first != NULL) {
        viewers->first->before = asking;
    }
    viewers->first = asking;
    describe(asking, target, ask);
    CURLMcode code = curl_multi_add_handle(asking->lane->multi, asking->easy);
    SF_ASSERT(code == CURLM_OK);
}

uint64_t sf_viewers_connections(const struct sf_viewers *viewers)
{
    SF_ASSERT(viewers != NULL);
    return viewers->connections_count;
}
