//! The vocabulary of dismissals in English, German, Spanish and French.

use crate::assistant::extractive::AnswerLanguage;
use crate::assistant::utterance::Phrases;

/// How warnings are dismissed in one language.
pub(super) struct Vocabulary {
    pub(super) language: AnswerLanguage,
    /// Phrases that dismiss by themselves, whatever follows.
    pub(super) closed: Phrases,
    /// Phrases that dismiss by themselves, unless something is attached: "I know how it is done".
    pub(super) open: Phrases,
    /// Phrases that dismiss together with a word for warnings.
    pub(super) with_warning: Phrases,
    pub(super) warnings: Phrases,
    /// Words for dangers. "No danger" dismisses nothing.
    pub(super) dangers: Phrases,
    /// Words that may surround either.
    pub(super) around: Phrases,
    /// Beginnings of questions and remarks that consist of such words: "Have I heard all the warnings".
    pub(super) others: Phrases,
    /// Beginnings of requests that may follow without a pause.
    pub(super) asking: Phrases,
}

pub(super) const VOCABULARIES: [Vocabulary; 4] = [
    Vocabulary {
        language: AnswerLanguage::English,
        closed: Phrases("got it|got that|got them|understood|copy that|roger|roger that|noted|duly noted|heard you"),
        open: Phrases(
            "i know|i already know|i do know|i understand|i am aware|i m aware|i m well aware|skip|dismiss|dismissed|\
             i have read|i ve read|already heard|already know|already read",
        ),
        with_warning: Phrases(
            "no|no more|no need for|without|enough|enough with|forget|forget about|never mind|leave out|leave|stop|\
             stop reading|stop repeating|stop saying|ignore|drop|spare me|don t need|do not need|don t read|\
             do not read|don t repeat|do not repeat|don t say|do not say|don t tell me|do not tell me|heard|i heard|\
             i have heard|i ve heard",
        ),
        warnings: Phrases("warning|warnings|caution|cautions"),
        dangers: Phrases("danger|dangers"),
        around: Phrases(
            "the|this|that|those|these|it|them|all|of|about|already|now|again|and|before|your|i|we|ve|have|any|ok|\
             okay|yes|yeah|yep|please|alright|thanks|thank|you|fine|well|sure|just",
        ),
        others: Phrases("have i|have we|have you|have no|i have no|we have no|you"),
        asking: Phrases(
            "what|what s|which|how|where|when|why|who|can you|could you|should i|do i|does the|is it|is the|are the|\
             tell me|show me|give me|next|go on|go to|continue|carry on|repeat",
        ),
    },
    Vocabulary {
        language: AnswerLanguage::German,
        closed: Phrases("verstanden|habe verstanden|hab verstanden|alles klar|kapiert|zur kenntnis genommen"),
        open: Phrases(
            "ich weiss|weiss ich|ich kenne|kenne ich|kennen wir|wissen wir|schon gehort|schon gelesen|uberspring|\
             uberspringe|uberspringen|ist klar|schon klar|bekannt|ist bekannt",
        ),
        with_warning: Phrases(
            "keine|keine weiteren|ohne|lass|lassen sie|genug|vergiss|vergessen sie|weglassen|stopp|ignoriere|\
             ignorieren sie|brauche ich nicht|brauche keine|nicht wiederholen|nicht vorlesen|nicht noch einmal|\
             nicht mehr",
        ),
        warnings: Phrases("warnung|warnungen|warnhinweis|warnhinweise|hinweise|sicherheitshinweise"),
        dangers: Phrases("gefahr|gefahren"),
        around: Phrases(
            "die|das|der|den|diese|dies|es|sie|schon|bereits|bescheid|mehr|weg|alle|habe|hab|ich|mir|sind|ist|und|ja|\
             gut|bitte|danke|also|na|ok|okay|jetzt",
        ),
        others: Phrases(
            "habe ich|hab ich|ist das|ist die|ist dies|ist diese|ist es|ist alles|sind das|sind die|sind diese|\
             sind sie|sind alle|kenne ich die|kenne ich alle|kennen wir die|kennen wir alle",
        ),
        asking: Phrases(
            "was|wie|welche|welcher|welches|welchen|wo|wann|warum|womit|wer|wie viel|kannst du|konnen sie|soll ich|\
             muss ich|zeig|zeige|zeigen sie|sag mir|sagen sie mir|weiter|nachster|nachste|nachsten|wiederhole",
        ),
    },
    Vocabulary {
        language: AnswerLanguage::Spanish,
        closed: Phrases("entendido|comprendido|enterado|enterada|sabido|ya lo tengo"),
        open: Phrases(
            "lo se|ya se|ya lo se|conozco|las conozco|he leido|las he leido|omite|omita|omitir|salta|salte|saltar|\
             queda claro|esta claro",
        ),
        with_warning: Phrases(
            "sin|no mas|olvida|olvide|ignora|ignore|basta de|suficientes|no necesito|no repitas|no repita|no leas|\
             no lea",
        ),
        warnings: Phrases("advertencia|advertencias|aviso|avisos|precaucion|precauciones"),
        dangers: Phrases("peligro|peligros"),
        around: Phrases(
            "la|las|el|los|esa|esas|esta|estas|ya|lo|todas|todo|por|favor|y|si|vale|bueno|gracias|ok|de|acuerdo",
        ),
        // Fuses do it: "Ya salta".
        others: Phrases("ya salta|si salta|lo salta|todo salta|la salta|esta salta"),
        asking: Phrases(
            "que|cual|cuales|como|donde|cuando|cuanto|cuanta|cuantos|cuantas|por que|quien|puedes|puede|debo|\
             tengo que|dime|digame|muestrame|siguiente|el siguiente|continua|sigue|repite",
        ),
    },
    Vocabulary {
        language: AnswerLanguage::French,
        closed: Phrases("compris|entendu|c est compris|c est note|bien recu|bien note"),
        open: Phrases(
            "je sais|je le sais|je connais|je les connais|j ai lu|je les ai lus|passe|passez|saute|sautez|c est bon|\
             c est clair",
        ),
        with_warning: Phrases(
            "pas de|plus de|sans|assez de|ignore|ignorez|oublie|oubliez|inutile de repeter|ne repete pas|\
             ne repetez pas|ne lis pas|ne lisez pas",
        ),
        warnings: Phrases("avertissement|avertissements|consigne|consignes"),
        dangers: Phrases("danger|dangers"),
        around: Phrases(
            "l|le|la|les|cet|cette|ces|deja|tous|toutes|ca|j|ai|et|oui|bon|bien|merci|alors|d|accord|s|il|te|vous|\
             plait|ok",
        ),
        // Bolts and fuses do it: "Ça passe".
        others: Phrases("ca passe|ca saute|il passe|il saute|la passe|le passe"),
        asking: Phrases(
            "que|quel|quelle|quels|quelles|comment|ou est|ou sont|ou se trouve|ou se trouvent|ou dois je|quand|combien|\
             pourquoi|qui|qu est ce|est ce|peux tu|pouvez vous|dois je|dis moi|dites moi|montre|montrez|suivant|\
             l etape suivante|la suite|continue|continuez|repete",
        ),
    },
];

/// Meaningless words at the beginning.
pub(super) const INTERJECTIONS: Phrases =
    Phrases("ok|okay|yes|yeah|yep|right|alright|well|so|and|ja|und|also|na|gut|y|si|vale|bueno|et|oui|bon|alors");

/// Words that turn the previous ones into a question: "No more warnings, right?"
pub(super) const TAGS: Phrases = Phrases(
    "right|correct|ok|okay|yes|no|is it|are there|oder|nicht wahr|richtig|stimmt s|ja|gell|verdad|cierto|si|oui|non|\
     hein|d accord|n est ce pas",
);
