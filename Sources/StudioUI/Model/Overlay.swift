import Studio

/// What lies over the panes and takes the keys.
public enum Overlay: Sendable {
  case help(query: TextEditor, scroll: Int)
  case palette(query: TextEditor, row: Int)
  case picker(Picker)
  case themes(row: Int, before: Theme)
  case form(Form)
  case confirm(Question)
}

/// Choosing a file.
public struct Picker: Sendable {
  public enum Purpose: Sendable { case sound, clip }
  public var purpose: Purpose
  public var path: String
  public var entries: [FolderEntry] = []
  public var query = TextEditor("", multiline: false)
  public var row = 0
  /// Overview of the chosen sound, once it is read.
  public var preview: AudioTrack?
  public var previewPath: String?
  public var isLoading = true

  /// Entries that match what was typed, best first.
  public var matches: [(entry: FolderEntry, places: [Int])] {
    Fuzzy.sorted(query.text, entries) { $0.name }.map { ($0.item, $0.places) }
  }

  /// The chosen entry.
  public var chosen: FolderEntry? {
    let list = matches
    return list.indices.contains(row) ? list[row].entry : nil
  }
}

/// A dialog of labelled boxes.
public struct Form: Sendable {
  public enum Kind: Hashable, Sendable {
    case settings, rename(Take.ID), marker, export, say, trim, importClip, offset

    /// Key of the drafts.
    var name: String {
      switch self {
      case .rename(let id): "rename \(id)"
      default: "\(self)"
      }
    }
  }

  public struct Field: Sendable {
    public var label: String
    public var editor: TextEditor
    public var hint: String

    init(_ label: String, _ text: String, hint: String = "") {
      self.label = label
      editor = TextEditor(text, multiline: false)
      editor.toEnd()
      self.hint = hint
    }
  }

  public var kind: Kind
  public var title: String
  public var fields: [Field]
  public var row = 0
  /// Why the last Enter did not work.
  public var complaint: String?
  /// What Enter does, for the foot of the dialog.
  public var verb = "done"
}

/// A question answered by one key.
public struct Question: Sendable {
  public enum Kind: Sendable { case quitWhileRunning }
  public var kind: Kind
  public var text: String
}
