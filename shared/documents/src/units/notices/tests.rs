use super::*;

#[test]
fn signal_words_alone_are_found_in_any_setting() {
    for (line, expected) in [
        ("WARNING", "WARNING"),
        ("C A U T I O N", "CAUTION"),
        ("A D V E R T E N C I A S", "ADVERTENCIA"),
        ("⚠ VORSICHT!", "VORSICHT"),
        ("MISE EN GARDE", "MISE EN GARDE"),
        (".WARNING.", "WARNING"),
        ("Warning", "WARNING"),
        ("ATENCION", "ATENCIÓN"),
        ("Précaucion", "PRECAUCIÓN"),
        ("PELIGRO / DANGER", "PELIGRO"),
        ("*** GEFAHR ***", "GEFAHR"),
        ("Notes:", "NOTE"),
        ("WARNING (Cont'd)", "WARNING"),
        ("WARNING (continued on next page)", "WARNING"),
        ("CAUTION - Continued", "CAUTION"),
        ("GEFAHR (Fortsetzung)", "GEFAHR"),
        ("ADVERTENCIA (continuación)", "ADVERTENCIA"),
        ("AVERTISSEMENT – suite", "AVERTISSEMENT"),
        ("WARNING (3)", "WARNING"),
        ("⚠ (12) CAUTION", "CAUTION"),
        ("SAFETY WARNING", "SAFETY WARNING"),
        ("Safety Precautions", "SAFETY PRECAUTION"),
        ("PRECAUTION", "PRECAUTION"),
        ("LEBENSGEFAHR!", "LEBENSGEFAHR"),
        ("PELIGRO DE MUERTE", "PELIGRO DE MUERTE"),
        ("PRECAUCIONES DE SEGURIDAD", "PRECAUCIÓN DE SEGURIDAD"),
        ("DANGER DE MORT", "DANGER DE MORT"),
        ("Consignes de sécurité", "CONSIGNE DE SÉCURITÉ"),
        ("WARNUNG – AVERTISSEMENT", "WARNUNG"),
        ("PELIGRO - DANGER", "PELIGRO"),
        ("CAUTION - Continued on next page", "CAUTION"),
        ("Vorsicht, Fortsetzung von Seite 12", "VORSICHT"),
        ("PELIGRO – continúa en la página siguiente", "PELIGRO"),
        ("ATTENTION suite page 4", "ATTENTION"),
        ("IMPORTANT NOTE:", "IMPORTANT NOTE"),
        ("Wichtiger Hinweis", "WICHTIGER HINWEIS"),
        ("¡AVISO DE SEGURIDAD!", "AVISO DE SEGURIDAD"),
        ("⚠\u{fe0f} REMARQUE IMPORTANTE", "REMARQUE IMPORTANTE"),
    ] {
        assert_eq!(notice_word(line), Some(expected), "{line}");
    }
    for line in [
        "WARNING 3",
        "Note the position",
        "warning.",
        "WARNING SUMMARY",
        "Warning light",
        "WARNING / STOP",
        "Note (3)",
        "WARNING (see page 3)",
        "Continued",
        "Warning - Continued rise of the level",
        "DANGER – 3",
        "WARNING – OIL",
        "READ ALL WARNINGS",
        "CAUTIONARY",
        "⚠",
        "",
    ] {
        assert_eq!(notice_word(line), None, "{line}");
    }
}

#[test]
fn signal_words_before_their_text_need_a_mark_or_a_sentence() {
    for (line, expected) in [
        ("CAUTION: Hot oil.", ("CAUTION", "Hot oil.")),
        ("Hinweis - Filter tauschen.", ("HINWEIS", "Filter tauschen.")),
        ("⚠ Danger! Live parts.", ("DANGER", "Live parts.")),
        ("WARNINGS: Hot. Sharp.", ("WARNING", "Hot. Sharp.")),
        ("PRECAUCIÓN — Superficie caliente.", ("PRECAUCIÓN", "Superficie caliente.")),
        ("WARNING Do not open the tank.", ("WARNING", "Do not open the tank.")),
        ("WARNING   Do not open the tank.", ("WARNING", "Do not open the tank.")),
        ("[GEFAHR] Hochspannung im ganzen Schrank.", ("GEFAHR", "Hochspannung im ganzen Schrank.")),
        ("DANGER. Keep hands away.", ("DANGER", "Keep hands away.")),
        ("Caution. Hot surface", ("CAUTION", "Hot surface")),
        ("WARNING (3) Do not open the tank.", ("WARNING", "Do not open the tank.")),
        ("(3) WARNING: Hot oil.", ("WARNING", "Hot oil.")),
        ("WARNING (Cont'd): Hot oil.", ("WARNING", "Hot oil.")),
        ("WARNING: Continued operation ruins the pump.", ("WARNING", "Continued operation ruins the pump.")),
        ("WARNING DO NOT OPEN THE TANK.", ("WARNING", "DO NOT OPEN THE TANK.")),
        ("DANGER KEEP CLEAR OF THE ROPE WHILE IT", ("DANGER", "KEEP CLEAR OF THE ROPE WHILE IT")),
        ("DANGER DE MORT : Haute tension.", ("DANGER DE MORT", "Haute tension.")),
        ("Lebensgefahr! Nicht berühren.", ("LEBENSGEFAHR", "Nicht berühren.")),
        ("WARNING To avoid burns, let the engine cool.", ("WARNING", "To avoid burns, let the engine cool.")),
        ("CAUTION TO PREVENT LEAKS, RENEW THE SEALS.", ("CAUTION", "TO PREVENT LEAKS, RENEW THE SEALS.")),
        ("CAUTION In cold weather, wait a minute.", ("CAUTION", "In cold weather, wait a minute.")),
        ("CAUTION System is under pressure.", ("CAUTION", "System is under pressure.")),
        ("WARNING Label all hoses first.", ("WARNING", "Label all hoses first.")),
        ("WARNUNG ⚡ Vor dem Öffnen abschalten.", ("WARNUNG", "Vor dem Öffnen abschalten.")),
        ("DANGER   ⚠ Couper le courant.", ("DANGER", "Couper le courant.")),
        ("WARNING / AVERTISSEMENT: Hot / Chaud", ("WARNING", "Hot / Chaud")),
        ("CAUTION/PRECAUCIÓN Use guantes y gafas.", ("CAUTION", "Use guantes y gafas.")),
        ("NOTA IMPORTANTE: Compruebe el nivel.", ("NOTA IMPORTANTE", "Compruebe el nivel.")),
    ] {
        assert_eq!(notice_at(line), Some(expected), "{line}");
    }
    for line in [
        "Note the position of the arm.",
        "Warning lamp stays on",
        "WARNING Light stays on for good",
        "WARNING LIGHTS AND HORNS",
        "CAUTION   12   44",
        "Danger-free work",
        "the caution: label",
        "Cautiously: open the valve.",
        "WARNING:",
        "WARNING - Continued",
        "Note. Two kinds are in use.",
        "KEEP THIS WARNING IN SIGHT OF ALL WHO WORK HERE.",
        "WARNING LIMITS OF THE OIL PRESSURE GAUGE",
        "CAUTION MUST BE TAKEN WHEN THE TANK IS OPENED.",
        "(3) Note: two kinds are in use.",
        "WARNINGS GIVEN IN THIS MANUAL ARE TO BE READ.",
        "SICHERHEITSHINWEISE FÜR DEN BETRIEB DER PUMPE IM FREIEN",
        "PRECAUCIONES ANTES DE PONER LA BOMBA EN MARCHA",
        "VORSICHT IST BEIM ÖFFNEN DES TANKS GEBOTEN.",
        "WARNING Sticker on the left door",
        "WARNING Light No. 3 is broken",
        "Cautions: None.",
        "WARNUNGEN: keine",
        "Advertencias: N/A",
        "WARNING – Continued from previous page",
        "Warning/caution lamps of the panel",
    ] {
        assert_eq!(notice_at(line), None, "{line}");
    }
}

#[test]
fn few_words_are_a_text_in_a_cell() {
    assert_eq!(notice_in_cell("WARNING HOT SURFACE"), Some(("WARNING", "HOT SURFACE")));
    assert_eq!(notice_in_cell("CAUTION (2) Hot surface"), Some(("CAUTION", "Hot surface")));
    assert_eq!(notice_in_cell("PELIGRO ⚡ ALTA TENSIÓN"), Some(("PELIGRO", "ALTA TENSIÓN")));
    for cell in [
        "WARNING LIGHTS",
        "WARNING LIMITS AND VALUES",
        "Caution hot",
        "DANGER",
        "NOTE HOT SURFACE",
        "PRECAUTIONS BEFORE USE",
        "WARNING/CAUTION ANNUNCIATOR LAMPS",
        "WARNING SENSOR ASSEMBLY",
    ] {
        assert_eq!(notice_in_cell(cell), None, "{cell}");
    }
}

#[test]
fn some_words_title_sections() {
    assert!(titles_sections("SAFETY PRECAUTIONS") && titles_sections("Consignes de sécurité"));
    assert!(!titles_sections("WARNINGS") && !titles_sections("SAFETY WARNING") && !titles_sections("GENERAL"));
}

#[test]
fn remarks_warn_of_nothing() {
    assert_eq!(hazard("DANGER: Live."), Some(Hazard::Danger));
    assert_eq!(hazard("LEBENSGEFAHR: Hochspannung."), Some(Hazard::Danger));
    assert_eq!(hazard("SAFETY WARNING: Hot."), Some(Hazard::Warning));
    assert_eq!(hazard("PRECAUCIÓN DE SEGURIDAD: Caliente."), Some(Hazard::Caution));
    assert_eq!(hazard("AVERTISSEMENT: Surface chaude."), Some(Hazard::Warning));
    assert_eq!(hazard("ACHTUNG: Dichtung nicht knicken."), Some(Hazard::Caution));
    assert_eq!(hazard("SAFETY NOTICE: Wear gloves."), Some(Hazard::Caution));
    assert_eq!((hazard("NOTE: Two kinds."), hazard("AVISO: Dos tipos."), hazard("Pump: on.")), (None, None, None));
    assert!(Hazard::Danger < Hazard::Warning && Hazard::Warning < Hazard::Caution);
}
