#include "dual.h"
#include "vector_math.h"

// x = n ln 2 + r with |r| <= ln 2 / 2; the Taylor series to r^13 leaves 4e-18. ln 2 in two parts, the
// first with 20 trailing zero bits so that n times it is exact.
MPO_INLINE double mpo_exp_of_negative(double x) {
  const double magic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer in the low bits
  double clamped = x < -708.0 ? -708.0 : x;
  clamped = clamped > 0.0 ? 0.0 : clamped;
  union { double d; int64_t i; } shifted = {.d = clamped * 1.4426950408889634074 + magic};
  double whole = shifted.d - magic;
  double r = clamped - whole * 0x1.62e42feep-1;
  r = r - whole * 0x1.a39ef35793c76p-33;
  double q = 1.0 / 6227020800.0;
  q = q * r + 1.0 / 479001600.0;
  q = q * r + 1.0 / 39916800.0;
  q = q * r + 1.0 / 3628800.0;
  q = q * r + 1.0 / 362880.0;
  q = q * r + 1.0 / 40320.0;
  q = q * r + 1.0 / 5040.0;
  q = q * r + 1.0 / 720.0;
  q = q * r + 1.0 / 120.0;
  q = q * r + 1.0 / 24.0;
  q = q * r + 1.0 / 6.0;
  q = q * r + 0.5;
  q = r + (r * r) * q;
  // The low 12 bits of the shifted sum hold n (two's complement); 1023 + n is the exponent of 2^n.
  union { int64_t i; double d; } power = {.i = (int64_t)(((uint64_t)shifted.i + 1023) << 52)};
  double e = power.d + power.d * q;
  return x < -708.0 ? 0.0 : e;
}

MPO_CLONES
void mpo_dual_exponentials(const double *restrict x, double scale, double *restrict e, int64_t count) {
  MPO_VECTORISE
  for (int64_t i = 0; i < count; i++) e[i] = mpo_exp_of_negative(x[i] * scale);
}
