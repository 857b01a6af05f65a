#pragma once
#include "network.h"
#include "pointwise.h"
