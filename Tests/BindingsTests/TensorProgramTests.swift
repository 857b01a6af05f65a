import Bindings
import Runtime
import Syntax
import Testing

/// Keeps what a program shows and prints.
private final class Transcript: OutputSink {
    let style = DisplayStyle.plain
    private(set) var lines: [String] = []

    func show(_ value: Value, isSilenced: Bool) { if !isSilenced { lines.append(value.display(style)) } }
    func print(_ line: String) { lines.append(line) }
    func report(_ row: [(name: String, value: Value)]) {}
    func note(_ text: String, at span: Span?) {}
}

/// What a program shows in batch, and its error where it ends in one.
private func lines(_ text: String) -> [String] {
    let transcript = Transcript()
    let interpreter = Interpreter(registry: makeStandardRegistry(), output: transcript)
    do {
        try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
        return transcript.lines
    } catch {
        return transcript.lines + ["error: " + error.message]
    }
}

/// Tensors in the language: what programs show, and what they are told when they are wrong.
@Suite struct TensorProgramTests {
    @Test(arguments: [
        // Indexing
        ("t = tensor([[1, 2, 3], [4, 5, 6]]); t[0, :].list", "[1, 2, 3]"),
        ("t = tensor([[1, 2, 3], [4, 5, 6]]); t[:, 0].list", "[1, 4]"),
        ("t = tensor([[1, 2, 3], [4, 5, 6]]); t[-1, -1]", "6"),
        ("t = tensor([[1, 2, 3], [4, 5, 6]]); t[1].list", "[4, 5, 6]"),
        ("t = tensor([[1, 2], [3, 4], [5, 6]]); t[1..<3, 0].list", "[3, 5]"),
        ("t = tensor([[1, 2], [3, 4], [5, 6]]); t[1...2, 0].list", "[3, 5]"),
        ("t = tensor([1, 2, 3, 4]); t[-2...-1].list", "[3, 4]"),
        ("t = tensor([1, 2, 3, 4]); t[0..<-1].list", "[1, 2, 3]"),
        ("t = tensor([[1, 2], [3, 4], [5, 6]]); t[[2, 0], 1].list", "[6, 2]"),
        ("t = tensor([[1, 2], [3, 4]]); t[:, [1, 0, 1]].list", "[[2, 1, 2], [4, 3, 4]]"),
        ("t = tensor([[1, 2], [3, 4]]); t[0, 1] = 9; t.list", "[[1, 9], [3, 4]]"),
        ("t = tensor([[1, 2], [3, 4]]); t[:, 0] = [7, 8]; t.list", "[[7, 2], [8, 4]]"),
        ("t = tensor([1, 2]); u = t; u[0] = 5; t.list", "[1, 2]"),
        ("for row in tensor([[1, 2], [3, 4]]) { print(sum(row)) }", "7"),
        // Operators
        ("(tensor([1, 2]) + 1).list", "[2, 3]"), ("(1 - tensor([1, 2])).list", "[0, -1]"),
        ("(tensor([1, 2]) * [3, 4]).list", "[3, 8]"), ("([2, 4] / tensor([1, 2])).list", "[2, 2]"),
        ("(tensor([1, 2, 3]) ^ 2).list", "[1, 4, 9]"), ("(2 ^ tensor([1, 2, 3])).list", "[2, 4, 8]"),
        ("(tensor([5, -5]) % 3).list", "[2, 1]"), ("(-tensor([1, -2])).list", "[-1, 2]"),
        ("(tensor([[1, 2], [3, 4]]) @ tensor([1, 1])).list", "[3, 7]"),
        ("([[1, 2], [3, 4]] @ tensor([1, 1])).list", "[3, 7]"),
        ("(tensor([1, 2, 3]) > 1.5).list", "[0, 1, 1]"), ("(tensor([1, 2]) <= tensor([2, 1])).list", "[1, 0]"),
        ("tensor([1, 2]) == tensor([1, 2])", "true"), ("tensor([1, 2]) != [1, 2]", "false"),
        ("tensor([1, 2]) == [1, 2, 3]", "false"), ("mean(tensor([1, 2])) > 1", "true"),
        ("tensor([1]) == nothing", "false"), ("tensor([10, 20, 30])[tensor([2, 0])].list", "[30, 10]"),
        // Numbers come back without float32's tail
        ("tensor([0.1, 0.2])[0]", "0.1"), ("mean(tensor([0.1, 0.2]))", "0.15"), ("tensor([0.1])", "tensor [1]\n  0.1"),
        // Members and shapes
        ("zeros([2, 3]).shape", "[2, 3]"), ("zeros([2, 3]).count", "6"), ("zeros([2, 3]).rank", "2"),
        ("tensor([[1, 2], [3, 4]]).T.list", "[[1, 3], [2, 4]]"), ("tensor([[1, 2], [3, 4]]).transpose().list", "[[1, 3], [2, 4]]"),
        ("tensor(3) + 1", "4"), ("tensor([]).shape", "[0]"), ("tensor(1...3).list", "[1, 2, 3]"),
        ("tensor([tensor([1, 2]), [3, 4]]).list", "[[1, 2], [3, 4]]"),
        ("tensor([[1, 2], [3, 4]]).sum(axis: 0).list", "[4, 6]"),
        ("print(tensor([[1, 2]]), tensor([1, 2]))", "tensor of shape [1, 2] tensor [1, 2]"),
        // One function for numbers, lists and tensors
        ("exp(tensor([0])).list", "[1]"), ("exp([[0], [0]])", "[[1], [1]]"), ("sqrt(1...4)[3]", "2"),
        ("max(3, [1, 5])", "[3, 5]"), ("max(tensor([1, 5]), 3).list", "[3, 5]"), ("min(4, 2, 3)", "2"),
        ("max([[1, 5], [7, 2]], axis: 0)", "[7, 5]"), ("sum([[1, 2], [3, 4]])", "10"),
        ("sum([[1, 2], [3, 4]], axis: -1, keep: true)", "[[3], [7]]"), ("sum([])", "0"), ("mean(1...4)", "2.5"),
        ("softmax([[0, 0], [1, 1]])", "[[0.5, 0.5], [0.5, 0.5]]"), ("softmax([[0, 1], [0, 1]], axis: 0)", "[[0.5, 0.5], [0.5, 0.5]]"),
        ("argmax(tensor([[1, 9], [8, 2]]), axis: 1).list", "[1, 0]"), ("argmin([2, 1])", "1"),
        ("round(tensor([1.26, -1.24]), 1).list", "[1.3, -1.2]"), ("std(tensor([1, 3]))", "1"),
        ("logsumexp([0, 0]) == log(2)", "true"), ("where(tensor([1, 0]), [1, 2], 5).list", "[1, 5]"),
        // Gradients
        ("grad(x -> x * x, 3)", "6"), ("grad(x -> sum(x @ x), [1, 2])", "[2, 4]"),
        ("grad(x -> x[0] * 2 + x[1], [1, 1])", "[2, 1]"), ("grad(x -> 5 + 0 * x, 1)", "0"), ("grad(x -> 5, 1)", "0"),
        ("grad(x -> sum(max(x, 0)), tensor([-1, 2])).list", "[0, 1]"),
        ("grad(w -> sum(tensor([w[0], w[1] * 2])), [1, 1])", "[1, 2]"),
        ("grad(x -> sum(lower_triangular(x) ^ 2), [1, 2, 3])", "[2, 4, 6]"),
    ])
    func shows(code: String, result: String) { #expect(lines(code).last == result) }

    @Test(arguments: [
        ("tensor([1, 2]) + tensor([1, 2, 3])", "+: the shapes [2] and [3] do not fit together"),
        ("tensor([[1, 2], [3]])", "the rows of a tensor have one length: a list of 2 was wanted, got list [3]"),
        ("tensor([1, \"a\"])", "the elements of a tensor are numbers, got string \"a\""),
        ("tensor([1, 2])[2]", "there is no index 2 on axis 0 of the shape [2]"),
        ("tensor([1, 2])[0, 0]", "2 indices were given for a tensor of the shape [2]"),
        ("tensor([1, 2])[0.5]", "an index is a whole number, got 0.5"),
        ("tensor([1, 2])[1...2]", "the range 1...2 leaves axis 0 of the shape [2]"),
        ("tensor([1, 2]) == 1", "`==` compares whole tensors, here of the shapes [2] and []"),
        ("zeros([2]) @ zeros([3])", "matmul: the shapes [2] and [3] do not fit together"),
        ("exp(\"a\")", "exp wants a number, a list of numbers or a tensor, got string \"a\""),
        ("max([])", "max of an empty list"), ("sum([1, 2], axis: 1)", "sum: there is no axis 1 in the shape [2]"),
        ("clip(1, 2, 0)", "clip wants low ≤ high, got low 2 and high 0"),
        ("grad(x -> x, [1, 2])", "grad wants a function with one number as result, got the shape [2]"),
        ("grad(x -> grad(y -> x * y, 1), 2)", "grad inside the function of another gradient"),
        ("opt = adam(mlp(2, 1)); minimize(opt) { 3 }", "the loss does not depend on what the optimiser trains"),
        ("adam()", "an optimiser wants at least one network or parameter"),
        ("network(inputs: 3) { 5 }", "a network's block names layers, got number 5"),
        ("network(inputs: 3) { sin }", "there is no activation \"sin\""),
        ("network(inputs: 0) { linear(2) }", "a network needs at least 1 input, 0 was given"),
        ("mlp(3, 0)", "a linear layer needs at least 1 output, 0 was given"),
        (
            "mlp(3, 2)([1, 2])",
            "the network 3 → 100 → 100 → 2 wants 3 inputs, a tensor of shape [2] was given"
        ),
        ("mlp(3, 2, initialiser: \"x\")", "there is no initialiser \"x\""),
        ("max(tensor([1]), \"a\")", "max wants a tensor, a list or a number, got string \"a\""),
        ("where(tensor([1]), \"a\", 1)", "where wants a tensor, a list or a number, got string \"a\""),
        ("stack(\"a\", \"b\")", "stack wants a tensor, a list or a number, got string \"a\""),
        ("tensor([1])[\"a\"]", "an index is a number, a range or a list of numbers, got string \"a\""),
        ("tensor([1])[[[0]]]", "an index is a number, a range or a list of numbers, got list [[0]]"),
        ("t = tensor([1]); t[0] = \"a\"", "an element wants a tensor, a list or a number, got string \"a\""),
        ("sum(1...1000000000000)", "the range 1...1000000000000 has 1 000 000 000 000 numbers"),
        ("x = 1; repeat 100000 { x = [x] }; tensor([tensor([1]), x])", "lists may be nested 32 deep at most to make a tensor"),
        ("x = 1; repeat 100000 { x = [x] }; exp(x)", "exp: lists nested more than 64 deep"),
        ("schedule(\"x\")", "there is no schedule \"x\""), ("choice([])", "choice of an empty list"),
    ])
    func tells(code: String, message: String) { #expect(lines(code).last == "error: " + message) }

    /// Sizes that no machine holds end in words, not in a crash.
    @Test(arguments: [
        "zeros(2.5e12)", "zeros([1e9, 1e9, 1e9])", "eye(1e8)", "arange(0, 1e300)", "linspace(0, 1, 1e15)",
        "normal([1e7, 1e7])", "ones([5e6, 1]) + ones(5e6)", "broadcast([1], [1e14])", "mlp(3, 2, hidden: [1e9])",
        "ones([5e6, 1]) @ ones([1, 5e6])", "outer(zeros(5e6), zeros(5e6))",
    ])
    func refuses(code: String) { #expect(lines(code).last?.hasPrefix("error: ") == true) }

    @Test func sameSeedSameNumbers() {
        #expect(lines("seed(4); normal([2]).list") == lines("seed(4); normal([2]).list"))
        #expect(lines("seed(4); normal([2]).list") != lines("seed(5); normal([2]).list"))
        #expect(lines("normal([2]) == normal([2])").last == "false")
    }

    /// x² + 3 from 3 by plain Adam: the first step is exactly the learning rate (bias correction), and it converges.
    @Test func adamMinimises() {
        #expect(lines("x = parameter(3); opt = adam(x, learning_rate: 0.5); minimize(opt) { x ^ 2 + 3 }; round(x.value, 4)").last == "2.5")
        #expect(
            lines("""
                x = parameter([3, -2]); opt = adam(x, learning_rate: 0.1)
                repeat 500 { minimize(opt) { sum((x - [1, 2]) ^ 2) } }
                norm(x - [1, 2]) < 1e-3
                """).last == "true")
        #expect(
            lines("""
                x = parameter(1); opt = adam(x, learning_rate: 1, schedule: schedule("linear", steps: 2))
                minimize(opt) { x }; minimize(opt) { x }; minimize(opt) { x }; round(x.value, 4)
                """).last == "-0.5")
        #expect(
            lines("x = parameter([3, 4]); opt = adam(x, clip: 1); minimize(opt) { sum(x ^ 2) }; opt.gradient_norm").last == "10")
    }

    @Test func aNetworkLearns() {
        #expect(
            lines("""
                net = network(inputs: 1) { linear(16); tanh; linear(1) }
                opt = adam(net, learning_rate: 0.02)
                x = linspace(-1, 1, 21).reshape([21, 1])
                repeat 400 { minimize(opt) { mean((net(x) - x ^ 2) ^ 2) } }
                mean((net(x) - x ^ 2) ^ 2) < 1e-3
                """).last == "true")
    }

    /// A failing block leaves parameters, moments and step count as they were.
    @Test func aFailedStepChangesNothing() {
        #expect(
            lines("""
                net = mlp(2, 1, hidden: [4]); opt = adam(net); before = net.parameters
                minimize(opt) { mean(net([1, 2])) / 0 }
                """).last?.hasPrefix("error: the loss is") == true)
    }

    @Test func networksHaveIdentityAndJoinTheirInputs() {
        #expect(lines("a = mlp(2, 1); b = a; b == a").last == "true")
        #expect(lines("a = mlp(3, 1); a([[1, 2], [3, 4]], [[5], [6]]) == a([[1, 2, 5], [3, 4, 6]])").last == "true")
        #expect(lines("a = mlp(3, 1); a([1, 2], 5) == a([1, 2, 5])").last == "true")
        #expect(lines("seed(1); a = mlp(2, 1); seed(1); b = mlp(2, 1); b.parameters == a.parameters").last != nil)
        #expect(lines("a = mlp(2, 1); b = mlp(2, 1); b.parameters == a.parameters").last == "false")
        #expect(lines("a = mlp(2, 1, hidden: [2]); a.weights[\"0.weight\"].shape").last == "[2, 2]")
    }
}
