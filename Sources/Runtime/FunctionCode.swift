import Syntax

/// A function of the language, compiled when it is first called.
///
/// The interpreter keeps every one of them, so that running code stays alive even where its last
/// name is assigned anew.
final class FunctionCode {
    let name: String
    let signature: Signature
    let frameSize: Int
    let parameterCount: Int
    /// Parameters that inner functions share.
    let boxedParameters: [Int]
    /// Where the captured boxes go.
    let captureSlots: [Int]
    /// Nothing to do between filling in the arguments and running the body.
    let isPlain: Bool
    /// May be called with arguments that it does not name: a block `{ … }`.
    let ignoresArguments: Bool

    /// The body, where the function has been called.
    @exclusivity(unchecked) private(set) var compiled: CompiledBody?
    private(set) var defaults: [Compiler.Compiled?] = []
    private let source: (compiler: Compiler, parameters: [FunctionParameter], body: Block)
    private var collecting: CompiledBody?

    init(
        name: String, documentation: String?, layout: FrameLayout, parameters: [FunctionParameter], body: Block,
        isBlock: Bool, compiler: Compiler
    ) {
        self.name = name
        signature = Signature(
            name: name.isEmpty ? "function" : name,
            parameters: parameters.map {
                Signature.Parameter($0.name.text, defaultText: $0.defaultValue?.span.text)
            },
            summary: documentation ?? "")
        frameSize = layout.size
        parameterCount = parameters.count
        boxedParameters = layout.parameters.filter(\.isBoxed).map(\.slot)
        captureSlots = layout.captures.map(\.inner.slot)
        isPlain = boxedParameters.isEmpty && captureSlots.isEmpty
        ignoresArguments = isBlock && parameters.isEmpty
        var compiler = compiler
        compiler.isCollecting = false
        source = (compiler, parameters, body)
    }

    /// The body, compiled if it was not yet.
    @inline(__always)
    func ready() throws -> CompiledBody {
        if let compiled { return compiled }
        return try compile()
    }

    @inline(never)
    private func compile() throws -> CompiledBody {
        let body = try source.compiler.compile(source.body)
        defaults = try source.parameters.map { parameter in
            try parameter.defaultValue.map { try source.compiler.compile($0) }
        }
        let result = CompiledBody(self, body)
        compiled = result
        return result
    }

    /// Every `return`, and the last statement; never empty.
    var resultSpans: [Span] {
        var spans = source.body.returns
        if let last = source.body.statements.last {
            if case .returnValue = last.kind { return spans }
            spans.append(last.span)
        }
        return spans.isEmpty ? [source.body.span] : spans
    }

    /// The body in the form that hands the values of its expression statements to `collect`.
    func collectingBody() throws -> CompiledBody {
        if let collecting { return collecting }
        var compiler = source.compiler
        compiler.isCollecting = true
        let result = CompiledBody(self, try compiler.compile(source.body))
        collecting = result
        return result
    }

    /// Boxes the parameters that inner functions share and takes over the boxes of the function around.
    @inline(never)
    func prepare(_ base: UnsafeMutablePointer<Value>, _ function: FunctionValue) {
        for slot in boxedParameters { base[slot] = .object(VariableBox(base[slot])) }
        for (slot, box) in zip(captureSlots, function.captures) { base[slot] = box }
    }

    /// A default may use the parameters before it and what the function shares with the one around it.
    func evaluateDefault(
        _ value: Code, _ base: UnsafeMutablePointer<Value>, _ function: FunctionValue,
        _ state: UnsafeMutablePointer<MachineState>
    ) throws -> Value {
        // Parameters that are shared are not boxed yet; box them for the time of this evaluation.
        let plain = boxedParameters.map { base[$0] }
        prepare(base, function)
        defer { for (slot, value) in zip(boxedParameters, plain) { base[slot] = value } }
        return try value(Frame(slots: base, state: state))
    }
}

extension Block {
    /// The `return` statements of a function's body, in the order in which they are written.
    fileprivate var returns: [Span] {
        statements.flatMap { statement -> [Span] in
            switch statement.kind {
            case .returnValue: return [statement.span]
            case .whileLoop(_, let body), .forLoop(_, _, let body), .repeatLoop(_, let body): return body.returns
            case .expression(let expression):
                guard case .conditional(let branches, let otherwise) = expression.kind else { return [] }
                return branches.flatMap(\.body.returns) + (otherwise?.returns ?? [])
            default: return []
            }
        }
    }
}
