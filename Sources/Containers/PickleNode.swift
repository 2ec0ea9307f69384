/// The constructors that are known; the raw value is the name in messages.
enum PickleConstructor: String, Sendable {
  case reconstructArray = "numpy reconstruct"
  case arrayFromBuffer = "numpy frombuffer"
  case scalar = "numpy scalar"
  case array = "numpy.ndarray"
  case dtype = "numpy.dtype"
  case numpyType = "a numpy number type"
  case encode = "_codecs.encode"
  case reconstructObject = "copyreg._reconstructor"
  case newObject = "copyreg.__newobj__"
  case orderedDict = "collections.OrderedDict"
  case plainObject = "object"
  case list, tuple, dict, set, frozenset, bytes, bytearray, int, float, bool, str
  case csc = "scipy csc_matrix"
  case csr = "scipy csr_matrix"
  case coo = "scipy coo_matrix"
  case chumpy = "chumpy.ch.Ch"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case rebuildParameter = "torch._utils._rebuild_parameter"
  case torchSize = "torch.Size"
  case doubleStorage, floatStorage, halfStorage, bfloat16Storage, longStorage, intStorage, shortStorage, charStorage, byteStorage,
    boolStorage

  var isSparse: Bool { self == .csc || self == .csr || self == .coo }

  /// numpy's name of a torch storage's numbers; bfloat16 has none of its own and is called `bf2` here.
  var storageType: String? {
    switch self {
    case .doubleStorage: "<f8"
    case .floatStorage: "<f4"
    case .halfStorage: "<f2"
    case .bfloat16Storage: "bf2"
    case .longStorage: "<i8"
    case .intStorage: "<i4"
    case .shortStorage: "<i2"
    case .charStorage: "<i1"
    case .byteStorage: "<u1"
    case .boolStorage: "|b1"
    default: nil
    }
  }

  /// The constructor a pickle calls `module.name`, or nil when it is not one of the known.
  static func named(_ module: String, _ name: String) -> PickleConstructor? {
    switch module {
    case "numpy.core.multiarray", "numpy._core.multiarray":
      ["_reconstruct": reconstructArray, "scalar": scalar, "_frombuffer": arrayFromBuffer][name]
    case "numpy.core.numeric", "numpy._core.numeric": name == "_frombuffer" ? arrayFromBuffer : nil
    case "numpy":
      switch name {
      case "ndarray": array
      case "dtype": dtype
      case "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool_": numpyType
      default: nil
      }
    case "_codecs": name == "encode" ? encode : nil
    case "copy_reg", "copyreg": ["_reconstructor": reconstructObject, "__newobj__": newObject][name]
    case "collections", "ordereddict": name == "OrderedDict" ? orderedDict : nil
    case "builtins", "__builtin__":
      [
        "object": plainObject, "list": list, "tuple": tuple, "dict": dict, "set": set, "frozenset": frozenset, "bytes": bytes,
        "bytearray": bytearray, "int": int, "long": int, "float": float, "bool": bool, "str": str, "unicode": str,
      ][name]
    case "scipy.sparse.csc", "scipy.sparse._csc": name == "csc_matrix" || name == "csc_array" ? csc : nil
    case "scipy.sparse.csr", "scipy.sparse._csr": name == "csr_matrix" || name == "csr_array" ? csr : nil
    case "scipy.sparse.coo", "scipy.sparse._coo": name == "coo_matrix" || name == "coo_array" ? coo : nil
    case "chumpy.ch", "chumpy": name == "Ch" ? chumpy : nil
    case "torch._utils": ["_rebuild_tensor_v2": rebuildTensor, "_rebuild_parameter": rebuildParameter][name]
    case "torch":
      [
        "Size": torchSize, "DoubleStorage": doubleStorage, "FloatStorage": floatStorage, "HalfStorage": halfStorage,
        "BFloat16Storage": bfloat16Storage, "LongStorage": longStorage, "IntStorage": intStorage, "ShortStorage": shortStorage,
        "CharStorage": charStorage, "ByteStorage": byteStorage, "BoolStorage": boolStorage,
      ][name]
    default: nil
    }
  }
}

/// Bytes of a pickle: where they lie in the file, or made while reading.
enum PickleBytes: Sendable {
  case inFile(Range<Int>)
  case own([UInt8])

  var count: Int {
    switch self {
    case .inFile(let range): range.count
    case .own(let array): array.count
    }
  }
}

/// A numpy array of a pickle; numbers in `data`, or Python objects as nodes.
struct PickleArray: Sendable {
  var shape: [Int] = [0]
  var type = "<f8"
  var fortran = false
  var data: PickleBytes = .own([])
  var objects: [Int]?
}

/// A torch tensor: a view of a storage in the archive.
struct PickleTensor: Sendable {
  var storageKey: String
  var type: String
  var storageCount: Int
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// A value under construction; others are named by their index.
enum PickleNode: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case text(String)
  case bytes(PickleBytes)
  case list([Int])
  case tuple([Int])
  case set([Int])
  case dict([(key: Int, value: Int)])
  case constructor(PickleConstructor)
  case dtype(String)
  case array(PickleArray)
  case object(PickleConstructor, state: Int?)
  case storage(key: String, type: String, count: Int)
  case tensor(PickleTensor)
}
