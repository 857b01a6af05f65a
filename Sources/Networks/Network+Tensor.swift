import Support
import Tensors

extension NetworkPlan {
    /// The network applied to `input` [..., inputs] with `parameters` [parameterCount]: [..., outputs].
    ///
    /// One differentiable node in both arguments. What the way back needs is kept only if one of them is tracked.
    public func apply(_ input: Tensor, parameters: Tensor) throws -> Tensor {
        let inputs = architecture.inputs
        guard let last = input.shape.dimensions.last, last == inputs else {
            throw Fault(
                "network.input",
                "the network \(architecture.widths) wants \(inputs) inputs, a tensor of shape \(input.shape) was given",
                hint: "the last axis must be \(inputs)")
        }
        let rows = input.count / inputs
        let shape = try Shape(Array(input.shape.dimensions.dropLast()) + [architecture.outputs])
        guard input.isTracked || parameters.isTracked else {
            let outputs = try Storage(checking: shape)
            try forward(
                parameters: parameters.storage, input: .rows(input.storage), rows: rows, outputs: outputs)
            return try Tensor(shape: shape, storage: outputs)
        }
        let trace = try NetworkTrace(architecture, rows: rows)
        try forward(parameters: parameters.storage, input: .rows(input.storage), rows: rows, trace: trace)
        let value = try Tensor(shape: shape) { trace.copyOutputs(to: $0) }
        let (constants, weights) = (input.detached, parameters.detached)
        let wantsInput = input.isTracked
        let wantsParameters = parameters.isTracked
        return Tensor.differentiable(value, from: [input, parameters]) { gradient in
            let sums = Storage(count: weights.count)
            let inputSums = wantsInput ? try Storage(checking: constants.shape) : nil
            try self.backward(
                parameters: weights.storage, input: .rows(constants.storage), rows: rows, trace: trace,
                outputGradients: gradient.storage, parameterGradients: sums, inputGradients: inputSums)
            return [
                try inputSums.map { try Tensor(shape: constants.shape, storage: $0) },
                wantsParameters ? try Tensor(shape: weights.shape, storage: sums) : nil,
            ]
        }
    }
}

extension Network {
    /// The parameters [parameterCount] as a tensor: a variable inside `differentiated`, else a constant.
    public func parameterTensor() throws -> Tensor {
        if let variable { return variable }
        return try Tensor(shape: Shape([architecture.parameterCount]), storage: parameters)
    }

    /// The network applied to `input` [..., inputs]: [..., outputs].
    ///
    /// Gradients flow to `input` if it is tracked, and inside `differentiated` to the parameters.
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try plan().apply(input, parameters: parameterTensor())
    }

    /// Runs `body` with the parameters as one variable, the same one in every application of the network in it.
    ///
    /// `body` is given that variable, to take gradients with respect to it. The network's own parameters stay.
    public func differentiated<Result>(_ body: (_ parameters: Tensor) throws -> Result) throws -> Result {
        let before = variable
        defer { variable = before }
        let leaf = try Tensor(shape: Shape([architecture.parameterCount]), storage: parameters).asVariable()
        variable = leaf
        return try body(leaf)
    }

    private func plan() throws -> NetworkPlan {
        if let keptPlan { return keptPlan }
        let plan = try NetworkPlan(architecture)
        keptPlan = plan
        return plan
    }
}
