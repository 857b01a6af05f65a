/// Text pasted at the prompt: of a transcript only the statements stay.
public enum PastedTranscript {
    /// Takes prompts (`[3]> `) and outputs away where `text` is the copy of a session, and returns any other text as it is,
    /// without line ends at its end.
    ///
    /// A statement goes on as long as `isIncomplete` says so; what follows it up to the next prompt is output.
    public static func stripped(_ text: String, isIncomplete: (String) -> Bool) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.contains(where: { afterPrompt($0) != nil }) else {
            var rest = Substring(text)
            while rest.last?.isNewline == true { rest = rest.dropLast() }
            return String(rest)
        }
        var statements: [String] = []
        var isOpen = false
        for line in lines {
            if let code = afterPrompt(line) {
                isOpen = false
                if code.allSatisfy(\.isWhitespace) { continue }
                statements.append(code)
                isOpen = isIncomplete(code)
            } else if isOpen, let last = statements.popLast() {
                let longer = last + "\n" + line
                statements.append(longer)
                isOpen = isIncomplete(longer)
            }
        }
        return statements.filter { !$0.hasPrefix(":") && !$0.hasPrefix("?") }.joined(separator: "\n")
    }

    /// What stands behind the prompt that `line` starts with.
    private static func afterPrompt(_ line: String) -> String? {
        guard line.hasPrefix("[") else { return nil }
        let digits = line.dropFirst().prefix { $0.isASCII && $0.isNumber }
        let rest = line.dropFirst(1 + digits.count)
        guard !digits.isEmpty, rest.hasPrefix("]>") else { return nil }
        let code = rest.dropFirst(2)
        return String(code.hasPrefix(" ") ? code.dropFirst() : code)
    }
}
