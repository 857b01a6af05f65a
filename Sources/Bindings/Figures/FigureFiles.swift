import Plots
import Runtime
import Support

/// Figures as text of any size, and as files.
enum FigureFileNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "draw", in: "plots", "A figure as text of a width and with characters of your choice.",
            parameters: Parameter<FigureObject>("figure", "what to draw"), Parameter<Int>("width", "columns", default: 80),
            Parameter<Int?>("height", "rows of the plotting area", default: nil, shown: "by the width"),
            Parameter<String>("canvas", "\"braille\", \"block\" or \"ascii\"", default: "braille"),
            text: "The prompt chooses by itself: as wide as the terminal, and plain ASCII where it shows nothing else.",
            examples: [
                Example("draw(bars({a: 1, b: 2}), width: 24, canvas: \"ascii\")", "a ##########           1\nb ###################  2")
            ]
        ) { _, figure, width, height, canvas in
            guard (24...1000).contains(width) else { throw Fault("draw.width", "`width` wants 24 to 1 000 columns, got \(width)") }
            if let height, !(3...300).contains(height) { throw Fault("draw.height", "`height` wants 3 to 300 rows, got \(height)") }
            let kind: PlotStyle.Canvas = try choice(canvas, "canvas")
            let text = figure.figure.text(PlotStyle(width: width, height: height, canvas: kind))
            return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).trimmedEnd }.joined(separator: "\n")
        },
        NativeFunction(
            "save", in: "plots", "Writes a figure to an SVG or text file.",
            parameters: Parameter<FigureObject>("figure", "what to write"),
            Parameter<String>("path", "the file; its name ends in .svg, or in .txt for text"),
            text: "The SVG holds the same content as the text, and nothing from elsewhere: `save(f, \"curve.svg\")`."
        ) { context, figure, path in try write(figure, to: path, context) },
        NativeFunction(
            "save_svg", in: "plots", "Writes a figure to an SVG file.",
            parameters: Parameter<FigureObject>("figure", "what to write"), Parameter<String>("path", "the file")
        ) { context, figure, path in
            try WholeFile.write(Array(figure.figure.svg().utf8), to: context.service(RunFiles.self).toWrite(path))
        },
    ]

    private static func write(_ figure: FigureObject, to path: String, _ context: NativeContext) throws {
        let text: String
        if path.lowercased().hasSuffix(".svg") {
            text = figure.figure.svg()
        } else if path.lowercased().hasSuffix(".txt") {
            text = figure.figure.text() + "\n"
        } else {
            throw Fault("save.format", "a figure is saved as .svg or .txt, but the file is called '\(path)'")
        }
        try WholeFile.write(Array(text.utf8), to: context.service(RunFiles.self).toWrite(path))
    }
}
