import CKernels
import Support
import Tensors

extension NetworkPlan {
    /// Applies the network to `rows` rows and writes [rows, outputs].
    ///
    /// `finish`, if given, is called for every row block right after it was computed, on the thread that did it,
    /// with pointers to the block's first row of outputs.
    public func forward(
        parameters: Storage, input: NetworkInput, rows: Int, outputs: Storage,
        finish: ((_ rows: Range<Int>, _ outputs: UnsafeMutablePointer<Float>, _ block: Int, _ worker: Int) -> Void)? =
            nil
    ) throws {
        try check(parameters: parameters)
        let layout = try InputLayout(input, rows: rows, inputs: architecture.inputs)
        try check(outputs, holds: rows, architecture.outputs, as: "outputs")
        let blockRows = Self.forwardBlock(actionsPerState: layout.actionsPerState)
        let blocks = rows / blockRows + (rows % blockRows == 0 ? 0 : 1)
        let weights = UnsafePointer(parameters.pointer)
        let out = outputs.pointer
        let width = architecture.outputs
        input.withLifetime {
            withExtendedLifetime((parameters, outputs)) {
                let packed = packedWeights(parameters, rows: rows, from: splitsFirstLayer(layout) ? 1 : 0)
                workers.forEach(blocks) { block, worker in
                    let range = block * blockRows..<min(rows, (block + 1) * blockRows)
                    let destination = out + range.lowerBound * width
                    forwardBlock(weights, packed, layout, range, outputs: destination, scratch(of: worker))
                    finish?(range, destination, block, worker)
                }
            }
        }
    }

    /// Whether states and actions go into the first layer apart.
    private func splitsFirstLayer(_ layout: InputLayout) -> Bool {
        layout.actions != nil && layout.actionSize > 0 && architecture.stages[0].kind == .linear
    }

    /// One block through all layers, nothing kept but the outputs.
    private func forwardBlock(
        _ parameters: UnsafePointer<Float>, _ packed: PackedWeights?, _ layout: InputLayout, _ range: Range<Int>,
        outputs: UnsafeMutablePointer<Float>, _ scratch: Scratch
    ) {
        let stages = architecture.stages
        let rows = range.count
        var place = 0
        var current: UnsafePointer<Float>
        if splitsFirstLayer(layout) {
            let destination = stages.count == 1 ? outputs : scratch.ping
            firstLayer(stages[0], parameters, layout, range, destination, scratch)
            current = UnsafePointer(destination)
            place = 1
        } else {
            current = layout.matrix(range, inputs: architecture.inputs, scratch: scratch.input)
        }
        while place < stages.count {
            let stage = stages[place]
            let destination =
                place == stages.count - 1 ? outputs : place % 2 == 0 ? scratch.ping : scratch.pong
            apply(
                stage, parameters, packed?.weights(of: place), input: current, rows: rows, destination,
                statistics: scratch.extra)
            current = UnsafePointer(destination)
            place += 1
        }
    }

    /// The first layer on states beside actions: the states' part once per state, then the actions' part per row.
    private func firstLayer(
        _ stage: NetworkArchitecture.Stage, _ parameters: UnsafePointer<Float>, _ layout: InputLayout,
        _ range: Range<Int>, _ destination: UnsafeMutablePointer<Float>, _ scratch: Scratch
    ) {
        guard let actions = layout.actions else { return }
        let width = stage.outputs
        let perState = layout.actionsPerState
        let observation = layout.observationSize
        let firstState = range.lowerBound / perState
        let states = (range.upperBound - 1) / perState - firstState + 1
        let weights = parameters + stage.parameterOffset
        let base = scratch.extra
        for s in 0..<states { (base + s * width).update(from: parameters + stage.biasOffset, count: width) }
        multiply(
            layout.first + firstState * observation, weights, base, rows: states, inner: observation, columns: width)
        var row = range.lowerBound
        while row < range.upperBound {
            let state = row / perState
            let end = min(range.upperBound, (state + 1) * perState)
            mpo_action_layer(
                base + (state - firstState) * width, actions + row * layout.actionSize,
                weights + observation * width, destination + (row - range.lowerBound) * width, Int64(end - row),
                Int64(layout.actionSize), Int64(width), stage.activation.kernel)
            row = end
        }
    }

    /// One stage on `rows` rows: [rows, inputs] to [rows, outputs].
    func apply(
        _ stage: NetworkArchitecture.Stage, _ parameters: UnsafePointer<Float>, _ packed: UnsafePointer<Float>?,
        input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>
    ) {
        let width = stage.outputs
        let first = parameters + stage.parameterOffset
        switch stage.kind {
        case .linear where width == 1:
            mpo_single_output(
                input, first, parameters[stage.biasOffset], output, Int64(rows), Int64(stage.inputs))
            if stage.activation != .identity {
                mpo_bias_activation(output, nil, Int64(rows), 1, stage.activation.kernel)
            }
        case .linear:
            if let packed {
                mpo_packed_layer(
                    input, packed, parameters + stage.biasOffset, output, Int64(rows), Int64(width),
                    Int64(stage.inputs), stage.activation.kernel)
                return
            }
            // From the bias on, as the packed form adds up: the bits are the same.
            for row in 0..<rows {
                (output + row * width).update(from: parameters + stage.biasOffset, count: width)
            }
            multiply(input, first, output, rows: rows, inner: stage.inputs, columns: width)
            if stage.activation != .identity {
                mpo_bias_activation(output, nil, Int64(rows), Int64(width), stage.activation.kernel)
            }
        case .normalisation:
            mpo_layer_normalisation(
                input, first, parameters + stage.biasOffset, output, statistics, Int64(rows), Int64(width),
                Layer.normalisationEpsilon)
            if stage.activation != .identity {
                mpo_bias_activation(output, nil, Int64(rows), Int64(width), stage.activation.kernel)
            }
        case .pointwise:
            output.update(from: input, count: rows * width)
            mpo_bias_activation(output, nil, Int64(rows), Int64(width), stage.activation.kernel)
        }
    }

    /// C [rows, columns] += A [rows, inner] · B [inner, columns].
    @inline(__always) func multiply(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, rows: Int, inner: Int,
        columns: Int
    ) {
        mpo_gemm(
            a, Int64(inner), 1, b, Int64(columns), 1, c, Int64(columns), Int64(rows), Int64(columns), Int64(inner),
            true)
    }
}
