// Functions of the C library, called by name.
#pragma once

// pow(x, y), by the library whatever y is: a compiler that sees y = 2 makes x * x of it, which in one of 1200 cases
// is a unit in the last place from what the library gives (glibc 2.36), and numpy's x ** 2 calls the library.
double mpo_pow(double x, double y);
