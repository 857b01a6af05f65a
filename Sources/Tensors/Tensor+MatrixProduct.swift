import CKernels
import Support

/// Matrix products.
extension Tensor {
    /// The matrix product.
    ///
    /// | a | b | result |
    /// |---|---|---|
    /// | [K] | [K] | [] |
    /// | [M, K] | [K] | [M] |
    /// | [K] | [K, N] | [N] |
    /// | […, M, K] | […, K, N] | […, M, N]; the leading axes broadcast |
    public static func matmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        guard a.rank >= 1, b.rank >= 1 else {
            throw Fault(
                "shape.mismatch", "matmul wants vectors or matrices, the shapes \(a.shape) and \(b.shape) were given",
                hint: "to multiply by a number, use *")
        }
        let left = a.rank == 1 ? try a.expanded(at: 0) : a
        let right = b.rank == 1 ? try b.expanded(at: 1) : b
        guard left.shape[left.rank - 1] == right.shape[right.rank - 2] else {
            throw Fault(
                "shape.mismatch", "matmul: the shapes \(a.shape) and \(b.shape) do not fit together",
                hint: "the last size of the first, \(left.shape[left.rank - 1]), must equal"
                    + " the \(b.rank == 1 ? "" : "last but one ")size of the second, \(right.shape[right.rank - 2])")
        }
        let product = try batchedProduct(left, right)
        if a.rank > 1, b.rank > 1 { return product }
        var sizes = product.shape.dimensions
        if b.rank == 1 { sizes.removeLast() }
        if a.rank == 1 { sizes.remove(at: sizes.count - (b.rank == 1 ? 1 : 2)) }
        return try product.reshaped(Shape(sizes))
    }

    /// Both of rank 2 or more and with fitting inner sizes.
    private static func batchedProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        let out = try Multiplication.product(a.detached, b.detached)
        if a.node == nil, b.node == nil { return out }
        let x = a.detached
        let y = b.detached
        let (wantsFirst, wantsSecond) = (a.node != nil, b.node != nil)
        return differentiable(out, from: [a, b]) { gradient in
            [
                wantsFirst
                    ? try Multiplication.product(gradient, y, transposingSecond: true).summed(to: x.shape) : nil,
                wantsSecond
                    ? try Multiplication.product(x, gradient, transposingFirst: true).summed(to: y.shape) : nil,
            ]
        }
    }
}

/// One sgemm for each matrix of a batch.
private enum Multiplication {
    static func product(
        _ a: Tensor, _ b: Tensor, transposingFirst: Bool = false, transposingSecond: Bool = false
    ) throws -> Tensor {
        let (aRows, aColumns) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
        let (bRows, bColumns) = (b.shape[b.rank - 2], b.shape[b.rank - 1])
        let m = transposingFirst ? aColumns : aRows
        let k = transposingFirst ? aRows : aColumns
        let n = transposingSecond ? bRows : bColumns
        let aBatch = try Shape(Array(a.shape.dimensions.dropLast(2)))
        let bBatch = try Shape(Array(b.shape.dimensions.dropLast(2)))
        let batch = try aBatch.broadcast(with: bBatch, for: "matmul")
        let shape = try Shape(batch.dimensions + [m, n])
        let out = try Tensor(shape: shape) { _ in }
        let c = out.storage.pointer
        if shape.count == 0 { return out }
        if k == 0 {
            c.update(repeating: 0, count: shape.count)
            return out
        }
        guard max(m, n, k, aColumns, bColumns) <= Int(Int32.max) else {
            throw Fault("matmul.size", "matmul: a size beyond \(Int32.max) in \(a.shape) and \(b.shape)")
        }
        if bBatch.count == 1, !transposingFirst, batch.count > 1, aBatch == batch {
            // One matrix on the right for all: the batch is just more rows.
            rows(batch.count * m, n, k, a.storage.pointer, b.storage.pointer, aColumns, bColumns, false,
                transposingSecond, c)
            return out
        }
        let plan = BroadcastPlan(aBatch, bBatch, into: batch)
        let last = plan.sizes.count - 1
        plan.forEachMatrix { i, j, o in
            for row in 0..<plan.rows {
                for column in 0..<plan.columns {
                    let first = i + row * plan.first[last - 1] + column * plan.first[last]
                    let second = j + row * plan.second[last - 1] + column * plan.second[last]
                    let place = o + row * plan.columns + column
                    let x: UnsafePointer<Float> = UnsafePointer(a.storage.pointer) + first * aRows * aColumns
                    let y: UnsafePointer<Float> = UnsafePointer(b.storage.pointer) + second * bRows * bColumns
                    rows(
                        m, n, k, x, y, aColumns, bColumns, transposingFirst, transposingSecond, c + place * m * n)
                }
            }
        }
        return out
    }

    /// Rows a block; fixed, so that the bits do not depend on the number of threads.
    private static let blockRows = 512

    /// c = a b over blocks of rows, on all workers if there is enough to do.
    private static func rows(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ aColumns: Int,
        _ bColumns: Int, _ transposingFirst: Bool, _ transposingSecond: Bool, _ c: UnsafeMutablePointer<Float>
    ) {
        nonisolated(unsafe) let (a, b, c) = (a, b, c)  // each block reads all and writes rows of its own
        let blocks = (m + blockRows - 1) / blockRows
        func multiply(_ block: Int) {
            let start = block * blockRows
            let size = min(blockRows, m - start)
            let (aWide, bWide) = (Int64(aColumns), Int64(bColumns))
            mpo_gemm(
                a + (transposingFirst ? start : start * aColumns), transposingFirst ? 1 : aWide,
                transposingFirst ? aWide : 1, b, transposingSecond ? 1 : bWide, transposingSecond ? bWide : 1,
                c + start * n, Int64(n), Int64(size), Int64(n), Int64(k), false)
        }
        let work = Double(m) * Double(n) * Double(k)
        if blocks > 1, work > 2e6 {
            Workers.shared.forEach(blocks) { block, _ in multiply(block) }
        } else {
            for block in 0..<blocks { multiply(block) }
        }
    }
}
