//! A one-line PDF in the place of SAC's own paper reminder (promemoria), for those who want to see one come back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A PDF that names number and authentication code, in base64.
#[must_use]
pub fn promemoria(nre: &str, auth_code: &str) -> String {
    let text = format!("BT /F1 12 Tf 37 798 Td (PROMEMORIA DEL SIMULATORE - NRE {nre} - CODICE {auth_code}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 6\n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
    STANDARD.encode(pdf)
}
