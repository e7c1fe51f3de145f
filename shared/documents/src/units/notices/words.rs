//! Signal words, and words that distinguish a notice from a name or a sentence.

use super::{Hazard, plain};

/// A signal word.
#[derive(Debug)]
pub(super) struct Word {
    /// In capitals without accents.
    pub(super) letters: &'static str,
    /// The beginning of the unit's text: the word in the singular, with accents.
    pub(super) name: &'static str,
    /// Its severity; `None` for remarks.
    pub(super) hazard: Option<Hazard>,
    /// Whether manuals also use it as a section title.
    pub(super) is_title: bool,
}

impl Word {
    /// Whether it is a plural. Its name is then the singular.
    pub(super) fn is_plural(&self) -> bool {
        !self.letters.chars().eq(self.name.chars().map(plain))
    }
}

const fn word(letters: &'static str, name: &'static str, hazard: Option<Hazard>) -> Word {
    Word { letters, name, hazard, is_title: false }
}

const fn title(letters: &'static str, name: &'static str, hazard: Option<Hazard>) -> Word {
    Word { letters, name, hazard, is_title: true }
}

const DANGER: Option<Hazard> = Some(Hazard::Danger);
const WARNING: Option<Hazard> = Some(Hazard::Warning);
const CAUTION: Option<Hazard> = Some(Hazard::Caution);

/// Signal words in English, German, Spanish and French. Each language has its usual words for danger, warning and
/// caution. Other words that ask for care count as cautions.
pub(super) const WORDS: &[Word] = &[
    word("WARNING", "WARNING", WARNING),
    word("WARNINGS", "WARNING", WARNING),
    word("CAUTION", "CAUTION", CAUTION),
    word("CAUTIONS", "CAUTION", CAUTION),
    word("DANGER", "DANGER", DANGER),
    word("DANGERS", "DANGER", DANGER),
    word("SAFETY WARNING", "SAFETY WARNING", WARNING),
    title("SAFETY WARNINGS", "SAFETY WARNING", WARNING),
    word("SAFETY PRECAUTION", "SAFETY PRECAUTION", CAUTION),
    title("SAFETY PRECAUTIONS", "SAFETY PRECAUTION", CAUTION),
    // In French as well.
    word("PRECAUTION", "PRECAUTION", CAUTION),
    title("PRECAUTIONS", "PRECAUTION", CAUTION),
    word("SAFETY NOTE", "SAFETY NOTE", CAUTION),
    title("SAFETY NOTES", "SAFETY NOTE", CAUTION),
    word("SAFETY NOTICE", "SAFETY NOTICE", CAUTION),
    title("SAFETY NOTICES", "SAFETY NOTICE", CAUTION),
    word("NOTE", "NOTE", None),
    word("NOTES", "NOTE", None),
    word("NOTICE", "NOTICE", None),
    word("NOTICES", "NOTICE", None),
    word("IMPORTANT", "IMPORTANT", None),
    word("IMPORTANT NOTE", "IMPORTANT NOTE", None),
    word("IMPORTANT NOTICE", "IMPORTANT NOTICE", None),
    word("ACHTUNG", "ACHTUNG", CAUTION),
    word("WARNUNG", "WARNUNG", WARNING),
    word("WARNUNGEN", "WARNUNG", WARNING),
    word("WARNHINWEIS", "WARNHINWEIS", WARNING),
    word("WARNHINWEISE", "WARNHINWEIS", WARNING),
    word("VORSICHT", "VORSICHT", CAUTION),
    word("GEFAHR", "GEFAHR", DANGER),
    word("GEFAHREN", "GEFAHR", DANGER),
    word("LEBENSGEFAHR", "LEBENSGEFAHR", DANGER),
    word("SICHERHEITSWARNUNG", "SICHERHEITSWARNUNG", WARNING),
    word("SICHERHEITSHINWEIS", "SICHERHEITSHINWEIS", CAUTION),
    title("SICHERHEITSHINWEISE", "SICHERHEITSHINWEIS", CAUTION),
    word("HINWEIS", "HINWEIS", None),
    word("HINWEISE", "HINWEIS", None),
    word("WICHTIG", "WICHTIG", None),
    word("WICHTIGER HINWEIS", "WICHTIGER HINWEIS", None),
    word("ADVERTENCIA", "ADVERTENCIA", WARNING),
    word("ADVERTENCIAS", "ADVERTENCIA", WARNING),
    word("ATENCION", "ATENCIÓN", CAUTION),
    word("PRECAUCION", "PRECAUCIÓN", CAUTION),
    word("PRECAUCIONES", "PRECAUCIÓN", CAUTION),
    word("CUIDADO", "CUIDADO", CAUTION),
    word("PELIGRO", "PELIGRO", DANGER),
    word("PELIGROS", "PELIGRO", DANGER),
    word("PELIGRO DE MUERTE", "PELIGRO DE MUERTE", DANGER),
    word("PELIGRO MORTAL", "PELIGRO MORTAL", DANGER),
    word("ADVERTENCIA DE SEGURIDAD", "ADVERTENCIA DE SEGURIDAD", WARNING),
    title("ADVERTENCIAS DE SEGURIDAD", "ADVERTENCIA DE SEGURIDAD", WARNING),
    word("PRECAUCION DE SEGURIDAD", "PRECAUCIÓN DE SEGURIDAD", CAUTION),
    title("PRECAUCIONES DE SEGURIDAD", "PRECAUCIÓN DE SEGURIDAD", CAUTION),
    word("NOTA", "NOTA", None),
    word("NOTAS", "NOTA", None),
    word("IMPORTANTE", "IMPORTANTE", None),
    word("NOTA IMPORTANTE", "NOTA IMPORTANTE", None),
    word("AVISO DE SEGURIDAD", "AVISO DE SEGURIDAD", CAUTION),
    title("AVISOS DE SEGURIDAD", "AVISO DE SEGURIDAD", CAUTION),
    word("AVERTISSEMENT", "AVERTISSEMENT", WARNING),
    word("AVERTISSEMENTS", "AVERTISSEMENT", WARNING),
    word("DANGER DE MORT", "DANGER DE MORT", DANGER),
    word("DANGER MORTEL", "DANGER MORTEL", DANGER),
    word("AVERTISSEMENT DE SECURITE", "AVERTISSEMENT DE SÉCURITÉ", WARNING),
    title("AVERTISSEMENTS DE SECURITE", "AVERTISSEMENT DE SÉCURITÉ", WARNING),
    word("ATTENTION", "ATTENTION", CAUTION),
    word("PRECAUTION DE SECURITE", "PRÉCAUTION DE SÉCURITÉ", CAUTION),
    title("PRECAUTIONS DE SECURITE", "PRÉCAUTION DE SÉCURITÉ", CAUTION),
    word("CONSIGNE DE SECURITE", "CONSIGNE DE SÉCURITÉ", CAUTION),
    title("CONSIGNES DE SECURITE", "CONSIGNE DE SÉCURITÉ", CAUTION),
    word("MISE EN GARDE", "MISE EN GARDE", CAUTION),
    word("MISES EN GARDE", "MISE EN GARDE", CAUTION),
    word("PRUDENCE", "PRUDENCE", CAUTION),
    word("REMARQUE", "REMARQUE", None),
    word("REMARQUES", "REMARQUE", None),
    word("REMARQUE IMPORTANTE", "REMARQUE IMPORTANTE", None),
    word("NOTE IMPORTANTE", "NOTE IMPORTANTE", None),
    word("AVISO", "AVISO", None),
    word("AVISOS", "AVISO", None),
    word("AVIS", "AVIS", None),
];

/// Words that mark a continuation: `WARNING (Cont'd)`. In capitals, letters only.
pub(super) const CONTINUED: &[&str] =
    &["CONT", "CONTD", "CONTINUED", "FORTS", "FORTSETZUNG", "FORTGESETZT", "CONTINUACION", "CONTINUA", "SUITE"];

/// Words of longer marks of continuation: "continued on next page". In capitals, letters only.
pub(super) const PAGES: &[&str] = &["PAGE", "OVERLEAF", "SEITE", "FOLGT", "PAGINA"];

/// What forms say if there is no notice: "Cautions: None". In capitals, letters only.
pub(super) const NOTHING: &[&str] =
    &["NONE", "NIL", "NA", "NOTAPPLICABLE", "KEINE", "KEINER", "ENTFÄLLT", "NINGUNA", "NINGUNO", "AUCUN", "AUCUNE"];

/// Parts that are named after a signal word: "WARNING Light (3)".
pub(super) const PARTS: &str = "light lights lamp lamps led leds label labels plate plates sign signs decal decals \
    sticker stickers placard placards stencil stencils tag tags zone zones horn horns buzzer buzzers signal signals \
    triangle triangles symbol symbols indicator indicators annunciator annunciators strobe strobes cone cones summary \
    page pages message messages panel tape flag flags level levels board beacon bell";

/// Words after a part's name that show that it is a verb: "CAUTION Label all hoses."
pub(super) const TOLD: &str = "the all each every both any these those your";

/// Words with which a sentence or name continues a signal word.
pub(super) const JOINTS: &str = "and of und y et";

/// Further words of both kinds in texts in capitals: "WARNING LIMITS". In other texts they begin a sentence: "WARNING
/// In cold weather, let the engine run."
pub(super) const IN_CAPITALS: &str = "alarm alarms area areas circuit circuits device devices equipment statement \
    statements code codes class classes category categories sensor sensors system systems type types list lists item \
    items status condition conditions function functions limit limits threshold thresholds value values \
    at by for in on or with is are was must should shall will may can has have needs appears applies \
    ist wird muss darf kann soll debe puede est doit peut";
