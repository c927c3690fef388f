/* The matrix: which cells are played. */
#ifndef STRAYFRAME_LIVE_MATRIX_H
#define STRAYFRAME_LIVE_MATRIX_H

#include <stdint.h>

#include "harness/live/cell.h"

enum { SF_MATRIX_CELLS_MAX = 4096 };

enum sf_matrix { SF_MATRIX_QUICK, SF_MATRIX_FULL };

/* The cells, which the caller frees, and their count. FULL has every origin answer under every
 * condition, arrival and phase; QUICK leaves out combinations. */
struct sf_cell *sf_matrix_cells(enum sf_matrix matrix, uint32_t *count_out);

#endif
