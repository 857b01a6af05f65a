#pragma once
#include "network.h"
#include "pointwise.h"
#include "dual.h"
#include "gemm.h"
#include "scalar.h"
