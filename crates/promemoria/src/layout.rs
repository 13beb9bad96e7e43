//! Where everything stands on the official half page: measured on the paper that SAC itself makes. Points from the bottom
//! left corner of an A4 sheet whose upper half is printed.
//!
//! The official paper shows one row and leaves the rest of the table blank; the rows after the first take that blank, and
//! their letters shrink when there is more to say than room.

use super::canvas::Canvas;
use super::font::Font;
use super::text::{Room, cut, fit, sizes, wrap_all};
use super::{Kind, Promemoria, Row};
use kernel::dates;

/// Left edge of texts.
const LEFT: f32 = 37.0;
/// Left edge of boxes.
const EDGE: f32 = 35.0;
/// Right edge of boxes.
const RIGHT: f32 = 560.0;
/// Where the two broad barcodes begin.
const CODE_LEFT: f32 = 367.05;
/// Widths of the table's columns.
const COLUMNS: [f32; 3] = [462.0, 31.5, 31.5];
/// Foot of the table's headings.
const TABLE_TOP: f32 = 657.69;
/// From one line of a row to the next, with letters of full size.
const PITCH: f32 = 8.0;
const TEXT_SIZE: f32 = 8.0;
const SMALL: f32 = 6.0;

/// Draws one promemoria in the upper half of the page.
pub(super) fn draw(canvas: &mut Canvas<'_>, p: &Promemoria) {
    heading(canvas, p);
    patient(canvas, p);
    fields(canvas, p);
    table(canvas, p);
    foot(canvas, p);
}

fn heading(canvas: &mut Canvas<'_>, p: &Promemoria) {
    canvas.text(LEFT, 812.0, 10.0, "SERVIZIO SANITARIO NAZIONALE");
    canvas.text(278.26, 812.0, 10.0, "RICETTA ELETTRONICA - PROMEMORIA PER L'ASSISTITO");
    canvas.frame(EDGE, 772.34, 157.5, 37.66);
    canvas.frame(192.5, 772.34, 367.5, 37.66);
    let region = canvas.font().clean(&p.region);
    // The two autonomous provinces are not called regions.
    let region = if region.starts_with("Provincia") { region } else { format!("Regione {region}") };
    canvas.line(LEFT, 798.0, 10.0, 153.0, region.trim_end());
    let (first, second) = p.nre.split();
    canvas.barcode(289.71, 774.34, first);
    canvas.barcode(376.25, 774.34, second);
}

fn patient(canvas: &mut Canvas<'_>, p: &Promemoria) {
    canvas.text(LEFT, 746.34, TEXT_SIZE, "COGNOME E");
    canvas.text(LEFT, 738.34, TEXT_SIZE, "NOME:");
    canvas.text(LEFT, 712.69, TEXT_SIZE, "INDIRIZZO:");
    canvas.barcode(CODE_LEFT, 722.69, &p.patient_code);
    insured(canvas, p);
    let (name, address) = (&p.patient_name, &p.address);
    let name = canvas.font().clean(if p.hidden { "" } else { name });
    let name = fit(canvas.font(), &[name], Room { width: 258.0, lines: 2, largest: TEXT_SIZE, smallest: 5.5 });
    let mut y = if name.lines.len() == 1 { 738.34 } else { 746.34 };
    for line in &name.lines {
        canvas.text(100.0, y, name.size, line);
        y -= PITCH;
    }
    let part = |value: &str| if p.hidden { String::new() } else { value.to_owned() };
    let address = canvas.font().clean(&format!(
        "{}    CAP: {}   COMUNE: {}   PROV: {}",
        part(&address.street),
        part(&address.postal_code),
        part(&address.city),
        part(&address.province)
    ));
    let room = Room { width: RIGHT - 100.0, lines: 2, largest: TEXT_SIZE, smallest: 5.5 };
    let address = fit(canvas.font(), &[address.replace(":    ", ":   ").trim_end().to_owned()], room);
    for (line, y) in address.lines.iter().zip([712.69, 704.69]) {
        canvas.text(100.0, y, address.size, line);
    }
}

/// The card of who is insured by another State, where the others have the bars of their code.
fn insured(canvas: &mut Canvas<'_>, p: &Promemoria) {
    let mut y = 748.0;
    for line in &p.insured {
        let text = canvas.font().clean(line);
        canvas.line(CODE_LEFT, y, SMALL, RIGHT - CODE_LEFT, &text);
        y -= PITCH;
    }
}

fn fields(canvas: &mut Canvas<'_>, p: &Promemoria) {
    canvas.rule(EDGE, 691.0, 520.4, 0.6);
    let priority = p.priority.map_or_else(String::new, |class| format!("{} - {}", class.code(), class.words()));
    let cells: [(f32, f32, f32, &str, &str); 7] = [
        (LEFT, 684.69, 128.0, "ESENZIONE: ", &p.exemption),
        (168.25, 684.69, 102.0, "SIGLA PROVINCIA: ", &p.residence_province),
        (273.25, 684.69, 86.0, "CODICE ASL: ", &p.residence_asl),
        (362.5, 684.69, 196.0, "DISPOSIZIONI REGIONALI: ", &p.regional_provisions),
        (LEFT, 674.69, 128.0, "TIPOLOGIA PRESCRIZIONE(S,H): ", &p.indication),
        (168.25, 674.69, 102.0, "ALTRO: ", &p.other),
        (273.25, 674.69, 286.0, "PRIORITA' PRESCRIZIONE(U,B,D,P): ", &priority),
    ];
    for (x, y, width, label, value) in cells {
        let text = canvas.font().clean(&format!("{label}{value}"));
        canvas.line(x, y, SMALL, width, text.trim_end());
    }
}

/// The line of the question to the specialist; the rest of the foot hangs from it.
const fn question_line(kind: Kind) -> f32 {
    match kind {
        Kind::Drugs => 499.69,
        Kind::Services => 507.69,
    }
}

fn table(canvas: &mut Canvas<'_>, p: &Promemoria) {
    let heading = match p.kind {
        Kind::Drugs => "PRESCRIZIONE",
        Kind::Services => "VALIDA 180 GIORNI AI FINI DELLA PRENOTAZIONE",
    };
    columns(canvas, TABLE_TOP, 10.0);
    for (x, text) in middles().into_iter().zip([heading, "QTA'", "NOTA"]) {
        canvas.centred(x, TABLE_TOP + 2.0, SMALL, text);
    }
    // Above the question's lines and the doctor's bars.
    let room = TABLE_TOP - (question_line(p.kind) + 27.0);
    let Rows { size, lines, floor } = fit_rows(canvas.font(), &p.rows, p.kind, room);
    let pitch = size / TEXT_SIZE * PITCH;
    let mut top = TABLE_TOP;
    for (row, lines) in p.rows.iter().zip(&lines) {
        let count = lines.len().max(floor);
        let height = row_height(count, pitch);
        let [_, quantity, note] = middles();
        let mut y = top - pitch - pitch / 4.0;
        columns(canvas, top - height, height);
        let note_text = canvas.font().clean(if row.note.is_empty() { "---" } else { &row.note });
        canvas.centred(quantity, y, size, &row.quantity.to_string());
        let note_text = fit(canvas.font(), &[note_text], Room { width: 29.0, lines: 1, largest: size, smallest: 4.0 });
        canvas.centred(note, y, note_text.size, &note_text.lines.concat());
        for line in lines {
            canvas.text(LEFT, y, size, line);
            y -= pitch;
        }
        top -= height;
    }
}

/// The boxes of one row of the table.
fn columns(canvas: &mut Canvas<'_>, y: f32, height: f32) {
    let mut x = EDGE;
    for width in COLUMNS {
        canvas.frame(x, y, width, height);
        x += width;
    }
}

/// The middle of each column.
const fn middles() -> [f32; 3] {
    let [first, second, third] = COLUMNS;
    [EDGE + first / 2.0, EDGE + first + second / 2.0, EDGE + first + second + third / 2.0]
}

/// Twelve points for a line, twenty for two.
fn row_height(lines: usize, pitch: f32) -> f32 {
    count(lines) * pitch + pitch / 2.0
}

fn count(lines: usize) -> f32 {
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX))
}

/// The rows of a table made to fit.
struct Rows {
    size: f32,
    lines: Vec<Vec<String>>,
    /// Every row has the height of this many lines at least.
    floor: usize,
}

/// The largest letters with which all rows fit in `room`. Drugs have two lines each as long as that does not cost letters
/// smaller than those of the fields; below the smallest size the texts are cut.
fn fit_rows(font: &Font, rows: &[Row], kind: Kind, room: f32) -> Rows {
    let width = COLUMNS[0] - 4.0;
    let texts: Vec<Vec<String>> =
        rows.iter().map(|row| row.texts.iter().map(|text| font.clean(text)).collect()).collect();
    let floors: &[usize] = match kind {
        Kind::Drugs => &[2, 1],
        Kind::Services => &[1],
    };
    for floor in floors {
        for size in sizes(TEXT_SIZE, if *floor == 2 { SMALL } else { 5.0 }) {
            let lines: Vec<_> = texts.iter().map(|texts| wrap_all(font, texts, size, width)).collect();
            let pitch = size / TEXT_SIZE * PITCH;
            if lines.iter().map(|lines| row_height(lines.len().max(*floor), pitch)).sum::<f32>() <= room {
                return Rows { size, lines, floor: *floor };
            }
        }
    }
    let size = 5.0;
    let pitch = size / TEXT_SIZE * PITCH;
    // As many lines for each row as there is room for.
    let most = (1..40).take_while(|most| count(rows.len()) * row_height(*most, pitch) <= room).last().unwrap_or(1);
    let lines = texts.iter().map(|texts| cut(font, wrap_all(font, texts, size, width), size, width, most)).collect();
    Rows { size, lines, floor: 1 }
}

fn foot(canvas: &mut Canvas<'_>, p: &Promemoria) {
    let question = question_line(p.kind);
    let font = canvas.font();
    let text = font.clean(&format!("QUESITO DIAGNOSTICO: {}", p.diagnosis.to_uppercase()));
    let room = Room { width: CODE_LEFT - LEFT - 10.0, lines: 3, largest: TEXT_SIZE, smallest: 5.5 };
    let block = fit(font, &[text.trim_end().to_owned()], room);
    // The last line is where the official paper has its only one.
    for (line, up) in block.lines.iter().rev().zip([0.0, PITCH, 2.0 * PITCH]) {
        canvas.text(LEFT, question + up, block.size, line);
    }
    canvas.bars(CODE_LEFT, question - 2.0, &p.doctor_code);

    let y = question - 12.0;
    let pieces: u32 = p.rows.iter().map(|row| u32::from(row.quantity)).sum();
    canvas.text(LEFT, y, TEXT_SIZE, &format!("N.CONFEZIONI/PRESTAZIONI: {pieces}"));
    canvas.line(177.0, y, TEXT_SIZE, 108.0, &font.clean(&format!("TIPO RICETTA: {}", p.recipe_type)));
    canvas.text(287.83, y, TEXT_SIZE, &format!("DATA: {}", dates::long(p.date)));
    let code = font.clean(&format!("CODICE FISCALE MEDICO: {}", p.doctor_code));
    canvas.line(369.5, y, TEXT_SIZE, RIGHT - 369.5, &code);

    let y = question - 24.0;
    canvas.slanted(LEFT, y, TEXT_SIZE, &format!("CODICE AUTENTICAZIONE: {}", p.auth_code));
    let doctor = font.clean(&format!("COGNOME E NOME DEL MEDICO:  {}", p.doctor_name));
    canvas.line(299.5, y, TEXT_SIZE, RIGHT - 299.5, &doctor);
    canvas.slanted(107.44, question - 36.0, TEXT_SIZE, LAW);

    let messages: Vec<String> = p.messages.iter().map(|message| font.clean(message)).collect();
    let messages = fit(font, &messages, Room { width: RIGHT - LEFT, lines: 3, largest: TEXT_SIZE, smallest: 5.0 });
    for (line, down) in messages.lines.iter().zip([48.0, 57.0, 66.0]) {
        canvas.text(LEFT, question - down, messages.size, line);
    }
}

const LAW: &str =
    "Rilasciato ai sensi dell'art.11, comma 16 del DL 31 mag 2010,n.78 e dell'art.1, comma 4 del DM 2 nov 2011";
