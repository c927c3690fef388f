#include "fuzz/feedback.h"

#include "harness/run/run.h"

/* A piece that does nothing, and is no other's twin, so that no optimiser joins two. */
#define PIECE(N)                         \
    case (N):                            \
        __asm__ volatile("" : : "i"(N)); \
        return;

#define PIECES_4(N) PIECE(N) PIECE((N) + 1) PIECE((N) + 2) PIECE((N) + 3)
#define PIECES_16(N) PIECES_4(N) PIECES_4((N) + 4) PIECES_4((N) + 8) PIECES_4((N) + 12)
#define PIECES_64(N) PIECES_16(N) PIECES_16((N) + 16) PIECES_16((N) + 32) PIECES_16((N) + 48)
#define PIECES_256(N) PIECES_64(N) PIECES_64((N) + 64) PIECES_64((N) + 128) PIECES_64((N) + 192)

_Static_assert(SF_STATES_COUNT *SF_STATE_RANGES_COUNT == 512, "a piece for each");

/* Not inlined: one switch, not one for each turn of a loop. */
__attribute__((noinline)) static void run_piece(uint32_t piece)
{
    switch (piece) {
        PIECES_256(0)
        PIECES_256(256)
    default: /* not an enum: the number of a piece */
        return;
    }
}

void sf_fuzz_feedback(const uint32_t *states)
{
    for (uint32_t i = 0; i < SF_STATES_COUNT; i++) {
        for (uint32_t range = 0; range < SF_STATE_RANGES_COUNT; range++) {
            if ((states[i] >> range & 1) != 0) {
                run_piece(i * SF_STATE_RANGES_COUNT + range);
            }
        }
    }
}
