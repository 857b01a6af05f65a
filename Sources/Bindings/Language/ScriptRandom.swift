import Runtime
import Support
import Tensors

/// Where a script's own randomness comes from: streams of its seed, counted in the order in which they are asked for.
///
/// Labs have streams of their own, so drawing a number in a script never changes a run.
final class ScriptRandom: InterpreterService {
    private var networks: UInt64 = 0
    private var draws: UInt64 = 0
    private var resets: UInt64 = 0

    init() {}

    /// The stream that initialises the next network.
    func initialisation(seed: UInt64) -> RandomStream {
        defer { networks += 1 }
        return RandomStream(seed: seed, purpose: .initialisation, step: networks)
    }

    /// The stream of the next random tensor or number, row 0.
    func draw(seed: UInt64) -> RandomStream {
        defer { draws += 1 }
        return RandomStream(seed: seed, purpose: .script, step: draws)
    }

    /// The streams of the next episode played by hand: its start and its noise.
    func episode(seed: UInt64) -> (start: RandomStream, noise: RandomStream) {
        defer { resets += 1 }
        return (
            RandomStream(seed: seed, purpose: .script, step: resets, row: 1),
            RandomStream(seed: seed, purpose: .script, step: resets, row: 2)
        )
    }

    /// Begins all streams again: what `seed(n)` does.
    func restart() {
        networks = 0
        draws = 0
        resets = 0
    }
}

extension NativeContext {
    /// The script's randomness; a fault in a task's functions, whose episodes it would make different each time.
    var random: ScriptRandom {
        get throws {
            if let running = service(TaskCalls.self).running {
                throw Fault(
                    "task.random", "\(running) uses the script's random numbers, so that no episode could be played again",
                    hint: "the function is given `random`: random.uniform(0, 1), random.normal(), random.index(6)")
            }
            return service(ScriptRandom.self)
        }
    }
}
