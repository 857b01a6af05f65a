import Support

/// The lines of a recorded data file beside these tests, split at spaces; comments left out.
func referenceLines(_ name: String, file: String = #filePath) throws -> [[Substring]] {
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return try WholeFile.readText("\(folder)/Data/\(name)").split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
}

func numbers(_ words: some Sequence<Substring>) throws -> [Double] {
    try words.map { word in
        guard let number = Double(word) else { throw Fault("test.data", "'\(word)' is no number") }
        return number
    }
}

/// The agreement that is asked for: 1e-10 relative to max(1, |value|).
func agrees(_ found: Double, _ wanted: Double, within tolerance: Double = 1e-10) -> Bool {
    abs(found - wanted) <= tolerance * max(1, abs(wanted))
}
