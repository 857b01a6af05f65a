import Glibc
import Support

/// How far a learner has come in every lesson, kept in a file.
///
/// The file is JSON, `{"mpo lessons": 1, "lessons": {"em": {"step": 3, "marks": ["solved", "shown", …]}}}`, written whole. What
/// is no such file is somebody else's: it is neither read nor written.
struct LessonProgress {
    enum Mark: String {
        case solved
        /// Gone on after the solution was shown.
        case shown
        case skipped
    }

    struct Place: Equatable {
        /// The step that comes next, from 0; the number of steps where all are done.
        var step = 0
        /// Of every step that was left; nil of those that were not reached.
        var marks: [Mark?] = []

        mutating func set(_ mark: Mark, of step: Int) {
            while marks.count <= step { marks.append(nil) }
            // Once solved stays solved.
            if marks[step] != .solved { marks[step] = mark }
        }

        func count(_ mark: Mark) -> Int { marks.count { $0 == mark } }
    }

    private(set) var places: [String: Place] = [:]
    /// Nil keeps the progress in memory.
    let path: String?
    /// Why the file is not used; nil where it is.
    private(set) var problem: String?

    private static let format = "mpo lessons"

    init(path: String?) {
        self.path = path
        do { places = try Self.read(path) } catch { tell(error) }
    }

    subscript(name: String) -> Place? { places[name] }

    /// Sets or forgets a lesson's place, and writes the file; other lessons' places are read anew, as another session may
    /// have changed them.
    mutating func set(_ name: String, _ place: Place?) {
        if let path, problem == nil {
            do {
                var all = try Self.read(path)
                all[name] = place
                try Self.makeFolder(of: path)
                try WholeFile.write(Self.text(all), to: path)
                places = all
                return
            } catch { tell(error) }
        }
        places[name] = place
    }

    private mutating func tell(_ error: any Error) {
        problem = "the lessons' progress is not kept: \((error as? Fault)?.description ?? "\(error)")"
    }

    private static func read(_ path: String?) throws -> [String: Place] {
        guard let path, WholeFile.exists(path) else { return [:] }
        let foreign = Fault(
            "lesson.progress", "\(path) holds no progress of lessons that this program can read",
            hint: "it is left alone; remove it to begin anew")
        let bytes = try WholeFile.read(path, limit: 1 << 22)
        guard let json = try? JSON(parsing: bytes), json[format]?.int == 1, let members = json["lessons"]?.members else { throw foreign }
        var places: [String: Place] = [:]
        for member in members {
            guard let step = member.value["step"]?.int, step >= 0, step < 100_000, let marks = member.value["marks"]?.elements,
                marks.count < 100_000
            else { throw foreign }
            places[member.key] = Place(step: step, marks: marks.map { $0.text.flatMap { Mark(rawValue: $0) } })
        }
        return places
    }

    private static func text(_ places: [String: Place]) -> String {
        let members = places.sorted { $0.key < $1.key }.map { name, place in
            JSON.Member(
                name,
                .object([
                    JSON.Member("step", .integer(place.step)),
                    JSON.Member("marks", .array(place.marks.map { $0.map { .string($0.rawValue) } ?? .null })),
                ]))
        }
        return JSON.object([JSON.Member(format, .integer(1)), JSON.Member("lessons", .object(members))]).printed(indented: true) + "\n"
    }

    private static func makeFolder(of path: String) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            made += part + "/"
            mkdir(made, 0o700)
        }
    }
}
