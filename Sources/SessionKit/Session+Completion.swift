import Glibc
import Runtime
import Support
import Syntax

/// What could stand at a place of a text.
public struct Completions: Equatable, Sendable {
    /// The UTF-8 offset from which the candidates replace the text up to the cursor.
    public var start: Int
    public var candidates: [String]
    /// What is written after the one candidate there is.
    public var suffix = ""

    public init(start: Int, candidates: [String], suffix: String = "") {
        self.start = start
        self.candidates = candidates
        self.suffix = suffix
    }
}

extension Session {
    /// Names, fields, labels, files inside strings, `\eta`, commands: what could stand at `offset` (UTF-8 bytes).
    public func completions(in text: String, at offset: Int) -> Completions {
        let bytes = Array(text.utf8.prefix(max(0, offset)))
        let end = bytes.count
        if let greek = greek(bytes) { return greek }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix(":"), !line.contains(" "), !line.contains("\n") {
            let names = SessionCommand.all.map { ":" + $0.name }.filter { $0.hasPrefix(line) }
            return Completions(start: 0, candidates: names, suffix: " ")
        }
        for command in [":load ", ":save "] where line.hasPrefix(command) && !line.contains("\n") {
            return files(String(line.dropFirst(command.count)), start: command.utf8.count, closing: "")
        }
        let lexed = LexedSource(Source(name: "prompt", text: bytes))
        if let quote = openString(lexed) {
            let content = String(decoding: bytes[(quote + 1)...], as: UTF8.self)
            return files(content, start: quote + 1, closing: "\"")
        }
        if isInComment(lexed, end) { return Completions(start: end, candidates: []) }
        var start = end
        while start > 0, isNameByte(bytes[start - 1]) { start -= 1 }
        let word = String(decoding: bytes[start...], as: UTF8.self)
        if start > 0, bytes[start - 1] == UInt8(ascii: ".") {
            return members(bytes, dot: start - 1, word: word)
        }
        if word.first?.isNumber == true { return Completions(start: end, candidates: []) }
        return names(word, start: start, lexed: lexed, question: line.hasPrefix("?") || line.hasPrefix("help "))
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    // MARK: Kinds

    /// `\eta` becomes η; also inside a string, where the backslash means nothing else with Tab behind it.
    private func greek(_ bytes: [UInt8]) -> Completions? {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "\\")) else { return nil }
        let word = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        guard !word.isEmpty, word.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        if let exact = Names.greekLetters.first(where: { $0.name == word }) {
            return Completions(start: slash, candidates: [String(exact.letter)])
        }
        let begun = Names.greekLetters.filter { $0.name.hasPrefix(word) }
        if begun.count == 1 { return Completions(start: slash, candidates: [String(begun[0].letter)]) }
        return begun.isEmpty ? nil : Completions(start: slash, candidates: begun.map { "\\" + $0.name })
    }

    private func openString(_ lexed: LexedSource) -> Int? {
        // The last opening quote that no closing one follows, at the same depth of interpolation.
        var open: [Int] = []
        for token in lexed.tokens {
            switch token.kind {
            case .stringStart: open.append(token.lower)
            case .stringEnd: _ = open.popLast()
            case .interpolationStart: open.append(-1)
            case .interpolationEnd: _ = open.popLast()
            default: break
            }
        }
        guard let last = open.last, last >= 0 else { return nil }
        return last
    }

    private func isInComment(_ lexed: LexedSource, _ end: Int) -> Bool {
        lexed.comments.contains { $0.lower < end && $0.upper >= end }
    }

    private func members(_ bytes: [UInt8], dot: Int, word: String) -> Completions {
        // The longest chain of names before the dot: `lab.history.`.
        var start = dot
        while start > 0, isNameByte(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: ".") { start -= 1 }
        let path = String(decoding: bytes[start..<dot], as: UTF8.self)
        let found = interpreter.completions("\(path).\(word)").map { name -> String in
            name.hasPrefix(path + ".") ? String(name.dropFirst(path.utf8.count + 1)) : name
        }
        return Completions(start: dot + 1, candidates: unique(found.filter { $0.hasPrefix(word) }))
    }

    private func names(_ word: String, start: Int, lexed: LexedSource, question: Bool) -> Completions {
        let labels = question ? [] : callLabels(lexed, at: start).filter { $0.hasPrefix(word) }
        var found = labels.map { $0 + ": " }
        // With nothing typed, a call offers its labels and not all names there are.
        if !word.isEmpty || labels.isEmpty {
            let keywords = Keyword.allCases.map(\.rawValue).filter { $0.hasPrefix(word) }
            var rest = interpreter.completions(word).filter { $0.hasPrefix(word) } + keywords
            if question { rest += interpreter.registry.modules.filter { $0.hasPrefix(word) } }
            if !word.hasPrefix("_") { rest = rest.filter { !$0.hasPrefix("_") } }
            found += unique(rest).sorted()
        }
        var result = Completions(start: start, candidates: unique(found))
        if result.candidates.count == 1, !question,
            let function = interpreter.lookup(result.candidates[0])?.asFunction, !function.isCommand
        {
            result.suffix = "("
        }
        return result
    }

    /// The labels of the call that the place is in, without those already given.
    private func callLabels(_ lexed: LexedSource, at offset: Int) -> [String] {
        var open: [Int] = []
        for (index, token) in lexed.tokens.enumerated() where token.upper <= offset {
            if case .open = token.kind { open.append(index) }
            if case .close = token.kind { _ = open.popLast() }
        }
        guard let last = open.last, case .open(.round) = lexed.tokens[last].kind, last > 0 else { return [] }
        let callee = lexed.tokens[last - 1]
        guard callee.kind == .name, callee.upper == lexed.tokens[last].lower else { return [] }
        // Only where an argument can begin.
        guard let before = lexed.tokens.last(where: { $0.upper <= offset && $0.upper > $0.lower }) else { return [] }
        guard before.kind == .comma || before.lower == lexed.tokens[last].lower else { return [] }
        let name = Names.normalise(String(decoding: lexed.source.text[callee.lower..<callee.upper], as: UTF8.self))
        guard let function = interpreter.lookup(name)?.asFunction else { return [] }
        var given: Set<String> = []
        for (token, next) in zip(lexed.tokens[last...], lexed.tokens[last...].dropFirst()) {
            if token.kind == .name, next.kind == .colon {
                given.insert(String(decoding: lexed.source.text[token.lower..<token.upper], as: UTF8.self))
            }
        }
        return unique(function.signatures.flatMap { $0.parameters.filter { $0.arity == .one }.map(\.name) })
            .filter { !given.contains($0) }
    }

    private func files(_ typed: String, start: Int, closing: String) -> Completions {
        let slash = typed.lastIndex(of: "/")
        let folder = slash.map { String(typed[...$0]) } ?? ""
        let prefix = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
        var found: [String] = []
        var isFolder = false
        let path = folder.isEmpty ? "." : Columns.expandHome(folder)
        if let directory = opendir(path) {
            defer { closedir(directory) }
            while let entry = readdir(directory), found.count < 2000 {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != "..", name.hasPrefix(prefix), prefix.hasPrefix(".") || !name.hasPrefix(".")
                else { continue }
                var status = stat()
                isFolder = stat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
                found.append(folder + name + (isFolder ? "/" : ""))
            }
        }
        let isOneFile = found.count == 1 && !isFolder
        return Completions(start: start, candidates: found.sorted(), suffix: isOneFile ? closing : "")
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
