//! The programs that read the files, and what they say.

use std::path::{Path, PathBuf};
use std::process::Command;

fn required(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| value == "1")
}

/// Whether the programs are installed.
pub fn tools() -> bool {
    let missing = ["pdftotext", "pdftoppm", "pdffonts", "zbarimg", "gs", "mutool", "ZXingReader"]
        .into_iter()
        .find(|name| Command::new(name).arg("--help").output().is_err());
    let Some(name) = missing else { return true };
    assert!(!required("MILLECLOUD_REQUIRE_TOOLS"), "MILLECLOUD_REQUIRE_TOOLS=1 and {name} is not installed");
    eprintln!("SKIPPED: {name} is not installed, so nobody but us has read the paper");
    false
}

/// A file kept outside the repository, or `None` after saying why the test does nothing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(!required("MILLECLOUD_REQUIRE_SHARED"), "MILLECLOUD_REQUIRE_SHARED=1 and {} is not there", path.display());
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

/// What a program prints.
pub fn output(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A word and the box it fills, in points from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

/// The words of each page.
pub fn words(pdf: &Path) -> Vec<Vec<Word>> {
    let xml = output("pdftotext", &["-bbox", pdf.to_str().unwrap(), "-"]);
    let mut pages = Vec::new();
    for line in xml.lines() {
        if line.contains("<page ") {
            pages.push(Vec::new());
        } else if let Some(rest) = line.trim().strip_prefix("<word ") {
            let number = |name: &str| -> f32 { between(rest, &format!("{name}=\""), "\"").parse().unwrap() };
            pages.last_mut().unwrap().push(Word {
                text: unescape(between(rest, ">", "</word>")),
                left: number("xMin"),
                top: number("yMin"),
                right: number("xMax"),
                bottom: number("yMax"),
            });
        }
    }
    pages
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

fn unescape(text: &str) -> String {
    text.replace("&apos;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A grey picture of a page.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Reads what `pdftoppm -gray` writes.
    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let mut at = 0;
        let mut number = |skip: &[u8]| -> usize {
            at += skip.len();
            let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap();
            let value = std::str::from_utf8(&bytes[at..end]).unwrap().parse().unwrap();
            at = end + 1;
            value
        };
        let (width, height, _deepest) = (number(b"P5\n"), number(b""), number(b""));
        Self { width, height, pixels: bytes[at..].to_vec() }
    }

    /// The darkness (0 to 255) of the pixels of a rectangle given in points from the upper left corner.
    pub fn area(&self, dpi: f32, left: f32, top: f32, width: f32, height: f32) -> Vec<u8> {
        let pixel = |points: f32| (points * dpi / 72.0).round() as usize;
        let columns = pixel(left)..pixel(left + width);
        (pixel(top)..pixel(top + height))
            .flat_map(|y| self.pixels[y * self.width..][columns.clone()].iter().map(|light| 255 - light))
            .collect()
    }
}

/// Draws the pages `first` to `last` of a file and answers the pictures' paths, in order.
pub fn draw(pdf: &Path, dpi: u32, first: usize, last: usize) -> Vec<PathBuf> {
    let stem = pdf.with_extension(format!("{first}"));
    let numbers = [first.to_string(), last.to_string(), dpi.to_string()];
    let place = stem.to_str().unwrap();
    output(
        "pdftoppm",
        &["-gray", "-r", &numbers[2], "-f", &numbers[0], "-l", &numbers[1], pdf.to_str().unwrap(), place],
    );
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(pdf.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().starts_with(&format!("{place}-")))
        .collect();
    pictures.sort();
    pictures
}

/// The programs that make points of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rasteriser {
    Ghostscript,
    Mupdf,
    Poppler,
}

/// Draws every page in black and white alone, as for a printer, and answers the pictures' paths, in order.
pub fn black_and_white(rasteriser: Rasteriser, pdf: &Path, dpi: u32) -> Vec<PathBuf> {
    let folder = pdf.with_extension(format!("{rasteriser:?}-{dpi}"));
    std::fs::create_dir(&folder).unwrap();
    let (dpi, pdf) = (dpi.to_string(), pdf.to_str().unwrap());
    let stem = folder.join("p");
    let numbered = format!("{}-%03d.pbm", stem.to_str().unwrap());
    match rasteriser {
        Rasteriser::Ghostscript => output(
            "gs",
            &["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pbmraw", &format!("-r{dpi}"), "-o", &numbered, pdf],
        ),
        // Without smoothing, every point that is touched.
        Rasteriser::Mupdf => {
            output("mutool", &["draw", "-q", "-A", "0", "-r", &dpi, "-F", "pbm", "-o", &numbered, pdf])
        }
        Rasteriser::Poppler => output("pdftoppm", &["-mono", "-r", &dpi, pdf, stem.to_str().unwrap()]),
    };
    let mut pictures: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).map(|path| widen(&path)).collect();
    pictures.sort();
    pictures
}

/// One bit a point becomes a byte a point, which every reader knows.
fn widen(pbm: &Path) -> PathBuf {
    let bytes = std::fs::read(pbm).unwrap();
    let mut at = 0;
    let mut fields = Vec::new();
    while fields.len() < 3 {
        let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap();
        match std::str::from_utf8(&bytes[at..end]).unwrap() {
            comment if comment.starts_with('#') => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
                continue;
            }
            field => fields.push(field.to_owned()),
        }
        at = end + 1;
    }
    assert_eq!(fields[0], "P4", "one bit a point");
    let [width, height] = [1, 2].map(|field: usize| fields[field].parse::<usize>().unwrap());
    let mut out = format!("P5\n{width} {height}\n255\n").into_bytes();
    for line in bytes[at..].chunks(width.div_ceil(8)).take(height) {
        out.extend((0..width).map(|x| if line[x / 8] >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }));
    }
    let path = pbm.with_extension("pgm");
    std::fs::write(&path, out).unwrap();
    std::fs::remove_file(pbm).unwrap();
    path
}

/// The Code 39 that the other reader finds on each picture, sorted.
pub fn zxing(pictures: &[PathBuf]) -> Vec<Vec<String>> {
    pictures
        .iter()
        .map(|picture| {
            // It ends with an error where it finds none.
            let done = Command::new("ZXingReader")
                .args(["-norotate", "-noscale", "-format", "Code39", "-1"])
                .arg(picture)
                .output()
                .unwrap();
            let said = String::from_utf8(done.stdout).unwrap();
            let mut codes: Vec<_> = said
                .lines()
                .filter_map(|line| line.split_once("Code39 \"")?.1.strip_suffix('"').map(str::to_owned))
                .collect();
            codes.sort();
            codes
        })
        .collect()
}

/// The codes read on each picture, sorted.
pub fn codes(pictures: &[PathBuf]) -> Vec<Vec<String>> {
    // Code 39 only, upright; every eighth line of pixels is more than enough for bars of this height.
    let mut arguments = vec!["-q", "--xml", "-Sdisable", "-Scode39.enable", "-Sx-density=0", "-Sy-density=8"];
    arguments.extend(pictures.iter().map(|path| path.to_str().unwrap()));
    let xml = output("zbarimg", &arguments);
    let read: Vec<(String, Vec<String>)> = xml
        .split("<source href='")
        .skip(1)
        .map(|source| {
            let (name, rest) = source.split_once('\'').unwrap();
            let mut codes: Vec<_> =
                rest.split("<![CDATA[").skip(1).map(|code| code.split_once("]]>").unwrap().0.to_owned()).collect();
            codes.sort();
            (name.to_owned(), codes)
        })
        .collect();
    pictures
        .iter()
        .map(|path| {
            let name = path.to_str().unwrap();
            read.iter().find(|(source, _)| source == name).map_or_else(Vec::new, |(_, codes)| codes.clone())
        })
        .collect()
}
