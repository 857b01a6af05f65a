import Foundation
import Support

/// What a reference script recorded of one task.
struct RecordedTask {
    let name: String
    let words: [String]
    /// Lines by their first word, or by `word index`.
    private(set) var lines: [String: String] = [:]
    /// The steps whose observations were kept.
    private(set) var shownSteps: [Int] = []

    /// Numbers as base64 of little-endian float64.
    func numbers(_ key: String) throws -> [Double] {
        guard let line = lines[key], let data = Data(base64Encoded: line), data.count % 8 == 0 else {
            throw Fault("test.data", "\(name) has no numbers '\(key)'")
        }
        return (0..<data.count / 8).map { place in
            var bits: UInt64 = 0
            for byte in (0..<8).reversed() { bits = bits << 8 | UInt64(data[data.startIndex + place * 8 + byte]) }
            return Double(bitPattern: bits)
        }
    }

    /// The tasks of a file in Data.
    static func all(_ file: String, here: String = #filePath) throws -> [RecordedTask] {
        let folder = here.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var tasks: [RecordedTask] = []
        for line in try WholeFile.readText("\(folder)/Data/\(file)").split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "task" {
                tasks.append(RecordedTask(name: words[1], words: Array(words.dropFirst(2))))
            } else if let last = tasks.indices.last {
                tasks[last].lines[words.dropLast().joined(separator: " ")] = words.last
                if words[0] == "observation", let step = Int(words[1]) { tasks[last].shownSteps.append(step) }
            }
        }
        return tasks
    }
}

/// The generator that the reference scripts draw actions with: Knuth's MMIX, the upper 53 bits as a number in [0, 1).
struct RecordedActions {
    var state: UInt64

    mutating func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }

    mutating func action(low: [Double], high: [Double]) -> [Double] {
        zip(low, high).map { $0 + ($1 - $0) * uniform() }
    }
}
