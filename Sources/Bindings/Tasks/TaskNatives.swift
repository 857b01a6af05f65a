import Environments
import Runtime
import Support
import Tensors

/// Tasks of one's own: from functions of the language, and from tables.
enum TaskNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "environment", in: "environments", "A task of your own, made of functions from state to state.",
            parameters: Parameter<String>("name", "what summaries and messages call it"),
            Parameter<FunctionValue>("reset", "random -> the start state"),
            Parameter<FunctionValue>("step", "(state, action, random) -> {state, reward, terminated}"),
            Parameter<FunctionValue?>(
                "observe", "state -> the list of numbers that the policy sees", default: nil, shown: "the state itself"),
            Parameter<Int?>("actions", "how many actions there are, if finitely many: action is 0, 1, …", default: nil),
            Parameter<NumberOrList?>("low", "else the least action: a number, or a list of one for each", default: nil),
            Parameter<NumberOrList?>("high", "and the largest; action is a list, cut to these bounds", default: nil),
            Parameter<Int?>("steps", "an episode is truncated after so many; nothing: never", default: nil),
            Parameter<FunctionValue?>("draw", "state -> what it looks like, for show and watch", default: nil, shown: "in words"),
            text: """
                The functions are pure: all that goes on is in the state, a value of numbers, strings, lists, records,
                tensors. So episodes can be taken back, saved and copied. They draw from `random`, which lives as long
                as their call: random.uniform(low, high), random.normal(mean, std), random.index(n),
                random.choice(xs), random.shuffle(xs). Functions without randomness may leave that parameter out.
                One reset is played at once, to learn the observation's size. A file holds no functions:
                load("f", env: x) is given the task.

                `draw` gives shapes, {x: [-2, 2], y: [0, 1], shapes: [{disc: [s.x, 0.1], radius: 0.1}, …]}: each a `disc`
                with its radius, a `line` through points with a width, or a `polygon`, and its `role`, which is "body" where
                it is not said, else "ground", "object", "target", "danger"; or a board of letters,
                {board: ["S..", ".HG"], agent: [s.row, s.column]}; or anything else, which is shown in words.
                """,
            examples: [
                Example(
                    """
                    walk = environment("walk", actions: 2, steps: 20,
                        reset: random -> random.index(3),
                        step: (at, action, random) -> {
                            to = at + 2 * action - 1
                            {state: to, reward: -1, terminated: abs(to) > 4}
                        })
                    """),
                Example(
                    """
                    mass = environment("mass", low: -1, high: 1, steps: 50,
                        reset: random -> {x: random.normal(), v: 0},
                        step: (s, force) -> {
                            v = s.v + 0.1 * force[0]
                            {state: {x: s.x + 0.1 * v, v: v}, reward: -s.x ^ 2, terminated: false}
                        },
                        observe: s -> [s.x, s.v])
                    mass
                    """, "mass · observation 2 · action 1 in [−1, 1] · 50 steps an episode"),
            ]
        ) { context, name, reset, step, observe, actions, low, high, steps, draw in
            guard !name.isEmpty else { throw Fault("environment.argument", "environment: the name is empty") }
            if let steps, steps < 1 {
                throw Fault("environment.argument", "environment: 1 step or more was wanted, \(steps) was given")
            }
            let function = { (label: String, function: FunctionValue, wanted: [String], least: Int) in
                try TaskFunction(label, of: name, function, wanted: wanted, least: least, in: context.interpreter)
            }
            let functions = LanguageTask.Functions(
                reset: try function("reset", reset, ["random"], 0),
                step: try function("step", step, ["state", "action", "random"], 2),
                observe: try observe.map { try function("observe", $0, ["state"], 1) },
                draw: try draw.map { try function("draw", $0, ["state"], 1) })
            return EnvironmentObject(
                try LanguageTask(
                    name, functions, actions: space(actions, low?.numbers, high?.numbers), steps: steps,
                    stream: RandomStream(seed: context.seed, purpose: .environmentReset)))
        },
        NativeFunction(
            "mdp", in: "environments", "A finite Markov decision process from its tables.",
            parameters: Parameter<[[[Double]]]>("transitions", "transitions[s][a][s'], the probability of s' after a in s"),
            Parameter<RewardTable>("rewards", "rewards[s][a], what a earns in s, or rewards[s][a][s'] where it hangs on s'"),
            Parameter<[Double]?>(
                "start", "the probability of each start state", default: nil, shown: "uniform over those not terminal"),
            Parameter<[Int]>("terminal", "the states that end an episode", default: []),
            Parameter<Int?>("horizon", "an episode is truncated after so many steps; nothing: never", default: nil),
            text: """
                The observation is the state as a list of zeros with a one in its place, so that tabular(env) has a row
                for each. Terminal states are absorbing and earn nothing. The tables are members, env.transitions
                and so on; policy_iteration(env) finds the best policy, policy_evaluation what one is worth.
                """,
            examples: [
                Example(
                    "mdp(transitions: [[[0.9, 0.1], [0, 1]], [[0, 1], [0, 1]]], rewards: [[0, -1], [0, 0]], terminal: [1])",
                    "mdp · observation 2 · 2 actions"),
                Example(
                    "env = mdp([[[0.5, 0.5]], [[0, 1]]], rewards: [[[-1, 9]], [[0, 0]]], terminal: [1]); policy_evaluation(env, [0, 0], gamma: 1).values",
                    "[8, 0]"),
            ]
        ) { _, transitions, rewards, start, terminal, horizon in
            let mdp =
                switch rewards {
                case .byAction(let rewards):
                    try FiniteMDP(transitions: transitions, rewards: rewards, start: start, terminal: Set(terminal))
                case .bySuccessor(let rewards):
                    try FiniteMDP(
                        transitions: transitions, successorRewards: rewards, start: start, terminal: Set(terminal))
                }
            return EnvironmentObject(try FiniteMDPEnvironment(mdp, horizon: horizon))
        },
    ]

    /// The action space that `actions:`, or `low:` and `high:`, tell.
    private static func space(_ actions: Int?, _ low: [Double]?, _ high: [Double]?) throws -> ActionSpace {
        let hint = "actions: 4 for four actions, low: -1, high: 1 for a number, low: [-1, 0], high: [1, 2] for two"
        switch (actions, low, high) {
        case (let count?, nil, nil):
            guard count >= 1 else {
                throw Fault("environment.argument", "environment: 1 action or more was wanted, \(count) was given")
            }
            return .finite(count: count)
        case (nil, let low?, let high?):
            let size = max(low.count, high.count)
            let (low, high) = (NumberOrList.spread(low, to: size), NumberOrList.spread(high, to: size))
            guard low.count == high.count else {
                throw Fault(
                    "environment.argument", "environment: low has \(low.count) numbers and high \(high.count)", hint: hint)
            }
            guard size > 0, zip(low, high).allSatisfy({ $0 < $1 }) else {
                throw Fault(
                    "environment.argument",
                    "environment: low < high was wanted, low is \(low.asValue.quoted) and high \(high.asValue.quoted)")
            }
            return .box(low: low, high: high)
        case (nil, nil, nil):
            throw Fault("environment.argument", "environment: which actions there are is missing", hint: hint)
        default:
            throw Fault(
                "environment.argument", "environment wants either `actions`, or `low` and `high`", hint: hint)
        }
    }
}

/// Rewards by state and action, or by state, action and successor.
enum RewardTable: ValueConvertible {
    case byAction([[Double]])
    case bySuccessor([[[Double]]])

    static var wants: String? { "a list of lists of numbers" }

    static func convert(_ value: Value) throws -> RewardTable {
        if case .list? = value.asElements?.first?.asElements?.first { return .bySuccessor(try [[[Double]]].convert(value)) }
        return .byAction(try [[Double]].convert(value))
    }

    var asValue: Value {
        switch self {
        case .byAction(let rewards): rewards.asValue
        case .bySuccessor(let rewards): rewards.asValue
        }
    }
}

/// One number for all, or a list with one for each.
struct NumberOrList: ValueConvertible {
    var numbers: [Double]

    static var wants: String? { "a number or a list of numbers" }

    static func convert(_ value: Value) throws -> NumberOrList {
        if case .number(let number) = value { return NumberOrList(numbers: [number]) }
        do { return NumberOrList(numbers: try [Double].convert(value)) } catch let mismatch as Mismatch {
            throw Mismatch(found: mismatch.found)
        }
    }

    var asValue: Value { numbers.count == 1 ? .number(numbers[0]) : .list(numbers) }

    /// A single number as many times as there are places.
    static func spread(_ numbers: [Double], to size: Int) -> [Double] {
        guard let first = numbers.first, numbers.count == 1 else { return numbers }
        return Array(repeating: first, count: size)
    }
}
