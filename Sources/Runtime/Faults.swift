import Support
import Syntax

/// The runtime's own faults, one function each, so that their wording is in one place.
enum Faults {
    static func noMember(_ name: String, of value: Value) -> Fault {
        var names: [String] = []
        switch value {
        case .record(let box): names = box.names
        case .object(let object): names = object.memberNames
        default: break
        }
        let owner = if case .record = value { value.described } else { article(value.typeName) }
        var hint = DidYouMean.hint(name, among: names)
        if hint == nil, !names.isEmpty { hint = "it has \(listed(names))" }
        return Fault("member.unknown", "\(owner) has no `\(name)`", hint: hint)
    }

    /// `a`, `b` and `c`; no more than 12 of them.
    static func listed(_ names: [String]) -> String {
        var quoted = names.prefix(12).map { "`\($0)`" }
        if names.count > 12 { return quoted.joined(separator: ", ") + ", …" }
        guard let last = quoted.popLast() else { return "" }
        return quoted.isEmpty ? last : "\(quoted.joined(separator: ", ")) and \(last)"
    }
}
