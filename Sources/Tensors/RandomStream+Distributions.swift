import CKernels
import Glibc

/// Uniform, normal and integer draws, and orders, on top of the stream's 32-bit words.
extension RandomStream {
    /// A number in [0, 1) with 53 random bits.
    @inlinable public mutating func uniform() -> Double {
        Double(nextUInt64() >> 11) * 0x1p-53
    }

    /// A number in [low, high).
    @inlinable public mutating func uniform(_ low: Double, _ high: Double) -> Double {
        let value = low + (high - low) * uniform()
        return value < high ? value : max(low, high.nextDown)
    }

    /// A standard normal number by Box and Muller's transform, in Double.
    ///
    /// Two uniforms make two normals, √(−2 ln u) (cos 2πv, sin 2πv) with u in (0, 1]; the second is kept for the
    /// next call. Every draw thus costs the same number of words, on every machine of one kind the same bits.
    /// Source: Box, Muller 1958, *A Note on the Generation of Random Normal Deviates*.
    public mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let u = Double(nextUInt64() >> 11) * 0x1p-53 + 0x1p-53
        let radius = (-2 * log(u)).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// An index in 0..<bound, each with exactly the same probability; 0 if `bound` is below 2.
    ///
    /// Source: Lemire 2019, *Fast Random Integer Generation in an Interval* (multiply, reject the short remainder).
    @inlinable public mutating func index(below bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let range = UInt64(bound)
        var product = nextUInt64().multipliedFullWidth(by: range)
        if product.low < range {
            let rejected = (0 &- range) % range
            while product.low < rejected { product = nextUInt64().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Puts the elements into a random order, every order with the same probability (Fisher and Yates).
    @inlinable public mutating func shuffle<Elements: MutableCollection & RandomAccessCollection>(
        _ elements: inout Elements
    ) {
        var remaining = elements.count
        var place = elements.startIndex
        while remaining > 1 {
            let other = elements.index(place, offsetBy: index(below: remaining))
            elements.swapAt(place, other)
            elements.formIndex(after: &place)
            remaining -= 1
        }
    }

    /// The numbers 0..<count in a random order.
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<max(0, count))
        shuffle(&order)
        return order
    }

    /// Writes `count` standard normal numbers in float32, by Box and Muller's transform of vectorised Philox blocks.
    ///
    /// Begins at a fresh block and uses up 16 blocks for every 64 numbers begun: two calls do not give the numbers of one
    /// call for both. The largest magnitude is 6.76 = √(2 ln 2³³).
    public mutating func fillNormal(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
        guard count > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 6) { words in
            (words[0], words[1]) = key
            (words[2], words[3], words[4], words[5]) = counter
            if let base = words.baseAddress { mpo_fill_normal(pointer, count, base, base + 2) }
        }
        counter.0 &+= UInt32(truncatingIfNeeded: (count + 63) / 64 * 16)
        used = 4
        spareNormal = nil
    }

    /// Writes `count` uniform numbers in [low, high), each from 24 random bits.
    ///
    /// One 32-bit word makes one number.
    public mutating func fillUniform(
        _ pointer: UnsafeMutablePointer<Float>, count: Int, low: Float = 0, high: Float = 1
    ) {
        let width = high - low
        let last = max(low, high.nextDown)  // rounding of low + width · u may reach `high` itself
        var i = 0
        while i < count {
            pointer[i] = min(low + width * (Float(nextUInt32() >> 8) * 0x1p-24), last)
            i += 1
        }
    }
}
