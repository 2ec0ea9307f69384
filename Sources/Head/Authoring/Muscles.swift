import Foundation

extension HeadAuthoring {
  /// A pull on the skin: Gaussian about `centre` with deviations `spread`, strongest move `pull`, all millimetres.
  struct Muscle {
    enum Lip { case any, upper, lower }
    var centre: V3
    var spread: V3
    var pull: V3
    var lip = Lip.any
    /// Between the middle of the face and the centre the pull grows (x evenly, y and z with the square): for the mouth's corners.
    var fan = false
    /// Acts beyond the nasolabial fold only, so that the cheek folds there.
    var folds = false

    init(
      _ centre: (Double, Double, Double), _ spread: (Double, Double, Double), _ pull: (Double, Double, Double), _ lip: Lip = .any,
      fan: Bool = false, folds: Bool = false
    ) {
      self.centre = V3(centre.0, centre.1, centre.2)
      self.spread = V3(spread.0, spread.1, spread.2)
      self.pull = V3(pull.0, pull.1, pull.2)
      self.lip = lip
      self.fan = fan
      self.folds = folds
    }

    /// The move of a skin point, left side as written.
    func move(at p: V3) -> V3 {
      var q = (p - centre) / spread
      var share = V3(1, 1, 1)
      if fan && p.x < centre.x {
        let t = max(p.x / centre.x, 0)
        share = V3(t, t * t, t * t)
        q.x = 0
      }
      let r = dot(q, q)
      if r > 24 { return .zero }
      var strength = exp(-0.5 * r)
      if folds { strength *= step(-1.2, 2.6, p.x - Self.foldX(p.y)) }
      return pull * share * strength
    }

    /// Where the nasolabial fold runs: x at height y.
    static func foldX(_ y: Double) -> Double { interpolate(y, [-80, -70, -62, -54, -46, -38], [36, 34, 30.5, 25.5, 20, 14]) }
  }
}
