import Checkpoints
import Environments
import PolicyOptimisation
import Support
import Tensors

// The replay and the history as tensors of a lab's file.
extension Checkpoint {
    mutating func add(_ columns: ReplayColumns) throws {
        let rows = columns.flags.count
        try add("replay.observations", shape: [rows, columns.observationSize], columns.observations)
        try add("replay.actions", shape: [rows, columns.actionSize], columns.actions)
        try add("replay.rewards", shape: [rows], columns.rewards)
        try add("replay.next_observations", shape: [rows, columns.observationSize], columns.nextObservations)
        try add("replay.log_probabilities", shape: [rows], columns.logProbabilities)
        try add("replay.flags", columns.flags)
    }

    /// The history in four flat columns: a row's kind and counters, how many statistics it has, their names' indices
    /// and values. The names themselves come last, as bytes with a zero after each.
    mutating func add(_ history: [HistoryRow]) throws {
        let names = history.statisticNames
        let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
        let kinds = Dictionary(uniqueKeysWithValues: HistoryRow.Kind.allCases.enumerated().map { ($1, Int64($0)) })
        let rows = history.flatMap { row -> [Int64] in
            [
                kinds[row.kind] ?? 0, Int64(row.environmentSteps), Int64(row.criticSteps), Int64(row.policySteps),
                Int64(row.statistics.count),
            ]
        }
        try add("history.rows", shape: [history.count, 5], rows)
        try add("history.name_indices", history.flatMap { $0.statistics.map { index[$0.name] ?? 0 } })
        try add("history.values", history.flatMap { $0.statistics.map(\.value) })
        try add("history.names", names.flatMap { Array($0.utf8) + [0] })
    }
}

extension LoadedCheckpoint {
    func replay(_ json: JSON, _ spec: EnvironmentSpec) throws -> Replay {
        guard let capacity = json["capacity"]?.int, let appended = json["appended"]?.int, capacity >= 1,
            (0...1 << 48).contains(appended)
        else { throw Fault("checkpoint.damaged", "'\(path)' is damaged: its replay is \(json)") }
        let rows = min(capacity, appended)
        let actionSize = spec.actions.size
        return try Replay(
            ReplayColumns(
                capacity: capacity, appended: appended, observationSize: spec.observationSize, actionSize: actionSize,
                observations: storage("replay.observations", shape: [rows, spec.observationSize]),
                actions: storage("replay.actions", shape: [rows, actionSize]),
                rewards: storage("replay.rewards", shape: [rows]),
                nextObservations: storage("replay.next_observations", shape: [rows, spec.observationSize]),
                logProbabilities: storage("replay.log_probabilities", shape: [rows]),
                flags: uint8s("replay.flags", shape: [rows])))
    }

    func history() throws -> [HistoryRow] {
        let damaged = Fault("checkpoint.damaged", "'\(path)' is damaged: its history does not fit together")
        let rows = try int64s("history.rows")
        let indices = try int64s("history.name_indices")
        let values = try doubles("history.values", shape: [indices.count])
        let names = try uint8s("history.names").split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard try shape("history.rows") == [rows.count / 5, 5] else { throw damaged }
        let kinds = HistoryRow.Kind.allCases
        var history: [HistoryRow] = []
        var next = 0
        for start in stride(from: 0, to: rows.count, by: 5) {
            let count = Int(rows[start + 4])
            guard rows[start] >= 0, rows[start] < kinds.count, count >= 0, count <= values.count - next else {
                throw damaged
            }
            let statistics = try (next..<next + count).map { place in
                guard let index = Int(exactly: indices[place]), names.indices.contains(index) else { throw damaged }
                return HistoryRow.Statistic(names[index], values[place])
            }
            next += count
            history.append(
                HistoryRow(
                    kind: kinds[Int(rows[start])], environmentSteps: Int(rows[start + 1]),
                    criticSteps: Int(rows[start + 2]), policySteps: Int(rows[start + 3]), statistics: statistics))
        }
        guard next == values.count else { throw damaged }
        return history
    }
}
