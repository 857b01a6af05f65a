import Runtime
import Support
import Syntax

/// A piece of code that a lesson holds as a string; its errors point into the lesson's file.
struct LessonCode {
    let text: String
    private let program: Program
    /// The file that the code stands in, where its bytes do so one by one.
    private let file: Source?

    /// Parses `text`, the argument `label` of the call at `call`.
    ///
    /// The code is parsed within a copy of the file in which all else is blank, so that every place in it is a place of the file.
    init(_ text: String, label: String, at call: Span?) throws(Diagnostic) {
        self.text = text
        var source = Source(name: call.map { "\($0.source.name), `\(label)`" } ?? label, text)
        var file: Source?
        if let call, let (blanked, _) = Self.inPlace(text, label, call) {
            source = blanked
            file = call.source
        }
        self.file = file
        do { program = try Parser.parse(source) } catch { throw Self.moved(error, from: source, to: file) }
    }

    var statements: [Statement] { program.statements }

    /// Runs the code among the user's variables; `each` sees every statement's value.
    @discardableResult
    func run(_ interpreter: Interpreter, each: ((Statement, Value) throws -> Void)? = nil) throws(Diagnostic) -> Value {
        do { return try interpreter.evaluate(program, each: each) } catch { throw Self.moved(error, from: program.source, to: file) }
    }

    /// The variables that the code assigns, functions with their parameters.
    var assigned: [String] {
        var names: [String] = []
        for statement in statements {
            switch statement.kind {
            case .assign(let target, _, _):
                if case .name = target.kind, !names.contains(target.span.text) { names.append(target.span.text) }
            case .function(let function):
                names.append("\(function.name.text)(\(function.parameters.map(\.name.text).joined(separator: ", ")))")
            default: break
            }
        }
        return names
    }

    /// The names of `assigned` alone.
    var names: [String] { assigned.map { String($0.prefix { $0 != "(" }) } }

    private static func moved(_ error: Diagnostic, from source: Source, to file: Source?) -> Diagnostic {
        guard let file else { return error }
        func moved(_ span: Span) -> Span { span.source === source ? Span(file, span.lower, span.upper) : span }
        var error = error
        error.span = error.span.map(moved)
        error.labels = error.labels.map { Diagnostic.Label(moved($0.span), $0.message) }
        error.calls = error.calls.map { Diagnostic.Call(function: $0.function, span: moved($0.span)) }
        return error
    }

    /// The file with everything blank but the string of the argument `label`; nil where escapes or interpolations make
    /// the string another text than what is written.
    private static func inPlace(_ text: String, _ label: String, _ call: Span) -> (Source, Range<Int>)? {
        let tokens = LexedSource(call.source).tokens
        var depth = 0
        for (index, token) in tokens.enumerated() where token.lower >= call.lower && token.upper <= call.upper {
            switch token.kind {
            case .open, .interpolationStart: depth += 1
            case .close, .interpolationEnd: depth -= 1
            case .name where depth == 1 && index + 4 < tokens.count:
                let name = String(decoding: call.source.text[token.lower..<token.upper], as: UTF8.self)
                guard name == label, tokens[index + 1].kind == .colon, tokens[index + 2].kind == .stringStart,
                    case .text(let piece) = tokens[index + 3].kind, tokens[index + 4].kind == .stringEnd, piece == text
                else { continue }
                let range = tokens[index + 2].upper..<tokens[index + 4].lower
                let bytes = call.source.text.enumerated().map { range.contains($0) || $1 == 0x0A ? $1 : 0x20 }
                guard same(Array(bytes[range]), Array(text.utf8)) else { return nil }
                return (Source(name: call.source.name, text: bytes), range)
            default: break
            }
        }
        return nil
    }

    /// Whether two texts are the same but for indentation and blank ends of lines.
    private static func same(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        func lines(_ bytes: [UInt8]) -> [[UInt8]] {
            bytes.split(separator: 0x0A).map { line in
                Array(line.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x0D }.reversed())
            }.filter { !$0.isEmpty }
        }
        return lines(a) == lines(b)
    }
}
