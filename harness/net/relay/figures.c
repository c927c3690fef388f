#include "harness/net/relay/figures.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"

static uint32_t step_of(uint64_t span)
{
    uint32_t bits = span == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(span);
    if (bits <= SF_RELAY_STEP_BITS) {
        return (uint32_t)span;
    }
    uint32_t octave = bits - SF_RELAY_STEP_BITS - 1;
    uint32_t within = (uint32_t)(span >> octave) - (1U << SF_RELAY_STEP_BITS);
    return ((octave + 1) << SF_RELAY_STEP_BITS) + within;
}

void sf_relay_spread_add(struct sf_relay_spread *spread, sf_ns span_ns)
{
    SF_ASSERT(spread != NULL);
    sf_ns top = ((sf_ns)1 << SF_RELAY_SPAN_BITS) - 1;
    sf_ns span = span_ns < 0 ? 0 : span_ns > top ? top : span_ns;
    uint32_t step = step_of((uint64_t)span);
    spread->counts[step]++;
    spread->sums_ns[step] += (uint64_t)span;
    spread->count++;
    spread->max_ns = span > spread->max_ns ? span : spread->max_ns;
}

sf_ns sf_relay_spread_at(const struct sf_relay_spread *spread, uint32_t per_mille)
{
    SF_ASSERT(spread != NULL);
    SF_ASSERT(per_mille <= 1000);
    uint64_t wanted = (spread->count * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (uint32_t step = 0; step < SF_RELAY_STEPS; step++) {
        seen += spread->counts[step];
        if (spread->counts[step] > 0 && seen >= wanted) {
            return (sf_ns)(spread->sums_ns[step] / spread->counts[step]);
        }
    }
    return 0;
}

static struct sf_relay_delays delays_of(const struct sf_relay_spread *spread)
{
    return (struct sf_relay_delays){sf_relay_spread_at(spread, 500),
                                    sf_relay_spread_at(spread, 990), spread->max_ns};
}

static uint64_t rate_given(const struct sf_relay_figures *figures, uint64_t rate_asked)
{
    if (figures->line_given_ns <= 0) {
        return 0;
    }
    return (uint64_t)((unsigned __int128)rate_asked * (uint64_t)figures->line_asked_ns /
                      (uint64_t)figures->line_given_ns);
}

void sf_relay_figures_sum_up(const struct sf_relay_figures *figures, uint64_t rate_bytes_per_second,
                             struct sf_relay_way_report *out)
{
    SF_ASSERT(figures != NULL);
    SF_ASSERT(out != NULL);
    *out = (struct sf_relay_way_report){
        .packets_in = figures->packets_in,
        .packets_out = figures->packets_out,
        .bytes_in = figures->bytes_in,
        .bytes_out = figures->bytes_out,
        .lost_count = figures->lost_count,
        .full_count = figures->full_count,
        .duplicated_count = figures->duplicated_count,
        .corrupted_count = figures->corrupted_count,
        .marked_count = figures->marked_count,
        .refused_count = figures->refused_count,
        .asked = delays_of(&figures->asked),
        .given = delays_of(&figures->given),
        .late = delays_of(&figures->late),
        .line_count = figures->line_count,
        .rate_asked_bytes_per_second = rate_bytes_per_second,
        .rate_given_bytes_per_second = rate_given(figures, rate_bytes_per_second),
    };
}

/* Microseconds as milliseconds. */
static void add_ms(struct sf_text *text, sf_ns span_ns)
{
    sf_text_add(text, "%" PRId64 ".%03" PRId64, span_ns / SF_MS, span_ns % SF_MS / SF_US);
}

static void add_delays(struct sf_text *text, const char *name, const struct sf_relay_delays *delays)
{
    sf_text_add(text, "    %-6s p50 ", name);
    add_ms(text, delays->p50_ns);
    sf_text_add(text, " ms, p99 ");
    add_ms(text, delays->p99_ns);
    sf_text_add(text, " ms, most ");
    add_ms(text, delays->max_ns);
    sf_text_add(text, " ms\n");
}

/* In thousands of bit/s, as in tc. */
static void add_rate(struct sf_text *text, uint64_t bytes_per_second)
{
    uint64_t bits = bytes_per_second * 8;
    sf_text_add(text, "%" PRIu64 ".%03" PRIu64 "kbit", bits / 1000, bits % 1000);
}

static uint64_t per_second(uint64_t count, sf_ns elapsed_ns)
{
    return elapsed_ns <= 0
               ? 0
               : (uint64_t)((unsigned __int128)count * (uint64_t)SF_SECOND / (uint64_t)elapsed_ns);
}

static void print_way(const char *name, const struct sf_relay_way_report *way, sf_ns elapsed_ns,
                      struct sf_text *text)
{
    sf_text_add(text, "  %s: %" PRIu64 " packets in, %" PRIu64 " out", name, way->packets_in,
                way->packets_out);
    const struct {
        uint64_t count;
        const char *what;
    } parts[] = {
        {way->lost_count, "lost"},
        {way->full_count, "met a full queue (limit)"},
        {way->duplicated_count, "doubled"},
        {way->corrupted_count, "corrupted"},
        {way->refused_count, "of them beyond reading"},
        {way->marked_count, "marked CE"},
        {way->waiting_count, "still under way"},
        {way->missed_count, "MISSED, for the relay was too slow: the model never saw them"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].count > 0) {
            sf_text_add(text, ", %" PRIu64 " %s", parts[i].count, parts[i].what);
        }
    }
    sf_text_add(text, "\n");
    if (way->packets_out == 0) {
        return;
    }
    add_delays(text, "asked", &way->asked);
    add_delays(text, "given", &way->given);
    add_delays(text, "late", &way->late);
    sf_text_add(text, "    carried %" PRIu64 " packets/s, ",
                per_second(way->packets_out, elapsed_ns));
    add_rate(text, per_second(way->bytes_out, elapsed_ns));
    if (way->rate_asked_bytes_per_second > 0) {
        sf_text_add(text, "; rate asked ");
        add_rate(text, way->rate_asked_bytes_per_second);
        if (way->line_count > 0) {
            sf_text_add(text, ", given ");
            add_rate(text, way->rate_given_bytes_per_second);
            sf_text_add(text, " to %" PRIu64 " that waited in line", way->line_count);
        } else {
            sf_text_add(text, ", nothing waited in line");
        }
    }
    sf_text_add(text, "\n");
}

void sf_relay_report_print(const struct sf_relay_report *report, struct sf_text *text)
{
    SF_ASSERT(report != NULL);
    SF_ASSERT(text != NULL);
    uint64_t cpu_per_mille =
        per_second((uint64_t)report->cpu_ns, report->elapsed_ns) / (uint64_t)SF_MS;
    sf_text_add(text, "relay: ");
    add_ms(text, report->elapsed_ns);
    sf_text_add(text, " ms, %" PRIu64 ".%" PRIu64 "%% of a CPU%s\n", cpu_per_mille / 10,
                cpu_per_mille % 10,
                report->precedence ? "" : ", without precedence over other programs");
    print_way("there", &report->there, report->elapsed_ns, text);
    print_way("back", &report->back, report->elapsed_ns, text);
}

static void set(json_t *object, const char *name, uint64_t number)
{
    json_object_set_new(object, name, json_integer((json_int_t)number));
}

static json_t *delays_json(const struct sf_relay_delays *delays)
{
    json_t *object = json_object();
    set(object, "p50_ns", (uint64_t)delays->p50_ns);
    set(object, "p99_ns", (uint64_t)delays->p99_ns);
    set(object, "max_ns", (uint64_t)delays->max_ns);
    return object;
}

static json_t *way_json(const struct sf_relay_way_report *way)
{
    json_t *object = json_object();
    set(object, "packets_in", way->packets_in);
    set(object, "packets_out", way->packets_out);
    set(object, "bytes_in", way->bytes_in);
    set(object, "bytes_out", way->bytes_out);
    set(object, "lost", way->lost_count);
    set(object, "full", way->full_count);
    set(object, "duplicated", way->duplicated_count);
    set(object, "corrupted", way->corrupted_count);
    set(object, "refused", way->refused_count);
    set(object, "marked", way->marked_count);
    set(object, "waiting", way->waiting_count);
    set(object, "missed", way->missed_count);
    json_object_set_new(object, "delay_asked", delays_json(&way->asked));
    json_object_set_new(object, "delay_given", delays_json(&way->given));
    json_object_set_new(object, "late", delays_json(&way->late));
    set(object, "rate_asked_bytes_per_second", way->rate_asked_bytes_per_second);
    set(object, "rate_given_bytes_per_second", way->rate_given_bytes_per_second);
    set(object, "packets_in_line", way->line_count);
    return object;
}

json_t *sf_relay_report_json(const struct sf_relay_report *report)
{
    SF_ASSERT(report != NULL);
    json_t *object = json_object();
    set(object, "elapsed_ns", (uint64_t)report->elapsed_ns);
    set(object, "cpu_ns", (uint64_t)report->cpu_ns);
    json_object_set_new(object, "precedence", json_boolean(report->precedence));
    json_object_set_new(object, "there", way_json(&report->there));
    json_object_set_new(object, "back", way_json(&report->back));
    return object;
}
