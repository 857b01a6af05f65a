// Kernels over whole float32 arrays: pointwise, reductions, copies, normal random numbers.
//
// `out` never overlaps an input unless a comment says so. Sizes may be 0.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum MPOUnary {
  MPO_NEGATE, MPO_EXP, MPO_EXPM1, MPO_LOG, MPO_LOG1P, MPO_SQRT, MPO_SQUARE, MPO_RECIPROCAL, MPO_ABS, MPO_SIGN,
  MPO_TANH, MPO_SIGMOID, MPO_SOFTPLUS, MPO_RELU, MPO_ELU, MPO_SIN, MPO_COS, MPO_TAN, MPO_ATAN,
  MPO_FLOOR, MPO_CEIL, MPO_ROUND
} MPOUnary;

typedef enum MPOBinary {
  MPO_ADD, MPO_SUBTRACT, MPO_MULTIPLY, MPO_DIVIDE, MPO_MODULO, MPO_POWER, MPO_MAXIMUM, MPO_MINIMUM,
  MPO_LESS, MPO_LESS_EQUAL, MPO_EQUAL, MPO_NOT_EQUAL
} MPOBinary;

typedef enum MPOReduction { MPO_SUM, MPO_MAX, MPO_MIN } MPOReduction;

void mpo_unary(MPOUnary op, float *out, const float *x, size_t n);

/// dx = dy f'(x), where y = f(x).
void mpo_unary_gradient(MPOUnary op, float *dx, const float *dy, const float *x, const float *y, size_t n);

/// rows × columns results; an input's element (i, j) is at i * row + j * column, where column is 0 or 1.
void mpo_binary(
    MPOBinary op, float *out, size_t rows, size_t columns, const float *a, ptrdiff_t a_row, ptrdiff_t a_column,
    const float *b, ptrdiff_t b_row, ptrdiff_t b_column);

/// into += x
void mpo_accumulate(float *into, const float *x, size_t n);

/// out = condition ≠ 0 ? a : b
void mpo_select(float *out, const float *condition, const float *a, const float *b, size_t n);

/// NaN stays NaN.
void mpo_clip(float *out, const float *x, float low, float high, size_t n);

/// x of outer × n × inner is reduced over n, which is at least 1 for max and min; sums are taken in double.
void mpo_reduce(MPOReduction op, float *out, const float *x, size_t outer, size_t n, size_t inner, double scale);

/// Row by row over the n numbers of a row; max-shifted, so that no exponential overflows.
void mpo_logsumexp(float *out, const float *x, size_t rows, size_t n);
void mpo_softmax(float *out, const float *x, size_t rows, size_t n);
void mpo_log_softmax(float *out, const float *x, size_t rows, size_t n);

/// The index of each row's first largest number (of its first NaN, if it has one).
void mpo_argmax(size_t *out, const float *x, size_t rows, size_t n);

enum { MPO_MAX_RANK = 32 };

/// Copies the strided array x into contiguous memory; strides are in elements and may be 0. rank <= MPO_MAX_RANK.
void mpo_copy_strided(float *out, const float *x, size_t rank, const size_t *sizes, const ptrdiff_t *strides);

/// Standard normal numbers from Philox 4×32-10 counters c, c + 1, … of 16 a chunk of 64 numbers.
void mpo_fill_normal(float *out, size_t n, const uint32_t key[2], const uint32_t counter[4]);
