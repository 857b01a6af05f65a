import Environments
import MuJoCoEnvironments
import Runtime
import Support

/// Gymnasium's tasks by their names.
enum GymNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "gym", in: "environments", "One of Gymnasium's tasks by its name.",
            parameters: Parameter<String>("id", "the name with its version: \"Reacher-v4\"")
        ) { _, id in
            EnvironmentObject(
                try EnvironmentCatalogue.complete.make(EnvironmentConstructor("gym", ["id": .string(id)])))
        }
    ]
}
