import Support
import Tensors

// A finitely many actions, K atoms.

extension QNetwork {
    /// Q of `input` [.., inputs]: [..], or with finitely many actions [.., A].
    ///
    /// The inputs are observations, beside them the actions where these are continuous. Of twins it is the smaller of
    /// both, of a distribution its mean. Differentiable as the networks are.
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        if let support {
            let values = try Tensor(shape: Shape([support.atoms]), storage: Storage(support.values.map(Float.init)))
            return try (probabilities(input, support) * values).sum([-1])
        }
        let first = try shaped(network(input))
        guard let twin else { return first }
        return try Tensor.minimum(first, shaped(twin(input)))
    }

    /// A distributional critic's p(z|s, a) of `input` [.., inputs]: [.., K], or with finitely many actions [.., A, K].
    public func probabilities(_ input: Tensor) throws -> Tensor {
        guard let support else {
            throw Fault(
                "critic.expected", "this critic gives expected values, it has no distribution",
                hint: "qnet(env, atoms: 51, v_min: …, v_max: …) makes one that has")
        }
        return try probabilities(input, support)
    }

    private func probabilities(_ input: Tensor, _ support: ValueSupport) throws -> Tensor {
        let outputs = try network(input)
        var shape = Array(outputs.shape.dimensions.dropLast())
        if case .perAction(_, let actions) = form { shape.append(actions) }
        return try outputs.reshaped(shape + [support.atoms]).softmax()
    }

    private func shaped(_ outputs: Tensor) throws -> Tensor {
        if case .perAction = form { return outputs }
        return try outputs.reshaped(Array(outputs.shape.dimensions.dropLast()))
    }
}
