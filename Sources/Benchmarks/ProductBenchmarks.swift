import CKernels
import Glibc
import Support
import Tensors

/// OpenBLAS, if it is installed: the program itself does not need it, here it says what others reach.
private typealias Sgemm = @convention(c) (
    Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
    UnsafeMutablePointer<Float>, Int32
) -> Void

private func findOpenBLAS() -> Sgemm? {
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW), let symbol = dlsym(library, "cblas_sgemm") else {
        return nil
    }
    if let limit = dlsym(library, "openblas_set_num_threads") {
        unsafeBitCast(limit, to: (@convention(c) (Int32) -> Void).self)(1)
    }
    return unsafeBitCast(symbol, to: Sgemm.self)
}

/// The ceiling: C [5120, 200] = A [5120, 200] · B [200, 200], one product of its own on every thread.
func productBenchmarks(workers: Workers) -> [Benchmark] {
    let (m, n, k) = (5_120, 200, 200)
    let threads = workers.count
    func operand(_ count: Int) -> Storage {
        let storage = Storage(count: count)
        for i in 0..<count { storage.pointer[i] = Float(i % 13 - 6) / 8 }
        return storage
    }
    let a = (0..<threads).map { _ in operand(m * k) }
    let b = (0..<threads).map { _ in operand(k * n) }
    let c = (0..<threads).map { _ in Storage(zeros: m * n) }
    let flop = 2.0 * Double(m * n * k) * Double(threads)
    func row(_ name: String, _ product: @escaping (Int) -> Void) -> Benchmark {
        Benchmark(name: name, unit: "GFLOP/s", amount: flop * 1e-9, flop: flop, isCeiling: true) {
            workers.forEach(threads) { block, _ in product(block) }
        }
    }
    var rows = [
        row("matrix product 5120×200×200") { t in
            mpo_gemm(
                a[t].pointer, Int64(k), 1, b[t].pointer, Int64(n), 1, c[t].pointer, Int64(n), Int64(m), Int64(n),
                Int64(k), false)
        }
    ]
    if let sgemm = findOpenBLAS() {
        rows.insert(
            row("OpenBLAS sgemm 5120×200×200") { t in
                sgemm(
                    101, 111, 111, Int32(m), Int32(n), Int32(k), 1, a[t].pointer, Int32(k), b[t].pointer, Int32(n), 0,
                    c[t].pointer, Int32(n))
            }, at: 0)
    }
    return rows
}
