/// Names that are close to a misspelt one.
public enum DidYouMean {
    /// The closest name, if one is close enough to be what was meant.
    public static func closest(_ name: String, among names: some Sequence<String>) -> String? {
        let wanted = Array(name.unicodeScalars)
        guard wanted.count <= 60 else { return nil }
        let folded = name.lowercased()
        let limit = wanted.count <= 2 ? 1 : wanted.count <= 5 ? 1 : wanted.count <= 9 ? 2 : 3
        var best: (name: String, distance: Int)?
        for candidate in names where candidate != name {
            if candidate.lowercased() == folded { return candidate }
            let scalars = Array(candidate.unicodeScalars)
            guard abs(scalars.count - wanted.count) <= limit, wanted.count > 1 else { continue }
            let distance = distance(wanted, scalars)
            guard distance <= limit, distance < scalars.count else { continue }
            if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// ``did you mean `estep`?``
    public static func hint(_ name: String, among names: some Sequence<String>) -> String? {
        closest(name, among: names).map { "did you mean `\($0)`?" }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var before = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost)
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], before[j - 2] + 1)
                }
            }
            before = previous
            previous = row
        }
        return previous[b.count]
    }
}
