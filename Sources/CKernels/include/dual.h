// Double-precision kernels of the E-step's dual.
#pragma once
#include <stdint.h>

// e[i] = exp(x[i] * scale) for x[i] * scale <= 0, within 1 unit in the last place; below -708 it is 0.
void mpo_dual_exponentials(const double *x, double scale, double *e, int64_t count);
