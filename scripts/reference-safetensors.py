#!/usr/bin/env python3
"""Writes Tests/CheckpointsTests/Data/python.safetensors with Python's own safetensors package, to be read in a test.

Needs: pip install safetensors==0.8.0 numpy. Run in the package's folder.
"""
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "matrix": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "doubles": np.array([np.pi, -0.0, 5e-324]),
        "counts": np.array([[-(2**63)], [2**63 - 1]], dtype=np.int64),
        "flags": np.array([0, 255, 7], dtype=np.uint8),
        "half": np.array([1.5], dtype=np.float16),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "scalar": np.array(2.5, dtype=np.float32),
    },
    "Tests/CheckpointsTests/Data/python.safetensors",
    metadata={"made by": "python", "π": "η\n"},
)
