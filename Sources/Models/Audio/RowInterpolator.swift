import Tensor

/// Linear interpolation of rows over time with both ends kept (align_corners), as rows arrive.
///
/// Output row t of n lies at t·(m − 1)/(n − 1) of m input rows; a single output row is the first input row.
struct RowInterpolator {
  let inputs: Int
  let outputs: Int
  let columns: Int
  private var seen = 0
  private var made = 0
  /// The last row pushed.
  private var last: [Float] = []

  init(from inputs: Int, to outputs: Int, columns: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.columns = columns
  }

  /// The output rows that these next input rows make possible.
  mutating func push(_ rows: Matrix) -> Matrix {
    precondition(rows.columns == columns, "rows of \(columns) were expected, found \(rows.columns)")
    var values: [Float] = []
    func row(_ index: Int) -> ArraySlice<Float> { index < seen ? last[...] : rows.row(index - seen) }
    let end = seen + rows.rows
    while made < outputs {
      let position = outputs > 1 ? Double(made) * Double(inputs - 1) / Double(outputs - 1) : 0
      let lower = min(Int(position), inputs - 1)
      let upper = min(lower + 1, inputs - 1)
      guard upper < end else { break }
      let share = Float(position - Double(lower))
      values += zip(row(lower), row(upper)).map { $0 + ($1 - $0) * share }
      made += 1
    }
    if rows.rows > 0 { last = Array(rows.row(rows.rows - 1)) }
    seen = end
    return Matrix(rows: values.count / columns, columns: columns, values: values)
  }
}
