//! The paper beside the one that SAC's test system made from the same prescription.

use std::path::Path;

use promemoria::render;

use crate::invented::official;
use crate::tools::{Picture, Word, draw, shared, tools, words};

const SAMPLE: &str = "reference/sac/samples/promemoria-F-test.pdf";

/// Points.
const TOLERANCE: f32 = 0.5;

fn same_place(one: &Word, other: &Word) -> bool {
    // Of the box's upper edge nothing is asked: it depends on what each font says of itself, not on where a word stands.
    one.text == other.text
        && (one.left - other.left).abs() < TOLERANCE
        && (one.right - other.right).abs() < TOLERANCE
        && (one.bottom - other.bottom).abs() < TOLERANCE
}

fn ours(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("nostro.pdf");
    std::fs::write(&path, render(&official()).unwrap()).unwrap();
    path
}

#[test]
fn every_word_stands_where_sac_has_it() {
    let (true, Some(sample)) = (tools(), shared(SAMPLE)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let ours = words(&ours(folder.path())).concat();
    // The line above the fields, which SAC makes of underscores, is a line in ours.
    let theirs: Vec<Word> = words(&sample).concat().into_iter().filter(|word| !word.text.starts_with("___")).collect();
    assert!(theirs.len() > 80, "the sample was read");
    for word in &theirs {
        assert!(ours.iter().any(|own| same_place(own, word)), "{word:?} is not in ours: {ours:#?}");
    }
    assert_eq!(ours.len(), theirs.len(), "nothing more and nothing less");
}

#[test]
fn bars_and_boxes_are_drawn_as_sac_draws_them() {
    let (true, Some(sample)) = (tools(), shared(SAMPLE)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("loro.pdf");
    std::fs::copy(sample, &copy).unwrap();
    let dpi = 144;
    let [ours, theirs] = [ours(folder.path()), copy].map(|pdf| Picture::read(&draw(&pdf, dpi, 1, 1)[0]));
    assert_eq!((ours.width, ours.height), (theirs.width, theirs.height));
    // From the left and from the top: both numbers, patient's code, and the corners of boxes and table.
    for (what, left, top, width, height) in [
        ("number", 285.0, 33.0, 220.0, 25.0),
        ("patient", 365.0, 85.0, 192.0, 25.0),
        ("box of the region", 34.0, 55.0, 160.0, 16.0),
        ("table", 300.0, 173.0, 262.0, 35.0),
    ] {
        let [ours, theirs] = [&ours, &theirs].map(|picture| picture.area(dpi as f32, left, top, width, height));
        let dark: u64 = theirs.iter().map(|pixel| u64::from(*pixel)).sum();
        let different: u64 = ours.iter().zip(&theirs).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(dark > 0, "{what}: the sample is blank there");
        assert!(different * 10 < dark, "{what}: {different} of {dark} differ");
    }
}
