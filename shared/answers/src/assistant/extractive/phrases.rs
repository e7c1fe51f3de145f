//! Phrases of an answer around its quotations, in the language of the question.

use super::language::AnswerLanguage;

impl AnswerLanguage {
    pub(super) fn greeting(self) -> &'static str {
        self.pick([
            "Hello! Ask me about your equipment, for example for a torque, a procedure or a part. I answer from your manuals.",
            "Hallo! Fragen Sie mich nach Ihrer Ausrüstung, zum Beispiel nach einem Drehmoment, einem Ablauf oder einem Teil. \
             Ich antworte aus Ihren Handbüchern.",
            "¡Hola! Pregúnteme por su equipo, por ejemplo por un par de apriete, un procedimiento o una pieza. Respondo con \
             sus manuales.",
            "Bonjour ! Posez-moi une question sur votre matériel, par exemple un couple de serrage, une procédure ou une \
             pièce. Je réponds d’après vos manuels.",
        ])
    }

    pub(super) fn welcome(self) -> &'static str {
        self.pick([
            "You are welcome. Ask me again whenever you need something from your manuals.",
            "Gern geschehen. Fragen Sie wieder, wenn Sie etwas aus Ihren Handbüchern brauchen.",
            "De nada. Pregunte de nuevo cuando necesite algo de sus manuales.",
            "Je vous en prie. Revenez vers moi quand vous aurez besoin de vos manuels.",
        ])
    }

    pub(super) fn ask_about_equipment(self) -> &'static str {
        self.pick([
            "Please ask about your equipment, for example for a torque, a procedure or a part. I answer from your manuals \
             and cite their pages.",
            "Bitte fragen Sie nach Ihrer Ausrüstung, zum Beispiel nach einem Drehmoment, einem Ablauf oder einem Teil. Ich \
             antworte aus Ihren Handbüchern und nenne die Seiten.",
            "Pregunte por su equipo, por ejemplo por un par de apriete, un procedimiento o una pieza. Respondo con sus \
             manuales y cito las páginas.",
            "Posez une question sur votre matériel, par exemple un couple de serrage, une procédure ou une pièce. Je réponds \
             d’après vos manuels et je cite les pages.",
        ])
    }

    pub(super) fn likely(self, several: bool) -> &'static str {
        if several {
            self.pick([
                "These pages most likely have it:",
                "Am wahrscheinlichsten steht es auf diesen Seiten:",
                "Lo más probable es que esté en estas páginas:",
                "Ces pages en parlent très probablement :",
            ])
        } else {
            self.pick([
                "This page most likely has it:",
                "Am wahrscheinlichsten steht es auf dieser Seite:",
                "Lo más probable es que esté en esta página:",
                "Cette page en parle très probablement :",
            ])
        }
    }

    pub(super) fn likely_aloud(self) -> &'static str {
        self.pick(["Most likely:", "Am wahrscheinlichsten:", "Lo más probable:", "Très probablement :"])
    }

    pub(super) fn not_held(self) -> &'static str {
        self.pick([
            "I found no answer to this in your manuals.",
            "In Ihren Handbüchern habe ich keine Antwort darauf gefunden.",
            "No encontré una respuesta a esto en sus manuales.",
            "Je n’ai pas trouvé de réponse à cela dans vos manuels.",
        ])
    }

    pub(super) fn unknown(self, words: &[String]) -> String {
        let list = words.join(", ");
        match (self, words.len()) {
            (Self::English, 1) => format!("{list} does not occur in them."),
            (Self::English, _) => format!("{list} do not occur in them."),
            (Self::German, _) => format!("{list} kommt darin nicht vor."),
            (Self::Spanish, _) => format!("{list} no aparece en ellos."),
            (Self::French, _) => format!("{list} n’y figure pas."),
        }
    }

    pub(super) fn closest(self) -> &'static str {
        self.pick([
            "The closest places, for you to check:",
            "Die ähnlichsten Stellen, zum Nachsehen:",
            "Los lugares más parecidos, para que los revise:",
            "Les passages les plus proches, à vérifier :",
        ])
    }

    pub(super) fn warnings(self) -> &'static str {
        self.pick(["Before you begin:", "Bevor Sie beginnen:", "Antes de empezar:", "Avant de commencer :"])
    }

    /// `Page 12 of pump.pdf`, or `Pages 12–13 of pump.pdf`.
    pub(super) fn source(self, file: &str, (first, last): (u32, u32)) -> String {
        let word = match (self, last > first) {
            (Self::English, false) => "Page",
            (Self::English, true) => "Pages",
            (Self::German, false) => "Seite",
            (Self::German, true) => "Seiten",
            (Self::Spanish, false) => "Página",
            (Self::Spanish, true) => "Páginas",
            (Self::French, false) => "Page",
            (Self::French, true) => "Pages",
        };
        let of = self.pick(["of", "von", "de", "de"]);
        let pages = if last > first { format!("{first}–{last}") } else { first.to_string() };
        format!("{word} {pages} {of} {file}")
    }

    /// Says which part of a run of steps is quoted.
    pub(super) fn part_of_run(self, (first, last, all): (u32, u32, u32), rest: Option<u32>) -> String {
        let steps = if first == last { first.to_string() } else { format!("{first}–{last}") };
        let mut text = match self {
            Self::English => format!("Steps {steps} of {all}"),
            Self::German => format!("Schritte {steps} von {all}"),
            Self::Spanish => format!("Pasos {steps} de {all}"),
            Self::French => format!("Étapes {steps} sur {all}"),
        };
        if let Some(page) = rest {
            text.push_str(&match self {
                Self::English => format!("; the rest is on page {page}"),
                Self::German => format!("; der Rest steht auf Seite {page}"),
                Self::Spanish => format!("; el resto está en la página {page}"),
                Self::French => format!(" ; la suite est à la page {page}"),
            });
        }
        text.push('.');
        text
    }

    pub(super) fn still_processing(self) -> &'static str {
        self.pick([
            "Some of your manuals are still being processed and were not searched.",
            "Einige Ihrer Handbücher werden noch verarbeitet und wurden nicht durchsucht.",
            "Algunos de sus manuales aún se están procesando y no se han buscado.",
            "Certains de vos manuels sont encore en cours de traitement et n’ont pas été consultés.",
        ])
    }

    pub(super) fn all_processing(self) -> &'static str {
        self.pick([
            "Your manuals are still being processed. Please ask again when the repository shows them as ready.",
            "Ihre Handbücher werden noch verarbeitet. Bitte fragen Sie wieder, wenn sie als fertig angezeigt werden.",
            "Sus manuales aún se están procesando. Pregunte de nuevo cuando aparezcan como listos.",
            "Vos manuels sont encore en cours de traitement. Reposez la question quand ils seront prêts.",
        ])
    }

    pub(super) fn none_readable(self) -> &'static str {
        self.pick([
            "None of your manuals could be read, so I cannot answer yet. The repository says why beside each of them.",
            "Keines Ihrer Handbücher konnte gelesen werden. Der Grund steht bei jedem von ihnen.",
            "No se pudo leer ninguno de sus manuales. El motivo figura junto a cada uno.",
            "Aucun de vos manuels n’a pu être lu. La raison est indiquée à côté de chacun.",
        ])
    }

    pub(super) fn no_manuals(self) -> &'static str {
        self.pick([
            "You have no manuals yet. Please upload a manual to the repository: I answer from your manuals and cite their \
             pages.",
            "Sie haben noch keine Handbücher. Bitte laden Sie eines hoch: Ich antworte aus Ihren Handbüchern und nenne die \
             Seiten.",
            "Aún no tiene manuales. Suba uno: respondo con sus manuales y cito las páginas.",
            "Vous n’avez pas encore de manuel. Veuillez en téléverser un : je réponds d’après vos manuels et je cite les \
             pages.",
        ])
    }

    pub(super) fn please_type(self) -> &'static str {
        self.pick([
            "Please type what you would like to know.",
            "Bitte schreiben Sie, was Sie wissen möchten.",
            "Escriba lo que quiere saber.",
            "Veuillez écrire ce que vous voulez savoir.",
        ])
    }

    pub(super) fn cannot_see(self) -> &'static str {
        self.pick([
            "I answered from your words alone: I could not look at the photo.",
            "Ich habe nur nach Ihren Worten geantwortet: Das Foto konnte ich nicht ansehen.",
            "Respondí solo a sus palabras: no pude ver la foto.",
            "J’ai répondu à vos mots seuls : je n’ai pas pu regarder la photo.",
        ])
    }

    pub(super) fn read_on_photo(self) -> &'static str {
        self.pick(["On the photo I read:", "Auf dem Foto steht:", "En la foto leo:", "Sur la photo, je lis :"])
    }

    pub(super) fn nothing_on_photo(self) -> &'static str {
        self.pick([
            "I found no text on the photo.",
            "Auf dem Foto habe ich keinen Text gefunden.",
            "No hay texto legible en la foto.",
            "Je n’ai trouvé aucun texte sur la photo.",
        ])
    }

    pub(super) fn unreadable_photo(self) -> &'static str {
        self.pick([
            "I could not read the photo:",
            "Das Foto konnte ich nicht lesen:",
            "No pude leer la foto:",
            "Je n’ai pas pu lire la photo :",
        ])
    }

    pub(super) fn photo_shows(self) -> &'static str {
        self.pick(["The photo shows:", "Das Foto zeigt:", "La foto muestra:", "La photo montre :"])
    }

    pub(super) fn matches_photo(self) -> &'static str {
        self.pick([
            "These pages of your manuals match the photo best:",
            "Diese Seiten Ihrer Handbücher passen am besten zum Foto:",
            "Estas páginas de sus manuales son las que más se parecen a la foto:",
            "Ces pages de vos manuels correspondent le mieux à la photo :",
        ])
    }

    /// Names figures of an answer that were not found on the cited pages.
    pub(in crate::assistant) fn not_on_the_pages(self, figures: &str) -> String {
        match self {
            Self::English => format!("Not found on the cited pages: {figures}."),
            Self::German => format!("Auf den angegebenen Seiten nicht gefunden: {figures}."),
            Self::Spanish => format!("No se encontró en las páginas citadas: {figures}."),
            Self::French => format!("Introuvable sur les pages citées : {figures}."),
        }
    }

    /// Names figures that the cited pages have in another row or sentence.
    pub(in crate::assistant) fn of_something_else(self, figures: &str) -> String {
        match self {
            Self::English => format!("On the cited pages, but said of something else: {figures}."),
            Self::German => format!("Auf den angegebenen Seiten, aber zu etwas anderem: {figures}."),
            Self::Spanish => format!("En las páginas citadas, pero referido a otra cosa: {figures}."),
            Self::French => format!("Sur les pages citées, mais à propos d'autre chose : {figures}."),
        }
    }

    pub(in crate::assistant) fn look_in_the_manual(self) -> &'static str {
        self.pick([
            "Look in the manual before you rely on it.",
            "Sehen Sie im Handbuch nach, bevor Sie sich darauf verlassen.",
            "Consulte el manual antes de confiar en ello.",
            "Consultez le manuel avant de vous y fier.",
        ])
    }

    pub(super) fn values_are_the_manuals(self) -> &'static str {
        self.pick([
            "The values are those of the manual, not readings from the photo.",
            "Die Werte sind die des Handbuchs, nicht vom Foto abgelesen.",
            "Los valores son los del manual, no lecturas de la foto.",
            "Les valeurs sont celles du manuel, et non relevées sur la photo.",
        ])
    }
}
