import Support

// The control suite's model files, changed as a task of a domain wants them: as dm_control 1.0.50's Python changes them,
// bodies, joints and sensors in the same order, so that the compiled models are the same byte for byte.

extension SuiteModel {
    static func swimmer(links: Int) -> SuiteModel { .edited("swimmer") { try addLinks(links, toSwimmer: $0) } }

    /// `stiffnesses`: N/m, one a body.
    static func lqr(stiffnesses: [Double], motors: Int) -> SuiteModel {
        .edited("lqr") { try addSprings(stiffnesses, motors: motors, toLQR: $0) }
    }

    static func cartpole(poles: Int) -> SuiteModel { .edited("cartpole") { try addPoles(poles, toCartpole: $0) } }

    static func manipulator(props: [String]) -> SuiteModel { .edited("manipulator") { try keep(props, inManipulator: $0) } }

    static func stacker(boxes: Int) -> SuiteModel { .edited("stacker") { try keep(boxes: boxes, inStacker: $0) } }

    /// `floor`: metres from its middle to its edge, without walls; nil: as it is, with walls, a ball and a target.
    static func quadruped(floor: Double?) -> SuiteModel { .edited("quadruped") { try clear(floor: floor, ofQuadruped: $0) } }

    // MARK: Chains

    /// A swimmer of 3 links or more: the head and a chain of segments, each with a motor at its joint and a velocimeter
    /// and a gyro at its site.
    private static func addLinks(_ links: Int, toSwimmer model: ModelElement) throws {
        var parent = try model.first("worldbody").first("body", "head")
        let actuators = model.add("actuator")
        let sensors = model.add("sensor")
        let limit = 360 / Double(links)
        for i in 0..<links - 1 {
            parent = parent.add("body", ["name": "segment_\(i)", "pos": "0 .1 0"])
            parent.add("geom", ["class": "visual", "name": "visual_\(i)"])
            parent.add("geom", ["class": "inertial", "name": "inertial_\(i)"])
            parent.add("site", ["name": "site_\(i)"])
            parent.add("joint", ["name": "joint_\(i)", "range": "\(-limit) \(limit)"])
            actuators.add("motor", ["name": "motor_\(i)", "joint": "joint_\(i)"])
            sensors.add("velocimeter", ["name": "velocimeter_\(i)", "site": "site_\(i)"])
            sensors.add("gyro", ["name": "gyro_\(i)", "site": "site_\(i)"])
        }
        // The cameras that follow the swimmer stand back as far as it is long.
        for camera in model.all("camera") where camera["mode"] == "trackcom" {
            let place = (camera["pos"] ?? "").split(separator: " ").compactMap { Double($0) }
            camera["pos"] = place.map { "\($0 * (Double(links) / 6))" }.joined(separator: " ")
        }
    }

    /// A chain of bodies that slide, each on a spring of its own stiffness; the first `motors` of them are driven.
    private static func addSprings(_ stiffnesses: [Double], motors: Int, toLQR model: ModelElement) throws {
        var parent = try model.first("worldbody")
        let actuators = model.add("actuator")
        let tendons = model.add("tendon")
        for (i, stiffness) in stiffnesses.enumerated() {
            parent = parent.add("body", ["name": "body_\(i)", "pos": i == 0 ? ".25 0 .1" : ".25 0 0"])
            parent.add("joint", ["name": "joint_\(i)", "stiffness": "\(stiffness)", "damping": "0"])
            parent.add("geom", ["name": "geom_\(i)"])
            parent.add("site", ["name": "site_\(i)"])
            if i < motors { actuators.add("motor", ["name": "motor_\(i)", "joint": "joint_\(i)"]) }
            if i + 1 < stiffnesses.count {  // to be seen only
                let tendon = tendons.add("spatial", ["name": "tendon_\(i)"])
                tendon.add("site", ["site": "site_\(i)"])
                tendon.add("site", ["site": "site_\(i + 1)"])
            }
        }
    }

    /// A cart with a chain of 2 poles or more: the floor lies lower, the cameras stand further off.
    private static func addPoles(_ poles: Int, toCartpole model: ModelElement) throws {
        guard poles > 1 else { return }
        let world = try model.first("worldbody")
        var parent = try world.first("body", "pole_1")
        for i in 2...poles {
            parent = parent.add("body", ["name": "pole_\(i)", "pos": "0 0 1", "childclass": "pole"])
            parent.add("joint", ["name": "hinge_\(i)"])
            parent.add("geom", ["name": "pole_\(i)"])
        }
        try world.first("geom", "floor")["pos"] = "0 0 \(Double(1 - poles) - 0.05)"
        try world.first("camera", "fixed")["pos"] = "0 \(-1 - 2 * poles) 1"
        try world.first("camera", "lookatcart")["pos"] = "0 \(-2 * poles) 2"
    }

    // MARK: Parts taken away

    /// The manipulator with only the props that a task names.
    private static func keep(_ props: [String], inManipulator model: ModelElement) throws {
        for prop in ["ball", "target_ball", "cup", "peg", "target_peg", "slot"] where !props.contains(prop) {
            try model.remove("body", prop)
        }
    }

    /// The stacker with its first boxes only, up to 4.
    private static func keep(boxes: Int, inStacker model: ModelElement) throws {
        for box in boxes..<4 { try model.remove("body", "box\(box)") }
    }

    /// The quadruped on a flat floor and without rangefinders; where the floor's size is given, on a bare one.
    private static func clear(floor: Double?, ofQuadruped model: ModelElement) throws {
        let world = try model.first("worldbody")
        if let floor {
            try world.first("geom", "floor")["size"] = "\(floor) \(floor) .5"
            for wall in ["wall_px", "wall_py", "wall_nx", "wall_ny"] { try world.remove("geom", wall) }
            try world.remove("body", "ball")
            try world.remove("site", "target")
        }
        try world.remove("geom", "terrain")
        try model.remove("rangefinder")
    }
}
