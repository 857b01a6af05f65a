import Environments
import Runtime

/// The members that only some tasks have; a wrapper has those of the task inside, too.
enum EnvironmentMembers {
    static func names(_ environment: any Environment) -> [String] {
        switch environment {
        case is LanguageTask: return ["state"]
        case is FiniteMDPEnvironment: return ["state"] + FiniteMDPMembers.tables
        case let wrapper as any EnvironmentWrapper:
            let own = wrapper is NormaliseObservations ? ["observation_mean", "observation_std", "observation_count"] : []
            let hidden = FiniteMDPMembers.mdp(of: wrapper) == nil ? FiniteMDPMembers.tables : []
            let inside = names(wrapper.inner).filter { !hidden.contains($0) }
            return ["inner"] + own + inside.filter { $0 != "inner" && !own.contains($0) }
        default: return []
        }
    }

    static func value(_ name: String, of environment: any Environment) throws -> Value? {
        if let mdp = FiniteMDPMembers.mdp(of: environment), let value = try FiniteMDPMembers.value(name, of: mdp) {
            return value
        }
        switch environment {
        case let task as LanguageTask: return name == "state" ? task.state : nil
        case let task as FiniteMDPEnvironment: return name == "state" ? .integer(task.state) : nil
        case let wrapper as any EnvironmentWrapper:
            // A copy: stepping it by hand leaves the wrapper's own alone.
            if name == "inner" { return .object(EnvironmentObject(try wrapper.inner.copy())) }
            if let normaliser = wrapper as? NormaliseObservations {
                let moments = normaliser.moments
                switch name {
                case "observation_mean": return .list(moments.mean)
                case "observation_std": return .list(moments.variance.map { $0.squareRoot() })
                case "observation_count": return .number(moments.count)
                default: break
                }
            }
            return names(wrapper).contains(name) ? try value(name, of: wrapper.inner) : nil
        default: return nil
        }
    }
}
