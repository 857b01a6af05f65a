// The inner kernels of a matrix product for one instruction set; gemm.c includes this once for each.
//
// Wanted: LANES floats a vector, WIDE vectors a panel, TARGET (function attributes), NAME(x) a name of this
// instruction set's own, and ROW_CASES(X), which is X(1) X(2) ... X(the most rows a strip may have).
// A panel is up to WIDE * LANES columns of B, its rows panel_row apart; a packed B is panels one after the other,
// [k][columns], the last one of LANES columns if that is enough for what is left, filled up with 0.

typedef float NAME(vector) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

#define UNROLL _Pragma("clang loop unroll(full)")
#define EACH_ROW UNROLL for (int i = 0; i < rows; i++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// C tile [rows, columns] = start + A strip times one panel of `vectors` vectors; start's rows lie start_row apart
// (0 for one row that all begin with), NULL for zeros. A start that is C itself adds to it.
// Three rows share a pointer, so that
// the addresses of all rows stay in registers.
#define TILE(r, w)                                                                                          \
  {                                                                                                         \
    enum { rows = r, vectors = w };                                                                         \
    NAME(vector) sum[rows][vectors];                                                                        \
    NAME(vector) edge[rows][vectors];                                                                       \
    bool whole = columns == vectors * LANES;                                                                \
    if (start == NULL) {                                                                                    \
      EACH_ROW EACH_VECTOR sum[i][v] = (NAME(vector)){0};                                                   \
    } else if (whole) {                                                                                     \
      EACH_ROW EACH_VECTOR sum[i][v] = *(const NAME(vector) *)(start + i * start_row + v * LANES);          \
    } else {                                                                                                \
      EACH_ROW EACH_VECTOR edge[i][v] = (NAME(vector)){0};                                                  \
      for (int i = 0; i < rows; i++)                                                                        \
        for (int64_t j = 0; j < columns; j++) ((float *)edge[i])[j] = start[i * start_row + j];             \
      EACH_ROW EACH_VECTOR sum[i][v] = edge[i][v];                                                          \
    }                                                                                                       \
    const float *lead[(rows + 2) / 3];                                                                      \
    UNROLL for (int g = 0; g < (rows + 2) / 3; g++) lead[g] = a + 3 * g * a_row;                            \
    const float *pb = panel;                                                                                \
    _Pragma("clang loop unroll_count(2)") for (int64_t p = 0; p < k; p++) {                                 \
      NAME(vector) b[vectors];                                                                              \
      EACH_VECTOR b[v] = *(const NAME(vector) *)(pb + v * LANES);                                           \
      EACH_ROW {                                                                                            \
        float x = lead[i / 3][(i % 3) * a_row];                                                             \
        EACH_VECTOR sum[i][v] += x * b[v];                                                                  \
      }                                                                                                     \
      UNROLL for (int g = 0; g < (rows + 2) / 3; g++) lead[g] += a_column;                                  \
      pb += panel_row;                                                                                      \
    }                                                                                                       \
    if (whole) {                                                                                            \
      EACH_ROW EACH_VECTOR *(NAME(vector) *)(c + i * c_row + v * LANES) = sum[i][v];                        \
    } else {                                                                                                \
      EACH_ROW EACH_VECTOR edge[i][v] = sum[i][v];                                                          \
      for (int i = 0; i < rows; i++)                                                                        \
        for (int64_t j = 0; j < columns; j++) c[i * c_row + j] = ((const float *)edge[i])[j];               \
    }                                                                                                       \
  }                                                                                                         \
  break;

#define WIDE_CASE(r) case r: TILE(r, WIDE)
#define NARROW_CASE(r) case r: TILE(r, 1)

TARGET static void NAME(wide_tile)(const float *a, int64_t a_row, int64_t a_column, const float *panel,
                                   int64_t panel_row, const float *start, int64_t start_row, float *c,
                                   int64_t c_row, int64_t strip, int64_t columns, int64_t k) {
  switch (strip) { ROW_CASES(WIDE_CASE) }
}

TARGET static void NAME(narrow_tile)(const float *a, int64_t a_row, int64_t a_column, const float *panel,
                                     int64_t panel_row, const float *start, int64_t start_row, float *c,
                                     int64_t c_row, int64_t strip, int64_t columns, int64_t k) {
  switch (strip) { ROW_CASES(NARROW_CASE) }
}

#undef UNROLL
#undef EACH_ROW
#undef EACH_VECTOR
#undef TILE
#undef WIDE_CASE
#undef NARROW_CASE
