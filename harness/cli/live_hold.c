/* `strayframe live --hold`: server and origin stay, for commands by hand. */
#include <stdio.h>
#include <string.h>

#include "harness/base/interrupt.h"
#include "harness/cli/live.h"

#include "harness/base/assert.h"

static enum sf_err hold(struct sf_stage *stage, const struct cli_live *live, struct sf_text *logs,
                        struct sf_diag *diag)
{
    const struct sf_session_order *order = &live->order;
    if (order->driver != NULL) {
        SF_TRY(sf_stage_start(stage, order->driver, order->config, logs, diag));
    } else {
        stage->target = order->url;
    }
    for (uint32_t place = 1; place < 100; place++) {
        sf_origin_set_place(stage->origin, place, &order->cells[0].says,
                            order->cells[0].arrival.kind == SF_ARRIVAL_GAP ? 0 : order->latency_ns);
    }
    printf("SERVER=http://%s:%u\nORIGIN=http://127.0.0.1:%u\n", stage->target.address,
           stage->target.port, sf_origin_port(stage->origin));
    fflush(stdout);
    while (!sf_interrupted() && !(order->driver != NULL && stage->keeper.ended)) {
        sf_loop_wait(stage->loop, 100 * SF_MS);
    }
    return SF_OK;
}

enum sf_err cli_live_hold(const struct cli_live *live, struct sf_text *logs, struct sf_diag *diag)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(logs != NULL);
    struct sf_stage stage;
    sf_interrupt_watch();
    enum sf_err err =
        sf_stage_open_with(&live->order.stage, &(struct sf_credentials){0}, &stage, diag);
    if (err == SF_OK) {
        err = hold(&stage, live, logs, diag);
    }
    sf_stage_close(&stage);
    return err;
}
