//! Phrases about warnings, in the language of the question.

use super::language::AnswerLanguage;
use shared::store::WarningKind;

impl AnswerLanguage {
    /// The ANSI Z535.6 signal word for a kind of warning.
    pub(in crate::assistant) fn signal_word(self, kind: WarningKind) -> &'static str {
        match kind {
            WarningKind::Danger => self.pick(["DANGER", "GEFAHR", "PELIGRO", "DANGER"]),
            WarningKind::Warning => self.pick(["WARNING", "WARNUNG", "ADVERTENCIA", "AVERTISSEMENT"]),
            WarningKind::Caution => self.pick(["CAUTION", "VORSICHT", "PRECAUCIÓN", "ATTENTION"]),
        }
    }

    /// `page 12`
    pub(in crate::assistant) fn on_page(self, page: u32) -> String {
        format!("{} {page}", self.pick(["page", "Seite", "página", "page"]))
    }

    /// Announces more warnings and their pages.
    pub(in crate::assistant) fn more_warnings(self, pages: &[u32]) -> String {
        let pages: Vec<String> = pages.iter().map(|page| self.on_page(*page)).collect();
        let pages = pages.join(", ");
        match self {
            Self::English => format!("There are more warnings: {pages}. Read them before you begin."),
            Self::German => format!("Es gibt weitere Warnungen: {pages}. Lesen Sie sie, bevor Sie beginnen."),
            Self::Spanish => format!("Hay más advertencias: {pages}. Léalas antes de empezar."),
            Self::French => format!("Il y a d’autres avertissements : {pages}. Lisez-les avant de commencer."),
        }
    }

    /// The reply to a user who dismissed the warnings.
    pub(in crate::assistant) fn warnings_dismissed(self) -> &'static str {
        self.pick([
            "All right, I will not repeat the warnings. Ask on.",
            "Gut, ich wiederhole die Warnungen nicht. Fragen Sie weiter.",
            "De acuerdo, no repetiré las advertencias. Siga preguntando.",
            "D’accord, je ne répète pas les avertissements. Continuez.",
        ])
    }
}
