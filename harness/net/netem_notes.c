#include "harness/net/netem_notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/net/netem_admit.h"
#include "harness/net/netem_units.h"

/* Enough for a share of 0.1 % to be right to a twentieth. */
enum { TRIALS = 1000000 };

/* A link whose limit fills up below this many packets a second gets a note. */
enum { BUSY_PACKETS_PER_SECOND = 10000 };

/* The largest ordinary Ethernet frame, as netem counts it. */
enum { FRAME_BYTES = 1514 };

void sf_netem_note(struct sf_netem_notes *notes, enum sf_netem_note_kind kind, uint32_t column,
                   const char *format, ...)
{
    if (notes == NULL || notes->count == SF_NETEM_NOTES_MAX) {
        return;
    }
    struct sf_netem_note *note = &notes->items[notes->count++];
    note->kind = kind;
    note->column = column;
    va_list args;
    va_start(args, format);
    vsnprintf(note->text, sizeof note->text, format, args);
    va_end(args);
}

const char *sf_netem_note_name(enum sf_netem_note_kind kind)
{
    switch (kind) {
    case SF_NETEM_NOTE_PROFILE:
        return "profile";
    case SF_NETEM_NOTE_KEEP_ORDER:
        return "keep-order";
    case SF_NETEM_NOTE_STATES:
        return "states";
    case SF_NETEM_NOTE_SHOWN:
        return "shown";
    case SF_NETEM_NOTE_UNITLESS_TIME:
        return "unitless-time";
    case SF_NETEM_NOTE_NO_NUMBER:
        return "no-number";
    case SF_NETEM_NOTE_CORRELATION:
        return "correlation";
    case SF_NETEM_NOTE_CORRELATION_DROPPED:
        return "correlation-dropped";
    case SF_NETEM_NOTE_DELAY_CORRELATION:
        return "delay-correlation";
    case SF_NETEM_NOTE_JITTER_REORDERS:
        return "jitter-reorders";
    case SF_NETEM_NOTE_JITTER_ABOVE_DELAY:
        return "jitter-above-delay";
    case SF_NETEM_NOTE_JITTER_CAPPED:
        return "jitter-capped";
    case SF_NETEM_NOTE_LIMIT:
        return "limit";
    case SF_NETEM_NOTE_REORDER_GAP:
        return "reorder-gap";
    case SF_NETEM_NOTE_STATE_WRAPS:
        return "state-wraps";
    case SF_NETEM_NOTE_RATE_ZERO:
        return "rate-zero";
    case SF_NETEM_NOTE_SLOT_WRAPS:
        return "slot-wraps";
    case SF_NETEM_NOTE_SLOT_OFF:
        return "slot-off";
    }
    SF_UNREACHABLE();
}

/* How often an event of `probability` happens when its draws are correlated with `correlation`, in
 * millionths, measured over a million draws of a fixed seed: repeatable, right to about 0.05 %. */
static uint32_t effective_ppm(uint32_t probability, uint32_t correlation)
{
    struct sf_netem_random random;
    sf_netem_random_seed(&random, 1);
    uint32_t last = sf_netem_random_u32(&random);
    uint32_t count = 0;
    for (int i = 0; i < TRIALS && probability != 0; i++) {
        count += probability >= sf_netem_random_correlated(&random, correlation, &last);
    }
    return count;
}

/* The share of packets that jump ahead, gap and correlation included, in millionths. */
static uint32_t effective_reorder_ppm(const struct sf_netem_config *config)
{
    struct sf_netem_random random;
    sf_netem_random_seed(&random, 1);
    uint32_t last = sf_netem_random_u32(&random);
    uint32_t counter = 0;
    uint32_t count = 0;
    for (int i = 0; i < TRIALS; i++) {
        if (counter >= config->gap - 1 &&
            config->reorder >=
                sf_netem_random_correlated(&random, config->reorder_correlation, &last)) {
            count++;
            counter = 0;
        } else {
            counter++;
        }
    }
    return count;
}

/* Percentages in the words of a note; three digits are as many as the measurement has. */
static void add_ppm(struct sf_text *text, uint32_t ppm)
{
    sf_text_add(text, "%" PRIu32 ".%02" PRIu32 "%%", ppm / 10000, ppm % 10000 / 100);
}

static void note_correlation(struct sf_netem_notes *notes, uint32_t column, const char *what,
                             uint32_t probability, uint32_t correlation)
{
    if (probability == 0 || correlation == 0) {
        return;
    }
    if (correlation == SF_NETEM_ALWAYS) {
        sf_netem_note(notes, SF_NETEM_NOTE_CORRELATION, column,
                      "a correlation of 100%% freezes the draw at its random start: %s happens to "
                      "every packet or to none",
                      what);
        return;
    }
    struct sf_text asked = {0};
    struct sf_text real = {0};
    sf_netem_print_percent(&asked, probability);
    add_ppm(&real, effective_ppm(probability, correlation));
    sf_netem_note(notes, SF_NETEM_NOTE_CORRELATION, column,
                  "the correlation averages the draws towards 50%%: %s happens not to %s but to "
                  "about %s of packets%s",
                  what, asked.data, real.data,
                  strcmp(what, "a loss") == 0 ? "; for bursts use loss gemodel or loss state" : "");
    sf_text_free(&asked);
    sf_text_free(&real);
}

/* Of all the delays that can be drawn. */
static sf_ns shortest_delay(const struct sf_netem_config *config)
{
    const struct sf_netem_table *table = config->delay_table;
    sf_ns shortest_ns = sf_netem_delay(config->delay_ns, config->jitter_ns, table, 0);
    for (uint32_t i = 1; table != NULL && i < table->entries_count; i++) {
        sf_ns delay_ns = sf_netem_delay(config->delay_ns, config->jitter_ns, table, i);
        shortest_ns = delay_ns < shortest_ns ? delay_ns : shortest_ns;
    }
    return shortest_ns;
}

static void note_delay(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                       const struct sf_netem_columns *columns)
{
    if (config->jitter_ns > 0 && config->delay_correlation > 0) {
        sf_netem_note(notes, SF_NETEM_NOTE_DELAY_CORRELATION, columns->delay_correlation,
                      "the correlation of a delay has no effect: only the low bits of the "
                      "correlated number are used, and those are not correlated");
    }
    if (config->jitter_ns > 0 && config->rate_bytes_per_second == 0 && !config->keep_order) {
        sf_netem_note(notes, SF_NETEM_NOTE_JITTER_REORDERS, columns->jitter,
                      "jitter reorders: a packet overtakes earlier ones that drew a longer delay; "
                      "only a rate keeps the order, or keep-order, which is not tc's");
    }
    if (config->keep_order) {
        sf_netem_note(notes, SF_NETEM_NOTE_KEEP_ORDER, columns->keep_order,
                      "'keep-order' is not tc's, and no kernel does it: a packet that drew a "
                      "shorter delay leaves with the one before it, so the mean delay is higher "
                      "than asked");
    }
    if (config->jitter_ns > 0 && shortest_delay(config) < 0) {
        sf_netem_note(notes, SF_NETEM_NOTE_JITTER_ABOVE_DELAY, columns->jitter,
                      "the jitter reaches below a delay of 0: such packets are sent at once, so "
                      "the mean is higher than asked");
    }
}

/* Packets a second at which the limit is reached, and so above which packets are lost silently. */
static void note_limit(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                       const struct sf_netem_columns *columns)
{
    uint64_t limit = config->limit_packets;
    if (limit == 0) {
        sf_netem_note(notes, SF_NETEM_NOTE_LIMIT, columns->limit, "limit 0 drops every packet");
        return;
    }
    if (config->delay_ns <= 0) {
        return;
    }
    uint64_t packets_per_second =
        (uint64_t)(((unsigned __int128)limit * (uint64_t)SF_SECOND) / (uint64_t)config->delay_ns);
    if (config->rate_bytes_per_second > 0) {
        uint64_t rate_packets = config->rate_bytes_per_second / FRAME_BYTES;
        if (rate_packets > packets_per_second) {
            sf_netem_note(notes, SF_NETEM_NOTE_LIMIT, columns->limit,
                          "the limit of %" PRIu64 " packets fills up before the rate is reached: "
                          "at this delay it lets %" PRIu64 " packets/s through and drops the rest "
                          "without a word",
                          limit, packets_per_second);
        }
    } else if (packets_per_second < BUSY_PACKETS_PER_SECOND) {
        sf_netem_note(notes, SF_NETEM_NOTE_LIMIT, columns->limit,
                      "the limit of %" PRIu64 " packets is full at %" PRIu64
                      " packets/s with this delay; what comes above that is dropped",
                      limit, packets_per_second);
    }
}

static void note_reorder(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                         const struct sf_netem_columns *columns)
{
    if (config->reorder == 0 || (config->gap <= 1 && config->reorder_correlation == 0)) {
        return;
    }
    struct sf_text real = {0};
    add_ppm(&real, effective_reorder_ppm(config));
    sf_netem_note(notes, SF_NETEM_NOTE_REORDER_GAP, columns->reorder,
                  "with gap %" PRIu32 "%s about %s of packets are reordered", config->gap,
                  config->reorder_correlation > 0 ? " and the correlation" : "", real.data);
    sf_text_free(&real);
}

static void note_loss_state(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                            const struct sf_netem_columns *columns)
{
    if (config->loss_model != SF_NETEM_LOSS_STATE) {
        return;
    }
    if (config->state.p13 > UINT32_MAX - config->state.p14) {
        sf_netem_note(notes, SF_NETEM_NOTE_STATE_WRAPS, columns->loss,
                      "p13 + p14 is above 100%%: the sum wraps around in the kernel, and bursts "
                      "become rare instead of frequent");
    }
    if (config->state.p31 > UINT32_MAX - config->state.p32) {
        sf_netem_note(notes, SF_NETEM_NOTE_STATE_WRAPS, columns->loss,
                      "p31 + p32 is above 100%%: the sum wraps around in the kernel, and bursts "
                      "end more rarely than asked");
    }
}

static void note_slot(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                      const struct sf_netem_columns *columns)
{
    if (columns->slot != 0 && !sf_netem_config_needs_queue(config)) {
        sf_netem_note(notes, SF_NETEM_NOTE_SLOT_OFF, columns->slot,
                      "all slot times are 0: slots are off");
    }
    if (config->slot_table == NULL &&
        config->slot_delay_ns_max - config->slot_delay_ns_min > (sf_ns)INT32_MAX) {
        sf_netem_note(notes, SF_NETEM_NOTE_SLOT_WRAPS, columns->slot,
                      "a slot range above 2.147 s overflows in the kernel: some slots then open "
                      "at once");
    }
}

void sf_netem_note_config(struct sf_netem_notes *notes, const struct sf_netem_config *config,
                          const struct sf_netem_columns *columns)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(columns != NULL);
    if (notes == NULL) {
        return;
    }
    note_delay(notes, config, columns);
    note_limit(notes, config, columns);
    if (config->loss_model == SF_NETEM_LOSS_RANDOM) {
        note_correlation(notes, columns->loss_correlation, "a loss", config->loss,
                         config->loss_correlation);
    }
    note_loss_state(notes, config, columns);
    note_correlation(notes, columns->duplicate_correlation, "a duplicate", config->duplicate,
                     config->duplicate_correlation);
    note_correlation(notes, columns->corrupt_correlation, "a corruption", config->corrupt,
                     config->corrupt_correlation);
    note_reorder(notes, config, columns);
    if (columns->rate != 0 && config->rate_bytes_per_second == 0) {
        sf_netem_note(notes, SF_NETEM_NOTE_RATE_ZERO, columns->rate,
                      "below 8 bit/s the rate becomes 0, which is no rate at all");
    }
    note_slot(notes, config, columns);
}
