#include "gemm.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_4(X) X(1) X(2) X(3) X(4)
#define ROWS_6(X) ROWS_4(X) X(5) X(6)
#define ROWS_14(X) ROWS_6(X) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)

// The baseline: 128-bit vectors; on AArch64 with its 32 registers longer strips.
#define LANES 4
#define WIDE 2  // of every instruction set
#define NAME(x) base_##x
#define TARGET
#if defined(__aarch64__)
#define BASE_ROWS 14
#define ROW_CASES ROWS_14
#else
#define BASE_ROWS 4
#define ROW_CASES ROWS_4
#endif
#include "gemm_tile.h"
#undef LANES
#undef NAME
#undef TARGET
#undef ROW_CASES

#if defined(__x86_64__)
#define LANES 8
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define ROW_CASES ROWS_6
#include "gemm_tile.h"
#undef LANES
#undef NAME
#undef TARGET
#undef ROW_CASES

#define LANES 16
#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"), min_vector_width(512)))
#define ROW_CASES ROWS_14
#include "gemm_tile.h"
#undef LANES
#undef NAME
#undef TARGET
#undef ROW_CASES
#endif

typedef void (*tile_function)(const float *a, int64_t a_row, int64_t a_column, const float *panel,
                              int64_t panel_row, const float *start, int64_t start_row, float *c, int64_t c_row,
                              int64_t strip, int64_t columns, int64_t k);

typedef struct {
  int64_t lanes, rows;
  tile_function wide, narrow;
} kernels;

static kernels chosen(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return (kernels){16, 14, avx512_wide_tile, avx512_narrow_tile};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (kernels){8, 6, avx2_wide_tile, avx2_narrow_tile};
#endif
  return (kernels){4, BASE_ROWS, base_wide_tile, base_narrow_tile};
}

static int64_t rounded_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

int64_t mpo_packed_size(int64_t k, int64_t n) { return k * rounded_up(n, WIDE * chosen().lanes); }

// Copies `columns` of `width` columns of a panel's k rows, the rest 0; `from` is the panel's first element in B.
static void pack_panel(const float *from, int64_t b_row, int64_t b_column, int64_t k, int64_t columns, int64_t width,
                       float *packed) {
  if (b_column == 1 && columns == width) {
    // Constant sizes become a few vector moves.
    switch (width) {
      case 32:
        for (int64_t p = 0; p < k; p++) memcpy(packed + p * 32, from + p * b_row, 32 * sizeof(float));
        return;
      case 16:
        for (int64_t p = 0; p < k; p++) memcpy(packed + p * 16, from + p * b_row, 16 * sizeof(float));
        return;
      case 8:
        for (int64_t p = 0; p < k; p++) memcpy(packed + p * 8, from + p * b_row, 8 * sizeof(float));
        return;
    }
  }
  if (columns < width)
    for (int64_t p = 0; p < k; p++)
      for (int64_t x = columns; x < width; x++) packed[p * width + x] = 0;
  if (b_row == 1) {
    // A transposed matrix: whole cache lines of it at a time.
    for (int64_t start = 0; start < k; start += 16) {
      int64_t end = start + 16 < k ? start + 16 : k;
      for (int64_t x = 0; x < columns; x++)
        for (int64_t p = start; p < end; p++) packed[p * width + x] = from[p + x * b_column];
    }
    return;
  }
  for (int64_t p = 0; p < k; p++)
    for (int64_t x = 0; x < columns; x++) packed[p * width + x] = from[p * b_row + x * b_column];
}

static void pack(const kernels *use, const float *b, int64_t b_row, int64_t b_column, int64_t k, int64_t n,
                 float *packed) {
  int64_t width = 0;
  for (int64_t j = 0; j < n; j += width) {
    width = n - j > use->lanes ? WIDE * use->lanes : use->lanes;
    pack_panel(b + j * b_column, b_row, b_column, k, n - j < width ? n - j : width, width, packed);
    packed += width * k;
  }
}

void mpo_pack(const float *b, int64_t b_row, int64_t b_column, int64_t k, int64_t n, float *packed) {
  kernels use = chosen();
  pack(&use, b, b_row, b_column, k, n, packed);
}

// One strip of rows times all panels, added to `start` (see gemm_tile.h).
static void strip_times_panels(const kernels *use, const float *a, int64_t a_row, int64_t a_column,
                               const float *packed, const float *start, int64_t start_row, float *c, int64_t c_row,
                               int64_t strip, int64_t n, int64_t k) {
  int64_t width = 0;
  for (int64_t j = 0; j < n; j += width) {
    int64_t rest = n - j;
    const float *from = start == NULL ? NULL : start + j;
    if (rest <= use->lanes) {
      width = use->lanes;
      use->narrow(a, a_row, a_column, packed, width, from, start_row, c + j, c_row, strip, rest, k);
    } else {
      width = WIDE * use->lanes;
      use->wide(a, a_row, a_column, packed, width, from, start_row, c + j, c_row, strip, rest < width ? rest : width,
                k);
    }
    packed += width * k;
  }
}

// Strips of nearly equal height: strip s of `count` over m rows starts here.
static int64_t strip_start(int64_t s, int64_t count, int64_t m) { return s * m / count; }

void mpo_packed_layer(const float *x, const float *packed, const float *bias, float *y, int64_t m, int64_t n,
                      int64_t k, mpo_activation f) {
  kernels use = chosen();
  int64_t strips = (m + use.rows - 1) / use.rows;
  for (int64_t s = 0; s < strips; s++) {
    int64_t start = strip_start(s, strips, m), end = strip_start(s + 1, strips, m);
    strip_times_panels(&use, x + start * k, k, 1, packed, bias, 0, y + start * n, n, end - start, n, k);
    if (f != mpo_identity) mpo_bias_activation(y + start * n, NULL, end - start, n, f);
  }
}

// One strip times B as it lies in memory: packing does not pay for a single strip.
static void strip_times_matrix(const kernels *use, const float *a, int64_t a_row, int64_t a_column, const float *b,
                               int64_t b_row, const float *start, int64_t start_row, float *c, int64_t c_row,
                               int64_t strip, int64_t n, int64_t k, float *buffer) {
  int64_t wide = WIDE * use->lanes;
  int64_t whole = n / wide * wide;
  for (int64_t j = 0; j < whole; j += wide)
    use->wide(a, a_row, a_column, b + j, b_row, start == NULL ? NULL : start + j, start_row, c + j, c_row, strip, wide,
              k);
  if (whole < n) {
    pack(use, b + whole, b_row, 1, k, n - whole, buffer);
    strip_times_panels(use, a, a_row, a_column, buffer, start == NULL ? NULL : start + whole, start_row, c + whole,
                       c_row, strip, n - whole, k);
  }
}

// Blocks of B that a call packs for itself; a packed block fills half of a usual second cache.
// A strip of A with rows a multiple of 512 bytes apart is copied, or its rows would share few cache sets.
enum { block_k = 256, block_n = 448, longest_strip = 14, copied_row = block_k + 16 };

static pthread_key_t buffer_key;
static pthread_once_t buffer_once = PTHREAD_ONCE_INIT;
static void make_buffer_key(void) { pthread_key_create(&buffer_key, free); }

// This thread's packing buffer, freed when the thread ends.
static float *packing_buffer(void) {
  pthread_once(&buffer_once, make_buffer_key);
  float *buffer = pthread_getspecific(buffer_key);
  if (buffer == NULL) {
    buffer = aligned_alloc(64, (size_t)block_k * block_n * sizeof(float));
    if (buffer != NULL) pthread_setspecific(buffer_key, buffer);
  }
  return buffer;
}

static void gemm_plain(const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row,
                       int64_t b_column, float *c, int64_t c_row, int64_t m, int64_t n, int64_t k, bool add) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      float sum = add ? c[i * c_row + j] : 0;
      for (int64_t p = 0; p < k; p++) sum += a[i * a_row + p * a_column] * b[p * b_row + j * b_column];
      c[i * c_row + j] = sum;
    }
}

void mpo_gemm(const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row, int64_t b_column,
              float *c, int64_t c_row, int64_t m, int64_t n, int64_t k, bool add) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    if (!add)
      for (int64_t i = 0; i < m; i++) memset(c + i * c_row, 0, (size_t)n * sizeof(float));
    return;
  }
  if (n == 1 && a_column == 1 && b_row == 1) {
    for (int64_t i = 0; i < m; i++)
      mpo_single_output(a + i * a_row, b, add ? c[i * c_row] : 0, c + i * c_row, 1, k);
    return;
  }
  float *packed = packing_buffer();
  if (packed == NULL) {
    gemm_plain(a, a_row, a_column, b, b_row, b_column, c, c_row, m, n, k, add);
    return;
  }
  kernels use = chosen();
  int64_t strips = (m + use.rows - 1) / use.rows;
  if (strips == 1 && b_column == 1) {
    for (int64_t p = 0; p < k; p += block_k)
      strip_times_matrix(&use, a + p * a_column, a_row, a_column, b + p * b_row, b_row, add || p > 0 ? c : NULL, c_row,
                         c, c_row, m, n, k - p < block_k ? k - p : block_k, packed);
    return;
  }
  bool copies = a_column == 1 && a_row % 128 == 0 && n > 64;
  float copy[longest_strip * copied_row];
  for (int64_t j = 0; j < n; j += block_n) {
    int64_t columns = n - j < block_n ? n - j : block_n;
    for (int64_t p = 0; p < k; p += block_k) {
      int64_t depth = k - p < block_k ? k - p : block_k;
      pack(&use, b + p * b_row + j * b_column, b_row, b_column, depth, columns, packed);
      for (int64_t s = 0; s < strips; s++) {
        int64_t start = strip_start(s, strips, m), end = strip_start(s + 1, strips, m);
        const float *from = a + start * a_row + p * a_column;
        if (copies)
          for (int64_t i = 0; i < end - start; i++)
            memcpy(copy + i * copied_row, from + i * a_row, (size_t)depth * sizeof(float));
        float *to = c + start * c_row + j;
        strip_times_panels(&use, copies ? copy : from, copies ? copied_row : a_row, a_column, packed,
                           add || p > 0 ? to : NULL, c_row, to, c_row, end - start, columns, depth);
      }
    }
  }
}

void mpo_action_layer(const float *base, const float *actions, const float *weights, float *y, int64_t rows,
                      int64_t dimensions, int64_t width, mpo_activation f) {
  if (dimensions > block_k) {
    for (int64_t r = 0; r < rows; r++) memcpy(y + r * width, base, (size_t)width * sizeof(float));
    mpo_gemm(actions, dimensions, 1, weights, width, 1, y, width, rows, width, dimensions, true);
    mpo_bias_activation(y, NULL, rows, width, f);
    return;
  }
  kernels use = chosen();
  float edge[block_k * WIDE * 16];  // the last columns, fewer than a wide panel of any instruction set
  int64_t strips = (rows + use.rows - 1) / use.rows;
  for (int64_t s = 0; s < strips; s++) {
    int64_t start = strip_start(s, strips, rows), end = strip_start(s + 1, strips, rows);
    float *to = y + start * width;
    strip_times_matrix(&use, actions + start * dimensions, dimensions, 1, weights, width, base, 0, to, width,
                       end - start, width, dimensions, edge);
    if (f != mpo_identity) mpo_bias_activation(to, NULL, end - start, width, f);
  }
}
