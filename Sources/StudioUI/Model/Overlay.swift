import Studio

/// What lies over the panes and takes the keys.
public enum Overlay: Sendable {
  case help(query: TextEditor, scroll: Int)
  case messages(scroll: Int)
  case palette(query: TextEditor, row: Int)
  case picker(Picker)
  case themes(row: Int, before: Theme)
  case form(Form)
  case confirm(Question)
}

/// One line of the help.
public enum HelpLine: Hashable, Sendable {
  case space
  case heading(KeyContext)
  case key(Binding)
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
  /// The folder shown before, gone back to when this one cannot be read.
  var before: String?

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
    case settings, rename(Take.ID), marker, export, saveAs, say, trim, importClip, offset

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
  public enum Kind: Sendable { case quitWhileRunning, quitUnsaved }
  public var kind: Kind
  public var text: String

  /// The keys that answer, what each means, and the columns they are written in.
  var choices: [(key: Character, text: String, columns: Range<Int>)] {
    let words =
      switch kind {
      case .quitWhileRunning: ["y yes", "n no"]
      case .quitUnsaved: ["y quit", "n stay", "s save as"]
      }
    var x = 0
    return words.map { word in
      defer { x += word.count + 3 }
      return (word.first ?? " ", word, x..<x + word.count)
    }
  }
}
