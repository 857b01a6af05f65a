import CMuJoCo
import Environments
import Support
import Tensors

/// A physics model as Gymnasium's tasks use it: its fields at hand, its start state, its step.
///
/// After `simulate` positions derived from qpos (xpos, cinert, …) are those of the *start of the last substep*, as in
/// Gymnasium, whose tasks pay rewards on them: nothing brings them up to date.
/// Source: gymnasium 1.4.0, mujoco_env.py.
package final class GymnasiumBody {
    package let physics: Physics
    let frameSkip: Int
    /// Seconds of a step: frame_skip × timestep.
    let dt: Double
    let timestep: Double

    package let qpos: Field, qvel: Field, control: Field
    let xpos: Field, xipos: Field, sitePosition: Field
    let cinert: Field, cvel: Field, contactForce: Field
    let actuatorForce: Field, constraintForce: Field
    let bodyMass: Field
    private let startPositions: [Double]
    private let startVelocities: [Double]

    init(_ physics: Physics, frameSkip: Int) throws {
        self.physics = physics
        self.frameSkip = frameSkip
        timestep = try physics.option("timestep")[0]
        dt = timestep * Double(frameSkip)
        qpos = try physics.field("qpos")
        qvel = try physics.field("qvel")
        control = try physics.field("ctrl")
        xpos = try physics.field("xpos")
        xipos = try physics.field("xipos")
        sitePosition = try physics.field("site_xpos")
        cinert = try physics.field("cinert")
        cvel = try physics.field("cvel")
        contactForce = try physics.field("cfrc_ext")
        actuatorForce = try physics.field("qfrc_actuator")
        constraintForce = try physics.field("qfrc_constraint")
        bodyMass = try physics.field("body_mass")
        startPositions = try physics.field("qpos0").array
        startVelocities = [Double](repeating: 0, count: qvel.count)
    }

    /// The model's own state: its start positions at rest.
    package func start() throws {
        try physics.perform(MPO_RESET_DATA)
        qpos.set(startPositions)
        qvel.set(startVelocities)
    }

    /// frame_skip steps under a control, with the external forces of the last one where they are asked for.
    func simulate(_ action: [Double], externalForces: Bool) throws {
        control.set(action)
        try physics.perform(MPO_STEP, times: frameSkip)
        if externalForces { try physics.perform(MPO_RNE_POST_CONSTRAINT) }
    }

    /// The centre of mass, weighted by the bodies' masses, along x.
    var massCentreX: Double {
        var sum = 0.0
        var mass = 0.0
        for body in 0..<bodyMass.count {
            sum += bodyMass[body] * xipos[body, 0]
            mass += bodyMass[body]
        }
        return sum / mass
    }
}

/// The sum of f(x) over numbers in numpy's order: eight accumulators where there are eight or more, up to 128.
func pairwiseSum(_ numbers: some RandomAccessCollection<Double>, _ f: (Double) -> Double) -> Double {
    let n = numbers.count
    func term(_ i: Int) -> Double { f(numbers[numbers.index(numbers.startIndex, offsetBy: i)]) }
    var sum = 0.0
    if n < 8 {
        for i in 0..<n { sum += term(i) }
        return sum
    }
    var r = (0..<8).map(term)
    var i = 8
    while i < n - n % 8 {
        for j in 0..<8 { r[j] += term(i + j) }
        i += 8
    }
    sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
    while i < n {
        sum += term(i)
        i += 1
    }
    return sum
}

/// Σ x².
func squares(_ numbers: some RandomAccessCollection<Double>) -> Double { pairwiseSum(numbers) { $0 * $0 } }

func clip(_ x: Double, _ most: Double) -> Double { min(max(x, -most), most) }
