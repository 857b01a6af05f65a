import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// Finds who explains a value as it was written.
enum Explainer {
    static func explanation(of reference: MemberReference, _ context: NativeContext) throws -> ExplanationObject {
        if let base = reference.base, let name = reference.name, let found = try member(name, of: base, reference.value, context) {
            return found
        }
        switch reference.value {
        case .object(let e as EStepObject): return try EStepExplainer(e.estep).whole()
        case .object(let m as MStepObject): return try MStepExplainer(m).whole()
        case .object(let lab as LabObject): return try LabExplainer(lab.lab, context).whole()
        case .object(let explanation as ExplanationObject): return explanation
        case .number(let number):
            throw Fault(
                "explain.number", "explain cannot tell where the number \(Value.number(number).text) came from",
                hint: "write it as the member that it is: explain(e.eta), explain(m.kl_mean), explain(lab.td_error)")
        case .nothing:
            throw Fault(
                "explain.nothing", reference.name.map { "`\($0)` is nothing: no step has measured it yet" } ?? "there is nothing to explain",
                hint: "collect(lab); qstep(lab); e = estep(lab); m = mstep(lab, e)")
        default:
            if let bound = BoundExplainer(reference.value) { return bound.explanation() }
            throw Fault(
                "explain.type", "explain has no words for \(reference.value.described)",
                hint: "it explains labs, E-steps, M-steps, ELBOs and their numbers, as in explain(e.eta)")
        }
    }

    /// What explains a member of a value; nil where the member is to be explained for itself.
    private static func member(_ name: String, of base: Value, _ value: Value, _ context: NativeContext) throws -> ExplanationObject? {
        switch base {
        case .object(let e as EStepObject):
            return try EStepExplainer(e.estep).explanation(of: name) ?? unknown(name, "an E-step", EStepExplainer.names, value)
        case .object(let m as MStepObject):
            if value.isNothing { return nil }
            return try MStepExplainer(m).explanation(of: name) ?? unknown(name, "an M-step", MStepExplainer.names, value)
        case .object(let lab as LabObject):
            if value.isNothing, !LabExplainer.settingNames.contains(name) { return nil }
            return try LabExplainer(lab.lab, context).explanation(of: name) ?? unknown(name, "a lab", LabExplainer.names, value)
        default:
            guard let bound = BoundExplainer(base) else { return nil }
            if BoundExplainer.names.contains(name) { return bound.explanation(of: name) }
            guard case .object(let object) = base else { return nil }
            return try unknown(name, article(object.typeName), BoundExplainer.names, value)
        }
    }

    /// Steps and labs among the members are explained for themselves; of everything else the fault says what there is.
    private static func unknown(_ name: String, _ owner: String, _ names: [String], _ value: Value) throws -> ExplanationObject? {
        if case .object(let object) = value, object is EStepObject || object is MStepObject || object is LabObject { return nil }
        throw Fault("explain.member", "explain has no words for `\(name)` of \(owner)", hint: "it explains \(names.joined(separator: ", "))")
    }

    /// The least number of gradient steps from one temperature to another: Adam moves x of η = softplus(x) by at most
    /// about its rate a step.
    static func gradientSteps(from eta: Double, to target: Double, rate: Double) throws -> Int {
        guard eta > 0, target > 0, rate > 0 else { return 0 }
        let distance = abs(try DualDescent(eta: eta).x - DualDescent(eta: target).x) / rate
        return distance < 1e12 ? Int(distance.rounded(.up)) : 1_000_000_000_000
    }
}
