import Bindings
import Environments
import Runtime
import Support
import Syntax
import Tensors
import Testing

/// What a task's state may be, and that a snapshot gives it back bit for bit.
@Suite struct TaskStateTests {
    /// The values of a program's globals.
    static func value(_ code: String) throws -> Value {
        let interpreter = Interpreter(registry: makeStandardRegistry(), output: Recorder())
        try interpreter.run(try Parser.parse(Source(name: "test", "x = " + code)), display: .batch)
        return try #require(interpreter.lookup("x"))
    }

    static let states = [
        "nothing", "true", "0", "-0.0", "1 / 3", "1e300", "5e-324", "infinity", "[infinity, -infinity, 0]", "\"\"",
        "\"NaN\"", "\"a \\\"b\\\" \\n ü\"", "[]", "[[]]", "{}", "[1, 2, 3]", "[1, \"2\", 3]", "[[1, 2], [3]]", "{x: 1, y: [2, 3]}",
        "{number: 1, numbers: {numbers: 2}, record: {record: []}, range: 1...3, tensor: \"t\"}", "1...5", "0..<0",
        "tensor([[1, 2], [3.5, 0.1]])", "tensor([])", "[nothing, [true, [false, {a: {b: {c: 0}}}]]]",
    ]

    @Test(arguments: states) func comesBack(code: String) throws {
        let state = try Self.value(code)
        #expect(TaskState.problem(state) == nil)
        let snapshot = TaskState.snapshot(state)
        // Through the text of the file's header, too.
        let saved = EnvironmentSnapshot(
            numbers: snapshot.numbers, record: try JSON(parsing: snapshot.record.description))
        let back = try TaskState.value(saved, of: "test")
        #expect(back.quoted == state.quoted && back.typeName == state.typeName)
        let again = TaskState.snapshot(back)
        #expect(again.numbers.map(\.bitPattern) == snapshot.numbers.map(\.bitPattern) && again.record == snapshot.record)
    }

    @Test func everyBitOfANumberComesBack() throws {
        let numbers = [
            Double.nan, -Double.nan, Double(nan: 12345, signaling: false), .infinity, -.infinity, 0, -0.0, .pi,
            .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3,
        ]
        let state = Value.record([("alone", .number(numbers[2])), ("list", .list(numbers.map { .number($0) }))])
        let back = try TaskState.value(TaskState.snapshot(state), of: "test")
        guard case .record(let record) = back else { throw Fault("test", "no record") }
        #expect(record["alone"]?.asNumber?.bitPattern == numbers[2].bitPattern)
        #expect(record["list"]?.asElements?.map { $0.asNumber?.bitPattern } == numbers.map(\.bitPattern))
    }

    @Test(arguments: [
        ("x -> x", "holds function function(x) at state"), ("[1, {a: sin}]", "holds function sin(x) at state[1].a"),
        ("{lab: [0, pendulum()]}",
            "holds environment (pendulum · observation 3 · action 1 in [−2, 2] · 200 steps …) at state.lab[1]"),
        ("parameter(1)", "holds parameter"), ("[plot([1, 2])]", "holds figure"),
    ]) func whatIsNoStateIsTold(code: String, problem: String) throws {
        let found = TaskState.problem(try Self.value(code)) ?? "nothing"
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test func depthAndSizeAreBounded() throws {
        var deep = Value.number(1)
        for _ in 0..<64 { deep = .list([deep]) }
        #expect(TaskState.problem(deep) == nil)
        let back = try TaskState.value(
            EnvironmentSnapshot(numbers: [1], record: try JSON(parsing: TaskState.snapshot(deep).record.description)), of: "test")
        #expect(back.quoted == deep.quoted)
        #expect(TaskState.problem(.list([deep])) == "is nested more than 64 deep")
        // 2^60 parts that share their memory: told at once.
        var wide = Value.number(1)
        for _ in 0..<60 { wide = .list([wide, wide]) }
        #expect(TaskState.problem(wide) == "has more than 1 000 000 parts")
        #expect(TaskState.problem(.list(Array(repeating: .number(1), count: 1_000_001))) == "has more than 1 000 000 parts")
    }

    @Test(arguments: [
        ([], "0"), ([1, 2], "0"), ([1], #"{"numbers": 2}"#), ([1], #"{"numbers": -1}"#), ([1], #"{"numbers": 0.5}"#),
        ([], #"{"what": 1}"#), ([], "{}"), ([], #"{"record": []}"#), ([1], #"{"record": {"a": [0, 0]}}"#),
        ([], #"{"range": [1]}"#), ([], #"{"range": [1, 2]}"#), ([1], #"{"tensor": [2]}"#), ([1], #"{"tensor": [-1]}"#),
        ([1], #"{"tensor": [9007199254740992, 9007199254740992]}"#), ([1], #"{"tensor": 1}"#), ([1], "null"),
    ] as [([Double], String)])
    func damagedSnapshotsAreFaults(numbers: [Double], record: String) throws {
        let snapshot = EnvironmentSnapshot(numbers: numbers, record: try JSON(parsing: record))
        #expect(throws: Fault.self) { try TaskState.value(snapshot, of: "test") }
    }
}
