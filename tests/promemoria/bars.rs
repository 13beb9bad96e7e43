//! The bars are read back by a reader that is not ours.

use std::path::Path;

use promemoria::{Printout, Promemoria, place, render};

use crate::invented::{official, random};
use crate::tools::{Rasteriser, black_and_white, codes, draw, output, tools, words, zxing};

const MANY: usize = 200;

/// The codes of some papers, sorted.
fn printed<'a>(papers: impl IntoIterator<Item = &'a Promemoria>) -> Vec<String> {
    let mut codes = Vec::new();
    for paper in papers {
        let (first, second) = paper.nre.split();
        codes.extend([first, second, &paper.patient_code, &paper.doctor_code].map(str::to_owned));
    }
    codes.sort();
    codes
}

#[test]
fn two_hundred_papers_are_read_back() {
    if !tools() {
        return;
    }
    let papers = random(16, MANY);
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("fogli.pdf");
    std::fs::write(&pdf, place(&papers.iter().map(Printout::Drawn).collect::<Vec<_>>()).unwrap()).unwrap();
    let sheets = MANY / 2;
    let read: Vec<Vec<String>> = std::thread::scope(|scope| {
        let parts = [(1, sheets / 2), (sheets / 2 + 1, sheets)];
        let pdf = &pdf;
        let threads = parts.map(|(first, last)| scope.spawn(move || codes(&draw(pdf, 200, first, last))));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(read.len(), sheets);
    for (sheet, (read, papers)) in read.iter().zip(papers.chunks(2)).enumerate() {
        assert_eq!(*read, printed(papers), "sheet {}", sheet + 1);
    }
}

/// What is sent to a printer has no greys. Two readers that have nothing in common must find all four codes: of two hundred
/// papers as Ghostscript makes points of them, which is what printers get, and of the first forty as others do.
#[test]
fn two_hundred_papers_in_black_and_white_are_read_back() {
    if !tools() {
        return;
    }
    let papers = random(47, MANY);
    let folder = tempfile::tempdir().unwrap();
    let files = [MANY, 40].map(|many| {
        let pdf = folder.path().join(format!("{many}.pdf"));
        let papers: Vec<_> = papers.iter().take(many).map(Printout::Drawn).collect();
        std::fs::write(&pdf, place(&papers).unwrap()).unwrap();
        pdf
    });
    let wanted: Vec<_> = papers.chunks(2).map(printed).collect();
    let [all, some] = &files;
    let ways = [(Rasteriser::Ghostscript, all, MANY), (Rasteriser::Mupdf, some, 40), (Rasteriser::Poppler, some, 40)];
    for (rasteriser, pdf, many) in ways {
        for dpi in [203, 300] {
            let pictures = black_and_white(rasteriser, pdf, dpi);
            assert_eq!(pictures.len(), many / 2);
            for (reader, read) in [("zbar", codes(&pictures)), ("zxing", zxing(&pictures))] {
                let bad = read.iter().zip(&wanted).filter(|(read, wanted)| read != wanted).count();
                assert_eq!(bad, 0, "{rasteriser:?}, {dpi} dpi, {reader}: {bad} of {} sheets", read.len());
            }
            pictures.iter().for_each(|picture| std::fs::remove_file(picture).unwrap());
        }
    }
}

#[test]
fn a_paper_alone_is_read_back() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("uno.pdf");
    std::fs::write(&pdf, render(&official()).unwrap()).unwrap();
    assert_eq!(codes(&draw(&pdf, 300, 1, 1)), [printed([&official()])]);
}

#[test]
fn the_sheets_of_others_are_printed_whole() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let papers = random(7, 3);
    let other = render(&papers[1]).unwrap();
    let pdf = folder.path().join("misti.pdf");
    let many = [Printout::Drawn(&papers[0]), Printout::File(&other), Printout::Drawn(&papers[2])];
    std::fs::write(&pdf, place(&many).unwrap()).unwrap();
    let read = codes(&draw(&pdf, 200, 1, 3));
    assert_eq!(read, papers.iter().map(|paper| printed([paper])).collect::<Vec<_>>());
    assert!(text(&pdf).contains(&papers[1].auth_code.to_string()));
}

fn text(pdf: &Path) -> String {
    words(pdf).concat().into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_name_is_printed_with_its_own_letters() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("nomi.pdf");
    let mut papers = random(3, 60);
    papers.iter_mut().for_each(|paper| paper.hidden = false);
    for paper in &papers {
        std::fs::write(&pdf, render(paper).unwrap()).unwrap();
        let text = text(&pdf);
        assert!(text.contains(&paper.patient_name), "{} in {text}", paper.patient_name);
    }
    let fonts = output("pdffonts", &[pdf.to_str().unwrap()]);
    let font = fonts.lines().last().unwrap();
    assert!(font.contains("+LiberationSans") && font.contains("yes yes yes"), "embedded, a part, readable: {fonts}");
}

#[test]
fn hidden_data_are_nowhere_in_the_file() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("oscurato.pdf");
    let mut paper = random(5, 1).remove(0);
    (paper.hidden, paper.patient_name) = (true, "SACCAVINI CLAUDIO".into());
    std::fs::write(&pdf, render(&paper).unwrap()).unwrap();
    let text = text(&pdf);
    for hidden in ["SACCAVINI", "CLAUDIO", "Roma", "33100", "UDINE"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    assert!(text.contains("INDIRIZZO: CAP: COMUNE: PROV:"), "{text}");
    assert!(text.contains(&format!("*{}*", paper.patient_code)), "the dispenser needs the code");
}
