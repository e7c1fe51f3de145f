//! The vocabulary of commands in English, German, Spanish and French.

use super::command::Command;
use crate::assistant::utterance::Phrases;

pub(super) const COMMANDS: [(Command, [Phrases; 4]); 6] = [
    (
        Command::Next,
        [
            Phrases(
                "next|next step|next one|the next one|the next step|go to the next step|to the next step|continue|\
                 go on|carry on|keep going|go ahead|move on|what next|what s next|whats next|what is next|\
                 what s the next step|what is the next step|what comes next|what now|now what|and now|and then|\
                 then what|then|ready|i m ready|im ready|ready for the next step|ready for the next one|done next|\
                 done next step|done what s next|done what next",
            ),
            Phrases(
                "weiter|nachste|nachster|nachsten|nachster schritt|der nachste schritt|den nachsten schritt|\
                 nachsten schritt|zum nachsten schritt|weiter geht s|mach weiter|machen wir weiter|und weiter|\
                 und dann|und jetzt|und nun|was jetzt|was nun|was dann|was kommt jetzt|was kommt dann|\
                 was kommt als nachstes|was ist der nachste schritt|wie geht es weiter|wie geht s weiter|bereit|\
                 ich bin bereit|fertig weiter|fertig nachster schritt",
            ),
            Phrases(
                "siguiente|el siguiente|la siguiente|siguiente paso|el siguiente paso|al siguiente paso|\
                 paso siguiente|proximo|proximo paso|el proximo paso|continua|continue|continuar|continuemos|sigue|\
                 siga|seguimos|adelante|y luego|y despues|y ahora|y ahora que|que sigue|que mas|ahora que|\
                 cual es el siguiente paso|estoy listo|estoy lista|listo siguiente",
            ),
            Phrases(
                "suivant|suivante|etape suivante|l etape suivante|a l etape suivante|prochaine|prochaine etape|\
                 la prochaine etape|la suite|quelle est la suite|quelle est l etape suivante|continue|continuer|\
                 continuez|on continue|et ensuite|ensuite|et apres|apres|et maintenant|je suis pret|je suis prete|\
                 fini suivant",
            ),
        ],
    ),
    (
        Command::Repeat,
        [
            Phrases(
                "repeat|repeat it|repeat that|repeat the step|repeat step|repeat this step|repeat that step|again|\
                 once more|one more time|say again|say it again|say that again|say the step again|read it again|\
                 read that again|tell me again|can you repeat that|could you repeat that|can you say that again|\
                 could you say that again|can you repeat it|what was that|what was the step|what did you say|\
                 come again|i didn t catch that|i did not catch that|i didn t get that|i didn t hear that|\
                 i did not hear that|pardon|pardon me|sorry",
            ),
            Phrases(
                "wiederholen|wiederhole|wiederhol|wiederhole das|wiederhol das|wiederholen sie das|\
                 wiederhole den schritt|kannst du das wiederholen|konnen sie das wiederholen|noch einmal|nochmal|\
                 noch mal|nochmals|sag das noch einmal|sag das nochmal|sagen sie das noch einmal|das noch einmal|\
                 wie bitte|was war das|was hast du gesagt|was haben sie gesagt|das habe ich nicht verstanden|\
                 das hab ich nicht verstanden",
            ),
            Phrases(
                "repite|repita|repetir|repitelo|repitalo|repite el paso|repita el paso|puedes repetir|puede repetir|\
                 puedes repetirlo|puede repetirlo|otra vez|de nuevo|una vez mas|dilo otra vez|digalo otra vez|como|\
                 como dices|que dijiste|que ha dicho|perdon|no te he oido|no lo he oido",
            ),
            Phrases(
                "repete|repetez|repeter|repete l etape|repetez l etape|tu peux repeter|peux tu repeter|\
                 pouvez vous repeter|vous pouvez repeter|encore une fois|encore|de nouveau|redis le|redites le|pardon|\
                 qu est ce que tu as dit|qu avez vous dit|je n ai pas entendu|je n ai pas compris",
            ),
        ],
    ),
    (
        Command::Back,
        [
            Phrases(
                "back|back one|back one step|back up|go back|go back one|go back one step|go back a step|step back|\
                 one back|one step back|a step back|previous|previous one|previous step|the previous step|\
                 go to the previous step|what was the previous step|the step before|the one before",
            ),
            Phrases(
                "zuruck|geh zuruck|gehe zuruck|gehen sie zuruck|einen zuruck|einen schritt zuruck|ein schritt zuruck|\
                 noch einen zuruck|voriger schritt|der vorige schritt|den vorigen schritt|vorheriger|\
                 vorheriger schritt|der vorherige schritt|den vorherigen schritt|der schritt davor|den schritt davor",
            ),
            Phrases(
                "atras|hacia atras|un paso atras|anterior|el anterior|paso anterior|el paso anterior|al paso anterior|\
                 vuelve|vuelve atras|vuelva atras|volver|volver atras|regresa|regrese|retrocede|retroceda",
            ),
            Phrases(
                "retour|retour en arriere|en arriere|une etape en arriere|precedent|precedente|etape precedente|\
                 l etape precedente|a l etape precedente|l etape d avant|celle d avant|reviens|revenez|revenir|\
                 reviens en arriere|revenez en arriere|recule|reculez",
            ),
        ],
    ),
    (
        Command::First,
        [
            Phrases(
                "first|first step|the first step|go to the first step|back to the first step|start|start over|\
                 start again|start from the beginning|start at the beginning|restart|begin|begin again|let s start|\
                 let s begin|from the beginning|from the start|from the top|back to the start|back to the beginning|\
                 go to the beginning|go to the start",
            ),
            Phrases(
                "anfang|anfangen|fang an|fangen wir an|fang von vorne an|zum anfang|zuruck zum anfang|von vorn|\
                 von vorne|von anfang an|noch mal von vorne|nochmal von vorne|noch einmal von vorne|beginne|beginnen|\
                 erster schritt|der erste schritt|den ersten schritt|zum ersten schritt",
            ),
            Phrases(
                "empieza|empiece|empezar|empecemos|empieza de nuevo|empezar de nuevo|comienza|comience|comenzar|\
                 desde el principio|desde el inicio|otra vez desde el principio|al principio|volver al principio|\
                 primer paso|el primer paso|al primer paso",
            ),
            Phrases(
                "depuis le debut|du debut|au debut|retour au debut|reprends au debut|reprenez au debut|\
                 reprends depuis le debut|premiere etape|la premiere etape|a la premiere etape|commence|commencez|\
                 commencer|on commence|commencons|recommence|recommencez|recommencer",
            ),
        ],
    ),
    (
        Command::Done,
        [
            Phrases(
                "done|all done|i m done|im done|i am done|we re done|we are done|finished|all finished|i m finished|\
                 i am finished|i ve finished|i have finished|we re finished|we are finished|that s all|thats all|\
                 that is all|that was it|that was all|that was the last one|job done|end|end the procedure|\
                 end procedure|end of procedure|finish the procedure|close the procedure|stop the procedure|quit|exit",
            ),
            Phrases(
                "fertig|alles fertig|ich bin fertig|wir sind fertig|bin fertig|ich bin durch|das war s|das wars|\
                 das war alles|das ist alles|schluss|ende|beenden|beende die anleitung|anleitung beenden|\
                 anleitung beendet",
            ),
            Phrases(
                "listo|ya esta|ya esta listo|terminado|he terminado|ya he terminado|hemos terminado|ya termine|\
                 termine|acabado|he acabado|eso es todo|fin|fin del procedimiento|terminar|terminar el procedimiento",
            ),
            Phrases(
                "fin|fini|termine|c est fini|c est termine|j ai fini|j ai termine|on a fini|nous avons fini|\
                 nous avons termine|c est tout|tout est fini|fin de la procedure|terminer|terminer la procedure",
            ),
        ],
    ),
    (
        Command::Ask,
        [
            Phrases(
                "which tool|which tools|what tool|what tools|with which tool|with what|which tool do i need|\
                 what tool do i need|which tools do i need|what tools do i need|which tool do i use|\
                 what tool do i use|which wrench|what wrench|which socket|what socket|what size|which size|how tight|\
                 how tight is it|what torque|which torque|what is the torque|what s the torque|what torque do i need|\
                 how much torque|torque|how much|how many|how long|how far",
            ),
            Phrases(
                "welches werkzeug|welche werkzeuge|welches werkzeug brauche ich|welche werkzeuge brauche ich|\
                 welcher schlussel|welchen schlussel|welchen schlussel brauche ich|womit|wie fest|wie fest anziehen|\
                 welches drehmoment|mit welchem drehmoment|wie hoch ist das drehmoment|was ist das drehmoment|\
                 drehmoment|wie viel|wieviel|wie viele|wie lange|wie weit|welche grosse",
            ),
            Phrases(
                "que herramienta|que herramientas|que herramienta necesito|que herramientas necesito|con que|\
                 con que herramienta|que llave|que par|que par de apriete|con que par|cual es el par|\
                 cual es el par de apriete|par de apriete|cuanto|cuantos|cuantas|cuanto tiempo|que tamano",
            ),
            Phrases(
                "quel outil|quels outils|quel outil faut il|avec quoi|avec quel outil|quelle cle|quel couple|\
                 quel couple de serrage|quel est le couple|quel est le couple de serrage|a quel couple|\
                 couple de serrage|combien|combien de temps|quelle taille",
            ),
        ],
    ),
];

/// Polite words around a command, in any of the languages. They are whole phrases: "well" is not one, because of "well
/// done".
pub(super) const COURTESIES: Phrases = Phrases(
    "ok|okay|okey|please|now|and|so|yes|yeah|yep|alright|all right|right|hey|great|perfect|cool|thanks|thank you|\
     thank you very much|got it|understood|bitte|ja|gut|also|super|prima|danke|danke schon|vielen dank|jetzt|\
     verstanden|alles klar|por favor|si|vale|bueno|bien|gracias|muchas gracias|ahora|entendido|de acuerdo|\
     s il vous plait|s il te plait|oui|bon|merci|merci beaucoup|maintenant|d accord|compris",
);

/// Words before the number of a step.
pub(super) const STEPS: [Phrases; 4] = [
    Phrases(
        "step|step number|the step|go to step|go to step number|go back to step|jump to step|back to step|repeat step",
    ),
    Phrases(
        "schritt|schritt nummer|zu schritt|zum schritt|gehe zu schritt|geh zu schritt|gehen sie zu schritt|\
         zuruck zu schritt|wiederhole schritt",
    ),
    Phrases("paso|paso numero|el paso|al paso|ve al paso|vaya al paso|ir al paso|vuelve al paso|repite el paso"),
    Phrases("etape|etape numero|l etape|a l etape|va a l etape|allez a l etape|retour a l etape|repete l etape"),
];
