#pragma once
#include "network.h"
#include "pointwise.h"
#include "gemm.h"
