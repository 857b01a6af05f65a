import Environments
import Laboratory
import Plots
import PolicyOptimisation
import Runtime
import Support

/// V over states: a finite MDP's on its board, a slice of two observation dimensions of any other task.
enum ValueFigure {
    /// How a slice is laid through the observations.
    struct Slice {
        var dims: [Int]?
        /// What the other dimensions are.
        var base: [Double]?
        /// The observation of two numbers.
        var observe: FunctionValue?
        var x: ClosedRange<Double>?
        var y: ClosedRange<Double>?
    }

    private static let across = 49
    private static let up = 33

    // MARK: Finite MDPs

    /// Values of a finite MDP's states on the task's board; nil where the task is none.
    static func board(_ values: [Double], _ task: any Environment, title: String, label: String) throws -> Figure? {
        var inner = task
        while let limited = inner as? TimeLimit { inner = limited.inner }
        guard let finite = inner as? FiniteMDPEnvironment, values.count == finite.mdp.stateCount else { return nil }
        let own = try finite.copy()
        guard case .board(let now) = try own.scene().content, now.rows.count > 1 else {
            return list(values, finite.mdp, title: title)
        }
        // Each state's place, of those that look like the present one but for the agent (Taxi: one passenger, one goal).
        var rows = now.rows.map { $0.map { _ in Double.nan } }
        var ends = Set<Scene.Place>()
        var seen = 0
        for state in values.indices {
            try own.restore(EnvironmentSnapshot(numbers: [Double(state)]))
            guard case .board(let board) = try own.scene().content, board.rows == now.rows, let place = board.agent,
                rows.indices.contains(place.row), rows[place.row].indices.contains(place.column), rows[place.row][place.column].isNaN
            else { continue }
            rows[place.row][place.column] = values[state]
            if finite.mdp.terminal.contains(state) { ends.insert(place) }
            seen += 1
        }
        var figure = Figure.heatmap(rows, title: title, valueLabel: label)
        figure.x.isHidden = true
        figure.y.isHidden = true
        let columns = rows.map(\.count).max() ?? 0
        for (r, row) in rows.enumerated() {
            for (c, value) in row.enumerated() where value.isFinite {
                let name = now.rows[r][c].label
                // An end is worth 0 by its meaning; its name says more.
                let isEnd = ends.contains(Scene.Place(row: r, column: c)) && !name.isEmpty
                let number = columns <= 6 && !isEnd ? Digits.short(value, significant: 2) : ""
                let text = [name, number].filter { !$0.isEmpty }.joined(separator: " ")
                if !text.isEmpty { figure.layers.append(.note(Note(x: Double(c), y: Double(r), text))) }
            }
        }
        if seen < values.count {
            figure.caption = "\(seen) of \(NumberText.grouped(values.count)) states: those that differ from the task's present one by the agent's place."
        }
        return figure
    }

    private static func list(_ values: [Double], _ mdp: FiniteMDP, title: String) -> Figure {
        .bars(
            Bars(
                labels: values.indices.map { mdp.terminal.contains($0) ? "state \($0) (terminal)" : "state \($0)" },
                values: values.map(\.shortened)), title: title)
    }

    // MARK: Labs

    static func figure(_ lab: Lab, _ slice: Slice, title: String, _ context: NativeContext) throws -> Figure {
        let (policy, critic) = (PolicyObject(lab.policy), CriticObject(lab.critic))
        let name = title.isEmpty ? "V(s) = E_π Q(s, a) · \(lab.environment.spec.name)" : title
        if let mdp = FiniteMDPMembers.mdp(of: lab.environment) {
            guard slice.dims == nil, slice.observe == nil, slice.base == nil, slice.x == nil, slice.y == nil else {
                throw Fault("plot.values", "all states of a finite MDP are shown; `dims`, `at`, `observe`, `x` and `y` are for other tasks")
            }
            try MemoryBudget.require(
                elements: [mdp.stateCount, mdp.stateCount], stride: 16, for: "the observations of all states")
            let states = (0..<mdp.stateCount).map { state in (0..<mdp.stateCount).map { $0 == state ? 1.0 : 0 } }
            var values = try Probe.stateValues(policy, critic, states, context).values
            // Nothing is earned after the end, whatever the network says.
            for state in mdp.terminal { values[state] = 0 }
            if let figure = try board(values, lab.environment, title: name, label: "V(s)") { return figure }
            return list(values, mdp, title: name)
        }
        return try self.slice(lab, policy, critic, slice, title: name, context)
    }

    private static func slice(
        _ lab: Lab, _ policy: PolicyObject, _ critic: CriticObject, _ slice: Slice, title: String, _ context: NativeContext
    ) throws -> Figure {
        let size = lab.environment.spec.observationSize
        let seen = try Seen(lab)
        if slice.observe != nil || size > 1 { return try map(size, seen, policy, critic, slice, title, context) }
        if slice.dims != nil || slice.y != nil || slice.base != nil {
            throw Fault("plot.dims", "an observation of \(lab.environment.spec.name) has a single number: there are no two dimensions to choose")
        }
        let range = slice.x ?? seen.range(0)
        let xs = (0..<161).map { range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 160 }
        let values = try Probe.stateValues(policy, critic, xs.map { [$0] }, context).values
        return .line([Series("", xs: xs, ys: values)], title: title, x: Axis("observation[0]", isWhole: false), y: Axis(isWhole: false))
    }

    private static func map(
        _ size: Int, _ seen: Seen, _ policy: PolicyObject, _ critic: CriticObject, _ slice: Slice, _ title: String,
        _ context: NativeContext
    ) throws -> Figure {
        var sentences: [String] = []
        let (x, y): (ClosedRange<Double>, ClosedRange<Double>)
        let make: (Double, Double) throws -> [Double]
        var names = ("x", "y")
        if let observe = slice.observe {
            guard let givenX = slice.x, let givenY = slice.y else {
                throw Fault(
                    "plot.range", "`observe` wants the ranges of its two numbers, too",
                    hint: "as in observe: (angle, speed) -> [cos(angle), sin(angle), speed], x: [-pi, pi], y: [-8, 8]")
            }
            guard slice.dims == nil, slice.base == nil else {
                throw Fault("plot.values", "`observe` makes the whole observation; `dims` and `at` choose in one, so they do not go together")
            }
            (x, y) = (givenX, givenY)
            make = { a, b in
                let value = try context.call(observe, .number(a), .number(b))
                guard let numbers = try? NumberList.convert(value).numbers, numbers.count == size else {
                    throw Fault("plot.observe", "`observe` wants to return an observation of \(Digits.count(size, "number")), it returned \(value.described)")
                }
                return numbers
            }
            sentences.append("The observation is what `observe` makes of x and y.")
        } else {
            let dims = slice.dims ?? [0, 1]
            guard dims.count == 2, dims[0] != dims[1], dims.allSatisfy({ (0..<size).contains($0) }) else {
                throw Fault(
                    "plot.dims", "`dims` wants two different dimensions of the observation in 0..<\(size), got \(Value.list(dims.map(Double.init)).described)")
            }
            let base = slice.base ?? seen.mean
            guard base.count == size else {
                throw Fault("plot.observation", "an observation of \(Digits.count(size, "number")) was wanted, \(base.count) were given")
            }
            (x, y) = (slice.x ?? seen.range(dims[0]), slice.y ?? seen.range(dims[1]))
            make = { a, b in
                var observation = base
                observation[dims[0]] = a
                observation[dims[1]] = b
                return observation
            }
            names = ("observation[\(dims[0])]", "observation[\(dims[1])]")
            if size > 2 {
                let own = size == 3 ? "its" : "their"
                let place = slice.base != nil ? "as in `at`" : seen.isEmpty ? "0" : "at \(own) mean in the replay"
                sentences.append(
                    "The other \(size == 3 ? "number of the observation is" : "\(size - 2) numbers of the observation are") \(place); `dims: [i, j]` shows two others.")
            }
        }
        var states: [[Double]] = []
        for row in 0..<up {
            for column in 0..<across {
                states.append(
                    try make(
                        x.lowerBound + (Double(column) + 0.5) / Double(across) * (x.upperBound - x.lowerBound),
                        y.lowerBound + (Double(row) + 0.5) / Double(up) * (y.upperBound - y.lowerBound)))
            }
        }
        let (values, isExact) = try Probe.stateValues(policy, critic, states, context)
        let rows = (0..<up).map { Array(values[$0 * across..<($0 + 1) * across]) }
        var figure = Figure.heatmap(rows, x: x, y: y, title: title, valueLabel: "V(s)")
        figure.x.label = names.0
        figure.y.label = names.1
        if !isExact { sentences.append("The mean over the policy's actions is taken at 2 points a dimension.") }
        figure.caption = sentences.joined(separator: " ")
        return figure
    }

    /// Where the replay's observations lie.
    private struct Seen {
        var low: [Double]
        var high: [Double]
        var mean: [Double]
        let isEmpty: Bool

        /// Of at most 2 000 of them, evenly spread.
        init(_ lab: Lab) throws {
            let replay = lab.replay
            let size = lab.environment.spec.observationSize
            isEmpty = replay.count == 0
            mean = Array(repeating: 0, count: size)
            (low, high) = (mean, mean)
            guard !isEmpty else { return }
            let slots = Array(stride(from: 0, to: replay.count, by: max(1, replay.count / 2000)))
            for (index, slot) in slots.enumerated() {
                let observation = try replay.transition(slot).observation.map { Double($0) }
                for d in 0..<min(size, observation.count) {
                    mean[d] += observation[d] / Double(slots.count)
                    low[d] = index == 0 ? observation[d] : min(low[d], observation[d])
                    high[d] = index == 0 ? observation[d] : max(high[d], observation[d])
                }
            }
        }

        func range(_ d: Int) -> ClosedRange<Double> {
            guard low[d].isFinite, high[d].isFinite, high[d] > low[d] else {
                let middle = low[d].isFinite ? low[d] : 0
                return (middle - 1)...(middle + 1)
            }
            return low[d]...high[d]
        }
    }
}
