//! Phrases around the steps of a procedure.

use crate::assistant::citations::escape;
use crate::assistant::extractive::AnswerLanguage;

impl AnswerLanguage {
    pub(super) fn step_of(self, (step, all): (u32, u32)) -> String {
        match self {
            Self::English => format!("Step {step} of {all}."),
            Self::German => format!("Schritt {step} von {all}."),
            Self::Spanish => format!("Paso {step} de {all}."),
            Self::French => format!("Étape {step} sur {all}."),
        }
    }

    pub(super) fn say_next(self) -> &'static str {
        self.pick([
            "Say “next”, “back”, “repeat” or “done”.",
            "Sagen Sie „weiter“, „zurück“, „noch einmal“ oder „fertig“.",
            "Diga «siguiente», «atrás», «repite» o «listo».",
            "Dites « suivant », « retour », « encore » ou « terminé ».",
        ])
    }

    pub(super) fn no_further_step(self, title: &str) -> String {
        let of = of(title);
        match self {
            Self::English => format!("That was the last step{of}. Say “done”, or ask on."),
            Self::German => format!("Das war der letzte Schritt{of}. Sagen Sie „fertig“, oder fragen Sie weiter."),
            Self::Spanish => format!("Ese era el último paso{of}. Diga «listo» o siga preguntando."),
            Self::French => format!("C'était la dernière étape{of}. Dites « terminé » ou posez une autre question."),
        }
    }

    pub(super) fn procedure_done(self, title: &str) -> String {
        let of = of(title);
        match self {
            Self::English => format!("All right, done{of}."),
            Self::German => format!("Gut, fertig{of}."),
            Self::Spanish => format!("Bien, terminado{of}."),
            Self::French => format!("Bien, terminé{of}."),
        }
    }

    pub(super) fn procedure_gone(self) -> &'static str {
        self.pick([
            "The manual of this procedure was deleted, or has been read again since. Please ask for the procedure once \
             more.",
            "Das Handbuch dieser Anleitung wurde gelöscht oder seither neu gelesen. Bitte fragen Sie noch einmal nach \
             ihr.",
            "El manual de este procedimiento se eliminó o se ha vuelto a leer. Pregunte de nuevo por el procedimiento.",
            "Le manuel de cette procédure a été supprimé ou relu depuis. Veuillez redemander la procédure.",
        ])
    }
}

/// The title in brackets, as in ` (CHANGING THE OIL)`; empty without a title.
fn of(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" ({})", escape(title)) }
}
