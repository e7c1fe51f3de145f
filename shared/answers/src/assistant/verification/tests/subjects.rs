//! What a figure is said of.

use super::*;

#[test]
fn figures_of_one_sentence_are_each_said_of_their_own() {
    let page = "Tighten the lid screws to 12 N·m and the base screws to 19 N·m.\n\
        Use 7 N·m for the plug and 9 N·m for the sensor.\n\
        With the engine cold, set the inlet valves to 0.20 mm and the outlet valves to 0.35 mm.\n\
        Tighten the head bolts to 40 N·m, then to 85 N·m.";
    for answer in [
        "The lid screws take 12 N·m, the base screws 19 N·m [1].",
        "Plug: 7 N·m. Sensor: 9 N·m [1].",
        "Set the inlet valves to 0.20 mm and the outlet valves to 0.35 mm with the engine cold [1].",
        "Give the head bolts 40 N·m first and 85 N·m in the second pass [1].",
    ] {
        assert_eq!(judged(answer, "", &[page], &[0]), [], "{answer}");
    }
    for (answer, figure) in [
        ("The lid screws take 19 N·m [1].", "19 N·m"),
        ("The base screws take 12 N·m [1].", "12 N·m"),
        ("The sensor takes 7 N·m [1].", "7 N·m"),
        ("The outlet valves have 0.20 mm with the engine cold [1].", "0.20 mm"),
    ] {
        let found = judged(answer, "", &[page], &[0]);
        assert_eq!(found, [(figure.to_owned(), UnverifiedReason::OfSomethingElse)], "{answer}");
    }
}

#[test]
fn a_torque_that_is_reached_in_stages_is_no_lie() {
    let page = "1. Tighten the pump bolts to 40 N·m.\n2. Tighten the cover nuts to 50 N·m.\n\
        3. Torque the pump bolts to 65 N·m.\n4. Set the lock screw to 30 N·m.";
    assert_eq!(judged("Tighten the pump bolts to 65 N·m [1].", "", &[page], &[0]), []);
    assert_eq!(judged("Tighten the pump bolts to 50 N·m [1].", "", &[page], &[0]).len(), 1);
}

#[test]
fn a_step_may_rest_on_the_one_before_it() {
    let page = "1. Fit the wheel and its nuts.\n2. Tighten them to 65 lb-ft.\n\
        3. Tighten the nuts of the trailer wheel to 90 lb-ft.";
    assert_eq!(judged("Tighten the wheel nuts to 65 lb-ft [1].", "", &[page], &[0]), []);
}

#[test]
fn the_figure_of_a_later_step_is_none_of_an_earlier_one() {
    let page = "1. Drain the compressor and fill in 0.8 l of vacuum oil.\n2. Run it for 10 minutes.\n\
        3. Look at the glass; add 0.2 l where it is low.";
    let answer =
        "Fill in 0.8 l, run it for 10 minutes, then add 0.2 l of vacuum oil to the compressor where it is low [1].";
    assert_eq!(judged(answer, "", &[page], &[0]), []);
    assert_eq!(judged("Drain the compressor and fill in 0.2 l of vacuum oil [1].", "", &[page], &[0]).len(), 1);
    assert_eq!(judged("Run the compressor for 12 minutes [1].", "", &[page], &[0]).len(), 1);
}

#[test]
fn other_languages_are_read_as_well() {
    let german = "Die Schrauben des Gehäuses mit 22 N·m und die Schrauben des Flansches mit 31 N·m anziehen.\n\
        Ölmenge im Getriebe: 1,75 l. Ölmenge in der Winde: 0,9 l.";
    let spanish = "Apriete los tornillos de la tapa a 14 N·m y las tuercas del soporte a 27 N·m.";
    let french = "Serrez les vis du carter à 11 N·m et les écrous du support à 24 N·m.";
    for (page, answer) in [
        (german, "Die Schrauben des Gehäuses bekommen 22 N·m, die des Flansches 31 N·m [1]."),
        (german, "Das Getriebe fasst 1,75 Liter Öl, die Winde 0,9 Liter [1]."),
        (spanish, "Los tornillos de la tapa llevan 14 N·m y las tuercas del soporte 27 N·m [1]."),
        (french, "Les vis du carter prennent 11 N·m, les écrous du support 24 N·m [1]."),
    ] {
        assert_eq!(judged(answer, "", &[page], &[0]), [], "{answer}");
    }
    for (page, answer) in [
        (german, "Die Schrauben des Flansches bekommen 22 N·m [1]."),
        (spanish, "Las tuercas del soporte llevan 14 N·m [1]."),
        (french, "Les écrous du support prennent 11 N·m [1]."),
    ] {
        let found = judged(answer, "", &[page], &[0]);
        assert!(matches!(found.as_slice(), [(_, UnverifiedReason::OfSomethingElse)]), "{answer}: {found:?}");
    }
}
