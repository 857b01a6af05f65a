import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// A value that shows a summary and has named numbers: what a collect, a Q-step or an evaluation brought.
class ResultObject: HostObject {
    private let fields: [(name: String, value: Value)]
    private let line: String

    init(_ line: String, _ fields: [(name: String, value: Value)]) {
        self.line = line
        self.fields = fields
    }

    override var hasIdentity: Bool { false }
    override var summary: String { line }
    override var memberNames: [String] { fields.map(\.name) }
    override func member(_ name: String) throws -> Value? { fields.first { $0.name == name }?.value }
    override func json() -> JSON { .object(fields.map { JSON.Member($0.name, $0.value.json) }) }
    override func isEqual(to other: HostObject) -> Bool {
        type(of: other) == type(of: self) && other.json().description == json().description
    }
}

/// What a collect brought in.
final class CollectedObject: ResultObject {
    override class var typeName: String { "collect" }

    init(_ collected: Collected) {
        let finished = collected.finished
        var parts = [
            finished.returns.isEmpty
                ? "collected \(Digits.count(collected.steps, "environment step"))"
                : "collected \(Digits.count(finished.returns.count, "episode")) · \(Digits.count(collected.steps, "environment step"))"
        ]
        if !finished.returns.isEmpty { parts.append("return \(Self.spread(finished))") }
        if let running = collected.runningSteps { parts.append("an episode goes on after \(Digits.count(running, "step"))") }
        super.init(
            parts.joined(separator: " · "),
            [
                ("episodes", .integer(finished.returns.count)), ("steps", .integer(collected.steps)),
                ("mean", finished.returns.isEmpty ? .nothing : .number(finished.mean)),
                ("std", finished.returns.isEmpty ? .nothing : .number(finished.std)),
                ("returns", .list(finished.returns)), ("lengths", finished.lengths.asValue),
            ])
    }

    /// `−1 214 ± 241`.
    static func spread(_ evaluation: Evaluation) -> String {
        let mean = Digits.short(evaluation.mean)
        return evaluation.returns.count > 1 ? "\(mean) ± \(Digits.short(evaluation.std, significant: 3))" : mean
    }
}

/// The returns of the mean policy.
final class EvaluationObject: ResultObject {
    override class var typeName: String { "evaluation" }

    init(_ evaluation: Evaluation) {
        let lengths = evaluation.lengths
        let length =
            lengths.min() == lengths.max()
            ? Digits.count(lengths.first ?? 0, "step")
            : "\(NumberText.grouped(lengths.min() ?? 0)) to \(NumberText.grouped(lengths.max() ?? 0)) steps"
        super.init(
            "evaluated \(Digits.count(evaluation.returns.count, "episode")) · return \(CollectedObject.spread(evaluation)) · \(length)",
            [
                ("mean", .number(evaluation.mean)), ("std", .number(evaluation.std)),
                ("returns", .list(evaluation.returns)), ("lengths", lengths.asValue),
            ])
    }
}

/// What policy evaluation measured.
final class QStepObject: ResultObject {
    override class var typeName: String { "Q-step" }

    init(_ q: QStepStatistics) {
        var parts = [
            "Q-step", Digits.count(q.gradientSteps, "gradient step"),
            "TD error \(Digits.short(q.tdErrorBefore, significant: 3)) → \(Digits.short(q.tdErrorAfter, significant: 3))",
        ]
        if let trace = q.meanTrace { parts.append("mean trace \(Digits.short(trace, significant: 3))") }
        if let entropy = q.crossEntropy { parts.append("cross entropy \(Digits.short(entropy, significant: 3))") }
        for (share, end) in [(q.clippedLow, "below v_min"), (q.clippedHigh, "above v_max")] {
            if let share, share > 0 { parts.append("\(Digits.short(100 * share, significant: 2)) % of the target \(end)") }
        }
        if let gap = q.twinGap { parts.append("twins \(Digits.short(gap, significant: 3)) apart") }
        if q.refreshes > 0 { parts.append("target critic refreshed" + (q.refreshes > 1 ? " \(Digits.count(q.refreshes, "time"))" : "")) }
        super.init(
            parts.joined(separator: " · "),
            [
                ("steps", .integer(q.gradientSteps)), ("td_error_before", .number(q.tdErrorBefore)),
                ("td_error", .number(q.tdErrorAfter)), ("mean_q", .number(q.meanQ)), ("mean_target", .number(q.meanTarget)),
                ("gradient_norm", .number(q.gradientNorm)), ("target_age", .integer(q.targetAge)),
            ] + q.details.map { ($0.name, .number($0.value)) })
    }
}
