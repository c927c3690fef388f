/* The origin, asked by viewers without a server in between. */
#include "harness/live/origin.h"

#include "harness/live/cell.h"
#include "harness/live/stage.h"
#include "tests/unit/received.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE = 3 };

static struct sf_stage stage;
static struct sf_says says;

struct got {
    bool ended;
    int status;
    bool whole;
    size_t count;
    enum sf_outcome outcome;
    char headers[1024];
};

static int open_stage(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct sf_stage_options options = {.patience_ns = SF_SECOND, .late_limit_ns = SF_SECOND};
    assert_int_equal(sf_stage_open(&options, &stage, &diag), SF_OK);
    sf_stage_aim_at_origin(&stage);
    says = (struct sf_says){0};
    sf_origin_set_place(stage.origin, PLACE, &says, 0);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    sf_stage_close(&stage);
    return 0;
}

static void done(void *context, const struct sf_answer *answer)
{
    struct got *got = context;
    const struct sf_received received = {.place = PLACE,
                                         .request = 1,
                                         .bytes = answer->bytes,
                                         .count = answer->count,
                                         .whole = answer->whole,
                                         .display = answer->status < 400};
    got->ended = true;
    got->status = answer->status;
    got->whole = answer->whole;
    got->count = answer->count;
    got->outcome = received_outcome(stage.stills, &received, NULL);
    snprintf(got->headers, sizeof got->headers, "%s", answer->headers);
}

/* Asks as tenant 0 from a home, with one more header (may be NULL). */
static struct got asked(const char *how, uint32_t home, const char *header)
{
    struct sf_identity identity;
    struct sf_diag diag = {0};
    struct sf_request request;
    struct got got = {0};
    assert_int_equal(sf_identity_read(how, &identity, &diag), SF_OK);
    sf_stage_request(&stage, &identity, 0, PLACE, &request);
    struct sf_ask ask = {
        .home = home,
        .path = request.path,
        .headers = {request.header[0] != '\0' ? request.header : "X-None: 1", header},
        .patience_ns = SF_SECOND,
        .done = done,
        .context = &got};
    sf_viewers_ask(stage.viewers, &stage.target, &ask);
    assert_true(sf_loop_run(stage.loop, &got.ended, sf_loop_now() + 20 * SF_SECOND));
    return got;
}

static void injure(const char *text)
{
    struct sf_injury injury;
    struct sf_diag diag = {0};
    assert_int_equal(sf_injury_read(text, &injury, &diag), SF_OK);
    sf_origin_injure(stage.origin, PLACE, injury);
}

static void test_each_carrier_says_who_asks(void **state)
{
    (void)state;
    static const char *const carriers[] = {"header:X-Tenant", "cookie:session", "bearer",
                                           "query:token", "path"};
    for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
        struct got got = asked(carriers[i], 0, NULL);
        assert_int_equal(got.status, 200);
        assert_int_equal(got.outcome, SF_OUTCOME_OWN);
    }
}

static void test_a_request_without_a_credential_gets_the_anonymous_still(void **state)
{
    (void)state;
    char token[SF_PLACE_TOKEN_BYTES];
    char path[64];
    struct got got = {0};
    sf_origin_token(&stage.credentials, PLACE, token);
    snprintf(path, sizeof path, "/a/%s.jpg", token);
    struct sf_ask ask = {.path = path, .patience_ns = SF_SECOND, .done = done, .context = &got};
    sf_viewers_ask(stage.viewers, &stage.target, &ask);
    assert_true(sf_loop_run(stage.loop, &got.ended, sf_loop_now() + 20 * SF_SECOND));
    assert_int_equal(got.outcome, SF_OUTCOME_ANONYMOUS);
}

static void test_header_lines_are_said_each_on_its_own(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    char cookie[128];
    char token[SF_TOKEN_BYTES];
    assert_int_equal(sf_says_add(&says, "Vary: X-Tenant", &diag), SF_OK);
    assert_int_equal(sf_says_add(&says, "Vary: Accept-Encoding", &diag), SF_OK);
    assert_int_equal(sf_says_add(&says, "Set-Cookie: id={tenant}; Path=/", &diag), SF_OK);
    struct got got = asked("bearer", 0, NULL);
    sf_credential_of(&stage.credentials, 0, token);
    snprintf(cookie, sizeof cookie, "Set-Cookie: id=%s; Path=/\r\n", token);
    assert_non_null(strstr(got.headers, "Vary: X-Tenant\r\n"));
    assert_non_null(strstr(got.headers, "Vary: Accept-Encoding\r\n"));
    assert_non_null(strstr(got.headers, cookie));
}

static void test_who_holds_the_still_is_told_that_it_is_unchanged(void **state)
{
    (void)state;
    for (enum sf_etag etag = SF_ETAG_SAME; etag <= SF_ETAG_OWN; etag++) {
        says.etag = etag;
        struct got got = asked("bearer", 0, NULL);
        const char *at = strstr(got.headers, "ETag: ");
        assert_non_null(at);
        char header[64];
        snprintf(header, sizeof header, "If-None-Match: %.*s", (int)strcspn(at + 6, "\r"), at + 6);
        got = asked("bearer", 0, header);
        assert_int_equal(got.status, 304);
        assert_int_equal(got.count, 0);
        assert_null(strstr(got.headers, "Content-Length:")); /* a cache would believe it */
        assert_int_equal(asked("bearer", 0, "If-None-Match: \"else\"").status, 200);
    }
}

static void test_injuries_hurt(void **state)
{
    (void)state;
    injure("drop");
    assert_int_equal(asked("bearer", 0, NULL).status, 0);
    injure("5xx");
    assert_int_equal(asked("bearer", 0, NULL).status, 503);
    injure("cut");
    struct got got = asked("bearer", 0, NULL);
    assert_int_equal(got.status, 200);
    assert_false(got.whole);
    assert_true(got.count > 0);
    assert_int_equal(got.outcome, SF_OUTCOME_TORN);
    injure("stall");
    got = asked("bearer", 0, NULL);
    assert_int_equal(got.status, 200);
    assert_false(got.whole);
    injure("slow 5s");
    assert_int_equal(asked("bearer", 0, NULL).status, 0);
    injure("lossy 100%");
    assert_int_equal(asked("bearer", 0, NULL).status, 0);
    injure("slow 50ms");
    assert_int_equal(asked("bearer", 0, NULL).outcome, SF_OUTCOME_OWN);
    injure("ok");
    assert_int_equal(asked("bearer", 0, NULL).outcome, SF_OUTCOME_OWN);
}

/* One handle of libcurl lends one home's connection to another, silently, unless each home has a
 * host name of its own. */
static void test_homes_share_no_connection(void **state)
{
    (void)state;
    for (uint32_t home = 0; home < 5; home++) {
        assert_int_equal(asked("bearer", home, NULL).status, 200);
    }
    assert_int_equal(sf_viewers_connections(stage.viewers), 5);
    for (uint32_t home = 0; home < 5; home++) {
        assert_int_equal(asked("bearer", home, NULL).status, 200);
    }
    assert_int_equal(sf_viewers_connections(stage.viewers), 5); /* and keep their own */
}

static int identity_status(const char *header)
{
    struct got got = {0};
    struct sf_target target = {.address = "127.0.0.1",
                               .port = sf_origin_identity_port(stage.origin)};
    struct sf_ask ask = {.path = "/who",
                         .headers = {header},
                         .patience_ns = SF_SECOND,
                         .done = done,
                         .context = &got};
    sf_viewers_ask(stage.viewers, &target, &ask);
    assert_true(sf_loop_run(stage.loop, &got.ended, sf_loop_now() + 20 * SF_SECOND));
    return got.status;
}

static void test_the_identity_service_knows_credentials_and_can_fail(void **state)
{
    (void)state;
    char token[SF_TOKEN_BYTES];
    char header[64];
    sf_credential_of(&stage.credentials, 1, token);
    snprintf(header, sizeof header, "X-Tenant: %s", token);
    assert_int_equal(identity_status(header), 200);
    assert_int_equal(identity_status("X-Tenant: unknown"), 401);
    sf_origin_fail_identity(stage.origin, true);
    assert_int_equal(identity_status(header), 503);
    sf_origin_fail_identity(stage.origin, false);
    assert_int_equal(identity_status(header), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_carrier_says_who_asks, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(
            test_a_request_without_a_credential_gets_the_anonymous_still, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_header_lines_are_said_each_on_its_own, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(test_who_holds_the_still_is_told_that_it_is_unchanged,
                                        open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_injuries_hurt, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_homes_share_no_connection, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_the_identity_service_knows_credentials_and_can_fail,
                                        open_stage, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
