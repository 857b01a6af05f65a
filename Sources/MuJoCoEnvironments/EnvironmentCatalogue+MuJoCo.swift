import Environments
import Support

extension EnvironmentCatalogue {
    /// Every built-in task, the physics ones included.
    public static let complete: EnvironmentCatalogue = {
        var catalogue = standard
        catalogue.add("gym") { arguments in
            if let id = arguments["id"]?.text, let environment = try GymnasiumEnvironment.make(id) { return environment }
            return try standard.make(EnvironmentConstructor("gym", arguments))
        }
        catalogue.add("suite") { arguments in
            guard let domain = arguments["domain"]?.text, let task = arguments["task"]?.text else {
                throw Fault("environment.argument", "suite: the names of a domain and a task were wanted")
            }
            guard let given = arguments["seed"], given != .null else { return try SuiteEnvironment.make(domain, task) }
            guard let seed = given.int else {
                throw Fault("environment.argument", "suite: a whole number was wanted as seed")
            }
            return try SuiteEnvironment.make(domain, task, seed: seed)
        }
        return catalogue
    }()
}
