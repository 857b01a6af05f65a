#include "network.h"

#include <math.h>

#include "vector_math.h"

#define R restrict

MPO_INLINE float activate(float x, mpo_activation f) {
  switch (f) {
    case mpo_tanh: return mpo_tanhf(x);
    case mpo_relu: return x < 0.0f ? 0.0f : x;  // NaN stays NaN
    case mpo_elu: {
      float e = mpo_expm1_negative(x);
      return x > 0.0f ? x : e;
    }
    default: return x;
  }
}

// f'(x) from y = f(x).
MPO_INLINE float slope(float y, mpo_activation f) {
  switch (f) {
    case mpo_tanh: return 1.0f - y * y;
    case mpo_relu: return y > 0.0f ? 1.0f : 0.0f;
    case mpo_elu: return y > 0.0f ? 1.0f : y + 1.0f;
    default: return 1.0f;
  }
}

// Makes one loop for each activation, so that no loop asks which it is.
#define FOR_ACTIVATION(f, BODY)                \
  switch (f) {                                 \
    case mpo_tanh: { BODY(mpo_tanh) } break;   \
    case mpo_relu: { BODY(mpo_relu) } break;   \
    case mpo_elu: { BODY(mpo_elu) } break;     \
    default: { BODY(mpo_identity) } break;     \
  }

MPO_CLONES
void mpo_bias_activation(float *y, const float *bias, int64_t rows, int64_t width, mpo_activation f) {
  if (bias == 0) {
    int64_t count = rows * width;
#define BODY(F) MPO_VECTORISE for (int64_t i = 0; i < count; i++) y[i] = activate(y[i], F);
    FOR_ACTIVATION(f, BODY)
#undef BODY
    return;
  }
#define BODY(F)                                                                          \
  for (int64_t r = 0; r < rows; r++) {                                                   \
    float *R row = y + r * width;                                                        \
    const float *R b = bias;                                                             \
    MPO_VECTORISE for (int64_t j = 0; j < width; j++) row[j] = activate(row[j] + b[j], F); \
  }
  FOR_ACTIVATION(f, BODY)
#undef BODY
}

MPO_CLONES
void mpo_bias_activation_backward(float *g, const float *y, float *bias_gradient, int64_t rows,
                                  int64_t width, mpo_activation f) {
  if (bias_gradient == 0) {
    int64_t count = rows * width;
    float *R gradient = g;
    const float *R out = y;
#define BODY(F) MPO_VECTORISE for (int64_t i = 0; i < count; i++) gradient[i] *= slope(out[i], F);
    FOR_ACTIVATION(f, BODY)
#undef BODY
    return;
  }
#define BODY(F)                                             \
  for (int64_t r = 0; r < rows; r++) {                      \
    float *R gradient = g + r * width;                      \
    const float *R out = y + r * width;                     \
    float *R sum = bias_gradient;                           \
    MPO_VECTORISE for (int64_t j = 0; j < width; j++) {     \
      float v = gradient[j] * slope(out[j], F);             \
      gradient[j] = v;                                      \
      sum[j] += v;                                          \
    }                                                       \
  }
  FOR_ACTIVATION(f, BODY)
#undef BODY
}

// A fixed number of partial sums, so that the order of additions is the same for every vector width.
#define LANES 16

MPO_CLONES
void mpo_layer_normalisation(const float *x, const float *gain, const float *offset, float *y,
                             float *statistics, int64_t rows, int64_t width, float epsilon) {
  const float *R g = gain;
  const float *R o = offset;
  int64_t whole = width & ~(int64_t)(LANES - 1);
  for (int64_t r = 0; r < rows; r++) {
    const float *R in = x + r * width;
    float *R out = y + r * width;
    float lanes[LANES] = {0};
    for (int64_t j = 0; j < whole; j += LANES)
      for (int k = 0; k < LANES; k++) lanes[k] += in[j + k];
    for (int64_t j = whole; j < width; j++) lanes[j - whole] += in[j];
    float sum = 0;
    for (int k = 0; k < LANES; k++) sum += lanes[k];
    float mean = sum / (float)width;
    float squares[LANES] = {0};
    for (int64_t j = 0; j < whole; j += LANES)
      for (int k = 0; k < LANES; k++) {
        float d = in[j + k] - mean;
        squares[k] += d * d;
      }
    for (int64_t j = whole; j < width; j++) squares[j - whole] += (in[j] - mean) * (in[j] - mean);
    float variance = 0;
    for (int k = 0; k < LANES; k++) variance += squares[k];
    float scale = 1.0f / sqrtf(variance / (float)width + epsilon);
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = scale;
    MPO_VECTORISE for (int64_t j = 0; j < width; j++) out[j] = (in[j] - mean) * scale * g[j] + o[j];
  }
}

MPO_CLONES
void mpo_layer_normalisation_backward(const float *dy, const float *x, const float *statistics,
                                      const float *gain, float *dx, float *gain_gradient,
                                      float *offset_gradient, int64_t rows, int64_t width) {
  const float *R g = gain;
  float *R dg = gain_gradient;
  float *R doff = offset_gradient;
  int64_t whole = width & ~(int64_t)(LANES - 1);
  for (int64_t r = 0; r < rows; r++) {
    const float *R up = dy + r * width;
    const float *R in = x + r * width;
    float *R down = dx + r * width;
    float mean = statistics[2 * r], scale = statistics[2 * r + 1];
    MPO_VECTORISE for (int64_t j = 0; j < width; j++) {
      dg[j] += up[j] * (in[j] - mean) * scale;
      doff[j] += up[j];
    }
    // dx = scale (h - mean(h) - xhat mean(h xhat)) with h = dy gain, xhat = (x - mean) scale
    float plain[LANES] = {0}, product[LANES] = {0};
    for (int64_t j = 0; j < whole; j += LANES)
      for (int k = 0; k < LANES; k++) {
        float h = up[j + k] * g[j + k];
        plain[k] += h;
        product[k] += h * ((in[j + k] - mean) * scale);
      }
    for (int64_t j = whole; j < width; j++) {
      float h = up[j] * g[j];
      plain[j - whole] += h;
      product[j - whole] += h * ((in[j] - mean) * scale);
    }
    float a = 0, b = 0;
    for (int k = 0; k < LANES; k++) {
      a += plain[k];
      b += product[k];
    }
    a /= (float)width;
    b /= (float)width;
    MPO_VECTORISE for (int64_t j = 0; j < width; j++)
      down[j] = scale * (up[j] * g[j] - a - (in[j] - mean) * scale * b);
  }
}

typedef float lanes16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes4 __attribute__((vector_size(16)));

#define SUM_LANES(x, result)                                                        \
  {                                                                                 \
    lanes8 h8 = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +             \
                __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);        \
    lanes4 h4 = __builtin_shufflevector(h8, h8, 0, 1, 2, 3) +                       \
                __builtin_shufflevector(h8, h8, 4, 5, 6, 7);                        \
    result = (h4[0] + h4[2]) + (h4[1] + h4[3]);                                     \
  }

// Each row is 16 interleaved sums, added pairwise at the end, whether its block has four rows or one.
#define DOT_ROWS(COUNT)                                                                             \
  {                                                                                                 \
    lanes16 sum[COUNT];                                                                             \
    for (int i = 0; i < COUNT; i++) sum[i] = (lanes16){0};                                          \
    for (int64_t j = 0; j < whole; j += LANES) {                                                    \
      lanes16 weight = *(const lanes16 *)(weights + j);                                             \
      for (int i = 0; i < COUNT; i++) sum[i] += *(const lanes16 *)(x + (r + i) * width + j) * weight; \
    }                                                                                               \
    if (whole < width)                                                                              \
      for (int i = 0; i < COUNT; i++) {                                                             \
        lanes16 rest = {0};                                                                         \
        for (int64_t j = whole; j < width; j++) ((float *)&rest)[j - whole] = x[(r + i) * width + j]; \
        sum[i] += rest * tail;                                                                      \
      }                                                                                             \
    for (int i = 0; i < COUNT; i++) {                                                               \
      float total;                                                                                  \
      SUM_LANES(sum[i], total)                                                                      \
      y[r + i] = total + bias;                                                                      \
    }                                                                                               \
  }

MPO_CLONES
void mpo_single_output(const float *x, const float *weights, float bias, float *y, int64_t rows, int64_t width) {
  int64_t whole = width & ~(int64_t)(LANES - 1);
  lanes16 tail = {0};
  for (int64_t j = whole; j < width; j++) ((float *)&tail)[j - whole] = weights[j];
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) DOT_ROWS(4)
  for (; r < rows; r++) DOT_ROWS(1)
}

MPO_CLONES
void mpo_single_output_backward(const float *dy, const float *x, const float *weights, float *dx,
                                float *weight_gradient, float *bias_gradient, int64_t rows, int64_t width) {
  const float *R w = weights;
  float *R dw = weight_gradient;
  float bias = 0;
  for (int64_t r = 0; r < rows; r++) {
    const float *R in = x + r * width;
    float up = dy[r];
    bias += up;
    MPO_VECTORISE for (int64_t j = 0; j < width; j++) dw[j] += up * in[j];
    if (dx) {
      float *R down = dx + r * width;
      MPO_VECTORISE for (int64_t j = 0; j < width; j++) down[j] = up * w[j];
    }
  }
  *bias_gradient += bias;
}

MPO_CLONES
void mpo_sum_blocks(const float *blocks, int64_t stride, int64_t count, float *sum, int64_t length) {
  float *R s = sum;
  for (int64_t b = 0; b < count; b++) {
    const float *R in = blocks + b * stride;
    if (b == 0) {
      MPO_VECTORISE for (int64_t i = 0; i < length; i++) s[i] = in[i];
    } else {
      MPO_VECTORISE for (int64_t i = 0; i < length; i++) s[i] += in[i];
    }
  }
}

MPO_CLONES
double mpo_sum_of_squares(const float *x, int64_t count) {
  double lanes[LANES] = {0};
  int64_t whole = count & ~(int64_t)(LANES - 1);
  for (int64_t i = 0; i < whole; i += LANES)
    for (int k = 0; k < LANES; k++) lanes[k] += (double)x[i + k] * (double)x[i + k];
  for (int64_t i = whole; i < count; i++) lanes[i - whole] += (double)x[i] * (double)x[i];
  double sum = 0;
  for (int k = 0; k < LANES; k++) sum += lanes[k];
  return sum;
}

MPO_CLONES
void mpo_adam(const float *parameters, const float *gradients, const float *first, const float *second,
              float *new_parameters, float *new_first, float *new_second, int64_t count,
              const mpo_adam_settings *settings) {
  const mpo_adam_settings s = *settings;
  const float *R p = parameters;
  const float *R g = gradients;
  const float *R m = first;
  const float *R v = second;
  float *R np = new_parameters;
  float *R nm = new_first;
  float *R nv = new_second;
  MPO_VECTORISE for (int64_t i = 0; i < count; i++) {
    float gradient = g[i] * s.gradient_scale;
    float mean = s.beta1 * m[i] + (1.0f - s.beta1) * gradient;
    float square = s.beta2 * v[i] + (1.0f - s.beta2) * (gradient * gradient);
    nm[i] = mean;
    nv[i] = square;
    np[i] = p[i] - s.decay * p[i] -
            s.rate * (mean * s.correction1) / (__builtin_elementwise_sqrt(square * s.correction2) + s.epsilon);
  }
}

MPO_CLONES
void mpo_blend(const float *old, const float *source, float tau, float *target, int64_t count) {
  const float *R a = old;
  const float *R b = source;
  float *R out = target;
  MPO_VECTORISE for (int64_t i = 0; i < count; i++) out[i] = a[i] + tau * (b[i] - a[i]);
}
