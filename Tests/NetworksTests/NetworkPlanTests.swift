import Networks
import Support
import Tensors
import Testing

/// S states, N actions a state, D action dimensions, O observation size.
@Suite struct NetworkPlanTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func forwardAgreesWithDouble(seed: UInt64) throws {
        let architecture = try randomArchitecture(seed)
        let parameters = try randomParameters(architecture, seed)
        var draws = stream(seed + 500)
        let rows = [1, 2, 63, 64, 65, 128, 129, 300][draws.index(below: 8)]
        let input = randomFloats(rows * architecture.inputs, &draws)
        let outputs = Storage(count: rows * architecture.outputs)
        let plan = try NetworkPlan(architecture)
        try plan.forward(parameters: parameters, input: .rows(Storage(input)), rows: rows, outputs: outputs)
        let reference = DoubleNetwork(architecture: architecture, parameters: parameters.span.map(Double.init))
        for r in 0..<rows {
            let row = input[r * architecture.inputs..<(r + 1) * architecture.inputs].map(Double.init)
            for (j, expected) in reference.outputs(row).enumerated() {
                // Single precision: at most 70 products a unit, up to 9 layers; a normalisation of few or nearly
                // equal numbers magnifies the rounding of what comes before it.
                let value = Double(outputs.pointer[r * architecture.outputs + j])
                #expect(abs(value - expected) < 2e-4 * (1 + abs(expected)), "row \(r), output \(j)")
            }
        }
    }

    /// Both gradients against central differences of the Double network.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func gradientsAgreeWithCentralDifferences(seed: UInt64) throws {
        let architecture = try randomArchitecture(seed + 100, smooth: seed % 2 == 0)
        let parameters = try randomParameters(architecture, seed)
        var draws = stream(seed + 700)
        let rows = [1, 3, 64, 67][draws.index(below: 4)]
        let inputs = architecture.inputs
        let input = randomFloats(rows * inputs, &draws)
        let direction = randomFloats(rows * architecture.outputs, &draws)
        let gradients = Storage(count: architecture.parameterCount)
        let inputGradients = Storage(count: rows * inputs)
        let plan = try NetworkPlan(architecture)
        try plan.forwardBackward(
            parameters: parameters, input: .rows(Storage(input)), rows: rows, parameterGradients: gradients,
            inputGradients: inputGradients
        ) { range, _, outputGradients, _, _ in
            let width = architecture.outputs
            for i in 0..<range.count * width { outputGradients[i] = direction[range.lowerBound * width + i] }
        }

        var reference = DoubleNetwork(architecture: architecture, parameters: parameters.span.map(Double.init))
        var points = (0..<rows).map { r in input[r * inputs..<(r + 1) * inputs].map(Double.init) }
        func rowLoss(_ r: Int) -> Double {
            zip(reference.outputs(points[r]), direction[(r * architecture.outputs)...]).reduce(0) {
                $0 + $1.0 * Double($1.1)
            }
        }
        func loss() -> Double { (0..<rows).reduce(0) { $0 + rowLoss($1) } }
        let h = 1e-5
        // A kink of ReLU (or of the second derivative of ELU) between the two points makes the difference wrong:
        // such a place shows by one-sided slopes that differ, and is left out.
        func slope(_ middle: Double, _ plus: Double, _ minus: Double) -> Double? {
            let up = (plus - middle) / h
            let down = (middle - minus) / h
            return abs(up - down) < 1e-2 * (1 + abs(up)) ? (plus - minus) / (2 * h) : nil
        }
        var compared = 0
        let total = loss()
        for _ in 0..<60 {
            let i = draws.index(below: architecture.parameterCount)
            let old = reference.parameters[i]
            reference.parameters[i] = old + h
            let plus = loss()
            reference.parameters[i] = old - h
            let minus = loss()
            reference.parameters[i] = old
            guard let expected = slope(total, plus, minus) else { continue }
            compared += 1
            let value = Double(gradients.pointer[i])
            // Single-precision sums over up to 67 rows; see the forward test for the normalisation.
            #expect(abs(value - expected) < 1e-3 * (1 + abs(expected)), "parameter \(i)")
        }
        for _ in 0..<30 {
            let r = draws.index(below: rows)
            let i = draws.index(below: inputs)
            let old = points[r][i]
            let middle = rowLoss(r)
            points[r][i] = old + h
            let plus = rowLoss(r)
            points[r][i] = old - h
            let minus = rowLoss(r)
            points[r][i] = old
            guard let expected = slope(middle, plus, minus) else { continue }
            compared += 1
            let value = Double(inputGradients.pointer[r * inputs + i])
            #expect(abs(value - expected) < 1e-3 * (1 + abs(expected)), "row \(r), input \(i)")
        }
        #expect(compared >= 80)
    }

    @Test(arguments: [(1, 1), (1, 256), (7, 20), (256, 20), (3, 127), (2, 128), (2, 129), (1, 500), (300, 1)])
    func statesBesideActionsEqualTheConcatenation(states: Int, actions: Int) throws {
        let (observation, dimensions) = (17, 6)
        var draws = stream(3)
        let rows = states * actions
        let s = randomFloats(states * observation, &draws)
        let a = randomFloats(rows * dimensions, &draws)
        var both: [Float] = []
        for r in 0..<rows {
            both += s[r / actions * observation..<(r / actions + 1) * observation]
            both += a[r * dimensions..<(r + 1) * dimensions]
        }
        for layers in [
            [Layer.linear(70), .activation(.elu), .linear(1)], [.layerNormalisation, .linear(3)], [.linear(130)],
        ] {
            let architecture = try NetworkArchitecture(inputs: observation + dimensions, layers: layers)
            let parameters = try randomParameters(architecture, 9)
            let plan = try NetworkPlan(architecture)
            let expected = Storage(count: rows * architecture.outputs)
            let found = Storage(count: rows * architecture.outputs)
            let input = NetworkInput.statesAndActions(
                states: Storage(s), actions: Storage(a), actionsPerState: actions)
            try plan.forward(parameters: parameters, input: .rows(Storage(both)), rows: rows, outputs: expected)
            try plan.forward(parameters: parameters, input: input, rows: rows, outputs: found)
            for i in 0..<found.count {
                // The same 23 products in another order.
                #expect(abs(found.pointer[i] - expected.pointer[i]) < 1e-5)
            }
            let gradients = Storage(count: architecture.parameterCount)
            let expectedGradients = Storage(count: architecture.parameterCount)
            let ones: NetworkPlan.OutputGradient = { range, _, gradient, _, _ in
                for i in 0..<range.count * architecture.outputs { gradient[i] = 1 }
            }
            try plan.forwardBackward(
                parameters: parameters, input: input, rows: rows, parameterGradients: gradients, outputGradient: ones)
            try plan.forwardBackward(
                parameters: parameters, input: .rows(Storage(both)), rows: rows,
                parameterGradients: expectedGradients, outputGradient: ones)
            // The very same matrix goes through the very same steps.
            #expect(gradients.span.elementsEqual(expectedGradients.span))
        }
    }

    @Test(arguments: [1, 64, 256, 1_000, 5_120])
    func bitsDoNotDependOnThreads(rows: Int) throws {
        let architecture = try NetworkArchitecture.mlp(
            inputs: 23, hidden: [50, 50], outputs: 2, layerNormalisation: true)
        let parameters = try randomParameters(architecture, 1)
        var draws = stream(2)
        let input = NetworkInput.rows(Storage(randomFloats(rows * 23, &draws)))
        var seen: [[Float]] = []
        for threads in [1, 2, 3, 5] {
            let plan = try NetworkPlan(architecture, workers: Workers(count: threads))
            let outputs = Storage(count: rows * 2)
            let gradients = Storage(count: architecture.parameterCount)
            let inputGradients = Storage(count: rows * 23)
            try plan.forward(parameters: parameters, input: input, rows: rows, outputs: outputs)
            try plan.forwardBackward(
                parameters: parameters, input: input, rows: rows, parameterGradients: gradients,
                inputGradients: inputGradients
            ) { range, y, gradient, _, _ in
                for i in 0..<range.count * 2 { gradient[i] = y[i] * y[i] - 0.5 }
            }
            seen.append(Array(outputs.span) + Array(gradients.span) + Array(inputGradients.span))
        }
        for other in seen.dropFirst() { #expect(other == seen[0]) }
    }

    /// A row alone (a policy acting) gives the bits that it gives in a batch.
    @Test func aRowAloneEqualsTheRowInABatch() throws {
        let architecture = try NetworkArchitecture(
            inputs: 17, layers: [.linear(100), .layerNormalisation, .activation(.tanh), .linear(70), .activation(.elu), .linear(5)])
        let parameters = try randomParameters(architecture, 1)
        var draws = stream(2)
        let input = randomFloats(300 * 17, &draws)
        let plan = try NetworkPlan(architecture)
        let batch = Storage(count: 300 * 5)
        try plan.forward(parameters: parameters, input: .rows(Storage(input)), rows: 300, outputs: batch)
        for (start, rows) in [(0, 1), (7, 1), (120, 2), (255, 13), (260, 39), (250, 41)] {
            let alone = Storage(count: rows * 5)
            let part = Storage(Array(input[start * 17..<(start + rows) * 17]))
            try plan.forward(parameters: parameters, input: .rows(part), rows: rows, outputs: alone)
            #expect(alone.span.elementsEqual(batch.span[start * 5..<(start + rows) * 5]), "rows from \(start)")
        }
    }

    /// Weights laid out beforehand change no bit, and never answer for other parameters.
    @Test(arguments: [1, 2, 39, 300]) func preparedWeightsChangeNothing(rows: Int) throws {
        let architecture = try NetworkArchitecture(
            inputs: 300, layers: [.linear(100), .activation(.elu), .linear(33), .activation(.tanh), .linear(1)])
        let parameters = try (1...2).map { try randomParameters(architecture, UInt64($0)) }
        var draws = stream(4)
        let input = NetworkInput.rows(Storage(randomFloats(300 * 300, &draws)))
        let plain = try NetworkPlan(architecture)
        func outputs(_ plan: NetworkPlan, _ parameters: Storage, _ rows: Int) throws -> [Float] {
            let outputs = Storage(count: rows)
            try plan.forward(parameters: parameters, input: input, rows: rows, outputs: outputs)
            return Array(outputs.span)
        }
        let wanted = try parameters.map { try outputs(plain, $0, rows) }
        #expect(wanted[0] != wanted[1])
        let plan = try NetworkPlan(architecture)
        try plan.prepare(parameters[0])
        for turn in 0..<2 {
            for which in [0, 1, 0] { #expect(try outputs(plan, parameters[which], rows) == wanted[which]) }
            // A large product with other parameters uses the same memory.
            _ = try outputs(plan, parameters[1], 100)
            for which in [1, 0] { #expect(try outputs(plan, parameters[which], rows) == wanted[which]) }
            try plan.prepare(parameters[1 - turn])
        }
        #expect(throws: Fault.self) { try plan.prepare(Storage(zeros: 3)) }
    }

    /// The two halves used by automatic differentiation give the bits of the one pass.
    @Test(arguments: [1, 64, 100, 2_000])
    func traceThenBackwardEqualsOnePass(rows: Int) throws {
        let architecture = try NetworkArchitecture(
            inputs: 5, layers: [.linear(20), .layerNormalisation, .activation(.tanh), .linear(9), .activation(.elu), .linear(2)])
        let parameters = try randomParameters(architecture, 1)
        var draws = stream(2)
        let input = NetworkInput.rows(Storage(randomFloats(rows * 5, &draws)))
        let plan = try NetworkPlan(architecture)
        let trace = try NetworkTrace(architecture, rows: rows)
        try plan.forward(parameters: parameters, input: input, rows: rows, trace: trace)
        let outputs = Storage(count: rows * 2)
        trace.copyOutputs(to: outputs.pointer)
        let one = Storage(count: architecture.parameterCount)
        let two = Storage(count: architecture.parameterCount)
        try plan.backward(
            parameters: parameters, input: input, rows: rows, trace: trace, outputGradients: outputs,
            parameterGradients: one)
        try plan.forwardBackward(parameters: parameters, input: input, rows: rows, parameterGradients: two) {
            range, y, gradient, _, _ in gradient.update(from: y, count: range.count * 2)
        }
        #expect(one.span.elementsEqual(two.span))
    }

    @Test func everyBlockIsFinishedOnce() throws {
        let architecture = try NetworkArchitecture.mlp(inputs: 3, hidden: [8], outputs: 2)
        let plan = try NetworkPlan(architecture, workers: Workers(count: 3))
        let rows = 1_000
        let seen = Storage(zeros: rows)
        let outputs = Storage(count: rows * 2)
        try plan.forward(
            parameters: randomParameters(architecture, 4), input: .rows(Storage(zeros: rows * 3)), rows: rows,
            outputs: outputs
        ) { range, block, _, _ in
            for r in range { seen.pointer[r] += 1 }
            #expect(block == outputs.pointer + range.lowerBound * 2)
        }
        #expect(seen.span.allSatisfy { $0 == 1 })
        #expect(NetworkPlan.trainingBlocks(rows: 0) == 0)
    }

    @Test func wrongSizesAreFaults() throws {
        let architecture = try NetworkArchitecture.mlp(inputs: 4, hidden: [3], outputs: 2)
        let plan = try NetworkPlan(architecture)
        let right = try randomParameters(architecture, 1)
        func id(
            _ parameters: Storage, _ input: NetworkInput, _ rows: Int, _ outputs: Int
        ) -> String? {
            do {
                try plan.forward(
                    parameters: parameters, input: input, rows: rows, outputs: Storage(zeros: outputs))
                return nil
            } catch { return (error as? Fault)?.id }
        }
        let rows = NetworkInput.rows(Storage(zeros: 40))
        #expect(id(right, rows, 10, 20) == nil)
        #expect(id(right, rows, 0, 0) == nil)
        #expect(id(Storage(zeros: 5), rows, 10, 20) == "network.parameters")
        #expect(id(right, rows, 11, 22) == "network.input")
        #expect(id(right, rows, -1, 22) == "network.rows")
        #expect(id(right, rows, Int.max, 22) == "network.input")
        #expect(id(right, rows, 10, 19) == "network.buffer")
        func beside(_ states: Int, _ actions: Int, _ perState: Int) -> NetworkInput {
            .statesAndActions(
                states: Storage(zeros: states), actions: Storage(zeros: actions), actionsPerState: perState)
        }
        #expect(id(right, beside(6, 10, 5), 10, 20) == nil)
        #expect(id(right, beside(6, 10, 3), 10, 20) == "network.input")
        #expect(id(right, beside(6, 10, 0), 10, 20) == "network.input")
        #expect(id(right, beside(5, 10, 5), 10, 20) == "network.input")
        #expect(id(right, beside(6, 11, 5), 10, 20) == "network.input")
        #expect(id(right, beside(6, 90, 5), 10, 20) == "network.input")
    }
}
