import Environments
import Runtime

/// The members that only some tasks have; a wrapper has those of the task inside, too.
enum EnvironmentMembers {
    static func names(_ environment: any Environment) -> [String] {
        switch environment {
        case is LanguageTask: return ["state"]
        case let wrapper as any EnvironmentWrapper:
            let own = wrapper is NormaliseObservations ? ["observation_mean", "observation_std", "observation_count"] : []
            let inside = names(wrapper.inner)
            return ["inner"] + own + inside.filter { $0 != "inner" && !own.contains($0) }
        default: return []
        }
    }

    static func value(_ name: String, of environment: any Environment) throws -> Value? {
        switch environment {
        case let task as LanguageTask: return name == "state" ? task.state : nil
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
            return try value(name, of: wrapper.inner)
        default: return nil
        }
    }
}
