import Support
import Tensors

/// The buffers and the work of applying networks of one architecture, kept from call to call.
///
/// Rows are cut into blocks whose borders depend on the numbers of rows and actions alone. Each block goes through
/// all layers on one thread, so its activations stay in that core's cache; per-block parameter gradients are added
/// in block order. So results have the same bits whatever the number of threads.
/// A plan is for one call at a time.
public final class NetworkPlan {
    public let architecture: NetworkArchitecture
    public let workers: Workers

    /// Rows of a block in a forward pass, where a state's actions are not cut apart.
    static let forwardBlockRows = 64
    /// Rows of a block in a pass that goes backward too.
    static let trainingBlockRows = 64
    /// At most so many separate sums of parameter gradients are kept.
    static let largestSums = 16

    /// Per worker: input rows, two activation blocks, or a block's trace and two gradient blocks.
    private var scratch: [Storage] = []
    private var gradientSums: Storage?
    /// W of each linear layer, and Wᵀ once something goes backward.
    private lazy var packed = PackedWeights(architecture, transposed: false)
    private lazy var packedTransposed = PackedWeights(architecture, transposed: true)
    /// The parameters that `prepare` packed, as long as `packed` holds them.
    private var prepared: Storage?

    /// Throws if the buffers do not fit into memory.
    public init(_ architecture: NetworkArchitecture, workers: Workers = .shared) throws {
        self.architecture = architecture
        self.workers = workers
        let (perWorker, overflow) = scratchCount.multipliedReportingOverflow(by: 4 * workers.count)
        try MemoryBudget.require(
            bytes: overflow ? -1 : perWorker, for: "the buffers of the network \(architecture.widths)")
        scratch = (0..<workers.count).map { _ in Storage(count: scratchCount) }
    }

    private var scratchCount: Int { scratchRows * scratchWidth }
    private var scratchRows: Int { max(Self.forwardBlockRows, Self.trainingBlockRows) }
    private var scratchWidth: Int {
        architecture.inputs + architecture.traceWidth + 3 * architecture.widest
    }

    /// One worker's memory, cut into its parts.
    struct Scratch {
        let input: UnsafeMutablePointer<Float>
        /// A block's trace in training, the states' part of the first layer in a forward pass.
        let trace: UnsafeMutablePointer<Float>
        let ping: UnsafeMutablePointer<Float>
        let pong: UnsafeMutablePointer<Float>
        let extra: UnsafeMutablePointer<Float>
    }

    func scratch(of worker: Int) -> Scratch {
        let base = scratch[worker].pointer
        let rows = scratchRows
        let trace = base + rows * architecture.inputs
        let ping = trace + rows * architecture.traceWidth
        let pong = ping + rows * architecture.widest
        return Scratch(
            input: base, trace: trace, ping: ping, pong: pong, extra: pong + rows * architecture.widest)
    }

    /// `count` sums of parameter gradients, one after the other.
    func sums(_ count: Int) throws -> Storage {
        let needed = count * architecture.parameterCount
        if let gradientSums, gradientSums.count >= needed { return gradientSums }
        try MemoryBudget.require(
            bytes: needed * 4, for: "the gradients of the network \(architecture.widths)")
        let storage = Storage(count: needed)
        gradientSums = storage
        return storage
    }

    /// Fewer rows are multiplied by the weights as they lie: packing them would take longer.
    static let packingRows = 40

    /// Packs these parameters for many calls of few rows: until other weights are packed, `forward` of this very
    /// storage finds them laid out. The bits are the same with and without.
    public func prepare(_ parameters: Storage) throws {
        try check(parameters: parameters)
        if parameters === prepared { return }
        packed.fill(architecture, parameters.pointer, from: 0)
        prepared = parameters
    }

    /// The packed weights of stages `first`... for `rows` rows; nil if so few do not need them.
    func packedWeights(_ parameters: Storage, rows: Int, from first: Int = 0) -> PackedWeights? {
        if parameters === prepared { return packed }
        if rows < Self.packingRows { return nil }
        prepared = nil
        packed.fill(architecture, parameters.pointer, from: first)
        return packed
    }

    func packedTransposed(_ parameters: UnsafePointer<Float>, rows: Int, from first: Int) -> PackedWeights? {
        if rows < Self.packingRows { return nil }
        packedTransposed.fill(architecture, parameters, from: first)
        return packedTransposed
    }

    /// The row blocks of a forward pass.
    static func forwardBlock(actionsPerState: Int) -> Int {
        actionsPerState < forwardBlockRows ? forwardBlockRows / actionsPerState * actionsPerState : forwardBlockRows
    }

    /// The row blocks for which `forwardBackward` calls its closure, so that a caller can keep a sum per block.
    public static func trainingBlocks(rows: Int) -> Int {
        max(0, rows / trainingBlockRows + (rows % trainingBlockRows == 0 ? 0 : 1))
    }

    func check(parameters: Storage) throws {
        guard parameters.count == architecture.parameterCount else {
            throw Fault(
                "network.parameters",
                "the network \(architecture.widths) has \(architecture.parameterText), "
                    + "\(parameters.count.grouped) were given")
        }
    }

    func check(_ storage: Storage, holds rows: Int, _ width: Int, as what: String) throws {
        let (needed, overflow) = rows.multipliedReportingOverflow(by: width)
        guard !overflow, storage.count >= needed else {
            throw Fault(
                "network.buffer",
                "\(what) of shape [\(rows), \(width)] were wanted, room for \(storage.count.grouped) numbers was given"
            )
        }
    }
}
