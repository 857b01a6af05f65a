import Foundation
import Support
import Testing

/// A line of a file in Data: its first word, and the rest in parts that ` / ` sets apart.
struct RecordedLine: Sendable {
    let word: String
    let parts: [[Substring]]

    /// The numbers of a part; hexadecimal ones are exact.
    func numbers(_ part: Int) throws -> [Double] { try parts[part].map { try #require(Double($0)) } }
}

/// A task's lines, from its own line `task ID options` on.
struct RecordedSection: Sendable, CustomTestStringConvertible {
    let id: String
    let options: String
    var lines: [RecordedLine] = []
    var testDescription: String { "\(id) \(options)" }

    /// The sections of a file; what comes before the first is in a section without an ID.
    static func all(_ file: String) -> [RecordedSection] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let text = (try? WholeFile.readText("\(folder)/Data/\(file)")) ?? ""
        var sections = [RecordedSection(id: "", options: "")]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            if words[0] == "task" {
                sections.append(
                    RecordedSection(id: String(words[1]), options: words.dropFirst(2).joined(separator: " ")))
            } else {
                let parts = words.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
                sections[sections.count - 1].lines.append(RecordedLine(word: String(words[0]), parts: parts))
            }
        }
        return sections
    }
}

/// A double as Python writes it: `0x1.8p+1`.
func hexadecimal(_ x: Double) -> String { String(format: "%a", x) }
