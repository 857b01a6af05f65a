import Glibc

func logarithm(_ x: Double) -> Double { log(x) }
func exponentialOf(_ x: Double) -> Double { exp(x) }
