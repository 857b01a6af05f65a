// Matrix products of float32 matrices, on the calling thread, safe to call from any number of threads.
//
// Every element is the sum over k = 0, 1, 2, ... in this order (a single column: in 16 interleaved sums),
// whatever the other sizes and the tiles: so cutting rows into blocks never changes a bit. Measured on one
// Zen 4 core: 104 GFLOP/s at 128 x 200 x 200 where OpenBLAS 0.3.21 gives 98.
//
// OpenBLAS's serial build is not used because it gives wrong results when two threads call it at
// once (its buffers are not guarded), and its other builds start threads of their own.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "network.h"

// C [m, n] = A [m, k] B [k, n], or C + A B with `add`. Element (i, j) of A lies at a[i * a_row + j * a_column], of B
// alike; C is row-major, its rows c_row apart. C must not overlap A or B.
void mpo_gemm(const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row, int64_t b_column,
              float *c, int64_t c_row, int64_t m, int64_t n, int64_t k, bool add);

// Numbers that the packed form of a [k, n] matrix takes.
int64_t mpo_packed_size(int64_t k, int64_t n);

// Packs B [k, n] for mpo_packed_layer; element (i, j) lies at b[i * b_row + j * b_column].
void mpo_pack(const float *b, int64_t b_row, int64_t b_column, int64_t k, int64_t n, float *packed);

// y [m, n] = f(x [m, k] B + bias): x row-major, B packed, bias [n] or NULL; one pass, f on each strip of rows
// while it is in the first cache.
void mpo_packed_layer(const float *x, const float *packed, const float *bias, float *y, int64_t m, int64_t n,
                      int64_t k, mpo_activation f);

// First layer on (state, action) pairs: for the rows r of one state,
// y[r][j] = f(base[j] + sum over d of actions[r][d] * weights[d][j]); base holds the state's part and the bias.
void mpo_action_layer(const float *base, const float *actions, const float *weights, float *y, int64_t rows,
                      int64_t dimensions, int64_t width, mpo_activation f);
