#![expect(clippy::indexing_slicing, reason = "tests")]

use super::*;

/// White on black: a grid of 3 by 2 cells, 3 pixels thick, around what `inside` prints.
fn grid(inside: impl Fn(u32, u32) -> bool) -> GrayImage {
    GrayImage::from_fn(400, 200, |x, y| {
        let on_grid = (20..=382).contains(&x) && (20..=142).contains(&y);
        let is_rule = on_grid && ((x - 20) % 120 < 3 || (y - 20) % 60 < 3);
        Luma([if is_rule || inside(x, y) { 255 } else { 0 }])
    })
}

fn erased(ink: &GrayImage) -> GrayImage {
    let mut grey = ink.clone();
    image::imageops::invert(&mut grey);
    find(ink, Some(20.0)).erase(&mut grey, ink);
    image::imageops::invert(&mut grey);
    grey
}

#[test]
fn a_grid_is_found_and_taken_out() {
    let ink = grid(|_, _| false);
    let rules = find(&ink, Some(20.0));
    assert_eq!((rules.level.len(), rules.upright.len()), (3, 4));
    assert_eq!(rules.level[1].sides, [20, 80, 382, 82]);
    assert_eq!(rules.upright[3].sides, [380, 20, 382, 142]);
    assert!(erased(&ink).iter().all(|value| *value == 0), "crossings too");
}

#[test]
fn letters_stay_whole_even_where_they_touch() {
    // A stroke as of a "g" that goes through the middle rule, and one beside a rule.
    let letter = |x: u32, y: u32| {
        (60..64).contains(&x) && (66..92).contains(&y) || (200..204).contains(&x) && (100..120).contains(&y)
    };
    let left = erased(&grid(letter));
    for (x, y, value) in left.enumerate_pixels() {
        if letter(x, y) {
            assert_eq!(value.0, [255], "{x} {y}");
        } else if !(56..68).contains(&x) {
            assert_eq!(value.0, [0], "{x} {y}");
        }
    }
}

#[test]
fn strokes_and_black_areas_are_no_rules() {
    let print = GrayImage::from_fn(400, 200, |x, y| {
        let is_letter = x < 200 && x % 24 < 4 && y % 40 < 25;
        let is_area = (250..390).contains(&x) && (40..160).contains(&y);
        Luma([if is_letter || is_area { 255 } else { 0 }])
    });
    let rules = find(&print, Some(25.0));
    assert_eq!((rules.level.len(), rules.upright.len()), (0, 0));
}

#[test]
fn frames_and_underlines_are_no_grid() {
    assert!(find(&grid(|_, _| false), Some(20.0)).are_a_grid());
    let drawn = |is_rule: &dyn Fn(u32, u32) -> bool| {
        let ink = GrayImage::from_fn(500, 500, |x, y| Luma([if is_rule(x, y) { 255 } else { 0 }]));
        find(&ink, Some(20.0)).are_a_grid()
    };
    let inside = |x: u32, y: u32| (20..480).contains(&x) && (20..480).contains(&y);
    assert!(!drawn(&|x, y| inside(x, y) && !((23..477).contains(&x) && (23..477).contains(&y))), "a frame");
    assert!(!drawn(&|x, y| inside(x, y) && y % 50 < 3), "underlines");
    assert!(drawn(&|x, y| inside(x, y) && x % 100 < 3), "columns without other rules");
    assert!(drawn(&|x, y| inside(x, y) && (y % 50 < 3 || (200..203).contains(&x))), "two columns");
}

#[test]
fn a_slanting_rule_is_one() {
    let ink = GrayImage::from_fn(900, 60, |x, y| {
        let middle = 20 + x / 90;
        Luma([if (middle..middle + 3).contains(&y) { 255 } else { 0 }])
    });
    let rules = find(&ink, Some(20.0));
    assert_eq!(rules.level.len(), 1);
    // Where it is shorter in a row, at its ends, it counts as little as any stroke.
    assert_eq!(rules.level[0].sides, [0, 21, 899, 30]);
}
