@_spi(_Unicode) import Swift

/// Identifiers: their one normal form, and guesses for misspelt or foreign ones.
public enum Names {
    /// The form under which a name is known: NFC, every Greek letter written as its English name.
    ///
    /// `η` and `eta` are one name, as are `Σ` and `Sigma`, `η_min` and `eta_min`.
    public static func normalise(_ name: some StringProtocol) -> String {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return String(name) }
        var scalars = String.UnicodeScalarView()
        for scalar in String(name)._nfc {
            if let english = greek[scalar] {
                scalars.append(contentsOf: english.unicodeScalars)
            } else {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// The letters that `\eta` and Tab can write: English name and Greek letter, in alphabetical order of the alphabet.
    public static let greekLetters: [(name: String, letter: Character)] = {
        let names = [
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
            "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
        ]
        let small = zip(names, "αβγδεζηθικλμνξοπρστυφχψω")
        let capital = zip(names.map { $0.prefix(1).uppercased() + $0.dropFirst() }, "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ")
        return small.map { (name: $0.0, letter: $0.1) } + capital.map { (name: $0.0, letter: $0.1) }
    }()

    private static let greek: [Unicode.Scalar: String] = {
        var table: [Unicode.Scalar: String] = [
            // Other shapes of the same letters, and the micro sign.
            "ϵ": "epsilon", "ϑ": "theta", "ϰ": "kappa", "ϕ": "phi", "ϱ": "rho", "ϖ": "pi", "ς": "sigma",
            "\u{B5}": "mu",
        ]
        for (name, letter) in greekLetters {
            if let scalar = letter.unicodeScalars.first { table[scalar] = name }
        }
        return table
    }()

    /// The one of `candidates` that someone who wrote `name` most likely meant, where one is close.
    ///
    /// Optimal string alignment distance (insertion, deletion, substitution, neighbours swapped),
    /// at most 1 for names up to five letters and 2 beyond; letter case alone counts as nothing.
    public static func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.unicodeScalars), folded = name.lowercased()
        let limit = wanted.count <= 2 ? 0 : wanted.count <= 5 ? 1 : 2
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate != name {
            let distance: Int
            if candidate.lowercased() == folded {
                distance = 0
            } else {
                let other = Array(candidate.unicodeScalars)
                guard abs(other.count - wanted.count) <= limit, other.count > 1 else { continue }
                distance = editDistance(wanted, other)
            }
            guard distance <= limit else { continue }
            if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    private static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before: [Int] = [], previous = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            before = previous
            previous = row
        }
        return previous[b.count]
    }

    /// What a name that other languages use for something is called here, for the hint of an unknown-name error.
    public static func foreign(_ name: String) -> String? {
        switch name {
        case "None", "null", "nil", "NULL", "undefined": "the empty value is `nothing`"
        case "True", "TRUE": "write `true`"
        case "False", "FALSE": "write `false`"
        case "println", "printf", "puts", "echo", "disp": "write `print(x)`"
        case "length", "size": "write `len(x)`"
        case "str": "write `string(x)`"
        case "float", "int", "double": "write `number(x)`; all numbers are of one kind"
        case "np", "numpy", "math", "torch", "jnp", "jax", "tf": "mathematics needs no prefix: `exp(x)`, `mean(x)`"
        case "end", "done", "fi": "a block ends with `}`"
        case "exit", "quit": "`:quit` or Ctrl-D leaves the prompt; a script ends with its last line"
        case "self", "this": "there are no methods; a function takes what it works on as its first parameter"
        default: nil
        }
    }
}
