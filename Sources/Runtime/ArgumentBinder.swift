import Support
import Syntax

/// How the arguments of a call are written: labels, a trailing block, places.
final class CallShape {
    let site: CallSite
    let labels: [String?]
    let labelSpans: [Span?]
    let spans: [Span]
    let hasTrailing: Bool
    /// No labels and no trailing block: arguments fill parameters in order.
    let isPlain: Bool

    init(site: CallSite, labels: [String?], labelSpans: [Span?], spans: [Span], hasTrailing: Bool) {
        self.site = site
        self.labels = labels
        self.labelSpans = labelSpans
        self.spans = spans
        self.hasTrailing = hasTrailing
        isPlain = !hasTrailing && labels.allSatisfy { $0 == nil }
    }

    /// The shape of a call that native code makes.
    convenience init(_ arguments: CallArguments, _ site: CallSite) {
        self.init(
            site: site, labels: arguments.arguments.map(\.label), labelSpans: [], spans: [],
            hasTrailing: arguments.arguments.last?.isTrailing ?? false)
    }

    func span(ofArgument index: Int) -> Span { spans.indices.contains(index) ? spans[index] : site.span }
    func span(ofLabel index: Int) -> Span {
        (labelSpans.indices.contains(index) ? labelSpans[index] : nil) ?? site.span
    }

    func arguments(_ values: [Value]) -> CallArguments {
        CallArguments(
            values.enumerated().map { index, value in
                CallArguments.Argument(
                    label: index < labels.count ? labels[index] : nil, value,
                    isTrailing: hasTrailing && index == values.count - 1)
            })
    }
}

/// Gives each parameter its argument.
enum ArgumentBinder {
    /// For every parameter the index of its argument, or nil.
    struct Binding {
        var sources: [Int?]
        var rest: [Int] = []
        var labelledRest: [Int] = []
    }

    /// Arguments without a label fill parameters in order, labels name theirs, a trailing block goes to the last.
    static func bind(_ signature: Signature, count: Int, _ shape: CallShape) throws -> Binding {
        let parameters = signature.parameters
        var binding = Binding(sources: Array(repeating: nil, count: parameters.count))
        let hasRest = parameters.contains { $0.arity == .rest }
        let takesLabels = parameters.contains { $0.arity == .labelledRest }
        var next = 0
        var surplus = 0
        for index in 0..<count {
            if shape.hasTrailing && index == count - 1 {
                guard let last = parameters.lastIndex(where: { $0.arity == .one }), binding.sources[last] == nil else {
                    surplus += 1
                    continue
                }
                binding.sources[last] = index
            } else if index < shape.labels.count, let label = shape.labels[index] {
                if let position = parameters.firstIndex(where: { $0.name == label && $0.arity == .one }) {
                    if binding.sources[position] != nil {
                        throw Diagnostic(
                            "argument.twice", "\(signature.name): `\(label)` is given twice",
                            at: shape.span(ofLabel: index), hints: [signature.text])
                    }
                    binding.sources[position] = index
                } else if takesLabels {
                    binding.labelledRest.append(index)
                } else {
                    throw unknownLabel(label, signature, shape.span(ofLabel: index))
                }
            } else {
                while next < parameters.count, parameters[next].arity == .labelledRest { next += 1 }
                if next < parameters.count, parameters[next].arity == .one {
                    if binding.sources[next] != nil {
                        throw Diagnostic(
                            "argument.twice", "\(signature.name): `\(parameters[next].name)` is given twice",
                            at: shape.span(ofArgument: index), hints: [signature.text])
                    }
                    binding.sources[next] = index
                    next += 1
                } else if hasRest {
                    binding.rest.append(index)
                } else {
                    surplus += 1
                }
            }
        }
        if surplus > 0 { throw tooMany(signature, count, shape) }
        for (position, parameter) in parameters.enumerated()
        where parameter.arity == .one && parameter.defaultText == nil && binding.sources[position] == nil {
            throw Diagnostic(
                "argument.missing", "\(signature.name): `\(parameter.name)` is missing", at: shape.site.span,
                hints: [signature.text])
        }
        return binding
    }

    static func tooMany(_ signature: Signature, _ count: Int, _ shape: CallShape) -> Diagnostic {
        // The object before a method's dot is none that was written.
        let hidden = signature.name.contains(".") ? 1 : 0
        let (wanted, count) = (signature.parameters.count - hidden, count - hidden)
        let noun = wanted == 1 ? "1 argument" : "\(wanted) arguments"
        return Diagnostic(
            "argument.count", "\(signature.name) takes \(wanted == 0 ? "no arguments" : noun), got \(count)",
            at: shape.site.span, hints: wanted == 0 ? [] : [signature.text])
    }

    private static func unknownLabel(_ label: String, _ signature: Signature, _ span: Span) -> Diagnostic {
        let names = signature.parameters.filter { $0.arity == .one }.map(\.name)
        var hints: [String] = []
        if let close = DidYouMean.hint(label, among: names) {
            hints = [close]
        } else if !names.isEmpty {
            hints = [signature.text]
        }
        return Diagnostic("argument.label", "\(signature.name) has no parameter `\(label)`", at: span, hints: hints)
    }
}
