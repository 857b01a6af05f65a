import Environments
import MuJoCoEnvironments
import Support
import Testing

/// What dm_control did with one task, as scripts/reference-suite.py recorded it.
struct SuiteRecord {
    var limit: Int?
    var low: [Double] = []
    var high: [Double] = []
    /// The observation's numbers that are computed, not MuJoCo's passed on.
    var computed: [Range<Int>] = []
    var trajectories: [Trajectory] = []
    var spreads: [Spread] = []
    var shares: [(what: String, count: Int, share: Double)] = []

    struct Trajectory {
        var name: String
        var steps: Int
        var state: [Double] = []
        var fields: [String: [Double]] = [:]
        var observations: [Int: [Double]] = [:]
        var rewards: [Double] = []
        var terminal = 0
    }

    struct Spread {
        var field: String
        var count: Int
        var mean: [Double] = []
        var deviation: [Double] = []
        var lowest: [Double] = []
        var highest: [Double] = []
    }

    init(_ task: String) throws {
        for words in try Self.lines(task) {
            let rest = words.dropFirst()
            func numbers(from: Int = 1) throws -> [Double] { try words.dropFirst(from).map { try Self.number($0) } }
            let trajectory = trajectories.count - 1
            let spread = spreads.count - 1
            switch words[0] {
            case "limit": limit = Int(words[1])
            case "low": low = try numbers()
            case "high": high = try numbers()
            case "computed": computed.append(try #require(Int(words[1]))..<(try #require(Int(words[2]))))
            case "start": trajectories.append(Trajectory(name: words[1], steps: try #require(Int(words[2]))))
            case "state": trajectories[trajectory].state = try numbers()
            case "field": trajectories[trajectory].fields[words[1]] = try numbers(from: 2)
            case "observation": trajectories[trajectory].observations[try #require(Int(words[1]))] = try numbers(from: 2)
            case "rewards": trajectories[trajectory].rewards = try numbers()
            case "terminal": trajectories[trajectory].terminal = try #require(Int(words[1]))
            case "spread": spreads.append(Spread(field: words[1], count: try #require(Int(words[2]))))
            case "mean": spreads[spread].mean = try numbers()
            case "deviation": spreads[spread].deviation = try numbers()
            case "lowest": spreads[spread].lowest = try numbers()
            case "highest": spreads[spread].highest = try numbers()
            case "share": shares.append((words[1], try #require(Int(words[2])), try Self.number(words[3])))
            default: Issue.record("\(task): a line of the kind '\(words[0])' with \(rest.count) words")
            }
        }
    }

    /// The words of a data file's lines.
    static func lines(_ name: String) throws -> [[String]] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try WholeFile.readText("\(folder)/Data/suite/\(name).txt").split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: " ").map(String.init) }
    }

    /// The bits of a float64 in hexadecimal, without trailing zeros.
    static func number(_ word: some StringProtocol) throws -> Double {
        let bits = try #require(UInt64(word + String(repeating: "0", count: 16 - word.count), radix: 16))
        return Double(bitPattern: bits)
    }
}

extension RecordedActions {
    /// Between ±1 where there is no bound, which the original writes as 1e10.
    mutating func bounded(_ low: [Double], _ high: [Double]) -> [Double] {
        let isFree = zip(low, high).map { max($0.magnitude, $1.magnitude) > 1e9 }
        return action(low: zip(low, isFree).map { $1 ? -1 : $0 }, high: zip(high, isFree).map { $1 ? 1 : $0 })
    }
}

extension SuiteEnvironment {
    /// Takes the start of a recorded trajectory.
    func restore(_ trajectory: SuiteRecord.Trajectory) throws {
        var numbers = trajectory.state
        for field in redrawnFields + carriedFields { numbers += try #require(trajectory.fields[field], "\(spec.name) \(field)") }
        try restore(EnvironmentSnapshot(numbers: numbers))
    }
}
