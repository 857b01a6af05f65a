extension Bandit {
    /// The mean reward of each arm.
    public func scene() -> Scene {
        Scene(.bars(means.enumerated().map { Scene.Bar("arm \($0.offset)", $0.element) }), caption: "mean reward of each arm")
    }
}

extension QuadraticBandit {
    /// The best action, number by number.
    public func scene() -> Scene {
        Scene(.bars(peak.enumerated().map { Scene.Bar("action[\($0.offset)]", $0.element) }), caption: "the best action")
    }
}
