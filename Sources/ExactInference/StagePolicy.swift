import Environments
import Support

/// A policy of a finite MDP, one table for all steps or one for each of T steps.
public struct StagePolicy: Equatable, Sendable {
    /// S
    public let stateCount: Int
    /// N
    public let actionCount: Int
    /// 1 where all steps share a table, else T.
    public let stages: Int
    /// π_t(a|s), stages × S × N.
    let table: [Double]

    /// From `tables[t][s][a]`, a table for each step, or one for all. Rows must sum to 1 within 1e-6, as
    /// those of a single-precision softmax do, and are scaled to do so exactly.
    public init(_ tables: [[[Double]]], states: Int, actions: Int) throws {
        guard !tables.isEmpty else { throw Fault("inference.policy", "a policy was wanted, an empty list was given") }
        var flat: [Double] = []
        flat.reserveCapacity(tables.count * states * actions)
        for (t, stage) in tables.enumerated() {
            let at = tables.count == 1 ? "" : " at step \(t)"
            guard stage.count == states else {
                throw Fault("inference.policy", "a policy of \(states) states was wanted, \(stage.count) were given\(at)")
            }
            for (s, row) in stage.enumerated() {
                guard row.count == actions else {
                    throw Fault(
                        "inference.policy",
                        "\(actions) probabilities were wanted for state \(s)\(at), \(row.count) were given")
                }
                let sum = row.reduce(0, +)
                guard row.allSatisfy({ $0 >= 0 }), (sum - 1).magnitude <= 1e-6 else {
                    throw Fault(
                        "inference.policy",
                        "probabilities that sum to 1 were wanted for state \(s)\(at), their sum is \(sum.plain)")
                }
                for p in row { flat.append(p / sum) }
            }
        }
        stateCount = states
        actionCount = actions
        stages = tables.count
        table = flat
    }

    init(stateCount: Int, actionCount: Int, stages: Int, table: [Double]) {
        self.stateCount = stateCount
        self.actionCount = actionCount
        self.stages = stages
        self.table = table
    }

    /// Where step t's table begins.
    func base(_ t: Int) -> Int { stages == 1 ? 0 : t * stateCount * actionCount }

    /// π_t(a|s); all in range.
    public func probability(_ t: Int, _ state: Int, _ action: Int) -> Double {
        table[base(t) + state * actionCount + action]
    }

    /// stages × S × N.
    public var tables: [[[Double]]] {
        (0..<stages).map { t in
            (0..<stateCount).map { s in
                let first = (t * stateCount + s) * actionCount
                return Array(table[first..<first + actionCount])
            }
        }
    }

    /// Refuses a policy of other states, actions or steps than the model's.
    func check(_ model: FiniteHorizonModel) throws {
        guard stateCount == model.stateCount, actionCount == model.actionCount else {
            throw Fault(
                "inference.policy",
                "a policy of \(model.stateCount) states × \(model.actionCount) actions was wanted, one of \(stateCount) × \(actionCount) was given")
        }
        guard stages == 1 || stages == model.horizon else {
            throw Fault(
                "inference.policy",
                "a policy with a table for each of \(model.horizon) steps, or one for all, was wanted; \(stages) tables were given",
                hint: "`horizon: \(stages)` plays as many steps as there are tables")
        }
    }
}
