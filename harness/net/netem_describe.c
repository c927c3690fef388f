#include "harness/net/netem_describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_course.h"

/* In thousandths, from the least to the greatest. */
static const uint32_t quantiles[SF_NETEM_QUANTILES_COUNT] = {0,   10,  50,  250, 500,
                                                             750, 950, 990, 1000};

enum { MILLION = 1000000 };

void sf_netem_traffic_default(const struct sf_netem_config *config,
                              struct sf_netem_traffic *traffic_out)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(traffic_out != NULL);
    memset(traffic_out, 0, sizeof *traffic_out);
    traffic_out->packets_count = 100000;
    traffic_out->spacing_ns = SF_MS;
    traffic_out->bytes = 1000;
    traffic_out->seed = 1;
    if (config->rate_bytes_per_second > 0) {
        sf_ns half_load_ns = (sf_ns)(2 * (uint64_t)traffic_out->bytes * (uint64_t)SF_SECOND /
                                     config->rate_bytes_per_second);
        if (half_load_ns > traffic_out->spacing_ns) {
            traffic_out->spacing_ns = half_load_ns;
        }
    }
}

void sf_netem_traffic_default_states(const struct sf_netem_states *states,
                                     struct sf_netem_traffic *traffic_out)
{
    SF_ASSERT(states != NULL);
    SF_ASSERT(traffic_out != NULL);
    enum { ROUNDS = 10, PACKETS_MAX = 2000000 };
    sf_netem_traffic_default(&states->items[0].config, traffic_out);
    sf_ns round_ns = 0;
    for (uint32_t i = 0; states->count > 1 && i < states->count; i++) {
        struct sf_netem_traffic suiting;
        sf_netem_traffic_default(&states->items[i].config, &suiting);
        if (suiting.spacing_ns > traffic_out->spacing_ns) {
            traffic_out->spacing_ns = suiting.spacing_ns;
        }
        round_ns += states->items[i].dwell_ns_max;
    }
    uint64_t packets = (uint64_t)(round_ns / traffic_out->spacing_ns) * ROUNDS;
    packets = packets < PACKETS_MAX ? packets : PACKETS_MAX;
    if (packets > traffic_out->packets_count) {
        traffic_out->packets_count = packets;
    }
}

/* A run in progress. */
struct counting {
    struct sf_netem_course course;
    const struct sf_netem_traffic *traffic;
    struct sf_netem_description *out;
    uint8_t *copies_count; /* of each packet */
    sf_ns *delays_ns;      /* of each copy, in the order of arrival */
    uint64_t newest;       /* latest sent of those that arrived, plus one */
    uint64_t corrupted_count;
    uint64_t marked_count;
    uint64_t overtaken_count;
};

static void count_copy(void *context, const struct sf_netem_delivery *delivery, sf_ns now_ns)
{
    struct counting *counting = context;
    uint64_t packet = delivery->tag;
    sf_ns sent_ns = (sf_ns)packet * counting->traffic->spacing_ns;
    SF_ASSERT(now_ns >= sent_ns);
    counting->delays_ns[counting->out->copies_count++] = now_ns - sent_ns;
    counting->copies_count[packet]++;
    counting->corrupted_count += delivery->corrupted;
    counting->marked_count += delivery->ce_marked;
    counting->overtaken_count += packet + 1 < counting->newest;
    if (packet + 1 > counting->newest) {
        counting->newest = packet + 1;
    }
}

static void send_all(struct counting *counting)
{
    const struct sf_netem_traffic *traffic = counting->traffic;
    const struct sf_netem_leaver leaver = {count_copy, counting};
    for (uint64_t packet = 0; packet < traffic->packets_count; packet++) {
        sf_netem_course_send(&counting->course, (sf_ns)packet * traffic->spacing_ns, traffic->bytes,
                             traffic->ect, packet, &leaver);
    }
    sf_netem_course_pass(&counting->course, SF_NS_NEVER, &leaver);
}

static uint32_t ppm(uint64_t count, uint64_t of)
{
    return of > 0 ? (uint32_t)(count * MILLION / of) : 0;
}

static void sum_up_losses(const struct counting *counting)
{
    struct sf_netem_description *out = counting->out;
    uint64_t burst = 0;
    uint64_t duplicated = 0;
    for (uint64_t packet = 0; packet < counting->traffic->packets_count; packet++) {
        duplicated += counting->copies_count[packet] == 2;
        if (counting->copies_count[packet] > 0) {
            burst = 0;
            continue;
        }
        out->lost_count++;
        out->bursts_count += burst == 0;
        burst++;
        if (burst > out->burst_longest) {
            out->burst_longest = burst;
        }
    }
    out->lost_ppm = ppm(out->lost_count, counting->traffic->packets_count);
    out->duplicated_ppm = ppm(duplicated, counting->traffic->packets_count);
    if (out->bursts_count > 0) {
        out->burst_mean_hundredths = (uint32_t)(out->lost_count * 100 / out->bursts_count);
    }
    out->limit_count = counting->course.queue.full_count;
    out->corrupted_ppm = ppm(counting->corrupted_count, out->copies_count);
    out->marked_ppm = ppm(counting->marked_count, out->copies_count);
    out->overtaken_ppm = ppm(counting->overtaken_count, out->copies_count);
}

static int compare_ns(const void *a, const void *b)
{
    sf_ns x = *(const sf_ns *)a;
    sf_ns y = *(const sf_ns *)b;
    return (x > y) - (x < y);
}

/* From `delays_ns` sorted: the least to the 99th percentile, so that a long tail does not flatten
 * the rest. */
static void plot(const sf_ns *delays_ns, uint64_t count, struct sf_netem_description *out)
{
    sf_ns top_ns = delays_ns[(count - 1) * 99 / 100];
    out->plot_ns_min = delays_ns[0];
    out->plot_row_ns = (top_ns - delays_ns[0]) / SF_NETEM_PLOT_ROWS + 1;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t row = (uint64_t)((delays_ns[i] - out->plot_ns_min) / out->plot_row_ns);
        out->plot[row < SF_NETEM_PLOT_ROWS ? row : SF_NETEM_PLOT_ROWS - 1]++;
    }
}

static void sum_up_delays(struct counting *counting)
{
    struct sf_netem_description *out = counting->out;
    uint64_t count = out->copies_count;
    if (count == 0) {
        return;
    }
    sf_ns *delays_ns = counting->delays_ns;
    qsort(delays_ns, count, sizeof *delays_ns, compare_ns);
    unsigned __int128 sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        sum += (uint64_t)delays_ns[i];
    }
    out->delay_ns_mean = (sf_ns)(sum / count);
    for (int i = 0; i < SF_NETEM_QUANTILES_COUNT; i++) {
        out->delay_ns[i] = delays_ns[(count - 1) * quantiles[i] / 1000];
    }
    plot(delays_ns, count, out);
}

void sf_netem_describe_states(const struct sf_netem_states *states,
                              const struct sf_netem_traffic *traffic,
                              struct sf_netem_description *out)
{
    SF_ASSERT(states != NULL);
    SF_ASSERT(traffic != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(traffic->packets_count >= 1);
    SF_ASSERT(traffic->packets_count <= SF_NETEM_TRAFFIC_PACKETS_MAX);
    SF_ASSERT(traffic->spacing_ns >= 0);
    SF_ASSERT(traffic->spacing_ns <= SF_NS_NEVER / (sf_ns)traffic->packets_count);
    memset(out, 0, sizeof *out);
    out->traffic = *traffic;

    uint64_t copies_max = traffic->packets_count * SF_NETEM_COPIES_MAX;
    uint64_t places = sf_netem_course_places(states);
    places = places < copies_max ? places : copies_max;
    struct sf_netem_waiting *storage = sf_alloc(places, sizeof *storage);
    struct counting counting = {.traffic = traffic, .out = out};
    counting.copies_count = sf_alloc(traffic->packets_count, sizeof *counting.copies_count);
    counting.delays_ns = sf_alloc(copies_max, sizeof *counting.delays_ns);
    sf_netem_course_init(&counting.course, states, traffic->seed, storage, places);
    send_all(&counting);
    out->changes_count = counting.course.changes_count;
    sum_up_losses(&counting);
    sum_up_delays(&counting);
    free(storage);
    free(counting.copies_count);
    free(counting.delays_ns);
}

void sf_netem_describe(const struct sf_netem_config *config, const struct sf_netem_traffic *traffic,
                       struct sf_netem_description *out)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(traffic != NULL);
    SF_ASSERT(out != NULL);
    struct sf_netem_states plain;
    sf_netem_states_plain(config, &plain);
    sf_netem_describe_states(&plain, traffic, out);
}

/* "12.345 ms": always milliseconds, so that lines can be compared. */
static void add_ms(struct sf_text *text, sf_ns time_ns, int width)
{
    sf_text_add(text, "%*" PRId64 ".%03" PRId64, width, time_ns / SF_MS, time_ns % SF_MS / SF_US);
}

static void add_percent(struct sf_text *text, uint32_t share_ppm)
{
    sf_text_add(text, "%" PRIu32 ".%03" PRIu32 "%%", share_ppm / 10000, share_ppm % 10000 / 10);
}

static void print_shares(const struct sf_netem_description *description, struct sf_text *text)
{
    sf_text_add(text, "lost        ");
    add_percent(text, description->lost_ppm);
    if (description->bursts_count > 0) {
        sf_text_add(text, ", in runs of %" PRIu32 ".%02" PRIu32 " packets (longest %" PRIu64 ")",
                    description->burst_mean_hundredths / 100,
                    description->burst_mean_hundredths % 100, description->burst_longest);
    }
    if (description->limit_count > 0) {
        sf_text_add(text, "; %" PRIu64 " met a full queue", description->limit_count);
    }
    sf_text_add(text, "\nduplicated  ");
    add_percent(text, description->duplicated_ppm);
    sf_text_add(text, "\ncorrupted   ");
    add_percent(text, description->corrupted_ppm);
    if (description->traffic.ect) {
        sf_text_add(text, "\nCE marked   ");
        add_percent(text, description->marked_ppm);
    }
    sf_text_add(text, "\novertaken   ");
    add_percent(text, description->overtaken_ppm);
    sf_text_add(text, " (arrived after a packet that was sent later)\n");
}

static void print_delays(const struct sf_netem_description *description, struct sf_text *text)
{
    static const char *const names[SF_NETEM_QUANTILES_COUNT] = {
        "least", "1%", "5%", "25%", "median", "75%", "95%", "99%", "most"};
    sf_text_add(text, "delay ms    mean ");
    add_ms(text, description->delay_ns_mean, 0);
    for (int i = 0; i < SF_NETEM_QUANTILES_COUNT; i++) {
        sf_text_add(text, "%s%s ", i % 5 == 0 ? "\n            " : "  ", names[i]);
        add_ms(text, description->delay_ns[i], 0);
    }
    sf_text_add(text, "\n");
}

static void print_plot(const struct sf_netem_description *description, struct sf_text *text)
{
    enum { WIDTH = 60 };
    uint64_t highest = 1;
    for (int i = 0; i < SF_NETEM_PLOT_ROWS; i++) {
        highest = description->plot[i] > highest ? description->plot[i] : highest;
    }
    for (int i = 0; i < SF_NETEM_PLOT_ROWS; i++) {
        bool last = i == SF_NETEM_PLOT_ROWS - 1;
        if (description->delay_ns[0] == description->delay_ns[SF_NETEM_QUANTILES_COUNT - 1] &&
            i > 0) {
            break; /* one row says it all */
        }
        add_ms(text, description->plot_ns_min + i * description->plot_row_ns, 7);
        int length = (int)(description->plot[i] * WIDTH / highest);
        sf_text_add(text, "%s |%.*s\n", last ? "+" : " ", length,
                    "############################################################");
    }
}

void sf_netem_description_print(const struct sf_netem_description *description,
                                struct sf_text *text)
{
    SF_ASSERT(description != NULL);
    SF_ASSERT(text != NULL);
    const struct sf_netem_traffic *traffic = &description->traffic;
    sf_text_add(text, "%" PRIu64 " packets of %" PRIu32 " bytes, one each ", traffic->packets_count,
                traffic->bytes);
    add_ms(text, traffic->spacing_ns, 0);
    sf_text_add(text, " ms\n");
    print_shares(description, text);
    if (description->copies_count > 0) {
        print_delays(description, text);
        print_plot(description, text);
    }
}

static void set_integer(json_t *object, const char *key, uint64_t value)
{
    int failed = json_object_set_new(object, key, json_integer((json_int_t)value));
    SF_ASSERT(failed == 0);
}

static json_t *delays_json(const struct sf_netem_description *description)
{
    static const char *const keys[SF_NETEM_QUANTILES_COUNT] = {"min", "p1",  "p5",  "p25", "p50",
                                                               "p75", "p95", "p99", "max"};
    json_t *object = json_object();
    set_integer(object, "mean", (uint64_t)description->delay_ns_mean);
    for (int i = 0; i < SF_NETEM_QUANTILES_COUNT; i++) {
        set_integer(object, keys[i], (uint64_t)description->delay_ns[i]);
    }
    return object;
}

static json_t *plot_json(const struct sf_netem_description *description)
{
    json_t *object = json_object();
    set_integer(object, "from_ns", (uint64_t)description->plot_ns_min);
    set_integer(object, "row_ns", (uint64_t)description->plot_row_ns);
    json_t *rows = json_array();
    for (int i = 0; i < SF_NETEM_PLOT_ROWS; i++) {
        json_array_append_new(rows, json_integer((json_int_t)description->plot[i]));
    }
    json_object_set_new(object, "rows", rows);
    return object;
}

json_t *sf_netem_description_json(const struct sf_netem_description *description)
{
    SF_ASSERT(description != NULL);
    const struct sf_netem_traffic *traffic = &description->traffic;
    json_t *object = json_object();
    set_integer(object, "packets", traffic->packets_count);
    set_integer(object, "spacing_ns", (uint64_t)traffic->spacing_ns);
    set_integer(object, "bytes", traffic->bytes);
    set_integer(object, "copies", description->copies_count);
    set_integer(object, "lost", description->lost_count);
    set_integer(object, "lost_ppm", description->lost_ppm);
    set_integer(object, "met_full_queue", description->limit_count);
    set_integer(object, "loss_runs", description->bursts_count);
    set_integer(object, "loss_run_mean_hundredths", description->burst_mean_hundredths);
    set_integer(object, "loss_run_longest", description->burst_longest);
    set_integer(object, "duplicated_ppm", description->duplicated_ppm);
    set_integer(object, "corrupted_ppm", description->corrupted_ppm);
    set_integer(object, "ce_marked_ppm", description->marked_ppm);
    set_integer(object, "overtaken_ppm", description->overtaken_ppm);
    set_integer(object, "state_changes", description->changes_count);
    json_object_set_new(object, "delay_ns", delays_json(description));
    json_object_set_new(object, "delay_plot", plot_json(description));
    return object;
}
