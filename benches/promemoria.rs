//! How long a promemoria takes, beside compressing its bytes again: the least that any maker of the same file must do.
//! Started by `scripts/bench promemoria`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark; the support is shared with the tests"
)]

#[path = "../tests/promemoria/invented.rs"]
mod invented;

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use promemoria::{Printout, place, render};

const MANY: usize = 400;

/// Milliseconds for each of `MANY` rounds.
fn each(mut round: impl FnMut(usize)) -> f64 {
    // The font is read and its common part cut out once.
    round(0);
    let start = Instant::now();
    (0..MANY).for_each(&mut round);
    start.elapsed().as_secs_f64() * 1_000.0 / f64::from(u32::try_from(MANY).unwrap())
}

fn main() {
    let mut plain = vec![invented::official(); MANY];
    let foreign = invented::random(16, MANY);
    for paper in &mut plain {
        paper.patient_name = "SACCAVINI CLAUDIO".into();
    }
    let bytes = render(&plain[0]).unwrap();
    let bare = each(|_| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes).unwrap();
        black_box(encoder.finish().unwrap());
    });
    let one = each(|number| drop(black_box(render(&plain[number]).unwrap())));
    let names = each(|number| drop(black_box(render(&foreign[number]).unwrap())));
    let start = Instant::now();
    let sheets = place(&foreign.iter().map(Printout::Drawn).collect::<Vec<_>>()).unwrap();
    let placed = start.elapsed().as_secs_f64() * 1_000.0 / f64::from(u32::try_from(MANY).unwrap());
    println!("{:<44}{:>10}{:>10}", "promemoria", "ms each", "ratio");
    for (what, milliseconds) in [
        ("its bytes compressed once more", bare),
        ("one file, common letters", one),
        ("one file, letters of all Europe", names),
        ("in one file of two to a sheet", placed),
    ] {
        println!("{what:<44}{milliseconds:>10.3}{:>10.2}", milliseconds / bare);
    }
    println!("a file: {} KiB; {MANY} in one: {} KiB", bytes.len() / 1024, sheets.len() / 1024);
}
