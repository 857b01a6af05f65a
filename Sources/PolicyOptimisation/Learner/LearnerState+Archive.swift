import Networks
import Support
import Tensors

/// A learner state as named tensors and numbers, to be saved and taken up again bit for bit.
public struct LearnerArchive: Sendable {
    public var tensors: [String: Storage]
    public var numbers: [String: [Double]]

    public init(tensors: [String: Storage], numbers: [String: [Double]]) {
        self.tensors = tensors
        self.numbers = numbers
    }

    func tensor(_ name: String, count: Int? = nil) throws -> Storage {
        guard let storage = tensors[name] else { throw Fault("learner.archive", "the learner's \"\(name)\" is missing") }
        if let count, storage.count != count {
            throw Fault(
                "learner.archive",
                "the learner's \"\(name)\" of \(count.grouped) numbers was wanted, \(storage.count.grouped) were given")
        }
        return storage
    }

    func list(_ name: String, count: Int? = nil) throws -> [Double] {
        guard let list = numbers[name], count == nil || list.count == count else {
            throw Fault("learner.archive", "the learner's \"\(name)\" is missing or of another length")
        }
        return list
    }
}

extension LearnerState {
    public var archive: LearnerArchive {
        var tensors: [String: Storage] = [
            "policy": policy, "policy.first": policyOptimiser.first, "policy.second": policyOptimiser.second,
            "critic": critic, "critic.first": criticOptimiser.first, "critic.second": criticOptimiser.second,
            "reference": reference, "target_critic": targetCritic,
        ]
        var numbers: [String: [Double]] = [
            "counters": counters.numbers.map(Double.init),
            "optimiser_steps": [Double(policyOptimiser.steps), Double(criticOptimiser.steps)],
            "eta": [eta], "lambda_mean": lambdaMean.numbers, "lambda_cov": lambdaCov.numbers,
            "lambda_total": lambdaTotal.numbers,
        ]
        if let twin {
            tensors["twin"] = twin.critic
            tensors["twin.first"] = twin.optimiser.first
            tensors["twin.second"] = twin.optimiser.second
            tensors["target_twin"] = twin.target
            numbers["twin_steps"] = [Double(twin.optimiser.steps)]
        }
        if let descent { numbers["descent"] = descent.numbers }
        if let penaltyEta { numbers["penalty_eta"] = [penaltyEta] }
        if let penaltyDescent { numbers["penalty_descent"] = penaltyDescent.numbers }
        if let variational {
            tensors["q"] = variational.parameters
            tensors["q.first"] = variational.optimiser.first
            tensors["q.second"] = variational.optimiser.second
            numbers["q"] = [Double(variational.optimiser.steps)] + variational.multiplier.numbers
        }
        if let samples = targetSamples {
            tensors["samples.states"] = samples.states
            tensors["samples.actions"] = samples.actions
            tensors["samples.q"] = samples.q
            tensors["samples.outputs"] = samples.referenceOutputs
            tensors["samples.reference"] = samples.reference
            numbers["samples"] = [Double(samples.stateCount), Double(samples.referenceStep)]
        }
        return LearnerArchive(tensors: tensors, numbers: numbers)
    }

    /// A learner as it was saved; refuses parts that are missing or do not fit together.
    public init(_ archive: LearnerArchive) throws {
        policy = try archive.tensor("policy")
        critic = try archive.tensor("critic")
        let optimiserSteps = try archive.list("optimiser_steps", count: 2)
        guard let policySteps = Int(exactly: optimiserSteps[0]), let criticSteps = Int(exactly: optimiserSteps[1]),
            policySteps >= 0, criticSteps >= 0
        else { throw Fault("learner.archive", "the learner's numbers of optimiser steps are no counts") }
        policyOptimiser = AdamState(
            first: try archive.tensor("policy.first", count: policy.count),
            second: try archive.tensor("policy.second", count: policy.count), steps: policySteps)
        criticOptimiser = AdamState(
            first: try archive.tensor("critic.first", count: critic.count),
            second: try archive.tensor("critic.second", count: critic.count), steps: criticSteps)
        reference = try archive.tensor("reference", count: policy.count)
        targetCritic = try archive.tensor("target_critic", count: critic.count)
        twin = try archive.tensors["twin"].map { try Self.twin(archive, $0) }
        let eta = try archive.list("eta", count: 1)[0]
        guard eta > 0, eta.isFinite else { throw Fault("learner.archive", "the temperature eta must be above 0, it is \(eta)") }
        self.eta = eta
        func multiplier(_ name: String) throws -> Multiplier {
            guard let found = Multiplier(numbers: try archive.list(name)) else {
                throw Fault("learner.archive", "the learner's \"\(name)\" is no multiplier")
            }
            return found
        }
        lambdaMean = try multiplier("lambda_mean")
        lambdaCov = try multiplier("lambda_cov")
        lambdaTotal = try multiplier("lambda_total")
        let counts = try archive.list("counters", count: 5).map { Int(exactly: $0) ?? -1 }
        guard counts.allSatisfy({ $0 >= 0 }) else { throw Fault("learner.archive", "the learner's counters are no counts") }
        var counters = Counters()
        counters.criticSteps = counts[0]
        counters.policySteps = counts[1]
        counters.expectationSteps = counts[2]
        counters.referenceAge = counts[3]
        counters.targetAge = counts[4]
        self.counters = counters
        if archive.numbers["descent"] != nil { descent = try DualDescent(numbers: archive.list("descent")) }
        if archive.numbers["penalty_eta"] != nil {
            let eta = try archive.list("penalty_eta", count: 1)[0]
            guard eta > 0, eta.isFinite else {
                throw Fault("learner.archive", "the action penalty's temperature must be above 0, it is \(eta)")
            }
            penaltyEta = eta
        }
        if archive.numbers["penalty_descent"] != nil {
            penaltyDescent = try DualDescent(numbers: archive.list("penalty_descent"))
        }
        if archive.numbers["q"] != nil {
            let numbers = try archive.list("q", count: 5)
            guard let steps = Int(exactly: numbers[0]), steps >= 0 else {
                throw Fault("learner.archive", "the parametric q's number of optimiser steps is no count")
            }
            variational = VariationalState(
                parameters: try archive.tensor("q", count: policy.count),
                optimiser: AdamState(
                    first: try archive.tensor("q.first", count: policy.count),
                    second: try archive.tensor("q.second", count: policy.count), steps: steps),
                multiplier: try DualDescent(numbers: Array(numbers.dropFirst()), parametrisation: .exponential))
        }
        if archive.numbers["samples"] != nil {
            let numbers = try archive.list("samples", count: 2).map { Int(exactly: $0) ?? -1 }
            guard numbers[0] >= 1, numbers[1] >= 0 else { throw Fault("learner.archive", "the learner's samples are no counts") }
            targetSamples = TargetSamples(
                states: try archive.tensor("samples.states"), actions: try archive.tensor("samples.actions"),
                q: try archive.tensor("samples.q"), referenceOutputs: try archive.tensor("samples.outputs"),
                reference: try archive.tensor("samples.reference", count: policy.count), stateCount: numbers[0],
                referenceStep: numbers[1])
        }
    }

    private static func twin(_ archive: LearnerArchive, _ critic: Storage) throws -> TwinState {
        guard let steps = Int(exactly: try archive.list("twin_steps", count: 1)[0]), steps >= 0 else {
            throw Fault("learner.archive", "the twin critic's number of optimiser steps is no count")
        }
        return TwinState(
            critic: critic,
            optimiser: AdamState(
                first: try archive.tensor("twin.first", count: critic.count),
                second: try archive.tensor("twin.second", count: critic.count), steps: steps),
            target: try archive.tensor("target_twin", count: critic.count))
    }

    /// Adds everything that it holds to a digest: equal digests mean equal bits.
    public func digest(into digest: inout Digest64) {
        let archive = archive
        for name in archive.tensors.keys.sorted() {
            guard let storage = archive.tensors[name] else { continue }
            digest.combine(name)
            withExtendedLifetime(storage) { digest.combine(storage.span) }
        }
        for name in archive.numbers.keys.sorted() {
            digest.combine(name)
            digest.combine(archive.numbers[name] ?? [])
        }
    }
}
