import Glibc
import Runtime
import Support
import Syntax

/// The lessons of the library, and reading lessons' files.
///
/// A file of the library is called `04-em.mpo`: its number orders it, what follows is what `lesson(…)` calls it.
struct LessonShelf {
    let interpreter: Interpreter

    private var folder: String? { interpreter.standardLibrary.map { $0 + "/lessons" } }

    /// Numbers, names and paths of the library's lessons in their order.
    func list() -> [(number: Int, name: String, path: String)] {
        guard let folder, let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [(number: Int, name: String, path: String)] = []
        while let entry = readdir(directory) {
            let file = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let digits = file.prefix { $0.isASCII && $0.isNumber }
            guard file.hasSuffix(".mpo"), let number = Int(digits), file.dropFirst(digits.count).hasPrefix("-") else { continue }
            found.append((number, String(file.dropFirst(digits.count + 1).dropLast(4)), folder + "/" + file))
        }
        return found.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
    }

    /// The lesson that is asked for: by its name, its number, or the path of a file.
    func find(_ asked: Value, _ files: RunFiles) throws -> Lesson {
        let all = list()
        if let number = asked.asNumber {
            if let found = all.first(where: { Double($0.number) == number }) {
                return try read(Lesson(name: found.name, number: found.number, path: found.path))
            }
            throw Fault(
                "lesson.unknown", "there is no lesson \(NumberText.plain(number))",
                hint: all.isEmpty ? "the standard library was not found" : "there are 1 to \(all.count)")
        }
        guard let name = asked.asText else {
            throw Fault(
                "lesson.name", "a lesson's name, its number or a file was wanted, got \(asked.described)", hint: "lesson lists them")
        }
        if let found = all.first(where: { $0.name == name }) {
            return try read(Lesson(name: found.name, number: found.number, path: found.path))
        }
        if name.contains("/") || name.hasSuffix(".mpo") {
            let path = try files.toRead(name)
            let real = realpath(path, nil)
            defer { free(real) }
            return try read(Lesson(name: name, number: nil, path: real.map { String(cString: $0) } ?? path))
        }
        let names = all.map(\.name)
        let hint =
            Names.suggestion(for: name, among: names).map { "did you mean \"\($0)\"?" }
            ?? (names.isEmpty ? "the standard library was not found" : "there are \(names.joined(separator: ", ")), or a file: lesson(\"./mine.mpo\")")
        throw Fault("lesson.unknown", "there is no lesson \"\(name)\"", hint: hint)
    }

    /// Runs the lesson's file, which fills it; one that has not changed since it was read is as it was.
    func read(_ lesson: Lesson) throws -> Lesson {
        let lessons = interpreter.service(Lessons.self)
        let text = try WholeFile.read(lesson.path, limit: 1 << 22)
        if let known = lessons.read[lesson.path], known.text == text, known.lesson.name == lesson.name { return known.lesson }
        let program = try Parser.parse(Source(name: lesson.path, text: text))
        let outer = lessons.reading
        lessons.reading = lesson
        defer { lessons.reading = outer }
        try interpreter.runAlone(program, called: lesson.name)
        guard !lesson.steps.isEmpty else {
            throw Fault(
                "lesson.empty", "\(lesson.path) has no lesson_step", hint: "`help lessons` tells how a lesson is written")
        }
        if lesson.title.isEmpty { lesson.title = lesson.name }
        lessons.read[lesson.path] = (text, lesson)
        return lesson
    }
}
