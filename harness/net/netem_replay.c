#include "harness/net/netem_replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/line.h"
#include "harness/net/netem_course.h"

static size_t grown(size_t capacity)
{
    return capacity > 0 ? capacity * 2 : 1024;
}

void sf_netem_sent_add(struct sf_netem_sent_list *list, const struct sf_netem_sent *packet)
{
    SF_ASSERT(list != NULL);
    SF_ASSERT(packet != NULL);
    if (list->count == list->capacity) {
        list->capacity = grown(list->capacity);
        list->items = sf_realloc(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = *packet;
}

static void arrived_add(struct sf_netem_arrived_list *list, const struct sf_netem_arrived *row)
{
    if (list->count == list->capacity) {
        list->capacity = grown(list->capacity);
        list->items = sf_realloc(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = *row;
}

void sf_netem_sent_free(struct sf_netem_sent_list *list)
{
    SF_ASSERT(list != NULL);
    free(list->items);
    *list = (struct sf_netem_sent_list){0};
}

void sf_netem_arrived_free(struct sf_netem_arrived_list *list)
{
    SF_ASSERT(list != NULL);
    free(list->items);
    *list = (struct sf_netem_arrived_list){0};
}

/* Where a row is being read, for messages. */
struct row {
    const char *name;
    const char *text;
    const char *at;
    uint32_t line;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum sf_err row_fail(const struct row *row, struct sf_diag *diag, const char *what,
                            const char *detail)
{
    return sf_fail_at(diag, SF_ERR_INPUT, row->name, row->line, (uint32_t)(row->at - row->text) + 1,
                      "%s%s", what, detail);
}

/* One unsigned field and the comma or line end behind it. */
static enum sf_err read_field(struct row *row, const char *what, uint64_t value_max, bool is_last,
                              uint64_t *value_out, struct sf_diag *diag)
{
    while (*row->at == ' ' || *row->at == '\t') {
        row->at++;
    }
    if (*row->at < '0' || *row->at > '9') {
        return row_fail(row, diag, "expected a whole number, ", what);
    }
    uint64_t value = 0;
    for (; *row->at >= '0' && *row->at <= '9'; row->at++) {
        uint64_t digit = (uint64_t)(*row->at - '0');
        if (digit > value_max || value > (value_max - digit) / 10) {
            return row_fail(row, diag, "too large a number for ", what);
        }
        value = value * 10 + digit;
    }
    while (is_last ? is_blank(*row->at) : *row->at == ' ' || *row->at == '\t') {
        row->at++;
    }
    if (!is_last && *row->at != ',') {
        return row_fail(row, diag, "expected a comma: a row is seq,sent_ns,bytes,ect", "");
    }
    if (is_last && *row->at != '\0') {
        return row_fail(row, diag, "expected the line's end after seq,sent_ns,bytes,ect", "");
    }
    if (!is_last) {
        row->at++;
    }
    *value_out = value;
    return SF_OK;
}

static enum sf_err read_row(struct row *row, struct sf_netem_sent_list *list, struct sf_diag *diag)
{
    uint64_t seq;
    uint64_t sent_ns;
    uint64_t bytes;
    uint64_t ect;
    SF_TRY(read_field(row, "seq", INT64_MAX, false, &seq, diag));
    const char *sent_at = row->at;
    SF_TRY(read_field(row, "sent_ns", INT64_MAX - 1, false, &sent_ns, diag));
    SF_TRY(read_field(row, "bytes", UINT32_MAX, false, &bytes, diag));
    SF_TRY(read_field(row, "ect (0 to 3)", 3, true, &ect, diag));
    struct sf_netem_sent packet = {seq, (sf_ns)sent_ns, (uint32_t)bytes, ect != 0};
    if (list->count > 0 && packet.sent_ns < list->items[list->count - 1].sent_ns) {
        row->at = sent_at;
        return row_fail(row, diag,
                        "sent_ns goes back: ", "the packets must be in the order of sending");
    }
    sf_netem_sent_add(list, &packet);
    return SF_OK;
}

/* A first line of names, not of numbers: a mistyped number is no header. */
static bool is_header(const struct row *row)
{
    char c = *row->at;
    return row->line == 1 &&
           ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '"' || c == '#');
}

/* The line that was just read, `bytes` long. */
static enum sf_err read_line(struct row *row, size_t bytes, struct sf_netem_sent_list *list,
                             struct sf_diag *diag)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    row->line++;
    row->at = row->text;
    if (row->line == 1 && strncmp(row->at, byte_order_mark, 3) == 0) {
        row->at += 3;
    }
    while (is_blank(*row->at)) {
        row->at++;
    }
    if (strlen(row->text) != bytes) {
        row->at = row->text + strlen(row->text);
        return row_fail(row, diag, "a zero byte: ", "this is no text");
    }
    return *row->at == '\0' || is_header(row) ? SF_OK : read_row(row, list, diag);
}

enum sf_err sf_netem_sent_read(FILE *file, const char *name, struct sf_netem_sent_list *list_out,
                               struct sf_diag *diag)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(list_out != NULL);
    enum { LINE_BYTES_MAX = 1 << 16 };
    struct sf_line line = {0};
    enum sf_line_end end = SF_LINE_READ;
    struct row row = {.name = name};
    enum sf_err err = SF_OK;
    errno = 0;
    while (err == SF_OK && (end = sf_line_read(&line, file, LINE_BYTES_MAX)) == SF_LINE_READ) {
        row.text = line.text;
        err = read_line(&row, line.bytes, list_out, diag);
    }
    if (end == SF_LINE_TOO_LONG) {
        err =
            sf_fail_at(diag, SF_ERR_INPUT, name, row.line + 1, 1,
                       "a line of more than %d bytes: this is no list of packets", LINE_BYTES_MAX);
    }
    if (err == SF_OK && ferror(file)) {
        err =
            sf_fail_at(diag, sf_err_of_file(errno), name, 0, 0, "cannot read: %s", strerror(errno));
    }
    sf_line_free(&line);
    return err;
}

/* A run in progress. Copies are noted as they arrive, tagged with the packet's place in the list.
 */
struct replay {
    struct sf_netem_course course;
    const struct sf_netem_sent_list *sent;
    struct sf_netem_arrived *copies; /* two places a packet */
    uint8_t *copies_count;           /* of each packet */
};

static void arrives(void *context, const struct sf_netem_delivery *delivery, sf_ns now_ns)
{
    struct replay *replay = context;
    size_t packet = delivery->tag;
    SF_ASSERT(packet < replay->sent->count);
    SF_ASSERT(replay->copies_count[packet] < SF_NETEM_COPIES_MAX);
    struct sf_netem_arrived *copy =
        &replay->copies[packet * SF_NETEM_COPIES_MAX + replay->copies_count[packet]++];
    copy->seq = replay->sent->items[packet].seq;
    copy->sent_ns = replay->sent->items[packet].sent_ns;
    copy->recv_ns = now_ns;
    copy->flags = (delivery->corrupted ? SF_NETEM_ARRIVED_CORRUPTED : 0u) |
                  (delivery->ce_marked ? SF_NETEM_ARRIVED_CE : 0u);
}

static void list_rows(const struct replay *replay, struct sf_netem_arrived_list *arrived_out)
{
    for (size_t i = 0; i < replay->sent->count; i++) {
        for (size_t k = 0; k < replay->copies_count[i]; k++) {
            arrived_add(arrived_out, &replay->copies[i * SF_NETEM_COPIES_MAX + k]);
        }
        if (replay->copies_count[i] == 0) {
            const struct sf_netem_sent *packet = &replay->sent->items[i];
            struct sf_netem_arrived row = {packet->seq, packet->sent_ns, -1, 0};
            arrived_add(arrived_out, &row);
        }
    }
}

void sf_netem_replay_states(const struct sf_netem_states *states, uint64_t seed,
                            const struct sf_netem_fixed_fate *fates, uint64_t fates_count,
                            const struct sf_netem_sent_list *sent,
                            struct sf_netem_arrived_list *arrived_out)
{
    SF_ASSERT(states != NULL);
    SF_ASSERT(sent != NULL);
    SF_ASSERT(arrived_out != NULL);
    SF_ASSERT(fates != NULL || fates_count == 0);
    uint64_t places = sf_netem_course_places(states);
    uint64_t copies_max = (uint64_t)sent->count * SF_NETEM_COPIES_MAX;
    places = places < copies_max ? places : copies_max;
    places = places > 0 ? places : 1;
    struct sf_netem_waiting *storage = sf_alloc(places, sizeof *storage);
    struct replay replay = {.sent = sent};
    replay.copies = sf_alloc(copies_max, sizeof *replay.copies);
    replay.copies_count = sf_alloc(sent->count, sizeof *replay.copies_count);
    sf_netem_course_init(&replay.course, states, seed, storage, places);
    sf_netem_fix_fates(&replay.course.queue.link, fates, fates_count);

    const struct sf_netem_leaver leaver = {arrives, &replay};
    for (size_t i = 0; i < sent->count; i++) {
        const struct sf_netem_sent *packet = &sent->items[i];
        sf_netem_course_send(&replay.course, packet->sent_ns, packet->bytes, packet->ect, i,
                             &leaver);
    }
    sf_netem_course_pass(&replay.course, SF_NS_NEVER, &leaver);
    list_rows(&replay, arrived_out);
    free(storage);
    free(replay.copies);
    free(replay.copies_count);
}

void sf_netem_replay(const struct sf_netem_config *config, uint64_t seed,
                     const struct sf_netem_fixed_fate *fates, uint64_t fates_count,
                     const struct sf_netem_sent_list *sent,
                     struct sf_netem_arrived_list *arrived_out)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(sent != NULL);
    SF_ASSERT(arrived_out != NULL);
    SF_ASSERT(fates != NULL || fates_count == 0);
    struct sf_netem_states plain;
    sf_netem_states_plain(config, &plain);
    sf_netem_replay_states(&plain, seed, fates, fates_count, sent, arrived_out);
}

enum sf_err sf_netem_arrived_write(const struct sf_netem_arrived_list *list, FILE *file,
                                   struct sf_diag *diag)
{
    SF_ASSERT(list != NULL);
    SF_ASSERT(file != NULL);
    errno = 0;
    fprintf(file, "seq,sent_ns,recv_ns,corrupted\n");
    for (size_t i = 0; i < list->count && !ferror(file); i++) {
        const struct sf_netem_arrived *row = &list->items[i];
        fprintf(file, "%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRIu32 "\n", row->seq, row->sent_ns,
                row->recv_ns, row->flags);
    }
    if (fflush(file) != 0 || ferror(file)) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot write the rows: %s", strerror(errno));
    }
    return SF_OK;
}
