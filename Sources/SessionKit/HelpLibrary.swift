import Bindings
import Runtime
import Support
import Syntax

/// Everything that `help` knows, read from the declarations themselves.
public struct HelpLibrary {
    let interpreter: Interpreter

    public init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    /// The page of `name`; of everything where it is empty.
    ///
    /// Faults: `help.unknown`, with the names that are close.
    public func text(for name: String, width: Int = 80) throws -> String {
        let width = min(max(width, 40), 100)
        let asked = Names.normalise(name)
        if asked.isEmpty { return overview(width: width) }
        var pages: [String] = []
        if let value = interpreter.lookup(asked) { pages.append(page(of: value, name: asked, width: width)) }
        if let topic = HelpTopics.all.first(where: { $0.names.contains(asked) }) {
            pages.append(topic.text(width: width))
        }
        if let setting = SettingPage.all.first(where: { $0.name == asked }) { pages.append(page(of: setting, width: width)) }
        if asked == "settings" { pages.append(settings(width: width)) }
        if asked.hasPrefix(":") || pages.isEmpty,
            let command = SessionCommand.all.first(where: { asked == ":" + $0.name || asked == $0.name })
        {
            pages.append("\(command.usage)\n  \(command.summary)")
        }
        if interpreter.registry.modules.contains(asked) { pages.append(module(asked, width: width)) }
        if !pages.isEmpty { return pages.joined(separator: "\n\n") }
        let near = matches(asked)
        throw Fault(
            "help.unknown", "there is no help for `\(name)`",
            hint: near.isEmpty ? "`help` lists what there is" : "there is " + near.map { "`\($0)`" }.joined(separator: ", "))
    }

    // MARK: Pages

    private func page(of value: Value, name: String, width: Int) -> String {
        guard let function = value.asFunction else {
            if let constant = interpreter.registry.constants[name] {
                return "\(name) = \(constant.value.summary)\n  \(constant.summary)"
            }
            return "\(name) · \(value.typeName)\n" + Columns.wrap(value.summary, width: width, indent: "  ").joined(separator: "\n")
        }
        if let group = function.native {
            return group.overloads.map { page(of: $0, width: width) }.joined(separator: "\n\n")
        }
        return function.signatures.map { signature in
            // Of a function of the language the first line of its `##` is the summary, the rest the longer text.
            var signature = signature
            let lines = signature.summary.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            signature.summary = lines.first.map(String.init) ?? ""
            var rest = lines.dropFirst()
            while rest.first?.isEmpty == true { rest = rest.dropFirst() }
            return Self.page(
                signature, module: nil, text: rest.joined(separator: "\n"), examples: [], also: [], isCommand: false, width: width)
        }.joined(separator: "\n\n")
    }

    private func page(of native: NativeFunction, width: Int) -> String {
        let also = interpreter.registry.names.filter { other in
            other != native.name && interpreter.registry.functions[other]?.overloads.contains { $0.module == native.module } == true
        }
        return Self.page(
            native.signature, module: native.module, text: native.text, examples: native.examples, also: also,
            isCommand: native.isCommand, width: width)
    }

    static func page(
        _ signature: Signature, module: String?, text: String, examples: [Example], also: [String], isCommand: Bool,
        width: Int
    ) -> String {
        var lines: [String] = []
        let head = signature.text
        if let module, head.count + module.count + 2 <= width {
            lines.append(Columns.pad(head, width - module.count) + module)
        } else {
            lines.append(head)
        }
        if !signature.summary.isEmpty { lines += Columns.wrap(signature.summary, width: width, indent: "  ") }
        if isCommand { lines.append("  At the prompt its bare name runs it.") }
        if !signature.parameters.isEmpty {
            let rows = signature.parameters.map { parameter -> (String, String, String) in
                let name =
                    switch parameter.arity {
                    case .one: parameter.name
                    case .rest: parameter.name + "…"
                    case .labelledRest: "\(parameter.name): …"
                    }
                var kind = parameter.wants ?? "anything"
                if let text = parameter.defaultText { kind += ", default \(text)" }
                return (name, kind, parameter.documentation)
            }
            let names = rows.map(\.0.count).max() ?? 0
            let kinds = min(rows.map(\.1.count).max() ?? 0, 36)
            lines.append("")
            for (name, kind, documentation) in rows {
                let start = "  " + Columns.pad(name, names) + "  " + Columns.pad(kind, kinds)
                let room = width - start.count - 2
                if documentation.isEmpty {
                    lines.append(trimEnd(start))
                } else if room >= 24 {
                    let wrapped = Columns.wrap(documentation, width: room, indent: "")
                    lines.append(start + "  " + (wrapped.first ?? ""))
                    for line in wrapped.dropFirst() { lines.append(String(repeating: " ", count: start.count + 2) + line) }
                } else {
                    lines.append(trimEnd(start))
                    lines += Columns.wrap(documentation, width: width, indent: "      ")
                }
            }
        }
        if !text.isEmpty { lines += [""] + Columns.wrap(Columns.paragraphs(text), width: width, indent: "  ") }
        if !examples.isEmpty {
            lines += ["", "Examples"]
            for example in examples {
                let code = example.code.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                for line in code { lines.append("    " + line) }
                if let result = example.result {
                    for line in result.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
                        lines.append(trimEnd("    # " + line))
                    }
                }
            }
        }
        if !also.isEmpty {
            let shown = also.prefix(12).joined(separator: ", ") + (also.count > 12 ? ", …" : "")
            lines += [""] + Columns.wrap("See also: " + shown, width: width, indent: "")
        }
        return lines.joined(separator: "\n")
    }

    private static func trimEnd(_ text: String) -> String {
        var text = Substring(text)
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    private func page(of setting: SettingPage, width: Int) -> String {
        var lines = ["setting \(setting.name) = \(setting.defaultText)"]
        lines += Columns.wrap(setting.documentation, width: width, indent: "  ")
        lines.append("  It is \(setting.rangeText).")
        lines.append(
            setting.isOfPolicy
                ? "  Given when the policy is made: gaussian(env, \(setting.name): \(setting.defaultText))"
                : "  Read and set as lab.\(setting.name), or given to mpo(…, \(setting.name): \(setting.defaultText)).")
        if let deck = setting.deckWording { lines.append("  The slide deck calls it: \(deck)") }
        return lines.joined(separator: "\n")
    }

    // MARK: Lists

    private func settings(width: Int) -> String {
        let all = SettingPage.all
        let names = all.map(\.name.count).max() ?? 0
        let values = all.map(\.defaultText.count).max() ?? 0
        let lines = all.map { setting in
            "  \(Columns.pad(setting.name, names))  \(Columns.pad(setting.defaultText, values))  "
                + Columns.cut(setting.documentation, max(20, width - names - values - 6))
        }
        return "settings of a lab and their defaults\n" + lines.joined(separator: "\n")
    }

    private func names(of module: String) -> [String] {
        interpreter.registry.names.filter { name in
            interpreter.registry.functions[name]?.overloads.first?.module == module
                || interpreter.registry.constants[name]?.module == module
        }
    }

    private func overview(width: Int) -> String {
        var lines = [
            "`help NAME` tells about a function, a module, a keyword or a command; `?NAM` finds names.",
            "`lesson` lists short lessons that run here, from the KL divergence to a run that went wrong.", "",
        ]
        let modules = interpreter.registry.modules
        let widest = max(modules.map(\.count).max() ?? 0, "statements".count)
        for module in modules {
            let list = names(of: module).joined(separator: ", ")
            lines.append("  " + Columns.pad(module, widest) + "  " + Columns.cut(list, width - widest - 4))
        }
        let library = interpreter.libraryNames
        if !library.isEmpty {
            lines.append("  " + Columns.pad("library", widest) + "  " + Columns.cut(library.joined(separator: ", "), width - widest - 4))
        }
        let statements = HelpTopics.all.filter { $0.kind == .statement }.flatMap(\.names).joined(separator: ", ")
        lines.append("  " + Columns.pad("statements", widest) + "  " + Columns.cut(statements, width - widest - 4))
        let settings = SettingPage.all.map(\.name).joined(separator: ", ")
        lines.append("  " + Columns.pad("settings", widest) + "  " + Columns.cut(settings, width - widest - 4))
        let commands = SessionCommand.all.map { ":" + $0.name }.joined(separator: " ")
        lines += ["", "At the prompt: \(commands) · _ and _3 are earlier values · Tab completes · Ctrl-C stops"]
        return lines.joined(separator: "\n")
    }

    private func module(_ module: String, width: Int) -> String {
        let members = names(of: module)
        let widest = members.map(\.count).max() ?? 0
        var lines = ["module \(module)"]
        for name in members {
            let summary =
                interpreter.registry.functions[name]?.overloads.first?.summary
                ?? interpreter.registry.constants[name]?.summary ?? ""
            lines.append("  " + Columns.pad(name, widest) + "  " + Columns.cut(summary, width - widest - 4))
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Finding

    /// Names that hold what was asked, or are close to it; the best first.
    func matches(_ asked: String) -> [String] {
        let all = interpreter.registry.names + interpreter.libraryNames + HelpTopics.all.flatMap(\.names) + interpreter.registry.modules
            + SettingPage.all.map(\.name) + ["settings"]
        let folded = asked.lowercased()
        var seen: Set<String> = []
        var scored: [(name: String, score: Int)] = []
        for name in all where seen.insert(name).inserted {
            let other = name.lowercased()
            if other.hasPrefix(folded) {
                scored.append((name, 0))
            } else if folded.count > 1, holds(other, folded) {
                scored.append((name, 1))
            } else if Names.suggestion(for: asked, among: [name]) != nil {
                scored.append((name, 2))
            } else if folded.count > 2, isSpread(folded, in: other) {
                scored.append((name, 3))
            }
        }
        return scored.sorted { ($0.score, $0.name.count, $0.name) < ($1.score, $1.name.count, $1.name) }.prefix(12).map(\.name)
    }

    private func holds(_ text: String, _ part: String) -> Bool {
        var rest = Substring(text)
        while !rest.isEmpty {
            if rest.hasPrefix(part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Whether the letters of `letters` stand in `text` in this order.
    private func isSpread(_ letters: String, in text: String) -> Bool {
        var rest = Substring(text)
        for letter in letters {
            guard let place = rest.firstIndex(of: letter) else { return false }
            rest = rest[rest.index(after: place)...]
        }
        return true
    }
}
