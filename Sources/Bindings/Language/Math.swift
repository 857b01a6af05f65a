import Glibc
import Runtime
import Support
import Tensors

/// Elementwise mathematics: one function each for numbers, lists and tensors.
enum MathNatives {
    static let constants: [NativeConstant] = [
        NativeConstant("pi", in: "math", "The circumference of a circle over its diameter.", .number(Double.pi)),
        NativeConstant("infinity", in: "math", "Larger than every number.", .number(Double.infinity)),
        NativeConstant("nan", in: "math", "Not a number: the result of 0 / 0.", .number(Double.nan)),
    ]

    static let all: [NativeFunction] = powers + rounding + trigonometry + activations + pairs

    private static let powers: [NativeFunction] = [
        Pointwise.native(
            "exp", "e to the power of x.", [Example("exp(0)", "1"), Example("exp([0, 1])[0]", "1")],
            number: { exp($0) }, tensor: { try $0.exp() }),
        Pointwise.native(
            "expm1", "exp(x) - 1, exact near 0.", [Example("expm1(1e-20)", "1e-20")],
            number: { expm1($0) }, tensor: { try $0.expm1() }),
        Pointwise.native(
            "log", "The natural logarithm.", [Example("log(1)", "0"), Example("log(exp(2))", "2")],
            number: { log($0) }, tensor: { try $0.log() }),
        Pointwise.native(
            "log1p", "log(1 + x), exact near 0.", [Example("log1p(1e-20)", "1e-20")],
            number: { log1p($0) }, tensor: { try $0.log1p() }),
        Pointwise.native(
            "log2", "The logarithm to base 2.", [Example("log2(8)", "3")],
            number: { log2($0) }, tensor: { try $0.log() * Float(1 / M_LN2) }),
        Pointwise.native(
            "log10", "The logarithm to base 10.", [Example("log10(1000)", "3")],
            number: { log10($0) }, tensor: { try $0.log() * Float(1 / M_LN10) }),
        Pointwise.native(
            "sqrt", "The square root.", [Example("sqrt(9)", "3"), Example("sqrt([1, 4])", "[1, 2]")],
            number: { $0.squareRoot() }, tensor: { try $0.sqrt() }),
        Pointwise.native(
            "square", "x times x.", [Example("square(3)", "9"), Example("square([1, -2])", "[1, 4]")],
            number: { $0 * $0 }, tensor: { try $0.square() }),
        Pointwise.native(
            "abs", "The distance from 0.", [Example("abs(-3)", "3")],
            number: { $0.magnitude }, tensor: { try $0.abs() }),
        Pointwise.native(
            "sign", "-1, 0 or 1.", [Example("sign([-5, 0, 2])", "[-1, 0, 1]")],
            number: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, tensor: { try $0.sign() }),
    ]

    private static let rounding: [NativeFunction] = [
        Pointwise.native(
            "floor", "The next whole number below.", [Example("floor(-1.5)", "-2")],
            number: { $0.rounded(.down) }, tensor: { try $0.floor() }),
        Pointwise.native(
            "ceil", "The next whole number above.", [Example("ceil(1.2)", "2")],
            number: { $0.rounded(.up) }, tensor: { try $0.ceil() }),
        NativeFunction(
            "round", in: "math", "The nearest number with so many decimals; halves go away from 0.",
            parameters: Parameter<Value>("x", "a number, a list or a tensor"),
            Parameter<Int>("digits", "decimals, from -300 to 300", default: 0),
            examples: [Example("round(2.5)", "3"), Example("round(pi, 2)", "3.14"), Example("round(1234, -2)", "1200")]
        ) { _, x, digits -> Value in
            guard digits.magnitude <= 300 else {
                throw Fault("argument.range", "round wants -300 to 300 digits, got \(digits)")
            }
            let scale = pow(10, Double(digits.magnitude))
            return try Pointwise.apply(
                "round", x,
                number: { x in
                    if digits == 0 || !x.isFinite { return x.rounded(.toNearestOrAwayFromZero) }
                    let scaled = digits > 0 ? x * scale : x / scale
                    // Beyond 2⁵³ a number has no decimals left to round.
                    guard scaled.magnitude < 0x1p53 else { return x }
                    let whole = scaled.rounded(.toNearestOrAwayFromZero)
                    return digits > 0 ? whole / scale : whole * scale
                },
                tensor: { x in
                    if digits == 0 { return try x.round() }
                    let factor = Float(digits > 0 ? scale : 1 / scale)
                    guard factor.isFinite, factor > 0 else { return x }
                    return try (x * factor).round() / factor
                })
        },
    ]

    private static let trigonometry: [NativeFunction] = [
        Pointwise.native(
            "sin", "The sine of an angle in radians.", [Example("sin(0)", "0")],
            number: { sin($0) }, tensor: { try $0.sin() }),
        Pointwise.native(
            "cos", "The cosine of an angle in radians.", [Example("cos(0)", "1")],
            number: { cos($0) }, tensor: { try $0.cos() }),
        Pointwise.native(
            "tan", "The tangent of an angle in radians.", [Example("tan(0)", "0")],
            number: { tan($0) }, tensor: { try $0.tan() }),
        Pointwise.native(
            "atan", "The angle in radians whose tangent is x.", [Example("4 * atan(1) == pi", "true")],
            number: { atan($0) }, tensor: { try $0.atan() }),
        Pointwise.native(
            "asin", "The angle in radians whose sine is x.", [Example("asin(0)", "0")],
            number: { asin($0) }, tensor: { x in try (x / (1 - x.square()).sqrt()).atan() }),
        Pointwise.native(
            "acos", "The angle in radians whose cosine is x.", [Example("acos(1)", "0")],
            number: { acos($0) }, tensor: { x in try Float.pi / 2 - (x / (1 - x.square()).sqrt()).atan() }),
        Pointwise.native(
            "sinh", "The hyperbolic sine.", [Example("sinh(0)", "0")],
            number: { sinh($0) }, tensor: { x in try (x.expm1() - (-x).expm1()) * 0.5 }),
        Pointwise.native(
            "cosh", "The hyperbolic cosine.", [Example("cosh(0)", "1")],
            number: { cosh($0) }, tensor: { x in try (x.exp() + (-x).exp()) * 0.5 }),
    ]

    private static let activations: [NativeFunction] = [
        Pointwise.native(
            "tanh", "The hyperbolic tangent, between -1 and 1.",
            text: "Named bare in a network's block it is a layer: `network(inputs: 3) { linear(5); tanh; linear(1) }`.",
            [Example("tanh(0)", "0")], number: { tanh($0) }, tensor: { try $0.tanh() }),
        Pointwise.native(
            "relu", "x above 0, else 0.", text: "Named bare in a network's block it is a layer.",
            [Example("relu([-1, 2])", "[0, 2]")],
            number: { $0 > 0 || $0.isNaN ? $0 : 0 }, tensor: { try $0.relu() }),
        Pointwise.native(
            "elu", "x above 0, exp(x) - 1 below.", text: "Named bare in a network's block it is a layer.",
            [Example("elu([0, 2])", "[0, 2]")],
            number: { $0 > 0 ? $0 : expm1($0) }, tensor: { try $0.elu() }),
        Pointwise.native(
            "sigmoid", "1 / (1 + exp(-x)), between 0 and 1.", [Example("sigmoid(0)", "0.5")],
            number: { 1 / (1 + exp(-$0)) }, tensor: { try $0.sigmoid() }),
        Pointwise.native(
            "softplus", "log(1 + exp(x)), above 0.", [Example("round(softplus(0), 6)", "0.693147")],
            number: { max($0, 0) + log1p(exp(-$0.magnitude)) }, tensor: { try $0.softplus() }),
    ]

    private static let pairs: [NativeFunction] = [
        NativeFunction(
            "clip", in: "math", "Limits every element to a range.",
            parameters: Parameter<Value>("x", "a number, a list or a tensor"),
            Parameter<Double>("low", "the smallest result"), Parameter<Double>("high", "the largest result"),
            text: "Outside of the range the gradient is 0.",
            examples: [
                Example("clip(5, 0, 3)", "3"), Example("clip([-1, 0.5, 2], 0, 1)", "[0, 0.5, 1]"),
                Example("clip(tensor([-1, 2]), 0, 1).values", "[0, 1]"),
            ]
        ) { _, x, low, high -> Value in
            guard low <= high else {
                throw Fault(
                    "clip.range",
                    "clip wants low ≤ high, got low \(NumberText.plain(low)) and high \(NumberText.plain(high))")
            }
            return try Pointwise.apply(
                "clip", x, number: { $0.isNaN ? $0 : min(max($0, low), high) },
                tensor: { try $0.clip(Float(low), Float(high)) })
        },
        Pointwise.native(
            "atan2", "The angle in radians of the point (x, y).", ("y", "x"), [Example("atan2(0, 1)", "0")],
            number: { atan2($0, $1) },
            tensor: { y, x in
                guard !y.isTracked, !x.isTracked else {
                    throw Fault("gradient.unsupported", "atan2 has no gradient", hint: "use atan(y / x)")
                }
                let shape = try y.shape.broadcast(with: x.shape, for: "atan2")
                let (a, b) = (try y.broadcast(to: shape).values, try x.broadcast(to: shape).values)
                return try Tensor(zip(a, b).map { atan2($0, $1) }, shape: shape)
            }),
        Pointwise.native(
            "equal", "1 where two elements are equal, else 0.", ("a", "b"),
            [Example("equal([1, 2], [1, 3])", "[1, 0]"), Example("equal(tensor([1, 2]), 2).values", "[0, 1]")],
            number: { $0 == $1 ? 1 : 0 }, tensor: { try Tensor.equal($0, $1) }),
        NativeFunction(
            "where", in: "math", "Elements of a where a condition holds, of b elsewhere.",
            parameters: Parameter<Value>("condition", "true or false, a number, or a tensor of ones and zeros"),
            Parameter<Value>("a", "what is taken where it is not 0"), Parameter<Value>("b", "what is taken where it is 0"),
            examples: [
                Example("where(2 > 1, \"yes\", \"no\")", "yes"),
                Example("x = tensor([-1, 2]); where(x > 0, x, 0).values", "[0, 2]"),
            ]
        ) { _, condition, a, b -> Value in
            switch condition {
            case .boolean(let holds): return holds ? a : b
            case .number(let number): return number != 0 ? a : b
            default:
                return try Tensor.select(
                    Tensor.of(condition, for: "where"), Tensor.of(a, for: "where"), Tensor.of(b, for: "where")
                ).asValue
            }
        },
        NativeFunction(
            "is_finite", in: "math", "Whether no element is NaN or infinite.",
            parameters: Parameter<Value>("x", "a number, a list or a tensor"),
            examples: [Example("is_finite(1 / 0)", "false"), Example("is_finite([1, 2])", "true")]
        ) { _, x -> Bool in
            if case .object(let object as any TensorLike) = x { return !object.tensor.hasNonFinite }
            let array = try NestedNumbers(x)
            return array.holdsTensors ? try !Tensor.of(x, for: "is_finite").hasNonFinite : array.numbers.allSatisfy(\.isFinite)
        },
    ]
}
