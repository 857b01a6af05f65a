// Elementary functions that loops over float32 vectorise: no branches, no calls, no undefined conversions.
//
// Use them inside loops of functions marked MPO_CLONES, with MPO_VECTORISE before the loop; the
// compiler then makes one version for AVX-512, one for AVX2 and one for the baseline, and the first
// call takes the best one. Polynomials are least-squares fits refined towards equal ripple; errors
// below are in units in the last place against correctly rounded values.
#pragma once
#include <stdint.h>

#if defined(__x86_64__) && defined(__linux__)
#define MPO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MPO_CLONES
#endif

#define MPO_INLINE static inline __attribute__((always_inline))
#define MPO_VECTORISE _Pragma("clang loop vectorize(enable) interleave(enable)")

MPO_INLINE int32_t mpo_bits(float x) {
  union { float f; int32_t i; } u = {.f = x};
  return u.i;
}

MPO_INLINE float mpo_float(int32_t i) {
  union { int32_t i; float f; } u = {.i = i};
  return u.f;
}

// x = n ln 2 + r with |r| <= ln 2 / 2; returns exp(r) - 1. NaN in, NaN out.
MPO_INLINE float mpo_reduced_expm1(float x, int32_t *n) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  float shifted = x * 1.44269504088896341f + magic;
  float whole = shifted - magic;
  *n = (int32_t)((uint32_t)mpo_bits(shifted) - (uint32_t)mpo_bits(magic));
  float r = x - whole * 0.693145751953125f;
  r = r - whole * 1.42860682030941723e-6f;
  float q = 0.0013942164368927479f;
  q = q * r + 0.008363775908946991f;
  q = q * r + 0.041666362434625626f;
  q = q * r + 0.16666573286056519f;
  q = q * r + 0.5f;
  return r + (r * r) * q;
}

// 2^n for -126 <= n <= 127.
MPO_INLINE float mpo_power_of_two(int32_t n) { return mpo_float((int32_t)((uint32_t)(n + 127) << 23)); }

// exp(x), 1 ulp; 0 and infinity beyond the range, subnormal results included; NaN stays NaN.
MPO_INLINE float mpo_expf(float x) {
  float clamped = x < -104.0f ? -104.0f : x;
  clamped = clamped > 89.0f ? 89.0f : clamped;
  int32_t n;
  float p = mpo_reduced_expm1(clamped, &n);
  n = n < -152 ? -152 : n;  // only for NaN, whose n is arbitrary
  n = n > 130 ? 130 : n;
  int32_t half = n >> 1;
  return (p + 1.0f) * mpo_power_of_two(half) * mpo_power_of_two(n - half);
}

// exp(x) - 1, 2 ulp, without cancellation near 0.
MPO_INLINE float mpo_expm1f(float x) {
  float clamped = x < -18.0f ? -18.0f : x;
  clamped = clamped > 89.0f ? 89.0f : clamped;
  int32_t n;
  float p = mpo_reduced_expm1(clamped, &n);
  n = n < -152 ? -152 : n;
  n = n > 130 ? 130 : n;
  // 2^n in two factors, because 2^128 is no float32 though exp(88.7) is.
  int32_t high = n > 126 ? n - 126 : 0;
  float scale = mpo_power_of_two(n - high < -126 ? -126 : n - high);
  float tail = high > 0 ? 0.0f : 1.0f;
  return (scale * p + (scale - tail)) * mpo_power_of_two(high);
}

// exp(x) - 1 for x <= 0 (larger x give the value at 0); the cheap form that ELU needs.
MPO_INLINE float mpo_expm1_negative(float x) {
  float clamped = x < -18.0f ? -18.0f : x;
  clamped = clamped > 0.0f ? 0.0f : clamped;
  int32_t n;
  float p = mpo_reduced_expm1(clamped, &n);
  float scale = mpo_float((int32_t)(((uint32_t)n << 23) + 0x3F800000u));
  return scale * p + (scale - 1.0f);
}

// tanh(x), 2 ulp; odd, exactly +-1 from |x| = 9.02 on.
MPO_INLINE float mpo_tanhf(float x) {
  float a = mpo_float(mpo_bits(x) & 0x7FFFFFFF);
  float z = x * x;
  float q = -0.006621285807341337f;
  q = q * z + 0.02131609059870243f;
  q = q * z - 0.05391069874167442f;
  q = q * z + 0.13333120942115784f;
  q = q * z - 0.3333333134651184f;
  float near = a + (a * z) * q;
  // tanh a = 1 - 2 / (exp(2a) + 1)
  float twice = a + a;
  twice = twice > 40.0f ? 40.0f : twice;
  int32_t n;
  float p = mpo_reduced_expm1(twice, &n);
  float e = (p + 1.0f) * mpo_float((int32_t)(((uint32_t)n << 23) + 0x3F800000u));
  float far = 1.0f - 2.0f / (e + 1.0f);
  float magnitude = a < 0.55f ? near : far;
  return mpo_float(mpo_bits(magnitude) | (mpo_bits(x) & (int32_t)0x80000000));
}

// 1 / (1 + exp(-x)), 3 ulp for results that are no subnormals.
MPO_INLINE float mpo_sigmoidf(float x) { return 1.0f / (1.0f + mpo_expf(-x)); }

// log(x), 1 ulp; log 0 = -infinity, negative numbers and NaN give NaN, subnormals are handled.
MPO_INLINE float mpo_logf(float x) {
  int tiny = x < 1.17549435e-38f;
  float scaled = tiny ? x * 8388608.0f : x;
  // exponent so that the mantissa lies in [sqrt(1/2), sqrt(2))
  uint32_t shifted = (uint32_t)mpo_bits(scaled) - 0x3F3504F3u;
  int32_t e = (int32_t)shifted >> 23;
  float m = mpo_float((int32_t)((shifted & 0x007FFFFFu) + 0x3F3504F3u)) - 1.0f;
  float exponent = (float)e - (tiny ? 23.0f : 0.0f);
  float q = -0.078654445707798f;
  q = q * m + 0.12879198789596558f;
  q = q * m - 0.1312529593706131f;
  q = q * m + 0.1418142020702362f;
  q = q * m - 0.16624969244003296f;
  q = q * m + 0.2000228315591812f;
  q = q * m - 0.2500079572200775f;
  q = q * m + 0.33333316445350647f;
  float z = m * m;
  float tail = (m * z) * q + exponent * 1.42860682030941723e-6f;
  tail = tail - 0.5f * z;
  float result = (m + tail) + exponent * 0.693145751953125f;
  result = x > 3.40282347e+38f ? x : result;
  result = x == 0.0f ? -__builtin_inff() : result;
  return x >= 0.0f ? result : __builtin_nanf("");
}

// log(1 + x), 2 ulp: the rounding error of 1 + x is put back.
MPO_INLINE float mpo_log1pf(float x) {
  float u = 1.0f + x;
  float lost = x - (u - 1.0f);
  float correction = lost / u;
  float result = mpo_logf(u) + correction;
  result = u == 1.0f ? x : result;
  return u > 3.40282347e+38f ? u : (u == 0.0f ? -__builtin_inff() : result);
}

// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), 2 ulp.
MPO_INLINE float mpo_softplusf(float x) {
  float a = mpo_float(mpo_bits(x) | (int32_t)0x80000000);
  return (x > 0.0f ? x : (x == x ? 0.0f : x)) + mpo_log1pf(mpo_expf(a));
}
