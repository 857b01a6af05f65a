import Environments
import Laboratory
import Plots
import Runtime

extension Figure {
    /// The picture of a task's state.
    init(_ scene: Scene, title: String) {
        self.init(title: title, caption: scene.caption)
        switch scene.content {
        case .drawing(let drawing):
            x = Axis(drawing.xLabel ?? "", range: drawing.x, isHidden: drawing.xLabel == nil)
            y = Axis(drawing.yLabel ?? "", range: drawing.y, isHidden: drawing.yLabel == nil)
            layers = drawing.shapes.map { .piece(Piece($0)) }
            hasEqualScale = true
        case .board(let board):
            let rows = board.rows.map { row in
                row.map { Board.Cell($0.label, kind: $0.role.map { Piece.Kind($0) }) }
            }
            layers = [
                .board(
                    Board(
                        rows: rows, agent: board.agent.map { .init(row: $0.row, column: $0.column) },
                        walls: board.walls.map { .init(row: $0.row, column: $0.column) }))
            ]
        case .bars(let bars): layers = [.bars(Bars(labels: bars.map(\.label), values: bars.map(\.value)))]
        case .words(let words): layers = [.words(words.map { Words($0.name, $0.value) })]
        }
    }

    /// The picture of a task in an episode.
    init(_ task: any Environment, in episode: Episode?, limit: Int?) throws {
        self.init(try task.scene(), title: EpisodeText.title(task, in: episode, limit: limit))
    }

    /// What a value looks like, where it is a task or a lab with a running episode; nil for everything else.
    static func ofTask(_ value: Value) throws -> Figure? {
        switch value.asObject {
        case let env as EnvironmentObject: return try env.figure()
        case let lab as LabObject:
            guard let (task, episode) = try lab.lab.runningTask() else { return nil }
            return try Figure(task, in: episode, limit: lab.lab.horizon)
        default: return nil
        }
    }
}

extension Piece {
    init(_ shape: Scene.Shape) {
        let form: Form =
            switch shape.form {
            case .line(let points, let width): .line(xs: points.map(\.x), ys: points.map(\.y), width: width)
            case .disc(let centre, let radius): .disc(x: centre.x, y: centre.y, radius: radius)
            case .polygon(let points): .polygon(xs: points.map(\.x), ys: points.map(\.y))
            }
        self.init(Kind(shape.role), form)
    }
}

extension Piece.Kind {
    init(_ role: Scene.Role) {
        self =
            switch role {
            case .ground: .ground
            case .body: .body
            case .object: .object
            case .target: .target
            case .danger: .danger
            }
    }
}

/// How far an episode has come, in words.
enum EpisodeText {
    /// `pendulum · step 12 of 200 · return −34.2`.
    static func title(_ task: any Environment, in episode: Episode?, limit: Int?) -> String {
        guard let episode else { return task.spec.name }
        return "\(task.spec.name) · \(steps(episode, limit)) · return \(Digits.short(episode.totalReward))"
    }

    /// `step 12 of 200 · reward −1.3 · return −34.2`, and at the end why it is over.
    static func line(_ episode: Episode, _ step: Episode.Step?, limit: Int?) -> String {
        var parts = [steps(episode, limit)]
        if let step { parts.append("reward \(Digits.short(step.reward, significant: 3))") }
        parts.append("return \(Digits.short(episode.totalReward))")
        if let step, step.terminated { parts.append("terminated") }
        if let step, step.truncated { parts.append("truncated") }
        return parts.joined(separator: " · ")
    }

    private static func steps(_ episode: Episode, _ limit: Int?) -> String {
        let step = "step \(NumberText.grouped(episode.steps))"
        return limit.map { "\(step) of \(NumberText.grouped($0))" } ?? step
    }
}
