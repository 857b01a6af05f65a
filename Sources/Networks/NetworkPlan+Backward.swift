import CKernels
import Support
import Tensors

extension NetworkPlan {
    /// Turns a block's outputs into the loss's gradient with respect to them; pointers are to the block's first row.
    public typealias OutputGradient = (
        _ rows: Range<Int>, _ outputs: UnsafePointer<Float>, _ outputGradients: UnsafeMutablePointer<Float>,
        _ block: Int, _ worker: Int
    ) -> Void

    /// Applies the network to `rows` rows, asks for the loss's gradient and carries it back, block by block.
    ///
    /// Writes the sum of the gradients of all rows to `parameterGradients` [parameterCount] and, if wanted, to
    /// `inputGradients` [rows, inputs]. The closure is called once per block of `trainingBlocks(rows:)`, on any
    /// thread, and must write every output gradient of its rows.
    public func forwardBackward(
        parameters: Storage, input: NetworkInput, rows: Int, parameterGradients: Storage,
        inputGradients: Storage? = nil, outputGradient: OutputGradient
    ) throws {
        let layout = try InputLayout(input, rows: rows, inputs: architecture.inputs)
        let capacity = Self.trainingBlockRows
        try check(parameters: parameters)
        let packed = packedWeights(parameters, rows: rows)
        try backwardBlocks(parameters, rows, parameterGradients, inputGradients, input) {
            weights, transposed, range, block, worker, sum, adding, inputGradient in
            let scratch = scratch(of: worker)
            let trace = Trace(base: scratch.trace, capacity: capacity, firstRow: 0)
            let matrix = layout.matrix(range, inputs: architecture.inputs, scratch: scratch.input)
            record(weights, packed, matrix, rows: range.count, trace)
            let last = architecture.stages[architecture.stages.count - 1]
            outputGradient(range, UnsafePointer(trace.values(last)), scratch.ping, block, worker)
            carryBack(
                weights, transposed, matrix, rows: range.count, trace, gradients: scratch.ping, other: scratch.pong,
                spare: scratch.extra, sum: sum, adding: adding, inputGradient: inputGradient)
        }
    }

    /// Applies the network and keeps what a later `backward` needs.
    public func forward(
        parameters: Storage, input: NetworkInput, rows: Int, trace: NetworkTrace
    ) throws {
        try check(parameters: parameters)
        try trace.check(architecture, rows)
        let layout = try InputLayout(input, rows: rows, inputs: architecture.inputs)
        let weights = UnsafePointer(parameters.pointer)
        let blockRows = Self.trainingBlockRows
        input.withLifetime {
            withExtendedLifetime((parameters, trace)) {
                let packed = packedWeights(parameters, rows: rows)
                workers.forEach(Self.trainingBlocks(rows: rows)) { block, worker in
                    let range = block * blockRows..<min(rows, (block + 1) * blockRows)
                    let matrix = layout.matrix(
                        range, inputs: architecture.inputs, scratch: scratch(of: worker).input)
                    record(weights, packed, matrix, rows: range.count, trace.block(from: range.lowerBound))
                }
            }
        }
    }

    /// Carries `outputGradients` [rows, outputs] back through what `forward(…, trace:)` kept.
    public func backward(
        parameters: Storage, input: NetworkInput, rows: Int, trace: NetworkTrace, outputGradients: Storage,
        parameterGradients: Storage, inputGradients: Storage? = nil
    ) throws {
        try trace.check(architecture, rows)
        let outputs = architecture.outputs
        try check(outputGradients, holds: rows, outputs, as: "output gradients")
        let layout = try InputLayout(input, rows: rows, inputs: architecture.inputs)
        try withExtendedLifetime((trace, outputGradients)) {
            let given = outputGradients.pointer
            try backwardBlocks(parameters, rows, parameterGradients, inputGradients, input) {
                weights, transposed, range, _, worker, sum, adding, inputGradient in
                let scratch = scratch(of: worker)
                let matrix = layout.matrix(range, inputs: architecture.inputs, scratch: scratch.input)
                scratch.ping.update(from: given + range.lowerBound * outputs, count: range.count * outputs)
                carryBack(
                    weights, transposed, matrix, rows: range.count, trace.block(from: range.lowerBound),
                    gradients: scratch.ping, other: scratch.pong, spare: scratch.extra, sum: sum,
                    adding: adding, inputGradient: inputGradient)
            }
        }
    }

    /// A block's parameters, their packed transposes, rows, number, worker, its sum of parameter gradients, whether
    /// that holds gradients already, and its rows of input gradients.
    private typealias BlockWork = (
        UnsafePointer<Float>, PackedWeights?, Range<Int>, Int, Int, UnsafeMutablePointer<Float>, Bool,
        UnsafeMutablePointer<Float>?
    ) -> Void

    /// Runs `work` on every block and adds the blocks' gradients up in block order.
    ///
    /// Consecutive blocks share a sum where there are more than `largestSums`; which ones depends on `rows` alone.
    private func backwardBlocks(
        _ parameters: Storage, _ rows: Int, _ parameterGradients: Storage, _ inputGradients: Storage?,
        _ input: NetworkInput, _ work: BlockWork
    ) throws {
        try check(parameters: parameters)
        let count = architecture.parameterCount
        try check(parameterGradients, holds: 1, count, as: "parameter gradients")
        if let inputGradients {
            try check(inputGradients, holds: rows, architecture.inputs, as: "input gradients")
        }
        let blockRows = Self.trainingBlockRows
        let blocks = Self.trainingBlocks(rows: rows)
        guard blocks > 0 else {
            parameterGradients.pointer.update(repeating: 0, count: count)
            return
        }
        let blocksPerSum = (blocks + Self.largestSums - 1) / Self.largestSums
        let sums = (blocks + blocksPerSum - 1) / blocksPerSum
        let sumStorage = sums == 1 ? parameterGradients : try self.sums(sums)
        let weights = UnsafePointer(parameters.pointer)
        let sumBase = sumStorage.pointer
        let inputBase = inputGradients?.pointer
        let inputs = architecture.inputs
        input.withLifetime {
            withExtendedLifetime((parameters, sumStorage, inputGradients, parameterGradients)) {
                let transposed = packedTransposed(weights, rows: rows, from: inputGradients == nil ? 1 : 0)
                workers.forEach(sums) { sum, worker in
                    let destination = sumBase + sum * count
                    clearSums(destination)
                    for block in sum * blocksPerSum..<min(blocks, (sum + 1) * blocksPerSum) {
                        let range = block * blockRows..<min(rows, (block + 1) * blockRows)
                        work(
                            weights, transposed, range, block, worker, destination,
                            block > sum * blocksPerSum,
                            inputBase.map { $0 + range.lowerBound * inputs })
                    }
                }
                if sums > 1 { addUp(sumBase, sums, into: parameterGradients.pointer) }
            }
        }
    }

    /// Zeros where kernels add; a product's first block writes its sum of weights' gradients itself.
    private func clearSums(_ sums: UnsafeMutablePointer<Float>) {
        for stage in architecture.stages {
            let writes = stage.kind == .linear && stage.outputs > 1
            let start = writes ? stage.biasOffset : stage.parameterOffset
            let end = stage.parameterOffset + stage.parameterCount
            (sums + start).update(repeating: 0, count: end - start)
        }
    }

    private func addUp(_ sums: UnsafePointer<Float>, _ count: Int, into total: UnsafeMutablePointer<Float>) {
        let length = architecture.parameterCount
        let piece = 8_192
        workers.forEach((length + piece - 1) / piece) { index, _ in
            let start = index * piece
            mpo_sum_blocks(
                sums + start, Int64(length), Int64(count), total + start, Int64(min(piece, length - start)))
        }
    }

    /// A block's place in a trace of `capacity` rows.
    struct Trace {
        let base: UnsafeMutablePointer<Float>
        let capacity: Int
        let firstRow: Int

        func values(_ stage: NetworkArchitecture.Stage) -> UnsafeMutablePointer<Float> {
            base + stage.traceOffset * capacity + firstRow * stage.outputs
        }

        func statistics(_ stage: NetworkArchitecture.Stage) -> UnsafeMutablePointer<Float> {
            base + (stage.traceOffset + stage.outputs) * capacity + firstRow * 2
        }
    }

    private func record(
        _ parameters: UnsafePointer<Float>, _ packed: PackedWeights?, _ input: UnsafePointer<Float>, rows: Int,
        _ trace: Trace
    ) {
        var current = input
        for (place, stage) in architecture.stages.enumerated() {
            let output = trace.values(stage)
            apply(
                stage, parameters, packed?.weights(of: place), input: current, rows: rows, output,
                statistics: trace.statistics(stage))
            current = UnsafePointer(output)
        }
    }

    /// Adds the block's parameter gradients to `sum`; `gradients` holds those of the outputs and is used up.
    private func carryBack(
        _ parameters: UnsafePointer<Float>, _ transposed: PackedWeights?, _ input: UnsafePointer<Float>, rows: Int,
        _ trace: Trace, gradients: UnsafeMutablePointer<Float>, other: UnsafeMutablePointer<Float>,
        spare: UnsafeMutablePointer<Float>, sum: UnsafeMutablePointer<Float>, adding: Bool,
        inputGradient: UnsafeMutablePointer<Float>?
    ) {
        let stages = architecture.stages
        var gradient = gradients
        var next = other
        for place in stages.indices.reversed() {
            let stage = stages[place]
            let width = Int64(stage.outputs)
            let stageInput = place == 0 ? input : UnsafePointer(trace.values(stages[place - 1]))
            let down: UnsafeMutablePointer<Float>? = place == 0 ? inputGradient : next
            let first = parameters + stage.parameterOffset
            let firstSum = sum + stage.parameterOffset
            let output = UnsafePointer(trace.values(stage))
            switch stage.kind {
            case .linear where width == 1:
                if stage.activation != .identity {
                    mpo_bias_activation_backward(gradient, output, nil, Int64(rows), 1, stage.activation.kernel)
                }
                mpo_single_output_backward(
                    gradient, stageInput, first, down, firstSum, sum + stage.biasOffset, Int64(rows),
                    Int64(stage.inputs))
            case .linear:
                mpo_bias_activation_backward(
                    gradient, output, sum + stage.biasOffset, Int64(rows), width, stage.activation.kernel)
                // dW [inputs, outputs] += xᵀ dy
                let inputs = Int64(stage.inputs)
                mpo_gemm(
                    stageInput, 1, inputs, gradient, width, 1, firstSum, width, inputs, width, Int64(rows),
                    adding)
                if let down, let packed = transposed?.weights(of: place) {
                    mpo_packed_layer(gradient, packed, nil, down, Int64(rows), inputs, width, mpo_identity)
                } else if let down {
                    // dx [rows, inputs] = dy Wᵀ
                    mpo_gemm(
                        gradient, width, 1, first, 1, width, down, inputs, Int64(rows), inputs, width, false)
                }
            case .normalisation:
                if stage.activation != .identity {
                    mpo_bias_activation_backward(
                        gradient, output, nil, Int64(rows), width, stage.activation.kernel)
                }
                mpo_layer_normalisation_backward(
                    gradient, stageInput, trace.statistics(stage), first, down ?? spare, firstSum,
                    sum + stage.biasOffset, Int64(rows), width)
            case .pointwise:
                mpo_bias_activation_backward(gradient, output, nil, Int64(rows), width, stage.activation.kernel)
                down?.update(from: gradient, count: rows * stage.outputs)
            }
            swap(&gradient, &next)
        }
    }
}
