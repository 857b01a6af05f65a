import Support

extension FiniteMDP {
    /// What may happen after `action` in `state`; both must be in range.
    public func outcomes(_ state: Int, _ action: Int) -> ArraySlice<Outcome> {
        let pair = state * actionCount + action
        return table[places[pair]..<places[pair + 1]]
    }

    /// The outcome that a number `u` in [0, 1) draws: the first whose cumulative probability exceeds it.
    ///
    /// The last possible one where rounding leaves the sum short of 1. Gymnasium draws the same.
    package func outcome(_ state: Int, _ action: Int, at u: Double) -> Outcome {
        let list = outcomes(state, action)
        return list[list.startIndex + Self.index(list.lazy.map(\.probability), at: u)]
    }

    /// The start state that a number `u` in [0, 1) draws.
    package func startState(at u: Double) -> Int { Self.index(start, at: u) }

    private static func index(_ probabilities: some Sequence<Double>, at u: Double) -> Int {
        var sum = 0.0
        var last = 0
        for (index, p) in probabilities.enumerated() where p > 0 {
            last = index
            sum += p
            if sum > u { break }
        }
        return last
    }

    /// The expected reward of `action` in `state`; both must be in range.
    public func reward(_ state: Int, _ action: Int) -> Double {
        let list = outcomes(state, action)
        // A reward that is certain is exact, whatever rounding makes of the probabilities' sum.
        if let first = list.first, list.allSatisfy({ $0.reward == first.reward }) { return first.reward }
        return list.reduce(0) { $0 + $1.probability * $1.reward }
    }

    /// The expected rewards, S × N.
    public var rewards: [[Double]] {
        (0..<stateCount).map { s in (0..<actionCount).map { a in reward(s, a) } }
    }

    /// The probability of each successor, S × N × S; a fault where that is more than fits into memory.
    public var transitions: [[[Double]]] {
        get throws {
            try MemoryBudget.require(
                elements: [stateCount, actionCount, stateCount], stride: 8, for: "the transitions of every state")
            return (0..<stateCount).map { s in
                (0..<actionCount).map { a in
                    var row = Array(repeating: 0.0, count: stateCount)
                    for outcome in outcomes(s, a) { row[outcome.next] += outcome.probability }
                    return row
                }
            }
        }
    }
}
