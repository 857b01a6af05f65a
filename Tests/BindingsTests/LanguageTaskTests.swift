import Bindings
import Runtime
import Support
import Syntax
import Testing

/// Tasks written in the language: what they do, and every error's text.
@Suite struct LanguageTaskTests {
    /// A session of several programs that outlives their errors.
    final class Sitting {
        let recorder = Recorder()
        let interpreter: Interpreter

        init(seed: UInt64 = 0) {
            let registry = makeStandardRegistry()
            registry.add(NativeFunction("stop", in: "core", "Asks to stop.") { context in context.cancellation.cancel() })
            interpreter = Interpreter(registry: registry, output: recorder)
            interpreter.seed = seed
            installGlobals(in: interpreter)
        }

        /// What a program shows last; an error's id and message where it ends in one.
        func run(_ text: String) -> String {
            interpreter.cancellation.reset()
            do {
                try interpreter.run(try Parser.parse(Source(name: "test", text)), display: .batch)
                return recorder.shown.last ?? ""
            } catch {
                return "\(error.id): \(error.message)"
            }
        }
    }

    /// A walk on a line that a fault can be put into.
    static let walk = """
        func start(random) { {at: random.normal(), k: 0} }
        func move(s, a, random) { trap(s); {state: {at: s.at + a[0] + random.normal(), k: s.k + 1}, reward: -s.at ^ 2, terminated: s.k == 7} }
        trap = s -> 0
        env = environment("walk", low: -1, high: 1, reset: start, step: move, observe: s -> [s.at, s.k], steps: 20)
        lab = mpo(env, gaussian(env, hidden: [4]), qnet(env, hidden: [4]), batch: 8)
        """

    static let programs: [(String, String)] = [
        ("env", "walk · observation 2 · action 1 in [−1, 1] · 20 steps an episode"),
        // Actions are cut to their box and come as a list; states are values.
        ("reset(env); a = env.state; r = step(env, 9); round(env.state.at - a.at, 6) != 9 and a.k == 0", "true"),
        ("reset(env); count(step(env, [0.5]).observation)", "2"),
        ("env = environment(\"count\", actions: 3, reset: { 0 }, step: (s, a) -> {state: s + a, reward: a, terminated: false}); reset(env); step(env, 2); step(env, 1).observation",
            "[3]"),
        ("env = environment(\"box\", low: [-1, 0], high: 5, reset: { [0, 0] }, step: (s, a) -> {state: a, reward: 0, terminated: false}); reset(env); step(env, [-3, 7]).observation",
            "[-1, 5]"),
        // A state that is a tensor; an observation that is one.
        ("env = environment(\"linear\", low: -1, high: 1, reset: { tensor([1, 2]) }, step: (x, u) -> {state: tensor([[0, 1], [1, 0]]) @ x, reward: 0, terminated: false}); reset(env); step(env, 0).observation",
            "[2, 1]"),
        // The environment's stream alone: neither the script's randomness nor evaluations change anything.
        ("seed(1); x = normal(); seed(1); reset(env); step(env, 0); normal() == x", "true"),
        ("other = copy(lab); collect(lab, steps: 5); evaluate(lab, episodes: 3); collect(lab, steps: 5); collect(other, steps: 10); other.environment.state == lab.environment.state", "true"),
        ("reset(env); other = copy(env); a = step(env, 0.5); other.state.k", "0"),
        ("other = copy(lab); collect(lab, episodes: 4); collect(other, episodes: 4); digest(lab) == digest(other)", "true"),
        ("collect(lab, steps: 11); before = digest(lab); state = lab.environment.state; collect(lab, steps: 9); undo(lab, steps: 1); [digest(lab) == before, lab.environment.state == state]",
            "[true, true]"),
        ("collect(lab, steps: 11); collect(lab, steps: 9); after = digest(lab); undo(lab, steps: 1); redo(lab, steps: 1); digest(lab) == after", "true"),
        ("evaluate(lab, episodes: 2).lengths", "[8, 8]"),
        // Other arms of `random`.
        ("env = environment(\"r\", actions: 1, reset: r -> [r.index(1), r.choice([7]), r.uniform(low: 2, high: 2), r.normal(std: 0), r.shuffle([4])[0]], step: (s, a) -> 0); env.observation",
            "[0, 7, 2, 0, 4]"),
        ("wrap(env, observe: o -> [o[0], o[1], 1]).observation_size", "3"),
        ("w = wrap(env, reward: (r, o, a) -> a[0] + o[1], act: a -> [a[0] / 2]); reset(w); step(w, [1]).reward", "1.5"),
        ("w = wrap(env, observe: o -> o).skip_frames(2).normalise_observations(); reset(w); step(w, 0); w.state.k", "2"),
        ("w = normalise_observations(env); l = mpo(w, gaussian(w, hidden: [4]), qnet(w, hidden: [4])); collect(l, steps: 12); m = l.environment.observation_mean; evaluate(l, episodes: 3); [l.environment.observation_mean == m, l.environment.observation_count]",
            "[true, 14]"),
        ("w = normalise_observations(env); l = mpo(w, gaussian(w, hidden: [4]), qnet(w, hidden: [4])); collect(l, steps: 5); m = l.environment.observation_mean; d = digest(l); collect(l, steps: 2); undo(l, steps: 1); [l.environment.observation_mean == m, digest(l) == d]",
            "[true, true]"),
        ("w = mdp(transitions: [[[0, 1]], [[1, 0]]], rewards: [[1], [2]], start: [1, 0], horizon: 3); reset(w); step(w, 0); step(w, 0).reward", "2"),
    ]

    @Test(arguments: programs) func program(text: String, wanted: String) {
        let sitting = Sitting()
        #expect(sitting.run(Self.walk) == "")
        #expect(sitting.run(text) == wanted)
    }

    /// A seed's run, whatever the script draws meanwhile; another seed's is another.
    @Test func theSeedGivesTheRun() {
        func digest(_ seed: UInt64, _ between: String) -> String {
            let sitting = Sitting(seed: seed)
            _ = sitting.run(Self.walk)
            _ = sitting.run("collect(lab, episodes: 2)")
            _ = sitting.run(between)
            return sitting.run("collect(lab, episodes: 2); digest(lab)")
        }
        let first = digest(3, "")
        #expect(first.count == 16)
        #expect(digest(3, "normal(); reset(env); step(env, 0); evaluate(lab)") == first)
        #expect(digest(4, "") != first)
    }

    /// An error or an interrupt in a step leaves the lab after its last whole episode, and it goes on from there.
    @Test(arguments: [
        ("nope_at_all()", "name.unknown: unknown name `nope_at_all`"), ("stop()", "interrupted: interrupted"),
        ("while true { stop() }", "interrupted: interrupted"),
    ]) func anErrorLeavesTheLastCommittedStep(fault: String, told: String) {
        let sitting = Sitting()
        _ = sitting.run(Self.walk)
        _ = sitting.run("other = copy(lab); collect(lab, steps: 13); collect(other, steps: 13); before = digest(lab)")
        // The running episode has 5 steps; its 3 others are done, then the next one breaks in its midst.
        _ = sitting.run("first = lab.environment.state; trap = s -> if s.k == 4 { \(fault) }")
        #expect(sitting.run("evaluate(lab)") == told)
        #expect(sitting.run("digest(lab) == before") == "true")
        #expect(sitting.run("collect(lab, steps: 2)").hasPrefix("collected 2 environment steps"))
        #expect(sitting.run("collect(lab, episodes: 5)") == told)
        #expect(sitting.run("[lab.environment_steps, lab.running_steps]") == "[16, 0]")
        _ = sitting.run("trap = s -> 0; collect(other, steps: 2); collect(other, episodes: 1)")
        _ = sitting.run("collect(lab, episodes: 3); collect(other, episodes: 3)")
        #expect(sitting.run("lab.environment.state == other.environment.state and lab.last_return == other.last_return") == "true")
        #expect(sitting.run("undo(lab); undo(lab); undo(lab); digest(lab) == before") == "true")
    }

    // MARK: Errors

    /// What a step or an observation gives, and what is said about it.
    static let results: [(step: String, told: String)] = [
        ("3", "task.record: `step` of t must give a record {state, reward, terminated}, it gave number 3"),
        ("nothing", "task.record: `step` of t must give a record {state, reward, terminated}, it gave nothing"),
        ("{state: 1, reward: 2}", "task.fields: `step` of t must give {state, reward, terminated}: `terminated` is missing"),
        ("{state: 1, reward: 2, done: true}",
            "task.fields: `step` of t must give {state, reward, terminated}: `terminated` is missing, `done` is unknown"),
        ("{}", "task.fields: `step` of t must give {state, reward, terminated}: `state` is missing, `reward` is missing, `terminated` is missing"),
        ("{state: 1, reward: 2, terminated: false, truncated: true}",
            "task.fields: `step` of t must give {state, reward, terminated}: `truncated` is unknown"),
        ("{state: 1, reward: \"2\", terminated: false}",
            "task.reward: `step` of t must give a finite number as `reward`, it gave string \"2\""),
        ("{state: 1, reward: nan, terminated: false}",
            "task.reward: `step` of t must give a finite number as `reward`, it gave number nan"),
        ("{state: 1, reward: infinity, terminated: false}",
            "task.reward: `step` of t must give a finite number as `reward`, it gave number infinity"),
        ("{state: 1, reward: 1, terminated: 0}",
            "task.terminated: `step` of t must give true or false as `terminated`, it gave number 0"),
        ("{state: [1, sin], reward: 1, terminated: false}", "task.state: `step` of t gave a state that holds function sin(x) at state[1]"),
        ("{state: {r: random}, reward: 1, terminated: false}",
            "task.state: `step` of t gave a state that holds random source of `step` of t at state.r"),
        ("{state: [1, 2], reward: 1, terminated: false}", "task.count: `step` of t gave 2 numbers, the first observation had 1"),
        ("{state: nan, reward: 1, terminated: false}", "task.not-finite: `step` of t must give finite numbers, number 0 is nan"),
        ("{state: \"a\", reward: 1, terminated: false}",
            "task.numbers: `step` of t must give a state that is a list of numbers, as there is no `observe`; it gave string \"a\""),
        ("{state: [true], reward: 1, terminated: false}",
            "task.numbers: `step` of t must give a state that is a list of numbers, as there is no `observe`; it gave boolean true at index 0"),
        ("{state: 1, reward: normal(), terminated: false}",
            "task.random: `step` of t uses the script's random numbers, so that no episode could be played again"),
        ("{state: 1, reward: uniform(), terminated: choice([true])}",
            "task.random: `step` of t uses the script's random numbers, so that no episode could be played again"),
        ("{ seed(3); 1 }", "task.random: `step` of t uses the script's random numbers, so that no episode could be played again"),
        ("{ reset(env); 1 }",
            "task.impure: `step` of t works with an environment, but a task's functions may change nothing outside of the state"),
        ("{ collect(lab); 1 }",
            "task.impure: `step` of t works with a lab, but a task's functions may change nothing outside of the state"),
        ("{ lab.epsilon = 1; 1 }",
            "task.impure: `step` of t changes a lab, but a task's functions may change nothing outside of the state"),
        ("{ constrain lab.kl <= 1; 1 }",
            "task.impure: `step` of t changes a lab, but a task's functions may change nothing outside of the state"),
        ("{ undo(); 1 }",
            "task.impure: `step` of t takes steps of labs back, but a task's functions may change nothing outside of the state"),
        ("{ redo(); 1 }",
            "task.impure: `step` of t does steps of labs again, but a task's functions may change nothing outside of the state"),
        ("random.uniform(2, 1)", "argument.range: random.uniform wants low ≤ high, got low 2 and high 1"),
        ("random.normal(std: -1)", "argument.range: random.normal wants a deviation of 0 or more, got -1"),
        ("random.index(0)", "argument.range: random.index wants a bound of 1 or more, got 0"),
        ("random.index(1.5)", "argument.type: random.index: `bound` wants a whole number, got number 1.5"),
        ("random.choice([])", "argument.empty: random.choice of an empty list"),
        ("random.uniform(1, 2, 3)", "argument.count: random.uniform takes 2 arguments, got 3"),
        ("random.gauss()", "member.unknown: a random source has no `gauss`, and there is no function of that name"),
    ]

    @Test(arguments: results) func resultsOfStepsAreTold(step: String, told: String) {
        let sitting = Sitting()
        _ = sitting.run("env = bandit([1]); lab = mpo(env, tabular(env), qnet(env, hidden: []))")
        #expect(sitting.run("t = environment(\"t\", actions: 1, reset: { 0 }, step: (s, a, random) -> \(step)); reset(t)") == "[0]")
        #expect(sitting.run("step(t, 0)") == told)
        // The task is as it was.
        #expect(sitting.run("t.state") == "0")
    }

    static let declarations: [(arguments: String, told: String)] = [
        ("\"t\", reset: { 0 }, step: (s, a) -> 0", "environment.argument: environment: which actions there are is missing"),
        ("\"t\", actions: 0, reset: { 0 }, step: (s, a) -> 0", "environment.argument: environment: 1 action or more was wanted, 0 was given"),
        ("\"t\", actions: 2, low: 0, high: 1, reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment wants either `actions`, or `low` and `high`"),
        ("\"t\", low: 0, reset: { 0 }, step: (s, a) -> 0", "environment.argument: environment wants either `actions`, or `low` and `high`"),
        ("\"t\", low: [0, 0], high: [1, 1, 1], reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment: low has 2 numbers and high 3"),
        ("\"t\", low: [0, 1], high: 1, reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment: low < high was wanted, low is [0, 1] and high [1, 1]"),
        ("\"t\", low: nan, high: 1, reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment: low < high was wanted, low is [nan] and high [1]"),
        ("\"t\", low: [], high: [], reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment: low < high was wanted, low is [] and high []"),
        ("\"t\", low: \"a\", high: 1, reset: { 0 }, step: (s, a) -> 0",
            "argument.type: environment: `low` wants a number or a list of numbers or nothing, got string \"a\""),
        ("\"\", actions: 1, reset: { 0 }, step: (s, a) -> 0", "environment.argument: environment: the name is empty"),
        ("\"t\", actions: 1, steps: 0, reset: { 0 }, step: (s, a) -> 0",
            "environment.argument: environment: 1 step or more was wanted, 0 was given"),
        ("\"t\", actions: 1, reset: 0, step: (s, a) -> 0", "argument.type: environment: `reset` wants a function, got number 0"),
        ("\"t\", actions: 1, reset: { 0 }", "argument.missing: environment: `step` is missing"),
        ("\"t\", actions: 1, reset: { 0 }, step: s -> 0",
            "task.function: `step` of t wants a function of (state, action) or (state, action, random), got function(s)"),
        ("\"t\", actions: 1, reset: { 0 }, step: (a, b, c, d) -> 0",
            "task.function: `step` of t wants a function of (state, action) or (state, action, random), got function(a, b, c, d)"),
        ("\"t\", actions: 1, reset: (a, b) -> 0, step: (s, a) -> 0",
            "task.function: `reset` of t wants a function of () or (random), got function(a, b)"),
        ("\"t\", actions: 1, reset: { 0 }, step: (s, a) -> 0, observe: { 1 }",
            "task.function: `observe` of t wants a function of (state), got function()"),
        ("\"t\", actions: 1, reset: { {x: 1} }, step: (s, a) -> 0",
            "task.numbers: `reset` of t must give a state that is a list of numbers, as there is no `observe`; it gave record {x: 1}"),
        ("\"t\", actions: 1, reset: { [] }, step: (s, a) -> 0", "task.count: `reset` of t gave no number to observe, at least 1 is wanted"),
        ("\"t\", actions: 1, reset: { 0 }, step: (s, a) -> 0, observe: s -> []",
            "task.count: `observe` of t gave no number to observe, at least 1 is wanted"),
        ("\"t\", actions: 1, reset: { 0 }, step: (s, a) -> 0, observe: s -> [[1]]",
            "task.numbers: `observe` of t must give a list of numbers; it gave list [1] at index 0"),
        ("\"t\", actions: 1, reset: { sin }, step: (s, a) -> 0, observe: s -> 1",
            "task.state: `reset` of t gave a state that holds function sin(x) at state"),
        ("\"t\", actions: 1, reset: r -> normal(), step: (s, a) -> 0",
            "task.random: `reset` of t uses the script's random numbers, so that no episode could be played again"),
        ("\"t\", actions: 1, reset: { pendulum().reset() }, step: (s, a) -> 0",
            "task.impure: `reset` of t works with an environment, but a task's functions may change nothing outside of the state"),
    ]

    @Test(arguments: declarations) func declarationsAreTold(arguments: String, told: String) {
        #expect(Sitting().run("environment(\(arguments))") == told)
    }

    /// What other calls about tasks and wrappers say.
    static let others: [(String, String)] = [
        ("f = { kept = nothing; t = environment(\"t\", actions: 1, reset: { 0 }, step: (s, a, random) -> { kept = random; {state: 0, reward: 0, terminated: false} }); reset(t); step(t, 0); kept.normal() }; f()",
            "random.closed: this random source belongs to a call of `step` of t that is over"),
        ("random.uniform(0, 1)", "name.unknown: unknown name `random`"),
        ("wrap(env)", "wrapper.functions: wrap wants at least one of `observe`, `reward` and `act`"),
        ("wrap(env, observe: o -> \"a\")", "task.numbers: `observe` of walk.wrap(observe) must give a list of numbers; it gave string \"a\""),
        ("w = wrap(env, observe: o -> if o[1] > 0 { [1] } else { [1, 2] }); reset(w); step(w, 0)",
            "task.count: `observe` of walk.wrap(observe) gave 1 number, the first observation had 2"),
        ("w = wrap(env, reward: r -> nan); reset(w); step(w, 0)",
            "task.reward: `reward` of walk.wrap(reward) must give a finite number, it gave number nan"),
        ("w = wrap(env, act: a -> [1, 2]); reset(w); step(w, 0)",
            "task.count: `act` of walk.wrap(act) gave 2 numbers, an action of the task has 1"),
        ("w = wrap(bandit([1, 2]), act: a -> a + 5); reset(w); step(w, 0)",
            "task.action: `act` of bandit.wrap(act) must give an action of the task: an action in 0..<2 was wanted, 5 was given"),
        ("time_limit(env, steps: 0)", "environment.argument: time_limit: 1 step or more was wanted, 0 was given"),
        ("skip_frames(env, 0)", "environment.argument: skip_frames: 1 to 10 000 frames were wanted, 0 was given"),
        ("scale_rewards(env, by: 0)", "environment.argument: scale_rewards: a finite factor other than 0 was wanted, 0.0 was given"),
        ("rescale_actions(bandit([1, 2]))", "wrapper.actions: rescale_actions wants continuous actions; bandit has finitely many"),
        ("rescale_actions(lq(bound: infinity))", "wrapper.bounds: rescale_actions wants finite action bounds; lq has none"),
        ("rescale_actions(env, low: 1, high: 0)",
            "wrapper.bounds: rescale_actions: finite bounds with low < high were wanted, low is 1 and high 0"),
        ("clip_actions(env, low: 2)",
            "wrapper.bounds: clip_actions: low < high within the box of walk was wanted, low is 2 and high 1"),
        ("normalise_observations(env, clip: -1)", "environment.argument: normalise_observations: a clip above 0 was wanted, -1.0 was given"),
        ("freeze(env)", "wrapper.freeze: nothing in walk has statistics to freeze"),
        ("freeze(normalise_observations(env))",
            "wrapper.freeze: walk.normalise_observations() has seen no observation yet, so there is nothing to freeze"),
        ("mdp(transitions: [[[1, 0]]], rewards: [[1]])",
            "mdp.shape: mdp: the transition from state 0 by action 0: 1 probabilities were wanted, 2 were given"),
        ("mdp(transitions: [1], rewards: [[1]])",
            "argument.type: mdp: `transitions` wants a list of lists of lists of numbers, got number 1 at index 0"),
        ("mdp(transitions: [[[1]]], rewards: [[1]], terminal: [0.5])",
            "argument.type: mdp: `terminal` wants a list of whole numbers, got number 0.5 at index 0"),
        ("env.transitions", "member.unknown: an environment has no `transitions`"),
    ]

    @Test(arguments: others) func otherErrorsAreTold(text: String, told: String) {
        let sitting = Sitting()
        _ = sitting.run(Self.walk)
        #expect(sitting.run(text) == told)
    }
}
