import PolicyOptimisation
import Runtime
import Support

/// Something about a lab that a user should know, with what speaks for it and what to try.
struct HealthFinding {
    enum Severity: String {
        /// Worth knowing; nothing is wrong.
        case note
        /// Learning is held up, or will be.
        case warning
        /// The numbers can no longer be used.
        case critical
    }

    let name: String
    let severity: Severity
    let evidence: String
    let cause: String
    /// Commands.
    let remedy: String
}

/// From where on something counts, each with its reason.
enum HealthThreshold {
    /// E-, M- and Q-steps looked back at: enough that one odd batch does not count.
    static let window = 20
    /// M-steps over which the covariance's course is followed: at the default bound σ may shrink by 1.4 % between two
    /// refreshes of the reference policy, 100 steps apart, so a threefold change within so few is no slow annealing.
    static let courseWindow = 200
    static let sigmaChange = 3.0
    /// A KL below this is 0 but for rounding: parameters are in single precision.
    static let zeroKL = 1e-10
    /// Steps in a row with a KL of 0 before it counts as stuck.
    static let stuckSteps = 3
    /// η off by this factor changes the KL by about its square: more than twofold.
    static let etaFactor = 1.5
    /// Below this an E-step's temperature lies at the floor of the gradient rule, 1e-8 and softplus(−18).
    static let etaFloor = 1e-7
    /// M-steps that a bound is averaged over: a whole period of the reference policy, since the KL grows from its refresh
    /// to the next.
    static func averaged(_ settings: MPOSettings) -> Int { max(window, min(settings.policyPeriod, 1000)) }
    /// Means over these above this multiple of a bound: its multiplier does not hold it even on average.
    static let exceeded = 2.0
    /// M-steps before an average says something.
    static let leastAveraged = 10
    /// An effective sample size below this: one action has more than 80 % of the weight.
    static let leastESS = 1.5
    /// A KL below this share of its bound: the E-step asks for next to no change.
    static let idleShare = 0.01
    /// Q varies within a state by less than this share of what it varies between states: 10 bits of the critic's 24 are
    /// left for what the E-step looks at.
    static let flatShare = 1e-3
    /// A standard deviation within this multiple of min_sigma is held up by it alone.
    static let sigmaFloorFactor = 2.0
    /// A standard deviation above this, in units in which the action box is 2 wide, clips six samples in ten.
    static let largestSigma = 2.0
    /// How far beyond what rewards allow a Q may lie, as a share of that range (and at least 1): a fresh network's error.
    static let qMargin = 0.1
    /// The share of Q values that may lie beyond.
    static let qShare = 0.1
    /// TD errors that grow by this factor within the window of `courseWindow` Q-steps.
    static let errorGrowth = 3.0
    /// Q-steps before a course says something.
    static let leastCourse = 30
    /// A layer with more than half of its units idle has lost most of what it can express.
    static let idleUnits = 0.5
    /// States for the looks at the networks; fewer distinct ones would make live units look idle.
    static let probeStates = 256
    static let leastDistinct = 16
    /// E_b[log b − log π] of the newest transitions, in nats an action dimension: e times less likely each. The newest
    /// tenth, since a replay is meant to hold older ones too; of at least so many, or one odd episode would decide.
    static let offPolicy = 1.0
    static let leastNewest = 32
    /// Collects before a course of returns says something, standard errors that a fall must exceed, and its share of
    /// the returns' whole range.
    static let leastReturns = 20
    static let fallErrors = 3.0
    static let fallShare = 0.3
}

/// What `health` found, as a value.
final class HealthObject: HostObject {
    let subject: String
    let findings: [HealthFinding]
    /// What was looked at, with its figures.
    let looks: [String]

    init(_ subject: String, _ findings: [HealthFinding], looks: [String]) {
        self.subject = subject
        self.findings = findings
        self.looks = looks
    }

    /// Nothing but notes.
    var isWell: Bool { findings.allSatisfy { $0.severity == .note } }

    override class var typeName: String { "health" }
    override var hasIdentity: Bool { false }

    override var summary: String {
        let bad = findings.filter { $0.severity != .note }
        return "health · \(subject) · " + (bad.isEmpty ? "well" : bad.map(\.name).joined(separator: ", "))
    }

    override func display(_ style: DisplayStyle) -> String {
        let width = min(max(style.width, 40), 80)
        var page = PageText(width: width)
        page.prose(summary, hanging: 2)
        for finding in findings {
            page.line("  \(finding.severity.rawValue): \(finding.name)")
            page.prose(finding.evidence, indent: 4)
            page.prose("cause: " + finding.cause, indent: 4)
            page.prose("try: " + finding.remedy, indent: 4)
        }
        page.prose("looked at: " + looks.joined(separator: "; "), indent: 2)
        return page.text
    }

    override func json() -> JSON {
        .object([
            .init("ok", .bool(isWell)), .init("findings", table.json()),
            .init("looked_at", .array(looks.map { .string($0) })),
        ])
    }

    private var table: Table {
        Table([
            ("name", findings.map { .string($0.name) }), ("severity", findings.map { .string($0.severity.rawValue) }),
            ("evidence", findings.map { .string($0.evidence) }), ("cause", findings.map { .string($0.cause) }),
            ("try", findings.map { .string($0.remedy) }),
        ])
    }

    override func isEqual(to other: HostObject) -> Bool {
        (other as? HealthObject).map { $0.json().description == json().description } ?? false
    }

    override var memberNames: [String] { ["ok", "findings", "names", "looked_at"] }

    override func member(_ name: String) -> Value? {
        switch name {
        case "ok": .boolean(isWell)
        case "findings": .object(table)
        case "names": .list(findings.map { .string($0.name) })
        case "looked_at": .list(looks.map { .string($0) })
        default: nil
        }
    }
}
