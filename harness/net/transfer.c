#include "harness/net/transfer.h"

#include <string.h>

#include "harness/base/assert.h"

static uint32_t fragments_of(uint32_t bytes)
{
    return (bytes + SF_PACKET_PAYLOAD_BYTES - 1) / SF_PACKET_PAYLOAD_BYTES;
}

uint32_t sf_transfer_words(uint32_t total_bytes_max)
{
    SF_ASSERT(total_bytes_max > 0);
    return (fragments_of(total_bytes_max) + 63) / 64;
}

void sf_transfer_init(struct sf_transfer *transfer, uint32_t total_bytes, uint64_t *arrived,
                      uint64_t *acked)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(arrived != NULL);
    SF_ASSERT(acked != NULL);
    SF_ASSERT(total_bytes > 0);
    size_t words_bytes = sf_transfer_words(total_bytes) * sizeof(uint64_t);
    memset(arrived, 0, words_bytes);
    memset(acked, 0, words_bytes);
    *transfer = (struct sf_transfer){
        .total_bytes = total_bytes,
        .ready_bytes = total_bytes,
        .fragments_count = fragments_of(total_bytes),
        .arrived = arrived,
        .acked = acked,
    };
}

uint32_t sf_transfer_offset(uint32_t index)
{
    return index * SF_PACKET_PAYLOAD_BYTES;
}

uint32_t sf_transfer_length(const struct sf_transfer *transfer, uint32_t index)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(index < transfer->fragments_count);
    uint32_t left = transfer->total_bytes - sf_transfer_offset(index);
    return left < SF_PACKET_PAYLOAD_BYTES ? left : SF_PACKET_PAYLOAD_BYTES;
}

static bool has(const uint64_t *words, uint32_t index)
{
    return (words[index / 64] >> (index % 64) & 1) != 0;
}

static void mark(uint64_t *words, uint32_t index)
{
    words[index / 64] |= (uint64_t)1 << (index % 64);
}

uint32_t sf_transfer_next_unsent(struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(transfer->sent_count <= transfer->fragments_count);
    uint32_t index = transfer->sent_count;
    if (index == transfer->fragments_count ||
        sf_transfer_offset(index) + sf_transfer_length(transfer, index) > transfer->ready_bytes) {
        return UINT32_MAX;
    }
    transfer->sent_count++;
    return index;
}

uint32_t sf_transfer_packet_bytes(const struct sf_transfer *transfer, uint32_t index)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(index < transfer->fragments_count);
    uint32_t before = index == transfer->piece_index ? transfer->piece_acked : 0;
    return sf_transfer_length(transfer, index) - before;
}

uint32_t sf_transfer_next_piece(struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(transfer->acked_count <= transfer->sent_count);
    uint32_t index = transfer->sent_count;
    if (index == transfer->fragments_count || transfer->acked_count < index ||
        sf_transfer_unacked_piece(transfer) > 0) {
        return 0;
    }
    uint32_t ready = transfer->ready_bytes - sf_transfer_offset(index);
    if (transfer->piece_index != index) {
        transfer->piece_index = index;
        transfer->piece_sent = 0;
        transfer->piece_arrived = 0;
        transfer->piece_acked = 0;
    }
    SF_ASSERT(ready < sf_transfer_length(transfer, index));
    if (ready <= transfer->piece_sent) {
        return 0;
    }
    transfer->piece_sent = ready;
    return ready;
}

uint32_t sf_transfer_unacked_piece(const struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(transfer->piece_acked <= transfer->piece_sent);
    bool open = transfer->piece_index == transfer->sent_count &&
                transfer->piece_acked < transfer->piece_sent;
    return open ? transfer->piece_sent : 0;
}

bool sf_transfer_piece_arrive(struct sf_transfer *transfer, uint32_t index, uint32_t end)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(end > 0);
    SF_ASSERT(end < SF_PACKET_PAYLOAD_BYTES);
    bool open = index == transfer->piece_index && !has(transfer->arrived, index);
    if (!open || end <= transfer->piece_arrived || end > transfer->piece_sent) {
        return false;
    }
    transfer->piece_arrived = end;
    return true;
}

uint32_t sf_transfer_next_unacked(const struct sf_transfer *transfer, uint32_t from)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(from <= transfer->sent_count);
    for (uint32_t index = from; index < transfer->sent_count; index++) {
        if (!has(transfer->acked, index)) {
            return index;
        }
    }
    return UINT32_MAX;
}

enum sf_transfer_arrival sf_transfer_arrive(struct sf_transfer *transfer, uint32_t index,
                                            bool *acknowledge_out)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(acknowledge_out != NULL);
    SF_ASSERT(index < transfer->fragments_count);
    SF_ASSERT(index < transfer->sent_count);
    if (has(transfer->arrived, index)) {
        *acknowledge_out = true; /* the acknowledgement must have been lost, or is late */
        return SF_ARRIVAL_AGAIN;
    }
    mark(transfer->arrived, index);
    transfer->arrived_count++;
    bool last = transfer->arrived_count == transfer->fragments_count;
    *acknowledge_out = last || index == transfer->fragments_count - 1;
    return last ? SF_ARRIVAL_LAST : SF_ARRIVAL_NEW;
}

void sf_transfer_acknowledged(struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(transfer->sent_count > 0 || transfer->piece_sent > 0);
    SF_ASSERT(transfer->acked_count <= transfer->arrived_count);
    transfer->piece_acked = transfer->piece_arrived;
    uint32_t words = (transfer->fragments_count + 63) / 64;
    memcpy(transfer->acked, transfer->arrived, words * sizeof(uint64_t));
    transfer->acked_count = transfer->arrived_count;
    if (transfer->acked_count == transfer->fragments_count) {
        transfer->sender_done = true;
    }
}

static uint32_t prefix_bytes(const struct sf_transfer *transfer, const uint64_t *words,
                             uint32_t piece_bytes)
{
    uint32_t index = 0;
    while (index < transfer->fragments_count && has(words, index)) {
        index++;
    }
    uint32_t bytes = sf_transfer_offset(index) + (index == transfer->piece_index ? piece_bytes : 0);
    return bytes < transfer->total_bytes ? bytes : transfer->total_bytes;
}

uint32_t sf_transfer_acked_bytes(const struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    return prefix_bytes(transfer, transfer->acked, transfer->piece_acked);
}

uint32_t sf_transfer_prefix_bytes(const struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    return prefix_bytes(transfer, transfer->arrived, transfer->piece_arrived);
}

uint32_t sf_transfer_arrived_bytes(const struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    SF_ASSERT(transfer->piece_index < transfer->fragments_count);
    uint32_t last = transfer->fragments_count - 1;
    uint32_t bytes = sf_transfer_offset(transfer->arrived_count);
    if (has(transfer->arrived, last)) {
        bytes -= SF_PACKET_PAYLOAD_BYTES - sf_transfer_length(transfer, last);
    }
    return bytes + (has(transfer->arrived, transfer->piece_index) ? 0 : transfer->piece_arrived);
}

static uint32_t bits_count(const uint64_t *words, uint32_t words_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < words_count; i++) {
        count += (uint32_t)__builtin_popcountll(words[i]);
    }
    return count;
}

void sf_transfer_check(const struct sf_transfer *transfer)
{
    SF_ASSERT(transfer != NULL);
    uint32_t words_count = sf_transfer_words(transfer->total_bytes);
    SF_ASSERT(transfer->fragments_count == fragments_of(transfer->total_bytes));
    SF_ASSERT(transfer->ready_bytes <= transfer->total_bytes);
    SF_ASSERT(transfer->sent_count <= transfer->fragments_count);
    SF_ASSERT(transfer->arrived_count <= transfer->sent_count);
    SF_ASSERT(transfer->acked_count <= transfer->arrived_count);
    SF_ASSERT(transfer->piece_index <= transfer->sent_count);
    SF_ASSERT(transfer->piece_index < transfer->fragments_count);
    SF_ASSERT(transfer->piece_acked <= transfer->piece_arrived);
    SF_ASSERT(transfer->piece_arrived <= transfer->piece_sent);
    SF_ASSERT(transfer->piece_sent == 0 ||
              transfer->piece_sent < sf_transfer_length(transfer, transfer->piece_index));
    SF_ASSERT(transfer->sender_done || transfer->acked_count < transfer->fragments_count);
    SF_ASSERT(bits_count(transfer->arrived, words_count) == transfer->arrived_count);
    SF_ASSERT(bits_count(transfer->acked, words_count) == transfer->acked_count);
    for (uint32_t i = 0; i < words_count; i++) {
        SF_ASSERT((transfer->acked[i] & ~transfer->arrived[i]) == 0);
    }
    for (uint32_t index = transfer->sent_count; index < transfer->fragments_count; index++) {
        SF_ASSERT(!has(transfer->arrived, index));
    }
}
