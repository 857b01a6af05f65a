// The C interface of BLAS; the serial build starts no threads of its own, so one call runs on the calling thread.
#include <cblas.h>
