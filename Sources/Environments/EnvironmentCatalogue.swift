import Support

/// How a task is built: the constructor's name and its arguments by name, as they are saved with a lab.
public struct EnvironmentConstructor: Equatable, Sendable {
    public var name: String
    /// A JSON object.
    public var arguments: JSON

    public init(_ name: String, _ arguments: JSON = .object([])) {
        self.name = name
        self.arguments = arguments
    }
}

/// The constructors by which saved tasks are built again; other modules add theirs.
public struct EnvironmentCatalogue: Sendable {
    public typealias Maker = @Sendable (_ arguments: JSON) throws -> any Environment
    public typealias Wrapper = @Sendable (_ inner: any Environment, _ arguments: JSON) throws -> any Environment

    private var makers: [String: Maker] = [:]
    private var wrappers: [String: Wrapper] = [:]

    /// The tasks of this module.
    public static let standard: EnvironmentCatalogue = {
        var catalogue = EnvironmentCatalogue()
        catalogue.add("pendulum") { try Pendulum(arguments: $0) }
        catalogue.add("bandit") { try Bandit(arguments: $0) }
        catalogue.add("quadratic_bandit") { try QuadraticBandit(arguments: $0) }
        catalogue.add("lq") { try LinearQuadratic(arguments: $0) }
        catalogue.add("mdp") { try FiniteMDPEnvironment(arguments: $0) }
        catalogue.add("gym") { try GymnasiumTasks.make(arguments: $0) }
        catalogue.add(wrapper: TimeLimit.constructorName) { try TimeLimit($0, arguments: $1) }
        catalogue.add(wrapper: SkipFrames.constructorName) { try SkipFrames($0, arguments: $1) }
        catalogue.add(wrapper: ScaleRewards.constructorName) { try ScaleRewards($0, arguments: $1) }
        catalogue.add(wrapper: RescaleActions.constructorName) { try RescaleActions($0, arguments: $1) }
        catalogue.add(wrapper: ClipActions.constructorName) { try ClipActions($0, arguments: $1) }
        catalogue.add(wrapper: NormaliseObservations.constructorName) { try NormaliseObservations($0, arguments: $1) }
        return catalogue
    }()

    public init() {}

    public mutating func add(_ name: String, _ maker: @escaping Maker) { makers[name] = maker }

    /// A wrapper, whose argument "environment" is the constructor of the task inside.
    public mutating func add(wrapper name: String, _ wrapper: @escaping Wrapper) { wrappers[name] = wrapper }

    public var names: [String] { (Array(makers.keys) + Array(wrappers.keys)).sorted() }

    public func make(_ constructor: EnvironmentConstructor) throws -> any Environment {
        if let wrapper = wrappers[constructor.name] {
            let inner = constructor.arguments["environment"]
            guard let name = inner?["name"]?.text else {
                throw constructor.arguments.wrong("environment", "the constructor of the task inside")
            }
            let task = try make(EnvironmentConstructor(name, inner?["arguments"] ?? .object([])))
            return try wrapper(task, constructor.arguments)
        }
        guard let maker = makers[constructor.name] else {
            throw Fault(
                "environment.unknown", "there is no built-in environment '\(constructor.name)'",
                hint: "known are \(names.joined(separator: ", "))")
        }
        return try maker(constructor.arguments)
    }
}

extension JSON {
    /// Reading of a constructor's arguments: a missing one takes its default, a wrong one is a fault.
    func argument(_ name: String, default value: Double) throws -> Double {
        guard let given = self[name] else { return value }
        guard let number = given.double else { throw wrong(name, "a number") }
        return number
    }

    func argument(_ name: String, default value: Int) throws -> Int {
        guard let given = self[name] else { return value }
        guard let number = given.int else { throw wrong(name, "a whole number") }
        return number
    }

    func list(_ name: String) throws -> [Double] {
        guard let numbers = self[name]?.doubles else { throw wrong(name, "a list of numbers") }
        return numbers
    }

    func matrix(_ name: String) throws -> [[Double]] {
        let rows = (self[name]?.elements ?? []).map(\.doubles)
        let whole = rows.compactMap { $0 }
        guard whole.count == rows.count, self[name]?.elements != nil else {
            throw wrong(name, "a list of lists of numbers")
        }
        return whole
    }

    func wrong(_ name: String, _ wanted: String) -> Fault {
        Fault("environment.argument", "the environment's argument '\(name)': \(wanted) was wanted")
    }
}

/// A list of lists of numbers as JSON.
func json(_ matrix: [[Double]]) -> JSON { .array(matrix.map { JSON.numbers($0) }) }
