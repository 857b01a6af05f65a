import Support
import Tensors

/// What a forward pass keeps of every layer for the backward pass.
public final class NetworkTrace {
    let rows: Int
    let storage: Storage
    let architecture: NetworkArchitecture

    /// Throws if the activations of `rows` rows do not fit into memory.
    public init(_ architecture: NetworkArchitecture, rows: Int) throws {
        let (count, overflow) = architecture.traceWidth.multipliedReportingOverflow(by: max(0, rows))
        let (bytes, tooLarge) = count.multipliedReportingOverflow(by: 4)
        try MemoryBudget.require(
            bytes: overflow || tooLarge ? Int.max : bytes,
            for: "the network \(architecture.widths) applied to \(rows.grouped) rows")
        self.architecture = architecture
        self.rows = max(0, rows)
        storage = Storage(count: count)
    }

    func block(from row: Int) -> NetworkPlan.Trace {
        NetworkPlan.Trace(base: storage.pointer, capacity: rows, firstRow: row)
    }

    func check(_ other: NetworkArchitecture, _ rows: Int) throws {
        guard architecture == other, self.rows == rows else {
            throw Fault(
                "network.trace",
                "a trace of \(rows) rows of the network \(other.widths) was wanted, "
                    + "one of \(self.rows) rows of \(architecture.widths) was given")
        }
    }

    /// Copies the network's outputs [rows, outputs].
    public func copyOutputs(to pointer: UnsafeMutablePointer<Float>) {
        guard let last = architecture.stages.last else { return }
        withExtendedLifetime(storage) {
            pointer.update(from: block(from: 0).values(last), count: rows * architecture.outputs)
        }
    }
}
