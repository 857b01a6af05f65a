import Support

extension NetworkArchitecture: CustomStringConvertible {
    /// The widths alone: `3 → 100 → 100 → 2`.
    public var widths: String {
        var text = "\(inputs)"
        for case .linear(let outputs) in layers { text += " → \(outputs)" }
        return text
    }

    /// `3 → 100 → 100 → 2 · 10 702 parameters`.
    public var description: String { "\(widths) · \(parameterText)" }

    public var parameterText: String {
        "\(parameterCount.grouped) parameter\(parameterCount == 1 ? "" : "s")"
    }

    /// One line a layer: its name, the shapes of its parameters, and how many they are.
    public var summary: [(layer: String, shapes: String, parameters: Int)] {
        var width = inputs
        return layers.map { layer in
            switch layer {
            case .linear(let outputs):
                defer { width = outputs }
                return (layer.description, "[\(width), \(outputs)] + [\(outputs)]", (width + 1) * outputs)
            case .layerNormalisation: return (layer.description, "[\(width)] + [\(width)]", 2 * width)
            case .activation: return (layer.description, "", 0)
            }
        }
    }

    /// All parameters as named slices of the flat buffer; used to save and to show them.
    public var parameterSlices: [(name: String, shape: [Int], offset: Int)] {
        var slices: [(name: String, shape: [Int], offset: Int)] = []
        var width = inputs
        var offset = 0
        func add(_ name: String, _ shape: [Int]) {
            slices.append((name, shape, offset))
            offset += shape.reduce(1, *)
        }
        for (index, layer) in layers.enumerated() {
            switch layer {
            case .linear(let outputs):
                add("\(index).weight", [width, outputs])
                add("\(index).bias", [outputs])
                width = outputs
            case .layerNormalisation:
                add("\(index).gain", [width])
                add("\(index).offset", [width])
            case .activation: break
            }
        }
        return slices
    }
}
