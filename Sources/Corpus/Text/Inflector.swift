/// English verb forms: regular rules and a table of the irregular verbs that the sentence bank uses.
///
/// Source: any English grammar; the consonant is doubled after one short stressed vowel (`nod` → `nodding`).
public enum Inflector {
  /// "raise" → "raises".
  public static func third(_ verb: String) -> String {
    if let form = irregularThird[verb] { return form }
    if verb.hasSuffix("y"), let before = verb.dropLast().last, !isVowel(before) { return verb.dropLast() + "ies" }
    for ending in ["s", "x", "z", "ch", "sh", "o"] where verb.hasSuffix(ending) { return verb + "es" }
    return verb + "s"
  }

  /// "raise" → "raised", "shake" → "shook".
  public static func past(_ verb: String) -> String {
    if let form = irregularPast[verb] { return form }
    if verb.hasSuffix("e") { return verb + "d" }
    if verb.hasSuffix("y"), let before = verb.dropLast().last, !isVowel(before) { return verb.dropLast() + "ied" }
    return doubled(verb) + "ed"
  }

  /// "raise" → "raising", "nod" → "nodding".
  public static func gerund(_ verb: String) -> String {
    if let form = irregularGerund[verb] { return form }
    if verb.hasSuffix("ie") { return verb.dropLast(2) + "ying" }
    if verb.hasSuffix("e"), !verb.hasSuffix("ee"), !verb.hasSuffix("ye"), !verb.hasSuffix("oe") { return verb.dropLast() + "ing" }
    return doubled(verb) + "ing"
  }

  private static func isVowel(_ letter: Character) -> Bool { "aeiou".contains(letter) }

  private static func doubled(_ verb: String) -> String {
    if finalStress.contains(verb), let last = verb.last { return verb + String(last) }
    let letters = Array(verb)
    guard letters.count >= 3, let last = letters.last, !isVowel(last), !"wxy".contains(last) else { return verb }
    let short = isVowel(letters[letters.count - 2]) && !isVowel(letters[letters.count - 3])
    var groups = 0
    var inside = false
    for letter in letters {
      let vowel = isVowel(letter) || letter == "y"
      if vowel, !inside { groups += 1 }
      inside = vowel
    }
    return short && groups == 1 ? verb + String(last) : verb
  }

  private static let finalStress: Set<String> = ["begin", "forget", "admit", "regret", "upset", "permit", "refer", "compel", "zigzag"]
  private static let irregularThird = ["be": "is", "have": "has", "can": "can"]
  private static let irregularGerund = [
    "be": "being", "singe": "singeing", "panic": "panicking", "mimic": "mimicking", "picnic": "picnicking",
  ]

  private static let irregularPast: [String: String] = {
    let table = """
      be was,have had,do did,go went,come came,take took,give gave,make made,let let,put put,set set,get got,keep kept,hold held,bring brought,break broke,\
      blow blew,draw drew,drink drank,eat ate,fall fell,feel felt,find found,fly flew,grow grew,hang hung,hear heard,hit hit,hide hid,know knew,lay laid,\
      lead led,leave left,lie lay,light lit,lose lost,mean meant,meet met,read read,ride rode,ring rang,rise rose,run ran,say said,see saw,send sent,\
      shake shook,shine shone,show showed,shrink shrank,shut shut,sing sang,sink sank,sit sat,sleep slept,slide slid,speak spoke,spend spent,spin spun,\
      split split,spread spread,spring sprang,stand stood,steal stole,stick stuck,sting stung,strike struck,swing swung,sweep swept,swell swelled,tear tore,\
      tell told,think thought,throw threw,wake woke,wear wore,weep wept,win won,wind wound,withdraw withdrew,write wrote,bite bit,bend bent,burst burst,\
      cast cast,catch caught,choose chose,cling clung,creep crept,cut cut,dig dug,fling flung,forget forgot,freeze froze,hurt hurt,leap leapt,begin began,\
      become became,buy bought,cost cost,deal dealt,fight fought,forgive forgave,overcome overcame,pay paid,sell sold,shed shed,shoot shot,sneak snuck,\
      strive strove,swear swore,swim swam,teach taught,upset upset,understand understood,undo undid,panic panicked,mimic mimicked,wring wrung,stride strode,\
      sleepwalk sleepwalked,knit knit,quit quit,rid rid,thrust thrust,bid bid,build built,feed fed,bleed bled,breed bred,speed sped,lend lent,grind ground,\
      bare bared,offset offset,reset reset,unwind unwound,withhold withheld,withstand withstood,foresee foresaw,redo redid,retake retook,rethink rethought
      """
    var forms: [String: String] = [:]
    for pair in table.split(separator: ",") {
      let parts = pair.split(separator: " ")
      if parts.count == 2 { forms[String(parts[0])] = String(parts[1]) }
    }
    return forms
  }()
}
