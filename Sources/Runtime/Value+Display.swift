import Syntax

extension Value {
    /// Deeper than this a value is shown as `…`.
    static let displayDepth = 24

    /// What the prompt shows: a string as it is, anything else as it would be written.
    public func display(_ style: DisplayStyle) -> String {
        switch self {
        case .string(let box): return box.text
        case .object(let object): return object.display(style)
        case .function(let function): return function.display
        default: return quoted
        }
    }

    /// What `print` and `"\(x)"` make of it: one line, except that a string keeps its lines.
    public var text: String {
        if case .string(let box) = self { return box.text }
        return quoted
    }

    /// As it would be written in a program, long lists cut; one line.
    public var quoted: String {
        var text = ""
        write(into: &text, depth: 0)
        return text
    }

    /// One line of at most about 80 characters, for lists of variables.
    public var summary: String {
        switch self {
        case .object(let object): return object.summary
        case .string(let box): return Value.cut(Value.quote(String(box.text.prefix(80))), 72)
        case .list(let box):
            let text = Value.cut(quoted, 60)
            return box.elements.count > 8 ? "\(text) · \(NumberText.grouped(box.elements.count)) elements" : text
        default: return Value.cut(quoted, 72)
        }
    }

    /// Its kind and what it is, as error messages name what they were given: `list [1, 2]`.
    public var described: String {
        switch self {
        case .nothing: return "nothing"
        case .object(let object):
            let summary = Value.cut(object.summary, 60)
            return summary.hasPrefix(object.typeName) ? summary : "\(object.typeName) (\(summary))"
        case .function(let function):
            guard let signature = function.signatures.first else { return "function" }
            return "function \(Value.cut(signature.text, 60))"
        case .boolean, .number, .string, .list, .record, .range:
            return "\(typeName) \(Value.cut(quoted, 60))"
        }
    }

    static func cut(_ text: String, _ width: Int) -> String {
        let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        if line.count <= width { return line.count == text.count ? text : line + "…" }
        return line.prefix(width - 1) + "…"
    }

    private func write(into text: inout String, depth: Int) {
        switch self {
        case .nothing: text += "nothing"
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .number(let number): text += NumberText.plain(number)
        case .string(let box): text += Value.quote(box.text)
        case .list(let box):
            if depth >= Value.displayDepth { text += "[…]"; return }
            text += "["
            let count = box.elements.count
            for (index, element) in box.elements.enumerated() {
                if count > 40 && index >= 20 && index < count - 5 {
                    if index == 20 { text += ", … (\(NumberText.grouped(count)) in all)" }
                    continue
                }
                if index > 0 { text += ", " }
                element.write(into: &text, depth: depth + 1)
            }
            text += "]"
        case .record(let box):
            if depth >= Value.displayDepth { text += "{…}"; return }
            text += "{"
            for (index, name) in box.names.enumerated() {
                if index > 0 { text += ", " }
                text += "\(name): "
                box.values[index].write(into: &text, depth: depth + 1)
            }
            text += "}"
        case .range(let range):
            text += range.isClosed ? "\(range.lower)...\(range.upper - 1)" : "\(range.lower)..<\(range.upper)"
        case .function(let function): text += function.signatures.first?.text ?? function.name
        case .object(let object): text += object.summary
        }
    }

    /// A string as a literal of the language.
    static func quote(_ text: String) -> String {
        var result = "\""
        for character in text {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\r\n": result += "\\r\\n"
            case "\t": result += "\\t"
            default: result.append(character)
            }
        }
        return result + "\""
    }
}

extension FunctionValue {
    /// Each signature with its one-line documentation.
    public var display: String {
        signatures.map { signature in
            signature.summary.isEmpty ? signature.text : "\(signature.text)\n  \(signature.summary)"
        }.joined(separator: "\n")
    }
}
