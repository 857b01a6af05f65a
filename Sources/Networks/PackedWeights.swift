import CKernels
import Tensors

/// Weights laid out as the product's inner loop reads them, made once a call and read by all its blocks.
struct PackedWeights {
    private let storage: Storage
    /// Where stage i's weights start, nil where it has none that are packed.
    private let offsets: [Int?]
    private let transposed: Bool

    /// Room for the weights W of every linear layer of more than one output, or for those layers' Wᵀ.
    init(_ architecture: NetworkArchitecture, transposed: Bool) {
        self.transposed = transposed
        var size = 0
        offsets = architecture.stages.map { stage in
            guard stage.kind == .linear, stage.outputs > 1 else { return nil }
            defer {
                let (k, n) = transposed ? (stage.outputs, stage.inputs) : (stage.inputs, stage.outputs)
                size += Int(mpo_packed_size(Int64(k), Int64(n)))
            }
            return size
        }
        storage = Storage(count: size)
    }

    func fill(_ architecture: NetworkArchitecture, _ parameters: UnsafePointer<Float>, from first: Int) {
        for (stage, offset) in zip(architecture.stages, offsets).dropFirst(first) {
            guard let offset else { continue }
            let (inputs, outputs) = (Int64(stage.inputs), Int64(stage.outputs))
            let weights = parameters + stage.parameterOffset
            if transposed {
                mpo_pack(weights, 1, outputs, outputs, inputs, storage.pointer + offset)
            } else {
                mpo_pack(weights, outputs, 1, inputs, outputs, storage.pointer + offset)
            }
        }
    }

    func weights(of stage: Int) -> UnsafePointer<Float>? {
        offsets[stage].map { UnsafePointer(storage.pointer + $0) }
    }
}
