import CMuJoCo
import Environments
import Support

/// A physics model as the DeepMind Control Suite uses it: its parts by name, its start, its step.
///
/// Unlike Gymnasium's, whatever follows from qpos and qvel (xpos, xmat, contacts, sensors of position and velocity) is
/// in step with them after `simulate`; what follows from accelerations (touch sensors) is that of the last substep.
/// Source: dm_control 1.0.50, mujoco/engine.py and rl/control.py.
final class SuiteBody {
    let physics: Physics
    /// Physics steps in a step of the task.
    let substeps: Int
    /// Seconds of a physics step.
    let timestep: Double
    let qpos: Field, qvel: Field, control: Field
    private let isRungeKutta: Bool

    /// `controlStep`: the seconds of a step of the task; nil: those of one physics step.
    init(_ physics: Physics, controlStep: Double?) throws {
        self.physics = physics
        timestep = try physics.option("timestep")[0]
        let ratio = (controlStep ?? timestep) / timestep
        guard ratio >= 0.5, ratio < 1e6 else {
            throw Fault("mujoco.model", "the model of \(physics.name) has a timestep of \(timestep) s, which does not divide the task's")
        }
        substeps = Int(ratio.rounded())
        isRungeKutta = try physics.integerOption("integrator").first == 1  // mjINT_RK4
        qpos = try physics.field("qpos")
        qvel = try physics.field("qvel")
        control = try physics.field("ctrl")
    }

    // MARK: Start and step

    /// The model's own start state, before a task changes it.
    func start() throws {
        try physics.perform(MPO_RESET_DATA)
        try settle()
    }

    /// Brings everything in step with a changed state, without the actuators' forces: no control is known yet.
    func settle() throws { try physics.perform(MPO_FORWARD_UNACTUATED) }

    /// Brings what follows from positions and velocities in step with a restored state.
    func refresh() throws { try physics.perform(MPO_STEP1) }

    /// A step of the task under the present control, or so many physics steps.
    func simulate(_ steps: Int? = nil) throws {
        let steps = steps ?? substeps
        if isRungeKutta {
            try physics.perform(MPO_STEP, times: steps)
        } else {
            try physics.perform(MPO_STEP2)  // the first half was done at the end of the step before
            if steps > 1 { try physics.perform(MPO_STEP, times: steps - 1) }
        }
        try physics.perform(MPO_STEP1)
    }

    /// Whether anything touches or lies within a contact's margin.
    var hasContacts: Bool { mpo_physics_contacts(physics.handle) > 0 }

    // MARK: Parts

    func field(_ name: String) throws -> Field { try physics.field(name) }

    /// A part's row of a field: `row("xmat", .body, "torso")`.
    func row(_ field: String, _ part: Physics.Part, _ name: String) throws -> Field {
        try physics.field(field).row(physics.index(part, name))
    }

    /// What a sensor measures.
    func sensor(_ name: String) throws -> Field {
        let index = try physics.index(.sensor, name)
        let (places, sizes) = try (physics.integers("sensor_adr"), physics.integers("sensor_dim"))
        guard index < places.count, index < sizes.count else { return try physics.field("sensordata")[range: 0, 0] }
        return try physics.field("sensordata")[range: Int(places[index]), Int(sizes[index])]
    }

    /// A joint's place in qpos: one number, four of a ball, seven of a free joint.
    func position(_ joint: String) throws -> Field {
        let all = try joints()
        let index = try physics.index(.joint, joint)
        return index < all.count ? all[index].position : qpos[range: 0, 0]
    }

    /// A joint's place in qvel, and in what else has an element a degree of freedom: one number, three of a ball, six of
    /// a free joint.
    func velocity(_ joint: String, in field: Field? = nil) throws -> Field {
        let all = try joints()
        let index = try physics.index(.joint, joint)
        let field = field ?? qvel
        return index < all.count ? field[range: all[index].dof, all[index].kind.velocities] : field[range: 0, 0]
    }

    struct Joint {
        /// As in mjtJoint.
        enum Kind: Int32 {
            case free, ball, slide, hinge
            var positions: Int { [7, 4, 1, 1][Int(rawValue)] }
            var velocities: Int { [6, 3, 1, 1][Int(rawValue)] }
        }
        let kind: Kind
        let position: Field
        /// Its first degree of freedom.
        let dof: Int
        /// Nil where it has no limits.
        let range: (low: Double, high: Double)?
    }

    /// All joints in the model's order.
    func joints() throws -> [Joint] {
        let kinds = try physics.integers("jnt_type")
        let (places, dofs) = try (physics.integers("jnt_qposadr"), physics.integers("jnt_dofadr"))
        let limited = try physics.truths("jnt_limited")
        let ranges = try physics.field("jnt_range")
        return kinds.indices.map { i in
            let kind = Joint.Kind(rawValue: kinds[i]) ?? .hinge
            return Joint(
                kind: kind, position: qpos[range: Int(places[i]), kind.positions], dof: Int(dofs[i]),
                range: limited[i] ? (ranges[i, 0], ranges[i, 1]) : nil)
        }
    }
}

/// The elements of a rotation matrix by the names of the suite's source: `xz` is the x component of the part's z axis.
extension Field {
    var xx: Double { self[0] }
    var xz: Double { self[2] }
    var zx: Double { self[6] }
    var zy: Double { self[7] }
    var zz: Double { self[8] }
}
