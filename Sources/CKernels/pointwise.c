#include "pointwise.h"

#include <math.h>
#include <string.h>

#include "vector_math.h"

// MARK: One input

MPO_INLINE float mpo_signf(float x) { return x > 0 ? 1.0f : (x < 0 ? -1.0f : x); }
MPO_INLINE float mpo_eluf(float x) { return x > 0 ? x : (x == x ? mpo_expm1_negative(x) : x); }

#define UNARY_OPS(OP)                                                             \
  OP(MPO_NEGATE, negate, -x, -g)                                                  \
  OP(MPO_EXP, exp, mpo_expf(x), g * y)                                            \
  OP(MPO_EXPM1, expm1, mpo_expm1f(x), g * (y + 1.0f))                             \
  OP(MPO_LOG, log, mpo_logf(x), g / x)                                            \
  OP(MPO_LOG1P, log1p, mpo_log1pf(x), g / (1.0f + x))                             \
  OP(MPO_SQRT, sqrt, __builtin_elementwise_sqrt(x), 0.5f * g / y)                 \
  OP(MPO_SQUARE, square, x * x, 2.0f * g * x)                                     \
  OP(MPO_RECIPROCAL, reciprocal, 1.0f / x, -g * y * y)                            \
  OP(MPO_ABS, abs, __builtin_fabsf(x), g * mpo_signf(x))                          \
  OP(MPO_SIGN, sign, mpo_signf(x), 0.0f)                                          \
  OP(MPO_TANH, tanh, mpo_tanhf(x), g * (1.0f - y * y))                            \
  OP(MPO_SIGMOID, sigmoid, mpo_sigmoidf(x), g * y * (1.0f - y))                   \
  OP(MPO_SOFTPLUS, softplus, mpo_softplusf(x), g * mpo_sigmoidf(x))               \
  OP(MPO_RELU, relu, x > 0 ? x : (x == x ? 0.0f : x), x > 0 ? g : 0.0f)           \
  OP(MPO_ELU, elu, mpo_eluf(x), x > 0 ? g : g * (y + 1.0f))                       \
  OP(MPO_SIN, sin, sinf(x), g * cosf(x))                                          \
  OP(MPO_COS, cos, cosf(x), -g * sinf(x))                                         \
  OP(MPO_TAN, tan, tanf(x), g * (1.0f + y * y))                                   \
  OP(MPO_ATAN, atan, atanf(x), g / (1.0f + x * x))                                \
  OP(MPO_FLOOR, floor, __builtin_elementwise_floor(x), 0.0f)                      \
  OP(MPO_CEIL, ceil, __builtin_elementwise_ceil(x), 0.0f)                         \
  OP(MPO_ROUND, round, __builtin_elementwise_round(x), 0.0f)

#define DEFINE_UNARY(CASE, NAME, VALUE, GRADIENT)                                                        \
  MPO_CLONES void mpo_unary_##NAME(float *restrict out, const float *restrict xs, size_t n) {            \
    for (size_t i = 0; i < n; i++) {                                                                     \
      float x = xs[i];                                                                                   \
      out[i] = VALUE;                                                                                    \
    }                                                                                                    \
  }                                                                                                      \
  MPO_CLONES void mpo_gradient_##NAME(                                                                   \
      float *restrict out, const float *restrict gs, const float *restrict xs, const float *restrict ys, \
      size_t n) {                                                                                        \
    for (size_t i = 0; i < n; i++) {                                                                     \
      float g = gs[i], x = xs[i], y = ys[i];                                                             \
      (void)g, (void)x, (void)y;                                                                         \
      out[i] = GRADIENT;                                                                                 \
    }                                                                                                    \
  }
UNARY_OPS(DEFINE_UNARY)

void mpo_unary(MPOUnary op, float *out, const float *x, size_t n) {
  switch (op) {
#define CALL_UNARY(CASE, NAME, VALUE, GRADIENT) \
  case CASE: mpo_unary_##NAME(out, x, n); return;
    UNARY_OPS(CALL_UNARY)
  }
}

void mpo_unary_gradient(MPOUnary op, float *dx, const float *dy, const float *x, const float *y, size_t n) {
  switch (op) {
#define CALL_GRADIENT(CASE, NAME, VALUE, GRADIENT) \
  case CASE: mpo_gradient_##NAME(dx, dy, x, y, n); return;
    UNARY_OPS(CALL_GRADIENT)
  }
}

// MARK: Two inputs

// The result has the divisor's sign, as in floored division.
MPO_INLINE float mpo_modulo(float x, float y) {
  float r = fmodf(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

#define BINARY_OPS(OP)                                                       \
  OP(MPO_ADD, add, x + y)                                                    \
  OP(MPO_SUBTRACT, subtract, x - y)                                          \
  OP(MPO_MULTIPLY, multiply, x *y)                                           \
  OP(MPO_DIVIDE, divide, x / y)                                              \
  OP(MPO_MODULO, modulo, mpo_modulo(x, y))                                   \
  OP(MPO_POWER, power, powf(x, y))                                           \
  OP(MPO_MAXIMUM, maximum, x > y || x != x ? x : y)                          \
  OP(MPO_MINIMUM, minimum, x < y || x != x ? x : y)                          \
  OP(MPO_LESS, less, x < y ? 1.0f : 0.0f)                                    \
  OP(MPO_LESS_EQUAL, less_equal, x <= y ? 1.0f : 0.0f)                       \
  OP(MPO_EQUAL, equal, x == y ? 1.0f : 0.0f)                                 \
  OP(MPO_NOT_EQUAL, not_equal, x != y ? 1.0f : 0.0f)

#define DEFINE_BINARY(CASE, NAME, VALUE)                                                             \
  MPO_CLONES void mpo_binary_##NAME(                                                                 \
      float *restrict out, size_t rows, size_t columns, const float *restrict as, ptrdiff_t a_row,   \
      ptrdiff_t a_column, const float *restrict bs, ptrdiff_t b_row, ptrdiff_t b_column) {           \
    for (size_t i = 0; i < rows; i++, out += columns, as += a_row, bs += b_row) {                    \
      if (a_column && b_column) {                                                                    \
        for (size_t j = 0; j < columns; j++) {                                                       \
          float x = as[j], y = bs[j];                                                                \
          out[j] = VALUE;                                                                            \
        }                                                                                            \
      } else if (a_column) {                                                                         \
        float y = *bs;                                                                               \
        for (size_t j = 0; j < columns; j++) {                                                       \
          float x = as[j];                                                                           \
          out[j] = VALUE;                                                                            \
        }                                                                                            \
      } else {                                                                                       \
        float x = *as;                                                                               \
        for (size_t j = 0; j < columns; j++) {                                                       \
          float y = b_column ? bs[j] : *bs;                                                          \
          out[j] = VALUE;                                                                            \
        }                                                                                            \
      }                                                                                              \
    }                                                                                                \
  }
BINARY_OPS(DEFINE_BINARY)

void mpo_binary(
    MPOBinary op, float *out, size_t rows, size_t columns, const float *a, ptrdiff_t a_row, ptrdiff_t a_column,
    const float *b, ptrdiff_t b_row, ptrdiff_t b_column) {
  if (rows == 0 || columns == 0) return;
  switch (op) {
#define CALL_BINARY(CASE, NAME, VALUE) \
  case CASE: mpo_binary_##NAME(out, rows, columns, a, a_row, a_column, b, b_row, b_column); return;
    BINARY_OPS(CALL_BINARY)
  }
}

MPO_CLONES void mpo_accumulate(float *into, const float *x, size_t n) {
  MPO_VECTORISE
  for (size_t i = 0; i < n; i++) into[i] += x[i];
}

MPO_CLONES void mpo_select(float *out, const float *condition, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = condition[i] != 0 ? a[i] : b[i];
}

MPO_CLONES void mpo_clip(float *out, const float *x, float low, float high, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    v = v < low ? low : v;
    out[i] = v > high ? high : v;
  }
}

// MARK: Reductions

enum { LANES = 16, TILE = 128 };

// One contiguous run. Lanes keep the sum's order fixed, whatever the vector width.
MPO_INLINE double mpo_sum_run(const float *x, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t l = 0; l < LANES; l++) lanes[l] += (double)x[i + l];
  double sum = 0;
  for (; i < n; i++) sum += (double)x[i];
  for (size_t width = LANES / 2; width > 0; width /= 2)
    for (size_t l = 0; l < width; l++) lanes[l] += lanes[l + width];
  return sum + lanes[0];
}

// A NaN once seen stays, because no comparison with it holds.
#define MPO_BETTER_MAX(x, best) ((x) > (best) || (x) != (x) ? (x) : (best))
#define MPO_BETTER_MIN(x, best) ((x) < (best) || (x) != (x) ? (x) : (best))

#define DEFINE_EXTREME_RUN(NAME, BETTER)                                       \
  MPO_INLINE float NAME(const float *x, size_t n) {                            \
    float best = x[0];                                                         \
    size_t i = 0;                                                              \
    if (n >= LANES) {                                                          \
      float lanes[LANES];                                                      \
      for (size_t l = 0; l < LANES; l++) lanes[l] = x[l];                      \
      for (i = LANES; i + LANES <= n; i += LANES)                              \
        for (size_t l = 0; l < LANES; l++) lanes[l] = BETTER(x[i + l], lanes[l]); \
      for (size_t l = 0; l < LANES; l++) best = BETTER(lanes[l], best);        \
    }                                                                          \
    for (; i < n; i++) best = BETTER(x[i], best);                              \
    return best;                                                               \
  }
DEFINE_EXTREME_RUN(mpo_max_run, MPO_BETTER_MAX)
DEFINE_EXTREME_RUN(mpo_min_run, MPO_BETTER_MIN)

MPO_CLONES void mpo_reduce_sum(
    float *restrict out, const float *restrict x, size_t outer, size_t n, size_t inner, double scale) {
  for (size_t o = 0; o < outer; o++, x += n * inner, out += inner) {
    if (inner == 1) {
      out[0] = (float)(mpo_sum_run(x, n) * scale);
      continue;
    }
    for (size_t start = 0; start < inner; start += TILE) {
      size_t width = inner - start < TILE ? inner - start : TILE;
      double sums[TILE] = {0};
      for (size_t i = 0; i < n; i++) {
        const float *row = x + i * inner + start;
        for (size_t j = 0; j < width; j++) sums[j] += (double)row[j];
      }
      for (size_t j = 0; j < width; j++) out[start + j] = (float)(sums[j] * scale);
    }
  }
}

#define DEFINE_EXTREME(NAME, RUN, BETTER)                                                         \
  MPO_CLONES void NAME(float *restrict out, const float *restrict x, size_t outer, size_t n, size_t inner) { \
    for (size_t o = 0; o < outer; o++, x += n * inner, out += inner) {                            \
      if (inner == 1) {                                                                           \
        out[0] = RUN(x, n);                                                                       \
        continue;                                                                                 \
      }                                                                                           \
      memcpy(out, x, inner * sizeof(float));                                                      \
      for (size_t i = 1; i < n; i++) {                                                            \
        const float *row = x + i * inner;                                                         \
        for (size_t j = 0; j < inner; j++) out[j] = BETTER(row[j], out[j]);                       \
      }                                                                                           \
    }                                                                                             \
  }
DEFINE_EXTREME(mpo_reduce_max, mpo_max_run, MPO_BETTER_MAX)
DEFINE_EXTREME(mpo_reduce_min, mpo_min_run, MPO_BETTER_MIN)

void mpo_reduce(MPOReduction op, float *out, const float *x, size_t outer, size_t n, size_t inner, double scale) {
  switch (op) {
  case MPO_SUM: mpo_reduce_sum(out, x, outer, n, inner, scale); return;
  case MPO_MAX: mpo_reduce_max(out, x, outer, n, inner); return;
  case MPO_MIN: mpo_reduce_min(out, x, outer, n, inner); return;
  }
}

// MARK: Log-sum-exp and its relatives

// A row of only −∞ or with +∞ shifts by 0, so that no ∞ − ∞ turns it into NaN.
MPO_INLINE float mpo_shift(const float *x, size_t n) {
  float largest = mpo_max_run(x, n);
  return __builtin_fabsf(largest) <= 3.40282347e+38f || largest != largest ? largest : 0.0f;
}

// Writes exp(x − shift) and returns the sum.
MPO_INLINE double mpo_exp_run(float *restrict out, const float *restrict x, float shift, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = mpo_expf(x[i] - shift);
  return mpo_sum_run(out, n);
}

// log Σ exp(x), in pieces so that no row-sized scratch memory is wanted.
MPO_INLINE float mpo_logsumexp_run(const float *x, size_t n) {
  float shift = mpo_shift(x, n);
  float piece[256];
  double sum = 0;
  for (size_t start = 0; start < n; start += 256)
    sum += mpo_exp_run(piece, x + start, shift, n - start < 256 ? n - start : 256);
  return (float)((double)shift + log(sum));
}

MPO_CLONES void mpo_logsumexp(float *restrict out, const float *restrict x, size_t rows, size_t n) {
  for (size_t r = 0; r < rows; r++) out[r] = n ? mpo_logsumexp_run(x + r * n, n) : -__builtin_inff();
}

MPO_CLONES void mpo_softmax(float *restrict out, const float *restrict x, size_t rows, size_t n) {
  if (n == 0) return;
  for (size_t r = 0; r < rows; r++, x += n, out += n) {
    float scale = (float)(1.0 / mpo_exp_run(out, x, mpo_shift(x, n), n));
    for (size_t i = 0; i < n; i++) out[i] *= scale;
  }
}

MPO_CLONES void mpo_log_softmax(float *restrict out, const float *restrict x, size_t rows, size_t n) {
  if (n == 0) return;
  for (size_t r = 0; r < rows; r++, x += n, out += n) {
    float shift = mpo_shift(x, n);
    float rest = (float)log(mpo_exp_run(out, x, shift, n));
    for (size_t i = 0; i < n; i++) out[i] = (x[i] - shift) - rest;
  }
}

void mpo_argmax(size_t *out, const float *x, size_t rows, size_t n) {
  for (size_t r = 0; r < rows; r++, x += n) {
    size_t best = 0;
    for (size_t i = 1; i < n && x[best] == x[best]; i++)
      if (x[i] > x[best] || x[i] != x[i]) best = i;
    out[r] = best;
  }
}

// MARK: Copies

// Square tiles keep both the rows read and the rows written in the cache.
static void mpo_transpose(float *restrict out, const float *restrict x, size_t rows, size_t columns, ptrdiff_t stride) {
  enum { SIDE = 16 };
  for (size_t i0 = 0; i0 < rows; i0 += SIDE) {
    size_t i1 = i0 + SIDE < rows ? i0 + SIDE : rows;
    for (size_t j0 = 0; j0 < columns; j0 += SIDE) {
      size_t j1 = j0 + SIDE < columns ? j0 + SIDE : columns;
      for (size_t i = i0; i < i1; i++)
        for (size_t j = j0; j < j1; j++) out[i * columns + j] = x[(ptrdiff_t)i + (ptrdiff_t)j * stride];
    }
  }
}

void mpo_copy_strided(float *out, const float *x, size_t rank, const size_t *sizes, const ptrdiff_t *strides) {
  if (rank > MPO_MAX_RANK) return;
  for (size_t d = 0; d < rank; d++)
    if (sizes[d] == 0) return;
  if (rank == 0) {
    out[0] = x[0];
    return;
  }
  size_t n = sizes[rank - 1];
  ptrdiff_t step = strides[rank - 1];
  int transposes = rank >= 2 && strides[rank - 2] == 1 && step > 1;
  size_t outer = transposes ? rank - 2 : rank - 1;
  size_t chunk = transposes ? n * sizes[rank - 2] : n;
  size_t index[MPO_MAX_RANK] = {0};
  for (;;) {
    if (transposes) mpo_transpose(out, x, sizes[rank - 2], n, step);
    else if (step == 1) memcpy(out, x, n * sizeof(float));
    else if (step == 0) for (size_t i = 0; i < n; i++) out[i] = *x;
    else for (size_t i = 0; i < n; i++) out[i] = x[(ptrdiff_t)i * step];
    out += chunk;
    size_t d = outer;
    for (; d > 0; d--) {
      x += strides[d - 1];
      if (++index[d - 1] < sizes[d - 1]) break;
      x -= (ptrdiff_t)sizes[d - 1] * strides[d - 1];
      index[d - 1] = 0;
    }
    if (d == 0) return;
  }
}

// MARK: Normal random numbers

enum { NORMAL_BLOCKS = 16, NORMAL_CHUNK = 4 * NORMAL_BLOCKS };

// cos and sin of 2π w / 2³² times √(−2 ln u), u = (v + ½) / 2³²: Box and Muller's transform of two words.
MPO_INLINE void mpo_box_muller(uint32_t v, uint32_t w, float *first, float *second) {
  float u = (float)v * 2.3283064365386963e-10f + 1.1641532182693481e-10f;
  float radius = __builtin_elementwise_sqrt(-2.0f * mpo_logf(u));
  uint32_t quadrant = (w + 0x20000000u) >> 30;
  float x = (float)(int32_t)(w - (quadrant << 30)) * 1.4629180792671596e-9f;  // |x| <= π/4
  float z = x * x;
  float s = 2.7557319e-6f;  // Taylor; the next terms are below 2e-9 and 3e-8
  s = s * z - 1.9841270e-4f;
  s = s * z + 8.3333333e-3f;
  s = s * z - 1.6666667e-1f;
  s = x + (x * z) * s;
  float c = 2.4801587e-5f;
  c = c * z - 1.3888889e-3f;
  c = c * z + 4.1666667e-2f;
  c = c * z - 0.5f;
  c = c * z + 1.0f;
  float sine = quadrant & 1 ? c : s;
  float cosine = quadrant & 1 ? s : c;
  *second = radius * (quadrant & 2 ? -sine : sine);
  *first = radius * ((quadrant + 1) & 2 ? -cosine : cosine);
}

MPO_INLINE void mpo_normal_chunk(float *restrict out, const uint32_t key[2], const uint32_t counter[4]) {
  uint32_t base = counter[0], row = counter[1], low = counter[2], high = counter[3];
  MPO_VECTORISE
  for (uint32_t l = 0; l < NORMAL_BLOCKS; l++) {
    uint32_t c0 = base + l, c1 = row, c2 = low, c3 = high, k0 = key[0], k1 = key[1];
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
      uint64_t a = (uint64_t)c0 * 0xD2511F53u, b = (uint64_t)c2 * 0xCD9E8D57u;
      c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
      c1 = (uint32_t)b;
      c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
      c3 = (uint32_t)a;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    mpo_box_muller(c0, c1, &out[l], &out[l + NORMAL_BLOCKS]);
    mpo_box_muller(c2, c3, &out[l + 2 * NORMAL_BLOCKS], &out[l + 3 * NORMAL_BLOCKS]);
  }
}

MPO_CLONES void mpo_fill_normal(float *out, size_t n, const uint32_t key[2], const uint32_t counter[4]) {
  uint32_t at[4] = {counter[0], counter[1], counter[2], counter[3]};
  size_t i = 0;
  for (; i + NORMAL_CHUNK <= n; i += NORMAL_CHUNK, at[0] += NORMAL_BLOCKS) mpo_normal_chunk(out + i, key, at);
  if (i < n) {
    float chunk[NORMAL_CHUNK];
    mpo_normal_chunk(chunk, key, at);
    memcpy(out + i, chunk, (n - i) * sizeof(float));
  }
}
