// Kernels of network layers over row-major float32 blocks. Pointers of one call must not overlap
// unless it says "in place". Counts may be 0.
#pragma once
#include <stdint.h>

typedef enum {
  mpo_identity = 0,
  mpo_tanh = 1,
  mpo_relu = 2,
  mpo_elu = 3,  // x > 0 ? x : exp(x) - 1
} mpo_activation;

// y[r][j] = f(y[r][j] + bias[j]), in place. bias may be NULL: y = f(y).
void mpo_bias_activation(float *y, const float *bias, int64_t rows, int64_t width, mpo_activation f);

// g[r][j] *= f'(x) written through the layer's output y = f(x), in place;
// then bias_gradient[j] += sum over r of g[r][j], unless it is NULL.
void mpo_bias_activation_backward(float *g, const float *y, float *bias_gradient, int64_t rows,
                                  int64_t width, mpo_activation f);

// y = (x - mean) / sqrt(variance + epsilon) * gain + offset by row; statistics[r] = {mean, 1/sqrt(...)}.
void mpo_layer_normalisation(const float *x, const float *gain, const float *offset, float *y,
                             float *statistics, int64_t rows, int64_t width, float epsilon);

// dx from dy, and the gradients of gain and offset added to what is there.
void mpo_layer_normalisation_backward(const float *dy, const float *x, const float *statistics,
                                      const float *gain, float *dx, float *gain_gradient,
                                      float *offset_gradient, int64_t rows, int64_t width);

// One output unit: y[r] = bias + sum over j of x[r][j] * weights[j].
void mpo_single_output(const float *x, const float *weights, float bias, float *y, int64_t rows, int64_t width);

// Its backward part: dx[r][j] = dy[r] * weights[j] (unless dx is NULL),
// weight_gradient[j] += sum over r of dy[r] * x[r][j], *bias_gradient += sum over r of dy[r].
void mpo_single_output_backward(const float *dy, const float *x, const float *weights, float *dx,
                                float *weight_gradient, float *bias_gradient, int64_t rows, int64_t width);

// sum[i] = blocks[0][i] + blocks[1][i] + ..., in this order; consecutive blocks lie `stride` apart.
void mpo_sum_blocks(const float *blocks, int64_t stride, int64_t count, float *sum, int64_t length);

// Sum of squares in double precision; NaN and infinity come through.
double mpo_sum_of_squares(const float *x, int64_t count);

typedef struct {
  float rate;            // learning rate
  float beta1, beta2;    // decay of the first and second moments
  float correction1;     // 1 / (1 - beta1^t)
  float correction2;     // 1 / (1 - beta2^t)
  float epsilon;
  float gradient_scale;  // what the gradient is multiplied by first (clipping)
  float decay;           // rate times weight decay, 0 for none
} mpo_adam_settings;

// Adam from old to new parameters and moments; new and old may not overlap.
void mpo_adam(const float *parameters, const float *gradients, const float *first, const float *second,
              float *new_parameters, float *new_first, float *new_second, int64_t count,
              const mpo_adam_settings *settings);

// target[i] = old[i] + tau * (source[i] - old[i]).
void mpo_blend(const float *old, const float *source, float tau, float *target, int64_t count);
