// Small vectors as arrays.

/// to − from.
func difference(_ to: Field, _ from: Field, axes: [Int] = [0, 1, 2]) -> [Double] { axes.map { to[$0] - from[$0] } }

func length(_ vector: [Double]) -> Double { squares(vector).squareRoot() }

/// A world vector as seen in a part's frame: vᵀR, with R the part's 3 × 3 rotation.
func turned(_ vector: [Double], into rotation: Field) -> [Double] {
    guard vector.count == 3 else { return [0, 0, 0] }
    return (0..<3).map { vector[0] * rotation[$0] + vector[1] * rotation[3 + $0] + vector[2] * rotation[6 + $0] }
}

/// A vector of length 1; where there is no direction, as it is.
func normalised(_ vector: [Double]) -> [Double] {
    let size = length(vector)
    return size > 0 ? vector.map { $0 / size } : vector
}

/// The mean of how small each control is: 1 at 0, falling quadratically to 0 at ±1.
func smallness(ofControl control: Field) -> Double {
    mean(control.numbers) { tolerance($0, margin: 1, sigmoid: .quadratic, valueAtMargin: 0) }
}
