/// One parameter of a native function: its name, what it is for, and its default.
public struct Parameter<T: ValueConvertible> {
    let name: String
    let documentation: String
    let defaultText: String?
    @usableFromInline let converter: Converter<T>

    public init(_ name: String, _ documentation: String) {
        self.name = name
        self.documentation = documentation
        defaultText = nil
        converter = Converter(nil)
    }

    /// `shown` is how `help` writes the default, where the value itself does not say it ("the lab's").
    public init(_ name: String, _ documentation: String, default value: T, shown: String? = nil) {
        self.name = name
        self.documentation = documentation
        defaultText = shown ?? value.asValue.quoted
        converter = Converter(value)
    }

    @usableFromInline var description: Signature.Parameter {
        Signature.Parameter(
            name, wants: T.wants, defaultText: defaultText, documentation: documentation, arity: T.arity,
            isReference: T.isReference)
    }

    /// Whether `value` may be the argument here, or the first of the arguments that are left.
    @usableFromInline func accepts(_ value: Value) -> Bool {
        (try? T.convert(T.arity == .rest ? .list([value]) : value)) != nil
    }
}

/// What turns an argument into a parameter's Swift value.
///
/// A class, since a call passes a pack of them about: copies cost one reference, and the type's
/// metadata is at hand.
@usableFromInline
final class Converter<T: ValueConvertible> {
    private let defaultValue: T?

    init(_ defaultValue: T?) { self.defaultValue = defaultValue }

    /// The argument for this parameter; `position` counts the parameters.
    @usableFromInline
    func take(_ arguments: UnsafeBufferPointer<Value?>, _ position: inout Int) throws -> T {
        position += 1
        if let value = arguments[position] { return try T.convert(value) }
        if let defaultValue { return defaultValue }
        throw Mismatch(found: "nothing")
    }
}

/// A line of the language and what it shows; `help` prints it and a test runs it.
public struct Example: Sendable {
    public var code: String
    /// What the prompt shows; nil where it shows nothing that could be compared (random, long, a plot).
    public var result: String?

    public init(_ code: String, _ result: String? = nil) {
        self.code = code
        self.result = result
    }
}

/// A function of the host, declared once.
///
/// Name, parameters with types, defaults and docs, one-line summary, longer text and runnable
/// examples live in this one declaration; help, completion, error messages, the reference and the
/// test of examples read it. The closure's parameters are the function's.
///
///     NativeFunction(
///         "clip", in: "math", "Limits a number to a range.",
///         parameters: Parameter<Double>("x", "the number"), Parameter<Double>("low", "smallest"),
///         Parameter<Double>("high", "largest"),
///         examples: [Example("clip(5, 0, 3)", "3")]
///     ) { context, x, low, high in min(max(x, low), high) }
///
/// `@unchecked Sendable`: never changes after its declaration; its closure runs on the interpreter's thread.
public final class NativeFunction: @unchecked Sendable {
    public let name: String
    /// The topic that `help` lists it under.
    public let module: String
    public let summary: String
    public let text: String
    public let examples: [Example]
    /// The prompt runs it by its bare name: `undo`.
    public let isCommand: Bool
    public let parameters: [Signature.Parameter]

    /// One entry for every parameter; nil where the default is to be taken. `position` is the
    /// parameter that is being converted, and past the last one while the body runs.
    @usableFromInline
    typealias Invoke = (
        _ context: NativeContext, _ arguments: UnsafeBufferPointer<Value?>, _ position: inout Int
    ) throws -> Value
    let invoke: Invoke
    let acceptsFirst: (Value) -> Bool
    /// Whether a parameter wants to know how its argument was written.
    let takesReferences: Bool
    /// The number of arguments that fill all parameters in order; -1 where one takes the rest.
    let plainCount: Int
    /// What to call directly where the arguments are one or two numbers.
    private(set) var onNumber: ((Double) -> Double)?
    private(set) var onNumbers: ((Double, Double) -> Double)?

    @usableFromInline
    init(
        _ name: String, _ module: String, _ summary: String, _ text: String, _ examples: [Example], _ isCommand: Bool,
        _ parameters: [Signature.Parameter], _ acceptsFirst: ((Value) -> Bool)?, _ invoke: @escaping Invoke
    ) {
        self.name = name
        self.module = module
        self.summary = summary
        self.text = text
        self.examples = examples
        self.isCommand = isCommand
        self.parameters = parameters
        plainCount = parameters.allSatisfy { $0.arity == .one } ? parameters.count : -1
        takesReferences = parameters.contains { $0.isReference }
        self.acceptsFirst = acceptsFirst ?? { _ in false }
        self.invoke = invoke
    }

    // Inlinable, so that the conversions are compiled for the types at hand where a native is declared.
    @inlinable
    public convenience init<each P: ValueConvertible, R: ValueConvertible>(
        _ name: String, in module: String, _ summary: String, parameters: repeat Parameter<each P>,
        text: String = "", examples: [Example] = [], isCommand: Bool = false,
        _ body: @escaping (NativeContext, repeat each P) throws -> R
    ) {
        var descriptions: [Signature.Parameter] = []
        var accepts: ((Value) -> Bool)?
        for parameter in repeat each parameters {
            descriptions.append(parameter.description)
            if accepts == nil { accepts = { parameter.accepts($0) } }
        }
        let pack = (repeat (each parameters).converter)
        self.init(name, module, summary, text, examples, isCommand, descriptions, accepts) { context, arguments, position in
            let converted = (repeat try (each pack).take(arguments, &position))
            position += 1
            return try body(context, repeat each converted).asValue
        }
    }

    /// A function that returns nothing.
    @inlinable
    public convenience init<each P: ValueConvertible>(
        _ name: String, in module: String, _ summary: String, parameters: repeat Parameter<each P>,
        text: String = "", examples: [Example] = [], isCommand: Bool = false,
        _ body: @escaping (NativeContext, repeat each P) throws -> Void
    ) {
        var descriptions: [Signature.Parameter] = []
        var accepts: ((Value) -> Bool)?
        for parameter in repeat each parameters {
            descriptions.append(parameter.description)
            if accepts == nil { accepts = { parameter.accepts($0) } }
        }
        let pack = (repeat (each parameters).converter)
        self.init(name, module, summary, text, examples, isCommand, descriptions, accepts) { context, arguments, position in
            let converted = (repeat try (each pack).take(arguments, &position))
            position += 1
            try body(context, repeat each converted)
            return .nothing
        }
    }

    /// What to call directly, past all conversion, where the one argument is a number.
    public func direct(_ function: @escaping (Double) -> Double) -> NativeFunction {
        onNumber = function
        return self
    }

    /// What to call directly, past all conversion, where the two arguments are numbers.
    public func direct(_ function: @escaping (Double, Double) -> Double) -> NativeFunction {
        onNumbers = function
        return self
    }

    /// A function of one number: `sin(x)`.
    public convenience init(
        _ name: String, in module: String, _ summary: String, number parameter: Parameter<Double>, text: String = "",
        examples: [Example] = [], _ body: @escaping (Double) -> Double
    ) {
        self.init(name, in: module, summary, parameters: parameter, text: text, examples: examples) { _, x in body(x) }
        onNumber = body
    }

    /// A function of one value of any kind, with a direct way for numbers: `exp(x)` of a number, a list or a tensor.
    public convenience init(
        _ name: String, in module: String, _ summary: String, parameter: Parameter<Value>, text: String = "",
        examples: [Example] = [], onNumber: @escaping (Double) -> Double, _ body: @escaping (Value) throws -> Value
    ) {
        self.init(name, in: module, summary, parameters: parameter, text: text, examples: examples) { _, x -> Value in
            try body(x)
        }
        self.onNumber = onNumber
    }

    public var signature: Signature { Signature(name: name, parameters: parameters, summary: summary) }
}

/// The natives of one name; the kind of the first argument chooses among several.
///
/// `@unchecked Sendable`: changed only while a registry is put together, before any interpreter uses it.
public final class NativeGroup: @unchecked Sendable {
    public let name: String
    public private(set) var overloads: [NativeFunction]
    /// What to call directly where the arguments are one or two numbers.
    @exclusivity(unchecked) private(set) var onNumber: ((Double) -> Double)?
    @exclusivity(unchecked) private(set) var onNumbers: ((Double, Double) -> Double)?

    init(_ native: NativeFunction) {
        name = native.name
        overloads = [native]
        onNumber = native.onNumber
        onNumbers = native.onNumbers
    }

    func add(_ native: NativeFunction) {
        overloads.append(native)
        if onNumber == nil { onNumber = native.onNumber }
        if onNumbers == nil { onNumbers = native.onNumbers }
    }

    public var isCommand: Bool { overloads.contains { $0.isCommand } }
    /// Whether a parameter wants to know how its argument was written.
    var takesReferences: Bool { overloads.contains { $0.takesReferences } }
}

/// A name that stands for a fixed value: `pi`.
///
/// `@unchecked Sendable`: never changes after its declaration.
public struct NativeConstant: @unchecked Sendable {
    public let name: String
    public let module: String
    public let summary: String
    public let value: Value

    public init(_ name: String, in module: String, _ summary: String, _ value: Value) {
        self.name = name
        self.module = module
        self.summary = summary
        self.value = value
    }
}
