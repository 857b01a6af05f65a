import Environments
import Laboratory
import MuJoCoEnvironments
import Plots
import Runtime
import Support

/// Seeing a task: its state as a picture, an episode as it is played.
enum SceneNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "watch", in: "mpo", "Plays one evaluation episode of the mean policy before your eyes; changes nothing.",
            parameters: Parameter<LabObject>("lab", "the lab"),
            Parameter<Double>("speed", "times real time", default: 1),
            Parameter<Int?>("every", "steps from picture to picture", default: nil, shown: "as can be followed"),
            Parameter<Int>("episode", "which: evaluate(lab).returns[episode] is its return", default: 0),
            text: """
                On a terminal the pictures follow each other in one place, \(Digits.short(EpisodeViewer.stepSeconds)) s a step \
                where the task is not about time; Ctrl-C stops. In a pipe or a file there are \
                four of them, or one each `every` steps. Returns what evaluate does, of the one episode.
                """,
            examples: [
                Example("env = bandit([2, 2]); watch(mpo(env, tabular(env), qnet(env))).mean", "2")
            ]
        ) { context, lab, speed, every, episode in
            guard speed > 0 else { throw Fault("watch.speed", "a speed above 0 was wanted, \(Digits.short(speed)) was given") }
            if let every, every < 1 { throw Fault("watch.every", "`every` wants 1 step or more, got \(every)") }
            let viewer = EpisodeViewer(context, limit: lab.lab.horizon, speed: speed, every: every)
            defer { viewer.stop() }
            let evaluation = try lab.lab.play(evaluation: episode, cancellation: context.cancellation, viewer.see)
            viewer.finish()
            return EvaluationObject(evaluation)
        },
        NativeFunction(
            "frame", in: "environments", "Writes a rendered picture of a physics task's state to a PNG file.",
            parameters: Parameter<Value>("env", "a physics task, or a lab with a running episode"),
            Parameter<String>("path", "the file; its name ends in .png"),
            Parameter<Int>("width", "pixels", default: 480), Parameter<Int>("height", "pixels", default: 360),
            Parameter<String?>(
                "camera", "one of the model's cameras, or \"free\"", default: nil, shown: "\"track\" where there is one, else \"free\""),
            text: """
                MuJoCo draws it, which needs OSMesa (on Debian: apt-get install libosmesa6) or EGL; MUJOCO_GL=egl or
                osmesa asks for one of them. `show(env)` and `save(plot(env), "state.svg")` work everywhere.
                """
        ) { context, env, path, width, height, camera in
            guard path.lowercased().hasSuffix(".png") else {
                throw Fault("frame.format", "a frame is written as .png, but the file is called '\(path)'")
            }
            let file = try context.service(RunFiles.self).toWrite(path)
            let picture = try physics(of: env).render(width: width, height: height, camera: camera)
            try WholeFile.write(PixelImage(width: width, height: height, rgb: picture.rgb).png(), to: file)
        },
    ]

    private static func physics(of value: Value) throws -> Physics {
        var task: any Environment
        switch value.asObject {
        case let env as EnvironmentObject: task = env.environment
        case let lab as LabObject:
            guard let running = try lab.lab.runningTask() else {
                throw Fault(
                    "frame.no-episode", "the lab has no running episode to draw",
                    hint: "collect(lab, steps: n) stops in the midst of one")
            }
            task = running.task
        default: throw Fault("frame.type", "frame draws a physics task or a lab, got \(value.described)")
        }
        while let wrapper = task as? any EnvironmentWrapper { task = wrapper.inner }
        guard let physics = task as? any PhysicsEnvironment else {
            throw Fault(
                "frame.task", "frame draws physics tasks, and \(task.spec.name) is none",
                hint: "show(env) draws it as text, save(plot(env), \"state.svg\") as SVG")
        }
        return physics.physics
    }
}
