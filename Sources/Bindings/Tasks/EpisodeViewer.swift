import Environments
import Glibc
import Laboratory
import Plots
import Runtime
import Support

/// Shows an episode while it is played: in place and in time on a terminal, as a few pictures anywhere else.
final class EpisodeViewer {
    private let output: any OutputSink
    private let cancellation: CancellationToken
    private let limit: Int?
    /// Times real time.
    private let speed: Double
    /// Steps from picture to picture; nil: as many as can be followed.
    private let every: Int?

    private var start: Double?
    private var lastShown = -Double.infinity
    /// Pictures that wait for the end, where a few of them are chosen; thinned out when they become many.
    private var kept: [(step: Int, text: String)] = []
    private var gap = 1
    private static let mostKept = 256
    private static let chosen = 4

    /// Seconds of a step of a task that is not about time: slow enough to follow.
    static let stepSeconds = 0.2
    /// Seconds between two pictures.
    static let shortest = 1.0 / 25

    init(_ context: NativeContext, limit: Int?, speed: Double, every: Int?) {
        output = context.output
        cancellation = context.cancellation
        self.limit = limit
        self.speed = speed
        self.every = every
    }

    func see(_ task: any Environment, _ episode: Episode, _ step: Episode.Step?) throws {
        if output.canAnimate {
            try animate(task, episode, step)
        } else if isWanted(episode) {
            let figure = Figure(try task.scene(), title: task.spec.name)
            let text = picture(figure, episode, step, output.style)
            if every != nil { output.print(text) } else { keep(episode, text) }
        }
    }

    private func isWanted(_ episode: Episode) -> Bool { episode.isOver || episode.steps % (every ?? gap) == 0 }

    private func picture(_ figure: Figure, _ episode: Episode, _ step: Episode.Step?, _ style: DisplayStyle) -> String {
        figure.text(FigureObject.style(style)) + "\n" + EpisodeText.line(episode, step, limit: limit)
    }

    // MARK: On a terminal

    private func animate(_ task: any Environment, _ episode: Episode, _ step: Episode.Step?) throws {
        let now = Self.now()
        var due = (start ?? now) + Double(episode.steps) * (task.stepSeconds ?? Self.stepSeconds) / speed
        // What took long, or Ctrl-Z, is not caught up with.
        let late = max(0, now - due - 0.25)
        start = (start ?? now) + late
        due += late
        // A picture that would come too soon after another is left out.
        let isDue = every.map { episode.steps % $0 == 0 } ?? (max(due, now) - lastShown >= Self.shortest)
        guard isDue || episode.isOver else { return }
        let figure = Figure(try task.scene(), title: task.spec.name)
        let text = fitted(figure, episode, step)
        try wait(until: due)
        lastShown = Self.now()
        output.animate(text)
    }

    /// As high as the terminal allows, with a line free for what comes after.
    private func fitted(_ figure: Figure, _ episode: Episode, _ step: Episode.Step?) -> String {
        // A row that ends in the last column leaves the cursor in doubt.
        var style = output.style
        style.width = max(24, style.width - 1)
        var plot = FigureObject.style(style)
        let rows = max(8, (style.height ?? 24) - 1)
        plot.height = min(24, rows - 4)
        for _ in 0..<3 {
            let text = figure.text(plot) + "\n" + EpisodeText.line(episode, step, limit: limit)
            let lines = text.utf8.count { $0 == 0x0A } + 1
            guard lines > rows, let height = plot.height, height > 3 else { return text }
            plot.height = max(3, height - (lines - rows))
        }
        return figure.text(plot) + "\n" + EpisodeText.line(episode, step, limit: limit)
    }

    /// Sleeps in naps, so that Ctrl-C is answered at once.
    private func wait(until due: Double) throws {
        while true {
            try cancellation.check()
            let rest = due - Self.now()
            guard rest > 0 else { return }
            usleep(UInt32(min(rest, 0.02) * 1e6))
        }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    // MARK: Elsewhere

    private func keep(_ episode: Episode, _ text: String) {
        kept.append((episode.steps, text))
        guard kept.count > Self.mostKept else { return }
        gap *= 2
        kept = kept.filter { $0.step % gap == 0 }
    }

    /// Prints what was kept: the first and the last picture, and some between them.
    func finish() {
        output.animate(nil)
        let count = min(Self.chosen, kept.count)
        for k in 0..<count { output.print(kept[count > 1 ? k * (kept.count - 1) / (count - 1) : 0].text) }
        kept = []
    }

    /// After an error or Ctrl-C: the last picture stays as it is.
    func stop() { output.animate(nil) }
}
