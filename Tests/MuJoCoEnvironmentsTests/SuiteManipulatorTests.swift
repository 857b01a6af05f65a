import Environments
import MuJoCoEnvironments
import Support
import Tensors
import Testing

/// The manipulator's starts are of three kinds; those that touch something are drawn again, so that their shares differ
/// from the ones that are drawn.
@Suite(.enabled(if: MuJoCoFolder.isAvailable, "MuJoCo's files were not fetched: scripts/mpo --fetch"))
struct SuiteManipulatorTests {
    @Test(arguments: SuiteEnvironment.tasks(of: "manipulator")) func startsAreOfTheirKinds(task: String) throws {
        let environment = try SuiteEnvironment.make("manipulator", task)
        let n = 1000
        var seen = ["held": 0.0, "placed": 0]
        for row in 0..<n {
            var stream = RandomStream(seed: 6, purpose: .environmentReset, step: 0, row: UInt32(row))
            try environment.reset(stream: &stream)
            // The arm's eight joints, then the prop's x, z and angle; the grasp is the first site, the target the last body.
            let place = try environment.numbers(of: "qpos")[8..<10]
            let grasp = try environment.numbers(of: "site_xpos")[0..<3]
            let target = try environment.numbers(of: "body_pos").suffix(3)
            for (kind, other) in [("held", Array(grasp)), ("placed", Array(target))] {
                if zip(place, [other[0], other[2]]).allSatisfy({ ($0 - $1).magnitude < 1e-9 }) { seen[kind, default: 0] += 1 / Double(n) }
            }
        }
        let shares = try SuiteRecord("manipulator-\(task)").shares
        #expect(Set(shares.map(\.what)) == ["held", "placed"])
        for (kind, count, share) in shares {
            let error = 4 * (share * (1 - share) * (1 / Double(n) + 1 / Double(count))).squareRoot()
            let found = seen[kind, default: 0]
            #expect((found - share).magnitude < error, "\(task): \(found) of the starts are \(kind), not \(share)")
        }
    }
}
