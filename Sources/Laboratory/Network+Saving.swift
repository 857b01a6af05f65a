import Checkpoints
import Networks
import Support
import Tensors

extension NetworkArchitecture {
    /// The architecture as it is saved: `{"inputs": 3, "layers": ["linear(100)", "elu", …]}`.
    var json: JSON {
        ["inputs": .integer(inputs), "layers": .array(layers.map { .string($0.description) })]
    }

    /// The architecture that `json` described.
    init(json: JSON, path: String) throws {
        let wrong = { (what: String) in
            Fault("checkpoint.damaged", "'\(path)' is damaged: its network \(what)")
        }
        guard let inputs = json["inputs"]?.int else { throw wrong("has no number of inputs") }
        guard let names = json["layers"]?.elements else { throw wrong("has no layers") }
        let layers = try names.map { name in
            guard let text = name.text, let layer = Layer(saved: text) else {
                throw wrong("has the unknown layer \(name)")
            }
            return layer
        }
        try self.init(inputs: inputs, layers: layers)
    }
}

extension Layer {
    /// The layer whose `description` was saved.
    init?(saved text: String) {
        if text.hasPrefix("linear("), text.hasSuffix(")"), let outputs = Int(text.dropFirst(7).dropLast()) {
            self = .linear(outputs)
        } else if text == Layer.layerNormalisation.description {
            self = .layerNormalisation
        } else if let activation = Activation(rawValue: text) {
            self = .activation(activation)
        } else {
            return nil
        }
    }
}

extension Checkpoint {
    /// Adds a flat parameter buffer as one tensor for each layer's weights, bias, gain and offset.
    mutating func add(_ prefix: String, _ architecture: NetworkArchitecture, _ parameters: Storage) throws {
        guard parameters.count == architecture.parameterCount else {
            throw Fault("checkpoint.shape", "'\(prefix)' has \(parameters.count) parameters, not those of its network")
        }
        for slice in architecture.parameterSlices {
            let count = slice.shape.reduce(1, *)
            try add(
                "\(prefix).\(slice.name)", .float32, shape: slice.shape,
                UnsafeRawBufferPointer(start: parameters.pointer + slice.offset, count: count * 4),
                owner: parameters)
        }
    }
}

extension LoadedCheckpoint {
    /// The flat parameter buffer that `Checkpoint.add` cut into tensors.
    func parameters(_ prefix: String, _ architecture: NetworkArchitecture) throws -> Storage {
        let parameters = Storage(zeros: architecture.parameterCount)
        for slice in architecture.parameterSlices {
            let count = slice.shape.reduce(1, *)
            try copy(
                "\(prefix).\(slice.name)", .float32, shape: slice.shape,
                to: UnsafeMutableRawBufferPointer(start: parameters.pointer + slice.offset, count: count * 4))
        }
        return parameters
    }

    /// A part of the description, or a fault that names it.
    func described(_ name: String) throws -> JSON {
        guard let value = description[name] else {
            throw Fault("checkpoint.damaged", "'\(path)' is damaged: its description has no '\(name)'")
        }
        return value
    }
}
