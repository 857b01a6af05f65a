import PolicyOptimisation

/// What one committed step did: a row of a lab's history.
public struct HistoryRow: Equatable, Sendable {
    /// The step that wrote the row.
    public enum Kind: String, Sendable, CaseIterable {
        case collect, qstep, estep, mstep
    }

    /// A measured number and its name, which is a column's name of the history table.
    public struct Statistic: Equatable, Sendable {
        public let name: String
        public let value: Double

        public init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    public let kind: Kind
    /// Environment steps, policy and critic gradient steps of the lab once this step was committed.
    public let environmentSteps: Int
    public let criticSteps: Int
    public let policySteps: Int
    public let statistics: [Statistic]

    public init(
        kind: Kind, environmentSteps: Int, criticSteps: Int, policySteps: Int, statistics: [Statistic]
    ) {
        self.kind = kind
        self.environmentSteps = environmentSteps
        self.criticSteps = criticSteps
        self.policySteps = policySteps
        self.statistics = statistics
    }

    /// The column of the bound that held for a KL when its step was made.
    public static func boundName(_ quantity: ConstrainedQuantity) -> String {
        switch quantity {
        case .kl: "epsilon"
        case .klMean: "epsilon_mean"
        case .klCov: "epsilon_cov"
        case .klTotal: "epsilon_total"
        }
    }

    /// A statistic by name, or nil where this step did not measure it.
    public subscript(name: String) -> Double? { statistics.first { $0.name == name }?.value }
}

extension Sequence<HistoryRow> {
    /// The names of all statistics, in the order of their first appearance.
    public var statisticNames: [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for row in self {
            for statistic in row.statistics where seen.insert(statistic.name).inserted { names.append(statistic.name) }
        }
        return names
    }
}
