import Support

/// Broadcasting, as NumPy defines it: axes are matched from the last one; sizes must be equal, or one of them 1.
extension Shape {
    public func broadcast(with other: Shape, for operation: String) throws -> Shape {
        if self == other { return self }
        let rank = max(rank, other.rank)
        var sizes = [Int](repeating: 1, count: rank)
        for back in 1..<(rank + 1) {
            let a = back <= self.rank ? dimensions[self.rank - back] : 1
            let b = back <= other.rank ? other.dimensions[other.rank - back] : 1
            guard a == b || a == 1 || b == 1 else {
                throw Fault(
                    "shape.mismatch", "\(operation): the shapes \(self) and \(other) do not fit together",
                    hint: "counted from the last axis, sizes must be equal or 1; here \(a) meets \(b)")
            }
            sizes[rank - back] = a == 1 ? b : a
        }
        return try Shape(sizes)
    }

    /// Whether a tensor of this shape repeats into `target`.
    func broadcasts(to target: Shape) -> Bool {
        guard rank <= target.rank else { return false }
        return zip(dimensions.reversed(), target.dimensions.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
    }

    /// Element distances along the axes of `target`, 0 where this shape repeats.
    func strides(repeatingInto target: Shape) -> [Int] {
        let own = strides
        let shift = target.rank - rank
        return (0..<target.rank).map { axis in
            axis < shift || dimensions[axis - shift] == 1 ? 0 : own[axis - shift]
        }
    }

    /// The axes of `target` along which this shape repeats, and so along which a gradient is summed.
    func axesRepeated(in target: Shape) -> [Int] {
        let shift = target.rank - rank
        return (0..<target.rank).filter { axis in
            axis < shift || (dimensions[axis - shift] == 1 && target.dimensions[axis] != 1)
        }
    }
}

/// How two inputs are walked so that a kernel sees rows of unit or zero stride.
///
/// Axes of size 1 are dropped and neighbours that both inputs walk evenly are merged: what is left is
/// rarely more than rows and columns.
struct BroadcastPlan {
    private(set) var sizes: [Int] = []
    private(set) var first: [Int] = []
    private(set) var second: [Int] = []

    init(_ a: Shape, _ b: Shape, into out: Shape) {
        let aStrides = a.strides(repeatingInto: out)
        let bStrides = b.strides(repeatingInto: out)
        for axis in 0..<out.rank where out.dimensions[axis] != 1 {
            let size = out.dimensions[axis]
            if let last = sizes.indices.last, first[last] == aStrides[axis] &* size,
                second[last] == bStrides[axis] &* size
            {
                sizes[last] &*= size
                first[last] = aStrides[axis]
                second[last] = bStrides[axis]
            } else {
                sizes.append(size)
                first.append(aStrides[axis])
                second.append(bStrides[axis])
            }
        }
        while sizes.count < 2 {
            sizes.insert(1, at: 0)
            first.insert(0, at: 0)
            second.insert(0, at: 0)
        }
    }

    var rows: Int { sizes[sizes.count - 2] }
    var columns: Int { sizes[sizes.count - 1] }

    /// Calls `body` with the offsets of both inputs and of the output for each matrix of rows and columns.
    func forEachMatrix(_ body: (_ first: Int, _ second: Int, _ out: Int) -> Void) {
        if sizes.contains(0) { return }
        let outer = sizes.count - 2
        var index = [Int](repeating: 0, count: outer)
        var a = 0
        var b = 0
        var out = 0
        while true {
            body(a, b, out)
            out += rows * columns
            var axis = outer - 1
            while axis >= 0 {
                a += first[axis]
                b += second[axis]
                index[axis] += 1
                if index[axis] < sizes[axis] { break }
                a -= first[axis] * sizes[axis]
                b -= second[axis] * sizes[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
