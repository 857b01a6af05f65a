/// Tasks of the original that do not run here, with what is missing.
struct SuiteRefusal: Sendable {
    let domain: String
    let names: [String]
    let reason: String
    let instead: String?
}

extension SuiteTask {
    static let refusals = [
        SuiteRefusal(
            domain: "dog", names: ["stand", "walk", "trot", "run", "fetch"],
            reason: "its model needs 20 MB of meshes, which are not fetched",
            instead: "suite(\"humanoid\", \"walk\") and suite(\"quadruped\", \"walk\") are bodies of many motors that run here"),
        SuiteRefusal(
            domain: "quadruped", names: ["escape"],
            reason: "it draws a new height field of 40 401 numbers for each episode, which no snapshot holds",
            instead: "suite(\"quadruped\", \"walk\"), \"run\" and \"fetch\" run here"),
    ]
}
